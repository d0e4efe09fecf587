from __future__ import annotations

from ifmem.core.documents import Citation
from ifmem.core.findings import Finding
from ifmem.core.search_plan import Pass, Plan, SubQuestion
from ifmem.core.searches import DONE, PassState, Search, new_places
from ifmem.core.tasks import Task

QUOTE = Citation("keeper.md", 1, 3, "The keeper counts.", "a" * 64, "docs", "verified", 1.0)
FALSE = Citation("keeper.md", 9, 9, "Nobody counts.", "", "docs", "invented", 1.0)


def finding(name: str, *citations: Citation, cost: float | None = 0.0) -> Finding:
    return Finding(name, f"t_{name}", "docs", bool(citations), "", citations, cost_usd=cost)


SCAN = PassState(
    "scan",
    DONE,
    "terms",
    (Task("t_1", "Who counts?", shard="docs"),),
    (finding("f_1", QUOTE, FALSE, cost=0.25), finding("f_2", cost=None)),
    cost_usd=0.5,
)
SEARCH = Search(
    "s_1",
    "Who counts the boats?",
    Plan((Pass("scan"), Pass("monitor"))),
    (SCAN, PassState("monitor")),
    ("docs", "code"),
    budget_usd=1.0,
    citations=(QUOTE,),
)


def test_a_search_reads_its_own_json_back() -> None:
    assert Search.from_json(SEARCH.to_json()) == SEARCH
    assert SEARCH.to_dict()["schema"] == 1


def test_what_was_spent_is_what_is_known_of_it() -> None:
    assert (SEARCH.spent_usd, SEARCH.left_usd) == (0.75, 0.25)


def test_a_place_is_new_once_and_only_if_the_quote_stands() -> None:
    assert new_places(SCAN.findings, ()) == 1
    assert new_places([finding("f_3", QUOTE)], SCAN.findings) == 0


def test_it_knows_what_it_asked_and_what_it_found() -> None:
    assert SEARCH.asked == {SubQuestion("Who counts?", "docs")}
    assert [one.id for one in SEARCH.found_so_far] == ["f_1"]
    assert SEARCH.with_pass(1, PassState("monitor", DONE)).passes[1].state == DONE
