from __future__ import annotations

from dataclasses import replace

from ifmem.core.documents import Citation
from ifmem.core.findings import Finding
from ifmem.core.search_plan import Pass, Plan
from ifmem.core.search_report import NO_CONCLUSION, report
from ifmem.core.searches import BY_TERMS, DONE, SKIPPED, PassState, Search
from ifmem.core.tasks import Task

KEEPER = Citation("keeper.md", 1, 3, "The keeper counts 4 herring boats.", "a" * 64, "docs", "verified", 1.0)
OTHER = Citation("old.md", 7, 7, "The keeper counts 5 herring boats.", "b" * 64, "docs", "stale", 1.0)
FOUND = Finding("f_1", "t_1", "docs", True, "", (KEEPER, OTHER), provider="extractive", model="passages")
SEARCH = Search(
    "s_1",
    "Who counts the herring boats | at dusk?",
    Plan((Pass("scan"), Pass("monitor"))),
    (
        PassState("scan", DONE, BY_TERMS, (Task("t_1", "Who?"), Task("t_2", "<b>Why?</b>")), (FOUND,), new=2),
        PassState("monitor", SKIPPED),
    ),
    ("docs", "code"),
    state=DONE,
    text="keeper.md:1-3\n    The keeper counts 4 herring boats.",
    found=True,
    citations=(KEEPER,),
    stopped="scan added nothing new",
    notes=("mind the gap",),
)


def section(title: str, search: Search = SEARCH) -> str:
    return report(search).split(f"\n## {title}\n")[1].split("\n## ")[0]


def test_sources_name_their_class_and_their_digest() -> None:
    assert "1. `keeper.md:1-3` verified, docs, sha256 aaaaaaaaaaaa\n   > The keeper counts 4" in section("Sources")
    assert "- `old.md:7` stale, docs, sha256 bbbbbbbbbbbb" in section("Sources")


def test_what_disagrees_stands_side_by_side() -> None:
    said = section("Contradictions")
    assert "`keeper.md:1-3` says: The keeper counts 4 herring boats." in said
    assert "`old.md:7` says: The keeper counts 5 herring boats." in said


def test_what_would_falsify_it_is_named() -> None:
    said = section("What would falsify this")
    assert "`keeper.md:1-3` no longer says this" in said
    assert "what no quote holds: dusk" in said
    assert "the shards that found nothing: code" in said


def test_every_task_is_listed_with_what_became_of_it() -> None:
    said = section("Passes")
    assert "| scan | terms | 2 | 1 | 2 | done |" in said and "| monitor | - | 0 | 0 | 0 | skipped |" in said
    assert "- Who? (docs): found" in said
    assert "- &lt;b>Why?&lt;/b> (any): no finding in time" in said


def test_how_it_was_made_is_said_honestly() -> None:
    said = section("How this was made")
    assert "without a model" in said and "Stopped early: scan added nothing new." in said
    assert "- mind the gap" in said and "Answered by extractive passages." in said
    paid = section("How this was made", replace(SEARCH, budget_usd=1.0, cost_usd=0.25))
    assert "Cost $0.2500 of at most $1.00." in paid


def test_a_search_that_found_nothing_says_so_first() -> None:
    nothing = replace(SEARCH, found=False, text="", citations=(), passes=(PassState("scan", DONE, BY_TERMS),))
    assert report(nothing).splitlines()[:3] == ["# Who counts the herring boats \\| at dusk?", "", NO_CONCLUSION]
    assert "this conclusion is that there is none" in section("What would falsify this", nothing)
