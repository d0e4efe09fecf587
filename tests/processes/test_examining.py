from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from ifmem.config.loading import load
from ifmem.core.questions import Place, Question
from ifmem.processes.examining import Examiner, unknown_paths

BURROW = Question("b", "Where is class Burrow?", (Place("burrow.py", 1, 2),))
BOTH = Question(
    "both",
    "Where is class Burrow and who feeds the ferrets?",
    (Place("zoo.md", 3, 3), Place("burrow.py", 1, 2)),
    every=True,
)


@pytest.fixture
def examiner(tmp_path: Path) -> Iterator[Examiner]:
    (tmp_path / "zoo.md").write_text("# Zoo\n\nHarriet feeds the ferrets at noon.\n", encoding="utf-8")
    (tmp_path / "burrow.py").write_text("class Burrow:\n    depth = 3\n", encoding="utf-8")
    with Examiner(load(tmp_path, env={}), lambda _: None) as examiner:
        yield examiner


def test_says_at_which_place_the_evidence_was_cited_and_whose_it_is(examiner: Examiner) -> None:
    outcome = asyncio.run(examiner.ask(BURROW))
    assert (outcome.rank, outcome.found, outcome.domain, outcome.routed) == (1, True, "code", 1)
    assert outcome.first == "burrow.py:1-2"
    assert outcome.duration_ms > 0


def test_finds_the_places_of_a_question_over_two_shards(examiner: Examiner) -> None:
    outcome = asyncio.run(examiner.ask(BOTH))
    assert outcome.rank == 1
    assert 0 < outcome.rank_of_all <= 5


def test_what_the_sources_do_not_hold_is_refused(examiner: Examiner) -> None:
    outcome = asyncio.run(examiner.ask(Question("n", "Which submarine was sold?", not_found=True)))
    assert (outcome.answerable, outcome.found, outcome.rank) == (False, False, 0)


def test_evidence_in_no_shard_is_told(examiner: Examiner) -> None:
    gone = Question("g", "?", (Place("gone.md", 1, 1),))
    assert list(unknown_paths([BURROW, gone], examiner.owners)) == ["g: gone.md"]
