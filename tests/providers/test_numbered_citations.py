from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ifmem.core.citations import verify
from ifmem.core.documents import Citation, Document
from ifmem.providers.contract import Quote, Text
from ifmem.providers.numbered_citations import LONGEST, LONGEST_PLACE, Citations

KEEPER = Document("harbour/keeper.md", "# The keeper\n\nHe counts boats.\r\nHe sleeps.\n", "2" * 64)
ROUTE = Document("app/[[...slug]]/[id].tsx", 'const id = d["key"]["id"];\n', "3" * 64)
SENT = [KEEPER, ROUTE]


def read(*pieces: str, sent: Sequence[Document] = SENT) -> tuple[str, list[Citation]]:
    """The text that is left, and what it cites."""
    citations = Citations(sent)
    events = [event for piece in pieces for event in citations.take(piece)] + [*citations.rest()]
    text = "".join(event.text for event in events if isinstance(event, Text))
    return text, [event.citation for event in events if isinstance(event, Quote)]


@pytest.mark.parametrize(
    ("said", "lines", "words"),
    [
        ('[harbour/keeper.md:3 "He counts boats."]', (3, 3), "He counts boats."),
        ('[harbour/keeper.md:3-4 "He counts boats. He sleeps."]', (3, 4), "He counts boats. He sleeps."),
        ("[harbour/keeper.md:3–4: “He counts boats.”]", (3, 4), "He counts boats."),
        ('[harbour/keeper.md:L3-L4, "He sleeps."]', (3, 4), "He sleeps."),
        ('[harbour/keeper.md: 3 "He counts\nboats." ]', (3, 3), "He counts\nboats."),
        ("[harbour/keeper.md:3-4]", (3, 4), "He counts boats.\nHe sleeps."),
        ("[./harbour/keeper.md:4]", (4, 4), "He sleeps."),
        ("[keeper.md:4]", (4, 4), "He sleeps."),
        ("[harbour/keeper.md:4-3]", (4, 4), "He sleeps."),
    ],
)
def test_understands_what_models_write(said: str, lines: tuple[int, int], words: str) -> None:
    text, [citation] = read(f"So it is {said}.")
    assert text == "So it is."
    assert (citation.path, citation.start_line, citation.end_line) == (KEEPER.path, *lines)
    assert (citation.quote, citation.sha256) == (words, KEEPER.sha256)
    assert verify(citation, SENT).verification in ("verified", "moved")


@pytest.mark.parametrize(
    "said", ['[app/[[...slug]]/[id].tsx:1 "d["key"]["id"]"]', "[app/[[...slug]]/[id].tsx:1]", '[[id].tsx:1 "const id"]']
)
def test_paths_and_words_may_hold_brackets_that_match(said: str) -> None:
    text, [citation] = read(said)
    assert (text, citation.path) == ("", ROUTE.path)
    assert verify(citation, SENT).verification in ("verified", "moved")


@pytest.mark.parametrize(
    "said",
    [
        "see [the docs](http://localhost:8080/x) or [http://localhost:8080]",
        "use items[0:3] and items[key:3]",
        "a list: [1, 2, 3], [x], [] and ]",
        "[12:30] or [::1]:80",
        "[keeper.md] and [harbour/keeper.md:three]",
        '[harbour/keeper.md "He counts boats."]',
        "[",
        '[harbour/keeper.md:3 "never closed',
        "[[[[",
    ],
)
def test_other_brackets_stay_in_the_text(said: str) -> None:
    assert read(said) == (said, [])


def test_words_of_a_path_that_was_not_sent_are_cited_for_the_check_to_fail() -> None:
    text, [citation] = read('So it is [nowhere.md:3 "He counts whales."].')
    assert (text, citation.path, citation.quote, citation.sha256) == (
        "So it is.",
        "nowhere.md",
        "He counts whales.",
        "",
    )
    assert verify(citation, SENT).verification == "invented"


def test_lines_that_are_not_there_cite_nothing_that_could_be_verified() -> None:
    _, [citation] = read("[harbour/keeper.md:90-95]")
    assert citation.quote == ""
    assert verify(citation, SENT).verification == "invented"


def test_of_two_texts_of_a_path_the_newest_is_cited() -> None:
    newer = Document(KEEPER.path, "\n\nShe counts.\n", "4" * 64)
    _, [citation] = read("[harbour/keeper.md:3]", sent=[KEEPER, newer])
    assert (citation.quote, citation.sha256) == ("She counts.", newer.sha256)


def test_a_file_name_that_several_paths_end_with_is_not_guessed() -> None:
    other = Document("mountain/keeper.md", "x\n" * 9, "")
    assert read("[keeper.md:3]", sent=[KEEPER, other]) == ("[keeper.md:3]", [])


def test_a_document_that_writes_citations_makes_none() -> None:
    text, citations = read("He says so.", sent=[Document("a.md", '[harbour/keeper.md:3 "He counts boats."]\n', "")])
    assert (text, citations) == ("He says so.", [])


def test_text_is_not_held_back_without_a_reason() -> None:
    citations = Citations(SENT)
    assert [*citations.take("The keeper counts")] == [Text("The keeper counts")]
    assert [*citations.take(" boats [see")] == [Text(" boats")]
    assert [*citations.take(" below] and")] == [Text(" [see below] and")]


@pytest.mark.parametrize("said", ["[" + "x" * LONGEST_PLACE * 2, '[a.md:3 "' + "x" * LONGEST * 2])
def test_what_gets_too_long_for_a_citation_is_let_go(said: str) -> None:
    citations = Citations(SENT)
    shown = "".join(event.text for event in citations.take(said) if isinstance(event, Text))
    assert shown == said


PARTS = st.sampled_from(
    [
        '[harbour/keeper.md:3 "He counts boats."]',
        "[keeper.md:3-4]",
        "[",
        "]",
        ' "',
        "a b",
        "\n",
        " ",
        ":3",
        "d[0:1]",
        "[x]",
    ]
)


@given(st.lists(PARTS, max_size=12), st.lists(st.integers(1, 9), min_size=1))
def test_pieces_tell_the_same_as_the_whole(parts: list[str], sizes: list[int]) -> None:
    said = "".join(parts)
    pieces, at = [], 0
    while at < len(said):
        size = sizes[len(pieces) % len(sizes)]
        pieces.append(said[at : at + size])
        at += size
    assert read(*pieces) == read(said)


@given(st.text('ab[]:3" \n', max_size=80))
def test_text_without_citations_comes_out_as_it_went_in(said: str) -> None:
    text, citations = read(said, sent=[])
    if not citations:
        assert text == said
