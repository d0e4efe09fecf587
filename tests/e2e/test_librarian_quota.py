"""Librarians that ask a model: their quota, what the vendor says of it, and who answers when it is used up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from numbered_model import Speech
from running_set import FAST, RunningSet, make_project
from simulator.background import serving_in_background
from simulator_gemini.server import KEY, Refusal, Server

from ifmem.core.answers import Answer
from ifmem.core.findings import Finding
from ifmem.core.librarians import Shelved
from ifmem.processes import importing, shelving

PELICAN = "The pelican crossing was rejected by the council in 1998 because of the tramway."
QUESTION = "Why was the pelican crossing rejected by the council?"
SPOKEN = Speech('Because of the tramway [f_0pelican:3 "because of the tramway"].', "STOP")
PER_DAY = "GenerateRequestsPerDayPerProjectPerModel-FreeTier"
QUOTA = "type.googleapis.com/google.rpc.QuotaFailure"
USED_UP = Refusal(429, "You exceeded your current quota.", [{"@type": QUOTA, "violations": [{"quotaId": PER_DAY}]}])


@pytest.fixture
def vendor() -> Iterator[tuple[Server, str]]:
    server = Server()
    with serving_in_background(server) as url:
        yield server, url


class Library:
    """Two librarians on a simulated Gemini, of which the first has something."""

    def __init__(self, parent: Path, quota: int) -> None:
        settings = f'librarians = 2\nlibrarian_quota = {quota}\nlibrarian_providers = ["gemini:gemini-simulated"]\n'
        self.set = RunningSet(make_project(parent), settings=f"{FAST}{settings}")
        found = Finding("f_0pelican", "q_1", "docs", found=True, text=PELICAN, created_at=1.0)
        importing.write([found], self.set.config)
        shelving.write([Shelved("f_0pelican", 1, 60, 0.0)], self.set.config)
        self.set.memory.up()

    def ask(self) -> Answer:
        return self.set.memory.ask(QUESTION)

    def left(self, number: int) -> int:
        return int(self.set.on_bus("GET", self.set.keys.librarian_quota(number)))


@pytest.fixture
def library(tmp_path: Path, vendor: tuple[Server, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    running: list[Library] = []
    monkeypatch.setenv("GEMINI_API_KEY", KEY)
    monkeypatch.setenv("IFMEM_LIBRARIAN_BASE_URL", vendor[1])

    def begin(quota: int) -> Library:
        running.append(Library(tmp_path, quota))
        return running[-1]

    yield begin
    for one in running:
        one.set.end()


def test_a_quota_is_counted_down_then_the_next_ones_then_it_is_extractive(
    library: object, vendor: tuple[Server, str]
) -> None:
    here = library(1)  # type: ignore[operator]
    vendor[0].faults = [SPOKEN, SPOKEN]
    first, second, third = here.ask(), here.ask(), here.ask()
    assert [answer.found for answer in (first, second, third)] == [True, True, True]
    assert {citation.path for answer in (first, second, third) for citation in answer.citations} == {"f_0pelican"}
    assert "gemini" in first.provider
    assert (here.left(1), here.left(2)) == (0, 0)
    assert any("on the quota of librarian 2" in note for note in second.notes)
    assert any("librarian-1 answered extractively: the librarians' quota" in note for note in third.notes)
    assert "gemini" not in third.provider


def test_a_vendor_that_says_it_is_used_up_is_asked_no_more_today(library: object, vendor: tuple[Server, str]) -> None:
    here = library(100)  # type: ignore[operator]
    vendor[0].faults = [USED_UP, USED_UP]
    answer = here.ask()
    assert answer.found
    assert any("librarian-1 answered extractively" in note for note in answer.notes)
    assert (here.left(1), here.left(2)) == (0, 0)
    assert here.ask().found
    assert len(vendor[0].requests) == 2
