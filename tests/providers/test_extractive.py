from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from conformance_provider import PAGES, ProviderContract, done_of, events_of, quotes_of, request, text_of

from ifmem.core.documents import Citation, Document
from ifmem.core.findings import Usage
from ifmem.core.pages import Page, cut_pages
from ifmem.core.routing import term_weights
from ifmem.core.text import question_terms
from ifmem.providers.contract import Done, Event, Provider
from ifmem.providers.extractive import CITATIONS, Extractive
from ifmem.stores.index import Index, build_index

MANUAL = [
    Document(
        "manual/keeping.md",
        "# Keeping the set alive\n\n## Verdicts\n\nA shard that beats but makes no progress is stalled.\n"
        "A shard whose beats have stopped is lost.\n\n## Backoff\n\n"
        "Restarts wait longer each time: the backoff doubles up to thirty seconds.\n",
        "1" * 64,
    ),
    Document("manual/money.md", "# Money\n\nThe daily budget is enforced before a call is made.\n", "2" * 64),
    Document(
        "src/archive.py",
        "import sqlite3\n\n\nclass Archive:\n    def record(self, finding):\n\t\treturn finding\n",
        "3" * 64,
    ),
    Document("src/journal.py", "from archive import Archive\n\nArchive().record('a finding')\n", "4" * 64),
]
ANSWERABLE = {
    "When is a shard stalled?": "manual/keeping.md",
    "how does the backoff double?": "manual/keeping.md",
    "What enforces the daily budget?": "manual/money.md",
    "where is class Archive defined": "src/archive.py",
    "which file imports sqlite3?": "src/archive.py",
}
NOT_ANSWERABLE = [
    "What is the capital of France?",
    "How do I connect to PostgreSQL?",
    "Which port does the web server listen on?",
    "When was the company founded?",
    "How are passwords hashed?",
    "Does the daily horoscope mention Leo?",
    "",
    "???",
]


class TestContract(ProviderContract):
    @pytest.fixture
    def provider(self, tmp_path: Path) -> Iterator[Provider]:
        build_index(tmp_path / "docs.db", "v1", PAGES)
        index = Index(tmp_path / "docs.db")
        yield Extractive(index.search)
        index.close()


class Memory:
    """A corpus, its index and the reader over it."""

    def __init__(self, path: Path, documents: Sequence[Document], page_tokens: int = 90_000) -> None:
        self.pages: list[Page] = cut_pages(documents, page_tokens)
        build_index(path, "v1", self.pages)
        self.index = Index(path)

    def ask(self, question: str, overlay: Sequence[Document] = ()) -> list[Event]:
        asked = request(question, self.pages, overlay, weights=self.weights(question))
        return events_of(Extractive(self.index.search), asked)

    def weights(self, question: str) -> dict[str, float]:
        return term_weights([self.index.frequencies(question_terms(question))], self.index.passages)


@pytest.fixture
def manual(tmp_path: Path) -> Memory:
    return Memory(tmp_path / "manual.db", MANUAL)


@pytest.mark.parametrize(("question", "path"), ANSWERABLE.items())
def test_quotes_the_right_place_first(manual: Memory, question: str, path: str) -> None:
    events = manual.ask(question)
    assert done_of(events).found
    assert quotes_of(events)[0].path == path


@pytest.mark.parametrize("question", NOT_ANSWERABLE)
def test_does_not_answer_what_the_sources_do_not_hold(manual: Memory, question: str) -> None:
    events = manual.ask(question)
    assert not done_of(events).found
    assert quotes_of(events) == []


def test_introduces_each_quote_by_its_place(manual: Memory) -> None:
    assert text_of(manual.ask("What enforces the daily budget?")) == (
        "manual/money.md:1-3\n    # Money\n\n    The daily budget is enforced before a call is made.\n\n"
    )


