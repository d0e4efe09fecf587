"""What to quote: hits become few excerpts of a dozen lines, neighbours merged, centred on the evidence, nothing said twice."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ifmem.core.concepts import Concepts
from ifmem.core.passages import Hit
from ifmem.core.records import Document, Spot
from ifmem.core.text import terms_of

LINES = 12
CHARACTERS = 1_200
LINE_CHARACTERS = 600  # a longer line is quoted in part
APART = 2  # hits with fewer lines between them are one piece of evidence
SAME = 0.8  # share of terms in common from which two excerpts say the same
WORTH = 0.5  # of the best score: what scores less is not worth quoting

Source = Callable[[Hit], Document | None]


@dataclass(frozen=True)
class Excerpt:
    """Lines worth quoting, 1-based and of the file. `matched` are the question's terms that they or their context hold."""

    hit: Hit
    start_line: int
    end_line: int
    matched: frozenset[str]
    quote: str = ""
    terms: frozenset[str] = frozenset()
    also: tuple[Spot, ...] = ()

    @property
    def spot(self) -> Spot:
        return Spot(self.hit.path, self.start_line, self.end_line)


def choose_excerpts(hits: Iterable[Hit], weights: Mapping[str, float], source: Source, *, limit: int) -> list[Excerpt]:
    """The best excerpts, best first. What says the same as a better one is named there.

    `source` gives the document a hit stands in, None if it is not to be quoted.
    """
    chosen: list[Excerpt] = []
    concepts = Concepts(weights)
    for merged in _merge(hits):
        document = source(merged.hit)
        if document is None:
            continue
        excerpt = _fit(merged, document, concepts)
        if not excerpt.quote or any(_overlap(excerpt, other) for other in chosen):
            continue
        same = next((at for at, other in enumerate(chosen) if _says_the_same(excerpt, other)), None)
        if same is not None:
            chosen[same] = replace(chosen[same], also=(*chosen[same].also, excerpt.spot))
        elif len(chosen) < limit:
            chosen.append(excerpt)
    return chosen


def _merge(hits: Iterable[Hit]) -> list[Excerpt]:
    """Hits, best first, as stretches of lines: a hit beside a better one widens it."""
    merged: list[Excerpt] = []
    best = 0.0
    for hit in hits:
        best = max(best, hit.score)
        if hit.score < WORTH * best:
            continue
        beside = next((i for i, other in enumerate(merged) if _beside(hit, other)), None)
        if beside is None:
            merged.append(Excerpt(hit, hit.start_line, hit.end_line, hit.matched))
        else:
            merged[beside] = _widened(merged[beside], hit)
    return merged


def _beside(hit: Hit, excerpt: Excerpt) -> bool:
    same = hit.path == excerpt.hit.path and hit.page == excerpt.hit.page
    return same and hit.start_line <= excerpt.end_line + APART and hit.end_line >= excerpt.start_line - APART


def _widened(excerpt: Excerpt, hit: Hit) -> Excerpt:
    start, end = min(excerpt.start_line, hit.start_line), max(excerpt.end_line, hit.end_line)
    if end - start >= 2 * LINES:  # far enough: the rest of a long run of hits is another excerpt's or nobody's
        return excerpt
    return replace(excerpt, start_line=start, end_line=end, matched=excerpt.matched | hit.matched)


def _fit(excerpt: Excerpt, document: Document, concepts: Concepts) -> Excerpt:
    """The excerpt narrowed to its best lines, with its quote."""
    first = document.first_line
    lines = document.lines()[excerpt.start_line - first : excerpt.end_line - first + 1]
    terms = [frozenset(terms_of(line)) for line in lines]
    held = [concepts.held_by(line) for line in terms]
    start, end = _best_window(lines, held, concepts.asked)
    quote = "\n".join(line.removesuffix("\r") for line in lines[start:end])
    if end - start == 1 and len(quote) > LINE_CHARACTERS:
        quote = _best_part(quote, concepts.asked)
    seen: frozenset[str] = frozenset().union(*terms[start:end])
    lost = concepts.meant_by(frozenset().union(*terms)) - concepts.meant_by(
        seen
    )  # what the lines left out said is no evidence
    return Excerpt(
        excerpt.hit, excerpt.start_line + start, excerpt.start_line + end - 1, excerpt.matched - lost, quote, seen
    )


def _best_window(lines: Sequence[str], held: Sequence[frozenset[str]], weights: Mapping[str, float]) -> tuple[int, int]:
    """Start and end (exclusive) of the lines within the limits that hold most of the question, blank edges left out."""
    value, best = -1.0, (0, 0)
    for start in range(len(lines)):
        end, characters = start, 0
        while end < len(lines) and end - start < LINES and (end == start or characters + len(lines[end]) <= CHARACTERS):
            characters += len(lines[end])
            end += 1
        asked = held[start:end]
        distinct: frozenset[str] = frozenset().union(*asked)
        # Repetition counts a little: of two windows with the same words, the one that dwells on them.
        here = sum(weights[t] for t in distinct) + 0.1 * sum(weights[t] for line in asked for t in line)
        if here > value and lines[start].strip():
            value, best = here, (start, end)
    start, end = best
    while end > start and not lines[end - 1].strip():
        end -= 1
    return start, end


def _best_part(line: str, weights: Mapping[str, float]) -> str:
    """The part of a long line that holds most of the question, without the words that were cut."""

    def worth(start: int) -> float:
        return sum(weights.get(term, 0.0) for term in set(terms_of(line[start : start + LINE_CHARACTERS])))

    start = max(range(0, len(line), LINE_CHARACTERS // 2), key=worth)
    part = line[start : start + LINE_CHARACTERS]
    if start:
        part = re.sub(r"^\w+", "", part)
    if start + LINE_CHARACTERS < len(line):
        part = re.sub(r"\w+$", "", part)
    return part.strip()


def _overlap(excerpt: Excerpt, other: Excerpt) -> bool:
    same = excerpt.hit.path == other.hit.path
    return same and excerpt.start_line <= other.end_line and excerpt.end_line >= other.start_line


def _says_the_same(excerpt: Excerpt, other: Excerpt) -> bool:
    return len(excerpt.terms & other.terms) >= SAME * max(1, len(excerpt.terms | other.terms))
