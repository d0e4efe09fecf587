"""Which findings become text to read again, and how."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ifmem.core.documents import Citation
from ifmem.core.findings import Finding
from ifmem.core.recent_findings import PATH, recent_findings, tells_something

NOW = 1_795_272_840.0
CITATION = Citation("src/lock.py", 51, 52, "path.unlink()\n    return", verification="verified")
FINDING = Finding(
    "f_1",
    "q_1",
    "code",
    found=True,
    text="The lock file is removed by its holder.",
    citations=(CITATION,),
    provider="anthropic",
    model="m",
    created_at=NOW,
)


def test_a_finding_is_told_with_its_time_and_the_place_it_was_taken_from() -> None:
    (document,) = recent_findings([FINDING], 10)
    assert document.path == PATH
    assert document.text.splitlines()[2:] == [
        "## Saturday, 2026-11-21 14:54 UTC, shard code, f_1",
        "",
        "The lock file is removed by its holder.",
        "",
        "Taken from:",
        "- src/lock.py:51-52: path.unlink() return",
    ]


@pytest.mark.parametrize(
    "other",
    [
        replace(FINDING, found=False),
        replace(FINDING, error="no answer"),
        replace(FINDING, stop="truncated"),
        replace(FINDING, text=" "),
        replace(FINDING, provider="extractive", model="passages"),
        replace(FINDING, citations=()),
        replace(FINDING, citations=(CITATION, replace(CITATION, verification="invented"))),
        replace(FINDING, citations=(replace(CITATION, path=PATH),)),
    ],
)
def test_what_is_unproven_or_no_news_is_not_repeated(other: Finding) -> None:
    assert recent_findings([other], 10) == ()


def test_the_newest_that_are_worth_it_are_kept() -> None:
    findings = [replace(FINDING, id=f"f_{n}", found=n % 2 == 0) for n in range(10)]
    (document,) = recent_findings(findings, 2)
    assert [n for n in range(10) if f"f_{n}" in document.text] == [0, 2]


def test_the_same_findings_are_the_same_bytes() -> None:
    assert recent_findings([FINDING], 5) == recent_findings([FINDING], 50)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (FINDING.to_json(), True),
        (replace(FINDING, found=False).to_json(), False),
        (replace(FINDING, provider="extractive").to_json(), False),
        ("{}", False),
        ("not JSON", False),
    ],
)
def test_the_watcher_is_woken_by_findings_that_will_be_read(body: str, expected: bool) -> None:
    assert tells_something(body) is expected


def test_a_finding_whose_maker_counts_in_milliseconds_is_told_without_its_time() -> None:
    (document,) = recent_findings([replace(FINDING, created_at=NOW * 1_000)], 10)
    assert "## no known time, shard code, f_1" in document.text