def test_quotes_lines_as_they_stand_and_shows_them_readable(manual: Memory) -> None:
    events = manual.ask("class Archive record")
    best = quotes_of(events)[0]
    assert best.quote == "class Archive:\n    def record(self, finding):\n\t\treturn finding"
    assert "\t" not in text_of(events)


def test_says_which_words_stand_nowhere_and_which_apart(manual: Memory) -> None:
    said = text_of(manual.ask("Does the stalled zeppelin in Friedrichshafen have a budget?"))
    assert "Not in them: zeppelin, Friedrichshafen." in said
    assert "not together with the rest of the question: " in said
    assert "Nearest: manual/" in said


def test_a_long_list_of_missing_words_says_how_many_more(manual: Memory) -> None:
    said = text_of(manual.ask(" ".join(f"{letter}zzq" for letter in "abcdefghijkl")))
    assert said.count("zzq") == 8
    assert "4 more" in said


def test_a_part_that_is_not_answered_is_said_under_the_quotes_of_the_other(manual: Memory) -> None:
    events = manual.ask("What enforces the daily budget, and what does a unicorn eat?")
    assert done_of(events).found
    assert text_of(events).endswith('Not answered: "what does a unicorn eat?".\n')
    (lack,) = done_of(events).lacks
    assert set(lack.nowhere) == {"unicorn", "eat"}


def test_a_question_that_is_answered_lacks_nothing(manual: Memory) -> None:
    assert done_of(manual.ask("What enforces the daily budget?")).lacks == ()


def test_one_word_of_two_is_no_answer(manual: Memory) -> None:
    assert done_of(manual.ask("enforced budget")).found
    assert not done_of(manual.ask("enforced herring")).found


def test_costs_nothing_and_reads_every_page_it_was_given(manual: Memory) -> None:
    done = done_of(manual.ask("When is a shard stalled?"))
    assert (done.usage, done.cost_usd, done.stop) == (Usage(), 0.0, "complete")
    assert [(page.digest, page.cache) for page in done.pages] == [(page.digest, "none") for page in manual.pages]


def test_the_score_is_that_of_the_best_quote(manual: Memory) -> None:
    events = manual.ask("When is a shard stalled?")
    assert done_of(events).score == pytest.approx(quotes_of(events)[0].score, abs=0.001)


def test_gives_few_citations_best_first(tmp_path: Path) -> None:
    many = [Document(f"{n}.md", f"The herring number{n} swims past buoy{n} at dawn{n}.\n", "") for n in range(20)]
    scores = [quote.score for quote in quotes_of(Memory(tmp_path / "many.db", many).ask("herring"))]
    assert len(scores) == CITATIONS
    assert scores == sorted(scores, reverse=True)


def test_answers_from_an_overlay_what_no_page_holds(manual: Memory) -> None:
    note = Document("notes/new.md", "The zeppelin lands on the roof.\n", "9" * 64)
    [quote] = quotes_of(manual.ask("where does the zeppelin land", [note]))
    expected = Citation("notes/new.md", 1, 1, "The zeppelin lands on the roof.", "9" * 64)
    assert (quote.path, quote.quote, quote.sha256) == (expected.path, expected.quote, expected.sha256)


def test_a_document_emptied_by_the_overlay_is_not_quoted(manual: Memory) -> None:
    gone = Document("manual/money.md", "", "0" * 64)
    assert not done_of(manual.ask("What enforces the daily budget?", [gone])).found


def test_quotes_the_lines_of_a_part_by_their_place_in_the_file(tmp_path: Path) -> None:
    text = "".join(f"entry {n} of the log\n" for n in range(400)) + "the zeppelin landed\n"
    memory = Memory(tmp_path / "parts.db", [Document("log.txt", text, "")], page_tokens=1_000)
    assert len(memory.pages) > 1
    best = quotes_of(memory.ask("zeppelin landed"))[0]
    assert best.end_line == 401
    assert best.quote.endswith("the zeppelin landed")


