"""Where in a hit the definition stands that a question asks for, and how much of it to quote: the docstring goes with its function."""

from __future__ import annotations

from collections.abc import Sequence

from ifmem.core.definitions import definition_term, is_definition
from ifmem.core.named_lines import constants, descriptions
from ifmem.core.outline import outline
from ifmem.core.passages import Hit
from ifmem.core.windows import CHARACTERS, LINES, Lines


def definition_in(hit: Hit, text: Lines) -> int | None:
    """The line, of the file, of the first definition in the hit that was asked for; None if there is none."""
    asked = set(filter(is_definition, hit.matched))
    if not asked:
        return None
    lines = "\n".join(text.between(hit.start_line, hit.end_line))
    marks = (*outline(hit.path, lines), *constants(hit.path, lines), *descriptions(hit.path, lines))
    found = (mark.line for mark in marks if mark.name and definition_term(mark.name) in asked)
    first = min(found, default=None)
    return None if first is None else hit.start_line + first


def length_of_definition(lines: Sequence[str]) -> int:
    """How many of the lines from a definition on to quote: what fits, without blank ones at the end."""
    end = characters = 0
    for line in lines[:LINES]:
        characters += len(line)
        if end and characters > CHARACTERS:
            break
        end += 1
    while end > 1 and not lines[end - 1].strip():
        end -= 1
    return end
