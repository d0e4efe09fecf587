"""What a definition looks like in the programs of many languages: one pattern for each kind of language, no parser.

A match begins with the line break in front (`outline` puts one before the first line) and has the groups `depth` (white space), `title`
and one of `NAMES` with the name that is defined.
"""

from __future__ import annotations

import re

NAMES = ("name", "method", "function")

_BEFORE = r"\n(?:[ \t]*(?:@|#\[)[^\n]*\n){0,6}(?P<depth>[ \t]*)"  # its decorators or attributes
_PYTHON = re.compile(
    _BEFORE + r"(?P<title>(?:async[ \t]+)?(?:class|def)[ \t]+(?P<name>\w+)[ \t]*[(:\[][^\n]*)", re.MULTILINE
)
_WORDED = (
    r"(?:(?:export|default|public|private|protected|internal|static|abstract|final|async|pub(?:\([a-z]+\))?"
    r"|unsafe|sealed|override|data|inline)[ \t]+){0,4}"
    r"(?:class|def|function|func|fn|sub|struct|enum|interface|trait|impl|module|namespace|type|record|protocol)[ \t]+\*?"
    r"(?:\([^)\n]{1,80}\)[ \t]*)?(?P<name>[A-Za-z_$][\w$]*)[^\n]*"
)
_DEFINITION = re.compile(rf"{_BEFORE}(?P<title>{_WORDED})", re.MULTILINE)
_NO_METHOD = r"(?!(?:if|for|while|switch|catch|function|return|with|synchronized|using|lock)\b)"
_METHOD = (
    r"(?:(?:public|private|protected|internal|static|abstract|final|async|override|get|set|readonly)[ \t]+){0,4}"
    r"(?:(?!(?:return|new|else|throw|await|typeof)\b)[\w<>\[\],.?]+[ \t]+)?"  # what it returns
    rf"[*#]?{_NO_METHOD}(?P<method>[A-Za-z_$][\w$]*)[ \t]*\([^;\n'\"]*\)[ \t]*(?::[^={{\n]+)?\{{[ \t\r]*$"
)
_WITH_METHODS = re.compile(rf"{_BEFORE}(?P<title>{_WORDED}|{_METHOD})", re.MULTILINE)
_FUNCTION = r"(?!return\b|else\b|typedef\b)(?:\w+[ \t*&]+){1,6}(?P<function>\w+)\((?![^\n]*;[ \t\r]*$)[^\n]*"
_WITH_FUNCTIONS = re.compile(rf"\n(?P<depth>[ \t]*)(?P<title>{_WORDED}|(?<![ \t]){_FUNCTION})", re.MULTILINE)
_PYTHON_SUFFIXES = frozenset({"py", "pyi"})
_WITH_BRACES = frozenset("js jsx mjs cjs ts tsx java kt cs php swift scala dart".split())
_C = frozenset("c h cc cpp cxx hpp m".split())


def definitions_in(suffix: str) -> re.Pattern[str]:
    """The pattern for files with a suffix."""
    if suffix in _PYTHON_SUFFIXES:
        return _PYTHON
    if suffix in _C:
        return _WITH_FUNCTIONS
    return _WITH_METHODS if suffix in _WITH_BRACES else _DEFINITION
