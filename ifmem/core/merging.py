"""Several findings into one answer, without a model: the best citations of all of them, quoted. Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from ifmem.core.citations import stands
from ifmem.core.documents import Citation, Spot
from ifmem.core.findings import Finding
from ifmem.core.folding import fold
from ifmem.core.regrets import common, regret, unanswered
from ifmem.core.synthesis import has_own_words

CITATIONS = 5
SAME = 0.8  # share of words in common from which quotes of two files say the same


class Merged(NamedTuple):
    """The part of an answer that comes from its findings."""

    text: str
    found: bool
    citations: tuple[Citation, ...]


def merge(findings: Sequence[Finding], limit: int = CITATIONS) -> Merged:
    """One finding passes through; of several, the best citations lead, whichever shard they came from, at most `limit`.

    What a model wrote is not taken apart: if one of them did, their texts stand side by side with all their citations.
    Findings that could not answer are left out as soon as one could; their regrets, and the quotes that failed them, are worth reading
    only if all have nothing. What the extractive reader lacked everywhere is said in one voice.
    """
    found = [finding for finding in findings if finding.found]
    if len(found) == 1:
        return Merged(found[0].text, True, found[0].citations)
    if any(map(has_own_words, found)):
        return _side_by_side(found)
    if found:
        best = _best([[c for c in finding.citations if stands(c)] for finding in found], limit)
        return Merged("".join(map(quoted, best)) + unanswered(common(findings)), True, best)
    if findings and (lacks := common(findings)):
        return Merged(regret(lacks), False, ())
    regrets = sorted(findings, key=lambda finding: -finding.score)
    return Merged(regrets[0].text, False, regrets[0].citations) if regrets else Merged("", False, ())


def _side_by_side(found: Sequence[Finding]) -> Merged:
    """Each finding's text under its shard's name, best first; no citation twice."""
    ordered = sorted(found, key=lambda finding: (-finding.score, finding.shard))
    text = "\n\n".join(f"{finding.shard}:\n{finding.text.strip()}" for finding in ordered)
    citations = tuple(dict.fromkeys(citation for finding in ordered for citation in finding.citations))
    return Merged(text, True, citations)


def _best(findings: Iterable[Sequence[Citation]], limit: int) -> tuple[Citation, ...]:
    """The best by score, no place and no text twice; but each finding's own best is among them as far as there is room."""
    ranked = [sorted(citations, key=_rank) for citations in findings]
    leading = sorted((citations[0] for citations in ranked if citations), key=_rank)
    others = sorted((citation for citations in ranked for citation in citations[1:]), key=_rank)
    chosen: list[Citation] = []
    for citation in (*leading, *others):
        same = next((at for at, one in enumerate(chosen) if _says_the_same(one, citation)), None)
        if same is not None:
            chosen[same] = _joined(*sorted((chosen[same], citation), key=_rank))
        elif len(chosen) < limit:
            chosen.append(citation)
    return tuple(sorted(chosen, key=_rank))


def _says_the_same(one: Citation, other: Citation) -> bool:
    """Whether they are one place, or places in two files with all but the same words."""
    if one.path == other.path:
        return one.place == other.place
    words, others = (set(fold(citation.quote).split()) for citation in (one, other))
    return len(words & others) >= SAME * max(1, len(words | others))


def _joined(better: Citation, other: Citation) -> Citation:
    """One citation that names the places of both."""
    spots = [*better.also, Spot(other.path, other.start_line, other.end_line), *other.also]
    also = {spot.place: spot for spot in spots if spot.place != better.place}
    return replace(better, also=tuple(also.values()))


def _rank(citation: Citation) -> tuple[float, str, int]:
    return -citation.score, citation.path, citation.start_line


def quoted(citation: Citation) -> str:
    """A citation as a paragraph: where it stands, and where else nearly the same does, then what stands there, indented."""
    also = f" (also {', '.join(spot.place for spot in citation.also)})" if citation.also else ""
    lines = textwrap.dedent(citation.quote.expandtabs(4))
    return f"{citation.place}{also}\n{textwrap.indent(lines, '    ')}\n\n"
