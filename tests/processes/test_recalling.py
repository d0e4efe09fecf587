"""Findings on their way back from the archive to a shard that asks for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ifmem.config import Config
from ifmem.config.loading import load
from ifmem.core.documents import Citation
from ifmem.core.domains import Domain, Source
from ifmem.core.findings import Finding
from ifmem.processes.recalling import recalled
from ifmem.stores.archive import Archive
from ifmem.stores.journal import Entry

DOMAIN = Domain(4, "working", "", "", (Source("findings", newest=2),))
CITATION = Citation("src/lock.py", 51, 51, "path.unlink()", verification="verified")


@pytest.fixture
def settings(tmp_path: Path) -> Config:
    return load(tmp_path, env={})


def archive(settings: Config, *findings: Finding) -> None:
    settings.home.mkdir()
    with Archive.writing(settings.archive) as archive:
        archive.record(Entry(f"{n}-0", "finding", finding.to_json()) for n, finding in enumerate(findings, 1))


def finding(number: int, provider: str = "anthropic") -> Finding:
    return Finding(
        f"f_{number}",
        "q_1",
        "code",
        found=True,
        text=f"Answer {number}.",
        citations=(CITATION,),
        provider=provider,
        created_at=1_795_272_840.0 + number,
    )


def test_the_newest_findings_of_models_are_recalled(settings: Config) -> None:
    archive(settings, *(finding(number) for number in range(4)), finding(4, "extractive"))
    (document,) = recalled(DOMAIN, settings)
    assert [number for number in range(5) if f"Answer {number}." in document.text] == [2, 3]


def test_nothing_is_recalled_without_an_archive_or_without_the_source(settings: Config) -> None:
    assert recalled(DOMAIN, settings) == ()
    archive(settings, finding(1))
    assert recalled(Domain(1, "code", "", "", (Source("notes"),)), settings) == ()
