"""The outline of a document: its headings, or the definitions of a program. Cheap patterns, no parser: a guide, not a truth."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from itertools import accumulate
from typing import NamedTuple

LONGEST_TITLE = 160


class Mark(NamedTuple):
    """A heading or a definition: its line (0-based in the text), how deep it stands, what it says, the name it defines."""

    line: int
    depth: int
    title: str
    name: str = ""


_MARKDOWN = re.compile(  # a heading has signs before it or a line of them below
    r"^(?:(?P<fence>```|~~~)|(?P<depth>#{1,6})[ \t]+(?P<title>\S[^\n]*)"
    r"|(?P<underlined>[^\s\-=*+>|#`~][^\n]*)\n(?P<underline>=|-)(?P=underline)+[ \t\r]*$)",
    re.MULTILINE,
)
_FRONT_MATTER = re.compile(r"---[ \t\r]*\n(?:[^\n]*\n)*?---[ \t\r]*\n")
_ASCIIDOC = re.compile(r"^(?:(?P<fence>-{4,}|\.{4,})[ \t]*$|(?P<depth>={1,6})[ \t]+(?P<title>\S[^\n]*))", re.MULTILINE)
_UNDERLINED = re.compile(r"^(?P<title>\w[^\n]*)\n(?P<depth>[=\-~^\"'*+#`])(?P=depth){2,}[ \t\r]*$", re.MULTILINE)
_COMMIT = re.compile(r"^(?P<depth>commit) (?P<title>[0-9a-f]{7,64}\b[^\n]*)", re.MULTILINE)
_DEFINITION = re.compile(
    r"^(?:[ \t]*(?:@|#\[)[^\n]*\n){0,6}"  # its decorators or attributes
    r"(?P<depth>[ \t]*)"
    r"(?P<title>(?:(?:export|default|public|private|protected|internal|static|abstract|final|async|pub(?:\([a-z]+\))?"
    r"|unsafe|sealed|override|data|inline)[ \t]+){0,4}"
    r"(?:class|def|function|func|fn|struct|enum|interface|trait|impl|module|namespace|type|record|protocol)[ \t]+\*?"
    r"(?:\([^)\n]{1,80}\)[ \t]*)?(?P<name>[A-Za-z_$][\w$]*)[^\n]*)",
    re.MULTILINE,
)
_ASSIGNMENT = re.compile(
    r"^(?:(?:export|pub|static|final|const|let|var)[ \t]+){0,3}(?P<name>[A-Za-z_]\w*)[ \t]*(?::[^=\n]{1,80})?=(?!=)",
    re.MULTILINE,
)
_CLASS_CONSTANT = re.compile(r"^[ \t]+(?P<name>[A-Z][A-Z0-9_]{2,})[ \t]*(?::[^=\n]{1,80})?=(?!=)", re.MULTILINE)
_RECORDS = frozenset("csv tsv json jsonl ndjson xml svg html htm log diff patch lock".split())
_UNDERLINING = frozenset({"", "rst", "txt", "text"})


def outline(path: str, text: str) -> list[Mark]:
    """The headings or definitions of a document, in order."""
    suffix = _suffix(path)
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
    if suffix in _RECORDS:
        return []
    return _marks(_DEFINITION, text, lambda indent: 1 + len(indent.expandtabs(4)))


def constants(path: str, text: str) -> list[Mark]:
    """Names that a program or a settings file assigns at the start of a line, and indented ones in capitals."""
    if path.startswith("git:") or _suffix(path) in _RECORDS | _UNDERLINING | {
        "md",
        "markdown",
        "mdx",
        "adoc",
        "asciidoc",
    }:
        return []
    line_of = _line_finder(text)
    found = (*_ASSIGNMENT.finditer(text), *_CLASS_CONSTANT.finditer(text))
    return [Mark(line_of(match.start("name")), 0, "", match["name"]) for match in found]


def _suffix(path: str) -> str:
    return path.rpartition("/")[2].rpartition(".")[2].lower() if "." in path.rpartition("/")[2] else ""


def _marks(pattern: re.Pattern[str], text: str, depth_of: Callable[[str], int]) -> list[Mark]:
    """What `pattern` finds outside fences (a Markdown or AsciiDoc block whose lines are code, not headings)."""
    line_of, fence, marks = _line_finder(text), "", []
    for match in pattern.finditer(text):
        groups = match.groupdict()
        if delimiter := groups.get("fence"):
            fence = "" if fence == delimiter else fence or delimiter
        elif not fence:
            title = groups["title"] or groups.get("underlined") or ""
            depth = depth_of(groups["depth"] or groups.get("underline") or "")
            line = line_of(match.start())
            marks.append(Mark(line, depth, title.strip(" \t\r#=:")[:LONGEST_TITLE], groups.get("name") or ""))
    return marks


def _markdown_depth(signs: str) -> int:
    return 2 if signs == "-" else len(signs)


def _line_finder(text: str) -> Callable[[int], int]:
    """A function from an offset in `text` to its line, 0-based."""
    ends = list(accumulate(len(line) + 1 for line in text.split("\n")))
    return lambda offset: bisect_right(ends, offset)
