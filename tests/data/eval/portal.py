"""Write the working notes of an invented documentation portal: many near-identical status lists, prompts that quote questions.

Deterministic: the same folder always gets the same files. `python portal.py FOLDER`.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Blocker:
    """Something in the way of a launch, open from its first session until the one that closed it."""

    name: str
    text: str
    owner: str
    opened: int
    closed: int | None
    by: str


@dataclass(frozen=True)
class Session:
    """One working session of an agent and what only its report says."""

    date: str
    lead: str
    pages: int
    broken: int
    seconds: int
    decision: str
    detail: str
    next_step: str


BLOCKERS = (
    Blocker("P0-1", "search index rebuild exceeds the worker's memory", "Ilka", 0, 4, "streaming the postings, PR 212"),
    Blocker("P0-2", "redirects from the old tree loop on trailing slashes", "Bram", 0, 7, "one canonical form, PR 231"),
    Blocker("P0-3", "changelog pages of two releases share an anchor", "Noor", 2, 9, "the version as a prefix, PR 244"),
    Blocker(
        "P0-4", "nightly import drops files with a byte order mark", "Ilka", 5, 6, "utf-8-sig in the reader, PR 226"
    ),
    Blocker(
        "P0-5", "preview links leak to logged-out readers", "Sefa", 8, 11, "signed links that live an hour, PR 260"
    ),
    Blocker("P1-1", "dark theme has unreadable admonitions", "Sefa", 0, 10, "new contrast table, PR 251"),
    Blocker(
        "P1-2", "code samples lose their prompt on copy", "Bram", 1, 3, "a copy button that skips the prompt, PR 208"
    ),
    Blocker("P1-3", "link checker hits the rate limit of the forge", "Noor", 3, None, ""),
    Blocker("P1-4", "mobile menu covers the first heading", "Sefa", 4, 12, "sticky offset, PR 266"),
    Blocker("P1-5", "French pages fall back without a notice", "Ilka", 6, None, ""),
    Blocker("P1-6", "printed pages cut long option tables", "Bram", 9, 13, "landscape rule, PR 271"),
)

SESSIONS = (
    Session(
        "2025-09-02",
        "Ilka",
        412,
        88,
        640,
        "Keep one folder for each release instead of one branch for each.",
        "A branch hid two releases from the crawler for a week before anybody looked.",
        "measure the rebuild",
    ),
    Session(
        "2025-09-05",
        "Bram",
        418,
        81,
        655,
        "Sample blocks are tested by running them in a container.",
        "Eleven samples failed, nine of them because of a missing import.",
        "sort samples by page views",
    ),
    Session(
        "2025-09-11",
        "Noor",
        433,
        79,
        671,
        "Anchors must be stable across releases.",
        "Three partners link straight to option names and noticed the drift before we did.",
        "list the anchors that moved",
    ),
    Session(
        "2025-09-16",
        "Bram",
        433,
        64,
        668,
        "The link checker runs at night only.",
        "The forge answered 429 to a third of the requests at noon.",
        "ask the forge for a token with a higher quota",
    ),
    Session(
        "2025-09-24",
        "Ilka",
        447,
        52,
        301,
        "Postings are written in runs of 4,096 entries.",
        "Peak memory fell from 3.1 GB to 420 MB.",
        "watch the next three nights",
    ),
    Session(
        "2025-09-30",
        "Ilka",
        451,
        55,
        298,
        "The importer refuses what it cannot decode, loudly.",
        "Fourteen vendor files start with a byte order mark; all came from one Windows machine.",
        "write to the vendor",
    ),
    Session(
        "2025-10-03",
        "Noor",
        466,
        51,
        304,
        "Translations live beside the original, with a language suffix.",
        "The French team is two volunteers, Odile and Marc, who meet on Thursdays.",
        "agree on a notice for fallback pages",
    ),
    Session(
        "2025-10-09",
        "Bram",
        470,
        33,
        299,
        "Trailing slashes are always dropped.",
        "The longest redirect chain was nine hops, starting from a conference slide of 2019.",
        "tell the mirror in Osaka",
    ),
    Session(
        "2025-10-14",
        "Sefa",
        470,
        31,
        307,
        "No preview for readers who are not signed in.",
        "A search engine had picked up 37 drafts.",
        "have the drafts removed from the search engine",
    ),
    Session(
        "2025-10-21",
        "Noor",
        482,
        27,
        311,
        "Every changelog anchor starts with its version.",
        "The old anchors answer through a table of 1,930 lines until spring.",
        "print a warning in the build",
    ),
    Session(
        "2025-10-29",
        "Sefa",
        490,
        24,
        309,
        "Contrast is checked in the build, at least 7 to 1.",
        "Usha from accessibility tested with two screen readers and a magnifier.",
        "repeat with the printed style",
    ),
    Session(
        "2025-11-04",
        "Sefa",
        493,
        22,
        312,
        "Signed preview links expire after sixty minutes.",
        "The key is rotated each Monday by the deploy job.",
        "document the rotation",
    ),
    Session(
        "2025-11-11",
        "Bram",
        501,
        19,
        315,
        "Headings get a scroll margin instead of a script.",
        "Only one phone of the test drawer, a folding one, still misbehaves.",
        "buy no new test phones this year",
    ),
    Session(
        "2025-11-18",
        "Noor",
        508,
        17,
        318,
        "Launch moves from the first to the third week of January.",
        "Legal wants the licence page of every vendored project checked by hand.",
        "send Legal the list of 46 licences",
    ),
)

ASKED = (
    "How do I make Black ignore a file?",
    "How do I turn off formatting for a few lines?",
    "Which line length does Black use and why?",
    "Why does Black not format my Jupyter notebook?",
    "How can I install packages without internet access?",
    "Where does pip keep its cache and how do I empty it?",
    "What does hash-checking mode do?",
    "How do I pin the dependencies of dependencies?",
    "Is pip allowed to be used as a library from my own program?",
    "Who closed P0-2 and how?",
    "How many broken links were left after the session on 2025-10-09?",
    "When was the memory problem of the index solved?",
)


def reports() -> Iterator[tuple[str, str]]:
    """A report for each session, with the whole list of blockers as it stood at its end."""
    for number, session in enumerate(SESSIONS):
        lines = [f"# Session report {session.date}", "", f"Lead: {session.lead}", "", "## Status at the end", ""]
        lines += [status(blocker, number) for blocker in BLOCKERS if blocker.opened <= number]
        lines += ["", "## Numbers", "", f"- pages built: {session.pages}", f"- broken links: {session.broken}"]
        lines += [f"- full build: {session.seconds} s", "", "## Decision", "", session.decision, session.detail]
        lines += ["", "## Next", "", f"1. {session.next_step}", "2. read the handoff before touching the importer"]
        yield f"reports/session-{session.date}.md", "\n".join(lines)


def status(blocker: Blocker, number: int) -> str:
    if blocker.closed is not None and blocker.closed <= number:
        state = f"closed on {SESSIONS[blocker.closed].date} by {blocker.by}"
    else:
        state = "new, open" if blocker.opened == number else "open, no change"
    return f"- {blocker.name} ({blocker.owner}) {blocker.text}: {state}"


def handoffs() -> Iterator[tuple[str, str]]:
    """What one lead left for the next: the open blockers again, in the same words."""
    for number, (one, other) in enumerate(itertools.pairwise(SESSIONS)):
        if one.lead == other.lead:
            continue
        still = [b for b in BLOCKERS if b.opened <= number and (b.closed is None or b.closed > number)]
        lines = [
            f"# Handoff from {one.lead} to {other.lead}, {one.date}",
            "",
            "Read this first.",
            "",
            "## Still open",
            "",
        ]
        lines += [f"- {b.name} {b.text} (owner {b.owner})" for b in still]
        lines += ["", "## Where I stopped", "", f"I wanted to {one.next_step}. {one.decision}"]
        lines += ["", "## Questions to try first", "", *(f"- {q}" for q in ASKED[number % 4 :: 4])]
        yield f"handoffs/{one.date}-{one.lead.lower()}-to-{other.lead.lower()}.md", "\n".join(lines)


def guides() -> Iterator[tuple[str, str]]:
    """Guides and prompts that repeat the readers' questions without answering them."""
    for name in ("reader-interviews", "search-tuning", "writing-answers"):
        lines = [f"# Guide: {name.replace('-', ' ')}", "", "Readers ask, most frequent first:", ""]
        lines += [f"{n}. {q}" for n, q in enumerate(ASKED, 1)]
        lines += ["", "Answer from the release folder the reader came from. Never answer from memory."]
        yield f"guides/{name}.md", "\n".join(lines)
    for name in ("smoke", "nightly"):
        lines = [
            f"# Prompt: {name} check of the search",
            "",
            "You check the portal's search. Ask each of these and note the first page:",
            "",
        ]
        lines += [f'> "{q}"' for q in ASKED] + ["", "Report pass or fail for each, nothing else."]
        yield f"prompts/{name}.md", "\n".join(lines)


def write(folder: Path) -> int:
    """Write all notes under `folder` and give their number."""
    texts = [*reports(), *handoffs(), *guides()]
    for name, text in texts:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n", encoding="utf-8")
    return len(texts)


if __name__ == "__main__":
    print(write(Path(sys.argv[1])))
