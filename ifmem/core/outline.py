"""The outline of a document: its headings, or the definitions of a program. Cheap patterns, no parser: a guide, not a truth."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable
from itertools import accumulate
from typing import NamedTuple

from ifmem.core.program_outlines import NAMES, definitions_in

LONGEST_TITLE = 160


class Mark(NamedTuple):
    """A heading or a definition: its line (0-based in the text), how deep it stands, what it says, the name it defines."""

    line: int
    depth: int
    title: str
    name: str = ""


_MARKDOWN = re.compile(  # a heading has signs before it or a line of them below
    r"\n(?:(?P<fence>```|~~~)|(?P<depth>#{1,6})[ \t]+(?P<title>\S[^\n]*)"
    r"|(?P<underlined>[^\s\-=*+>|#`~][^\n]*)\n(?P<underline>=|-)(?P=underline)+[ \t\r]*$)",
    re.MULTILINE,
)
_FRONT_MATTER = re.compile(r"---[ \t\r]*\n(?:[^\n]*\n)*?---[ \t\r]*\n")
_ASCIIDOC = re.compile(r"\n(?:(?P<fence>-{4,}|\.{4,})[ \t]*$|(?P<depth>={1,6})[ \t]+(?P<title>\S[^\n]*))", re.MULTILINE)
_UNDERLINED = re.compile(r"\n(?P<title>\w[^\n]*)\n(?P<depth>[=\-~^\"'*+#`])(?P=depth){2,}[ \t\r]*$", re.MULTILINE)
_COMMIT = re.compile(r"\n(?P<depth>commit) (?P<title>[0-9a-f]{7,64}\b[^\n]*)", re.MULTILINE)
RECORDS = frozenset("csv tsv json jsonl ndjson xml svg html htm log diff patch lock".split())
_UNDERLINING = frozenset({"", "rst", "txt", "text"})
PROSE = _UNDERLINING | frozenset("md markdown mdx adoc asciidoc".split())


def outline(path: str, text: str) -> list[Mark]:
    """The headings or definitions of a document, in order."""
    suffix = suffix_of(path)
    if path.startswith("git:"):
        return _marks(_COMMIT, text, lambda _: 1)
    if suffix in {"md", "markdown", "mdx"}:
        head = _FRONT_MATTER.match(text)
        first = head.group().count("\n") if head else 0
        return [mark for mark in _marks(_MARKDOWN, text, _markdown_depth) if mark.line >= first]
    if suffix in {"adoc", "asciidoc"}:
        return _marks(_ASCIIDOC, text, len)
    if suffix in _UNDERLINING:
        levels: dict[str, int] = {}
        return _marks(_UNDERLINED, text, lambda underline: levels.setdefault(underline, len(levels) + 1))
    if suffix in RECORDS:
        return []
    return _marks(definitions_in(suffix), text, lambda indent: 1 + len(indent.expandtabs(4)))


def owned_names(marks: Iterable[Mark]) -> dict[int, str]:
    """By line the names of an outline that stand in another definition, with its name in front: `Schema.load`."""
    above: list[Mark] = []
    owned: dict[int, str] = {}
    for mark in (mark for mark in marks if mark.name):
        while above and above[-1].depth >= mark.depth:
            above.pop()
        if above:
            owned[mark.line] = f"{above[-1].name}.{mark.name}"
        above.append(mark)
    return owned


def suffix_of(path: str) -> str:
    """What stands behind the last point of a file's name, in small letters; empty without one."""
    return path.rpartition("/")[2].rpartition(".")[2].lower() if "." in path.rpartition("/")[2] else ""


def _marks(pattern: re.Pattern[str], text: str, depth_of: Callable[[str], int]) -> list[Mark]:
    """What `pattern` finds outside fences (a Markdown or AsciiDoc block whose lines are code, not headings)."""
    line_of, fence, marks = line_finder(text), "", []
    for match in pattern.finditer(f"\n{text}"):  # a line break is found faster than the start of a line
        groups = match.groupdict()
        if delimiter := groups.get("fence"):
            fence = "" if fence == delimiter else fence or delimiter
        elif not fence:
            title = groups["title"] or groups.get("underlined") or ""
            depth = depth_of(groups["depth"] or groups.get("underline") or "")
            name = next(filter(None, map(groups.get, NAMES)), "")
            marks.append(Mark(line_of(match.start()), depth, title.strip(" \t\r#=:")[:LONGEST_TITLE], name))
    return marks


def _markdown_depth(signs: str) -> int:
    return 2 if signs == "-" else len(signs)


def line_finder(text: str) -> Callable[[int], int]:
    """A function from an offset in `text` to its line, 0-based."""
    ends = list(accumulate(len(line) + 1 for line in text.split("\n")))
    return lambda offset: bisect_right(ends, offset)
