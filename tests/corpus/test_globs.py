from __future__ import annotations

import pytest

from ifmem.corpus.globs import Globs, is_readable


@pytest.mark.parametrize(
    ("patterns", "path", "expected"),
    [
        (["*.py"], "a/b.py", True),
        (["*.py"], "a/b.pyc", None),
        (["*.py"], "odd.py/inside.txt", True),
        (["NEWS*.md"], "a/NEWS-1.md", True),
        (["NEWS*.md"], "a/NEWS.md", True),
        (["NEWS*.md"], "a/OLDNEWS.md", None),
        (["NEWS*.md"], "a/NEWS.md.txt", None),
        (["NEWS*", "a*b"], "NEWS/inside", True),
        (["aba*ba"], "aba", None),
        (["*"], "a", True),
        (["Makefile"], "sub/Makefile", True),
        (["build/"], "build", None),
        (["build/"], "build/", True),
        (["build/"], "a/build/b/c.txt", True),
        (["/build"], "a/build/", None),
        (["docs/*.md"], "docs/a.md", True),
        (["docs/*.md"], "x/docs/a.md", None),
        (["keep/**"], "keep/", None),
        (["keep/**"], "keep/a/b", True),
        (["*.log", "!keep.log"], "keep.log", False),
        (["*.log", "!keep.log"], "a.log", True),
        (["*", "!*/", "!*.py"], "sub/", False),
        (["*", "!*/", "!*.py"], "sub/a.txt", True),
        (["*", "!*/", "!*.py"], "sub/a.py", False),
        (["", "# a comment", "*.x\r"], "a.x", True),
        ([r"\#odd"], "#odd", True),
    ],
)
def test_decides_as_git_does(patterns: list[str], path: str, expected: bool | None) -> None:
    assert Globs(patterns).verdict(path) is expected


def test_passes_over_a_pattern_that_cannot_be_read() -> None:
    assert Globs(["[z-a]", "!", "*.py"]).matches("a.py")
    assert not is_readable("[z-a]")
