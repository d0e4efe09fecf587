from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from processes.loaded_set import load_all, make_folder

from ifmem import prompts
from ifmem.core.domains import Domain
from ifmem.core.queries import Query
from ifmem.processes.reading_requests import paged_request
from ifmem.processes.readings import Reading, Readings

ASKED = Query("q_1", "Where does the pilot board?", weights={"pilot": 1.0})


@pytest.fixture
def docs(tmp_path: Path) -> Iterator[tuple[Domain, Reading]]:
    """Several pages; `pilot` stands on one of them."""
    config = replace(make_folder(tmp_path / "folder"), page_tokens=1_000)
    for number in range(8):
        name = "pilot" if number == 5 else "fog"
        (config.folder / "docs" / f"part-{number}.md").write_text(f"# Part {number}\n\n" + f"The {name} waits.\n" * 150)
    readings = Readings(load_all(config)["docs"], config, ())
    assert len(readings.now.view.pages) > 3
    yield next(domain for domain in prompts.domains(config) if domain.name == "docs"), readings.now
    readings.close()


def read(docs: tuple[Domain, Reading], *pages: str) -> list[str]:
    """The documents that are read when these pages are named, by path."""
    request = paged_request(replace(ASKED, pages=pages), *docs, 10.0)
    return [document.path for page in request.pages for document in page.documents]


def test_the_pages_that_are_named_are_read(docs: tuple[Domain, Reading]) -> None:
    page = docs[1].view.pages[0]
    assert read(docs, page.digest) == [document.path for document in page.documents]


def test_all_are_read_when_none_is_named(docs: tuple[Domain, Reading]) -> None:
    assert read(docs) == [document.path for page in docs[1].view.pages for document in page.documents]


def test_pages_of_another_version_are_replaced_by_as_many_of_this_one(docs: tuple[Domain, Reading]) -> None:
    found = read(docs, "f" * 64)
    assert "docs/part-5.md" in found
    assert len(found) < len(read(docs)) / 2
