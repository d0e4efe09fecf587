"""What spans mean: the text that they make of an earlier one."""

from __future__ import annotations

from collections.abc import Iterable

from ifmem.core.amendments import Span, lines_of


def applied(before: str, spans: Iterable[Span]) -> str:
    """What `before` becomes."""
    lines, at, made = lines_of(before), 0, list[str]()
    for span in spans:
        made += lines[at : span.start - 1]
        made += span.lines
        at = span.start - 1 + span.removed
    return "".join(made + lines[at:])
