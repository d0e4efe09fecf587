"""Several findings into one answer, without a model: the best citations of all of them, quoted. Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ifmem.core.citations import NOT_FOUND
from ifmem.core.records import Citation, Finding

CITATIONS = 5


class Merged(NamedTuple):
    """The part of an answer that comes from its findings."""

    text: str
    found: bool
    citations: tuple[Citation, ...]


def merge(findings: Sequence[Finding], limit: int = CITATIONS) -> Merged:
    """One finding passes through; of several, the best citations lead, whichever shard they came from, at most `limit`.

    Findings that could not answer are left out as soon as one could; their regrets are worth reading only if all have nothing.
    """
    found = [finding for finding in findings if finding.found]
    if len(found) == 1:
        return Merged(found[0].text, True, found[0].citations)
    if found:
        best = _best([[c for c in finding.citations if c.verification != NOT_FOUND] for finding in found], limit)
        return Merged("".join(map(quoted, best)), True, best)
    regrets = sorted(findings, key=lambda finding: -finding.score)
    return Merged(regrets[0].text if regrets else "", False, ())


def _best(findings: Iterable[Sequence[Citation]], limit: int) -> tuple[Citation, ...]:
    """The best by score, no place twice; but each finding's own best is among them as far as there is room."""
    ranked = [sorted(citations, key=_rank) for citations in findings]
    leading = sorted((citations[0] for citations in ranked if citations), key=_rank)
    others = sorted((citation for citations in ranked for citation in citations[1:]), key=_rank)
    chosen: dict[tuple[str, int, int], Citation] = {}
    for citation in (*leading, *others):
        place = (citation.path, citation.start_line, citation.end_line)
        if len(chosen) < limit or place in chosen:
            chosen[place] = min(citation, chosen.get(place, citation), key=_rank)
    return tuple(sorted(chosen.values(), key=_rank))


def _rank(citation: Citation) -> tuple[float, str, int]:
    return -citation.score, citation.path, citation.start_line


def quoted(citation: Citation) -> str:
    """A citation as a paragraph: where it stands, and where else nearly the same does, then what stands there, indented."""
    also = f" (also {', '.join(spot.place for spot in citation.also)})" if citation.also else ""
    lines = textwrap.dedent(citation.quote.expandtabs(4))
    return f"{citation.place}{also}\n{textwrap.indent(lines, '    ')}\n\n"
