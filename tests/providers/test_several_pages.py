from __future__ import annotations

from ifmem.core.documents import Citation
from ifmem.core.findings import PageUse, Usage
from ifmem.providers.contract import Done, Event, Quote, Text
from ifmem.providers.several_pages import NOTHING, merge

QUOTE = Quote(Citation("a.md", 1, 1, "one"))


def answer(text: str, *, found: bool = True, stop: str = "complete", score: float = 1.0) -> list[Event]:
    done = Done(found, stop, score, Usage(1, 2, 3, 4), 0.5, (PageUse(text, "warm"),))
    return [Text(text), *([QUOTE] if found else []), done]


def test_pages_without_an_answer_are_left_out() -> None:
    assert merge([answer("no", found=False), answer("one"), answer("two")])[:-1] == [
        Text("one"),
        QUOTE,
        Text("\n\n"),
        Text("two"),
        QUOTE,
    ]


def test_if_none_has_one_the_first_speaks() -> None:
    events = merge([answer("no", found=False), answer("nor here", found=False)])
    assert events[0] == Text("no")
    assert len(events) == 2


def test_what_was_spent_is_summed_over_all_of_them() -> None:
    done = merge([answer("no", found=False), answer("one", score=3.0), answer("two")])[-1]
    assert isinstance(done, Done)
    assert (done.found, done.score, done.usage, done.cost_usd) == (True, 3.0, Usage(3, 6, 9, 12), 1.5)
    assert [page.digest for page in done.pages] == ["no", "one", "two"]


def test_ends_as_the_worst_of_those_that_answer() -> None:
    done = merge([answer("one"), answer("two", stop="truncated"), answer("no", found=False, stop="incomplete")])[-1]
    assert isinstance(done, Done)
    assert done.stop == "truncated"


def test_nothing_to_read_is_nothing_found() -> None:
    assert merge([]) == [Text(NOTHING), Done(False)]
