from __future__ import annotations

from dataclasses import replace

from ifmem.core.documents import Citation
from ifmem.core.findings import Finding
from ifmem.core.synthesis import needs_one_answer, places_of

HERE = Citation("a.md", 1, 2, "as it stands", verification="verified")
EXTRACT = Finding("f_1", "q", "docs", True, "as it stands", (HERE,), provider="extractive")
WORDS = replace(EXTRACT, id="f_2", shard="code", provider="anthropic")


def test_one_finding_passes_through() -> None:
    assert not needs_one_answer([WORDS])


def test_quotes_alone_need_no_model() -> None:
    assert not needs_one_answer([EXTRACT, EXTRACT])


def test_a_model_s_words_beside_another_finding_do() -> None:
    assert needs_one_answer([WORDS, EXTRACT])


def test_a_finding_rests_on_the_quotes_that_stand() -> None:
    gone = replace(HERE, verification="invented")
    moved = replace(HERE, verification="moved")
    assert places_of(replace(WORDS, citations=(gone, HERE, moved))) == (HERE, moved)
