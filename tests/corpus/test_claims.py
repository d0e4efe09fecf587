from __future__ import annotations

from ifmem.core.domains import Domain, Source
from ifmem.core.manifest import LeftOut
from ifmem.corpus.claims import divide, lists_unclaimed
from ifmem.corpus.listing import Listed

HISTORY = Domain(1, "history", "", "", (Source("git-log"), Source("files", include=("CHANGES*",))))
DOCS = Domain(2, "docs", "", "", (Source("files", include=("*.md",), exclude=("drafts/",)),))
CODE = Domain(3, "code", "", "", (Source("tree"), Source("files", include=("*.py",))))
WORKING = Domain(4, "working", "", "", (Source("git-untracked"),))
ALL = (HISTORY, DOCS, CODE, WORKING)
PATHS = ("CHANGES.md", "changes.md", "README.MD", "drafts/a.md", "a.py", "new.py", "picture.xyz", "noname")
FILES = tuple(Listed(path, 1, ()) for path in PATHS)


def claimed(domain: Domain, untracked: frozenset[str] = frozenset()) -> list[str]:
    return [listed.path for listed in divide(FILES, domain, ALL, untracked).mine]


def test_the_first_shard_that_wants_a_file_gets_it() -> None:
    assert claimed(HISTORY) == ["CHANGES.md"]
    assert claimed(DOCS) == ["changes.md", "README.MD"]
    assert claimed(CODE) == ["a.py", "new.py"]


def test_what_git_does_not_track_goes_to_the_shard_that_asks_for_it() -> None:
    untracked = frozenset({"new.py", "picture.xyz"})
    assert claimed(WORKING, untracked) == ["new.py", "picture.xyz"]
    assert claimed(CODE, untracked) == ["a.py"]


def test_says_why_nobody_takes_a_file() -> None:
    assert divide(FILES, CODE, ALL).unclaimed == (
        LeftOut("drafts/a.md", "excluded by shard docs"),
        LeftOut("picture.xyz", "unknown type .xyz"),
        LeftOut("noname", "unknown type (no extension)"),
    )


def test_exactly_one_shard_answers_for_them() -> None:
    assert [domain.name for domain in ALL if lists_unclaimed(domain, ALL)] == ["code"]
    assert [domain.name for domain in ALL if lists_unclaimed(domain, (DOCS, WORKING))] == ["docs"]
    assert [domain.name for domain in ALL if lists_unclaimed(domain, (WORKING,))] == ["working"]