def test_answers_without_weights(manual: Memory) -> None:
    events = events_of(Extractive(manual.index.search), request("When is a shard stalled?", manual.pages))
    assert isinstance(events[-1], Done)
    assert events[-1].found


def test_a_question_of_a_megabyte_gets_an_answer(manual: Memory) -> None:
    assert not done_of(manual.ask("zeppelin word " * 70_000)).found


def test_both_halves_of_a_compound_question_are_quoted_in_turn(manual: Memory) -> None:
    events = manual.ask("What enforces the daily budget and when is a shard stalled?")
    assert {quote.path for quote in quotes_of(events)[:2]} == {"manual/money.md", "manual/keeping.md"}


def test_no_half_of_a_compound_question_crowds_out_the_other(tmp_path: Path) -> None:
    loud = [
        Document(f"{n}.md", f"The herring swims past buoy{n} at dawn{n}, by the lighthouse{n}.\n", "") for n in range(9)
    ]
    quiet = Document("quiet.md", "A keel keeps the hull upright.\n", "")
    quotes = quotes_of(
        Memory(tmp_path / "two.db", [*loud, quiet]).ask("Where does the herring swim and what does a keel keep?")
    )
    assert [quote.path for quote in quotes].index("quiet.md") == 1
    assert quotes[0].score > quotes[1].score > quotes[2].score
    assert len(quotes) == CITATIONS


def test_a_half_that_another_shard_answers_better_goes_behind(manual: Memory) -> None:
    question = "What enforces the daily budget and when is a shard stalled?"
    alone = request(question, manual.pages, weights=manual.weights(question))
    for asked, first in ((alone, "manual/money.md"), (replace(alone, levels=(10_000.0, 1.0)), "manual/keeping.md")):
        quotes = quotes_of(events_of(Extractive(manual.index.search), asked))
        assert max(quotes, key=lambda quote: quote.score).path == first


def test_a_place_that_answers_both_halves_is_quoted_once(manual: Memory) -> None:
    places = [
        (q.path, q.start_line) for q in quotes_of(manual.ask("When is a shard stalled and when is a shard lost?"))
    ]
    assert places[0][0] == "manual/keeping.md"
    assert len(places) == len(set(places))


def test_a_half_that_has_no_answer_is_not_quoted(manual: Memory) -> None:
    quotes = quotes_of(manual.ask("What enforces the daily budget and who painted the zeppelin?"))
    assert quotes[0].path == "manual/money.md"
    assert done_of(manual.ask("Who sold the yacht and who painted the zeppelin?")).found is False


def test_the_same_text_elsewhere_is_named_and_not_quoted_again(tmp_path: Path) -> None:
    text = "The herring swims past the buoy at dawn, and past the lighthouse at noon.\n"
    memory = Memory(tmp_path / "twice.db", [Document("a.md", text, "1"), Document("b.md", text, "2")])
    [quote] = quotes_of(memory.ask("When does the herring swim past the buoy?"))
    assert [spot.path for spot in quote.also] == ["b.md"]


def test_a_question_with_a_name_that_stands_nowhere_needs_more(manual: Memory) -> None:
    assert done_of(manual.ask("Does a zeppelin enforce the daily budget?")).found
    assert not done_of(manual.ask("Does Zeppelin enforce the daily budget?")).found


def test_what_supports_an_answer_is_quoted_before_what_only_scores(tmp_path: Path) -> None:
    loud = Document("loud.md", "wick " * 6 + "\n", "1")
    quiet = Document("quiet.md", "The keeper trims it.\n", "2")
    memory = Memory(tmp_path / "l.db", [loud, quiet])
    question = "Does the keeper trim the wick?"
    weights = {"wick": 6.4, "keeper": 3.3, "trim": 3.3}
    first, second = quotes_of(
        events_of(Extractive(memory.index.search), request(question, memory.pages, weights=weights))
    )
    assert (first.path, second.path) == ("quiet.md", "loud.md")
    assert first.score < second.score
