"""Names that stand in no outline, each defined or described in a line: constants, macros, options, what a manual's directive is about."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ifmem.core.outline import PROSE, RECORDS, Mark, line_finder, suffix_of

# A line break in front is found much faster than the start of a line; `_named` puts one before the first line.
_ASSIGNMENT = re.compile(
    r"\n(?:(?:export|pub|static|final|const|let|var)[ \t]+){0,3}(?P<name>[A-Za-z_]\w*)[ \t]*(?::[^=\n]{1,80})?"
    r"=(?!=|[ \t]*(?:await[ \t]+)?(?:require|import)\b)",
)
_CLASS_CONSTANT = re.compile(r"\n[ \t]+(?P<name>[A-Z][A-Z0-9_]{2,})[ \t]*(?::[^=\n]{1,80})?=(?!=)")
_MACRO = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(?P<name>\w+)", re.MULTILINE)
_SHELL_FUNCTION = re.compile(r"^(?P<name>[A-Za-z_][\w-]*)[ \t]*\([ \t]*\)[ \t]*\{?[ \t]*$", re.MULTILINE)
_NAME_OF_OPTION = r"\([ \t\n]*(?:[\"']-\w[\"'],[ \t\n]*)?[\"'](?P<name>--[A-Za-z][\w-]+)[\"'/]"
_OPTION, _ARGUMENT = re.compile(f"option{_NAME_OF_OPTION}"), re.compile(f"argument{_NAME_OF_OPTION}")
# What is described under it: ".. option:: --quiet, -q", ".. py:function:: flask.abort(code)".
_DIRECTIVE = re.compile(
    r"^[ \t]*\.\.[ \t]+(?:\w+:)?(?:function|class|method|data|attribute|exception|decorator|option|setting|envvar|confval"
    r"|program|macro|type|object|describe)::[ \t]+(?:[\w.]+\.)?(?P<name>--?[\w-]+|\w+)",
    re.MULTILINE,
)
# A heading that is nothing but a name, written as code.
_HEADING = re.compile(
    r"^(?:#{1,6}[ \t]+`(?P<name>[\w.-]+)`|``(?P<underlined>[\w.-]+)``\n[=\-~^\"'*+#`]{3,})[ \t\r]*$", re.MULTILINE
)

# What has to stand in a text for a pattern to be tried, and the pattern.
_IN_PROSE = ((".. ", _DIRECTIVE), ("`\n", _HEADING))
_IN_PYTHON = (("=", _ASSIGNMENT), ("=", _CLASS_CONSTANT), ("option(", _OPTION), ("argument(", _ARGUMENT))
_IN_OTHERS = (("=", _ASSIGNMENT), ("=", _CLASS_CONSTANT), ("define", _MACRO), ("()", _SHELL_FUNCTION))


def constants(path: str, text: str) -> list[Mark]:
    """Names that a program or a settings file assigns at the start of a line, or indented and in capitals, and what else it defines in
    a line: macros, functions of a shell, options of a command line."""
    suffix = suffix_of(path)
    if path.startswith("git:") or suffix in RECORDS | PROSE:
        return []
    return _named(_IN_PYTHON if suffix in {"py", "pyi"} else _IN_OTHERS, text)


def descriptions(path: str, text: str) -> list[Mark]:
    """Names that a manual describes, by a heading that is nothing else or by a directive."""
    is_manual = suffix_of(path) in PROSE and not path.startswith("git:")
    return _named(_IN_PROSE, text) if is_manual else []


def _named(patterns: Iterable[tuple[str, re.Pattern[str]]], text: str) -> list[Mark]:
    below = f"\n{text}"
    found = [match for needed, pattern in patterns if needed in text for match in pattern.finditer(below)]
    if not found:
        return []
    line_of = line_finder(text)
    return [Mark(line_of(match.start(name) - 1), 0, "", match[name]) for match in found if (name := match.lastgroup)]
