"""What to quote: hits become few excerpts of a dozen lines, neighbours merged, centred on the evidence, nothing said twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ifmem.core.concepts import Concepts
from ifmem.core.definition_lines import definition_in, length_of_definition
from ifmem.core.documents import Document, Spot
from ifmem.core.outline import outline
from ifmem.core.passages import Hit
from ifmem.core.text import terms_of
from ifmem.core.windows import LINE_CHARACTERS, LINES, Lines, best_part, best_window, quote_of, surrounded

NEAR = 3 * LINES
APART = 2  # hits with fewer lines between them are one piece of evidence
SAME = 0.8  # share of terms in common from which two excerpts say the same
COPY = 0.9  # of the last score wanted: what scores less is no copy of what is quoted
WORTH = 0.3  # of the best score: what scores less is not worth quoting

Source = Callable[[Hit], Document | None]


@dataclass(frozen=True)
class Excerpt:
    """Lines worth quoting, 1-based and of the file. `matched` are the question's terms that they or their context hold, `evidence` the
    first and the last of the lines that hold any."""

    hit: Hit
    start_line: int
    end_line: int
    matched: frozenset[str]
    quote: str
    text: Lines
    evidence: tuple[int, int]
    terms: frozenset[str] = frozenset()
    also: tuple[Spot, ...] = ()

    @property
    def spot(self) -> Spot:
        return Spot(self.hit.path, self.start_line, self.end_line)


def choose_excerpts(hits: Iterable[Hit], weights: Mapping[str, float], source: Source, *, limit: int) -> list[Excerpt]:
    """The best excerpts, best first. What says the same as a better one is named there.

    `hits` are best first. `source` gives the document a hit stands in, None if it is not to be quoted.
    """
    chosen: list[Excerpt] = []
    concepts = Concepts(weights)
    text_of = _Texts(source)
    worthy = _worth_quoting(hits)
    for hit in _one_of_each_region_first(worthy):
        if len(chosen) == limit and hit.score < COPY * chosen[-1].hit.score:
            break
        beside = [one for one in chosen if one.hit.path == hit.path]
        text = text_of(hit)
        if text is None or any(_is_quoted(hit, excerpt) for excerpt in beside):
            continue
        stretch = _definition(hit, beside, text) or _stretch(hit, worthy, beside, text)
        excerpt = _excerpt(hit, stretch, text, concepts)
        if not excerpt.quote:
            continue
        same = next((at for at, other in enumerate(chosen) if _says_the_same(excerpt, other)), None)
        if same is not None:
            chosen[same] = replace(chosen[same], also=(*chosen[same].also, excerpt.spot))
        elif len(chosen) < limit:
            chosen.append(excerpt)
    return _with_surroundings(chosen)


class _Texts:
    """The lines that hits stand in; a document is taken apart once."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._lines: dict[tuple[str, str, int], Sequence[str]] = {}

    def __call__(self, hit: Hit) -> Lines | None:
        document = self._source(hit)
        if document is None:
            return None
        key = (hit.page, document.path, document.first_line)
        if key not in self._lines:
            self._lines[key] = document.lines()
        return _around(hit, Lines(document.first_line, self._lines[key]))


def _around(hit: Hit, text: Lines) -> Lines:
    """The text with what begins near the hit, which is all that a quote of it can meet.

    A section that is no part of the one above ends that one; the first one what stands before all sections.
    """
    first = max(text.first, hit.start_line - NEAR)
    marks = outline(hit.path, "\n".join(text.between(first, hit.end_line + NEAR)))
    breaks = [first + mark.line for at, mark in enumerate(marks) if not at or mark.depth <= marks[at - 1].depth]
    return Lines(text.first, text.lines, [first + mark.line for mark in marks], breaks)


def _worth_quoting(hits: Iterable[Hit]) -> list[Hit]:
    ranked = list(hits)
    return [hit for hit in ranked if hit.score >= WORTH * ranked[0].score]


def _one_of_each_region_first(hits: Sequence[Hit]) -> list[Hit]:
    """The hits with no better one beside them, then the others: several places say more than one in many pieces."""
    regions: list[Hit] = []
    for hit in hits:
        if not any(_are_beside(hit, other) for other in regions):
            regions.append(hit)
    return [*regions, *(hit for hit in hits if hit not in regions)]


def _are_beside(hit: Hit, other: Hit) -> bool:
    same = (hit.path, hit.page) == (other.path, other.page)
    return same and hit.start_line <= other.end_line + APART and hit.end_line >= other.start_line - APART


def _is_quoted(hit: Hit, excerpt: Excerpt) -> bool:
    """Whether half of its lines are: the rest is another's or nobody's."""
    common = min(hit.end_line, excerpt.end_line) - max(hit.start_line, excerpt.start_line) + 1
    return 2 * common >= hit.end_line - hit.start_line + 1


def _definition(hit: Hit, beside: Sequence[Excerpt], text: Lines) -> tuple[int, int] | None:
    """The lines of the definition that is asked for, from its first on, if the hit has it and no other excerpt does."""
    start = definition_in(hit, text)
    if start is None:
        return None
    lowest, highest = _free(start, beside, text)
    return (start, start + length_of_definition(text.between(start, highest)) - 1) if start >= lowest else None


def _stretch(hit: Hit, hits: Iterable[Hit], beside: Sequence[Excerpt], text: Lines) -> tuple[int, int]:
    """The lines to look for evidence in: the hit's and those of the hits beside it, without what is quoted already."""
    start, end = hit.start_line, hit.end_line
    for other in hits:
        if (other.path, other.page) != (hit.path, hit.page):
            continue
        if other.start_line <= end + APART and other.end_line >= start - APART:
            first, last = min(start, other.start_line), max(end, other.end_line)
            if last - first < 2 * LINES:  # the rest of a long run of hits is another excerpt's
                start, end = first, last
    lowest, highest = _free(hit.start_line, beside, text)
    return max(start, lowest), min(end, highest)


def _free(line: int, others: Iterable[Excerpt], text: Lines) -> tuple[int, int]:
    """The first and the last line around a line that no other excerpt of the document has."""
    lowest, highest = text.first, text.last
    for other in others:
        if other.start_line <= line:
            lowest = max(lowest, other.end_line + 1)
        else:
            highest = min(highest, other.start_line - 1)
    return lowest, highest


def _excerpt(hit: Hit, stretch: tuple[int, int], text: Lines, concepts: Concepts) -> Excerpt:
    """The lines of a stretch that hold most of the question."""
    lines = text.between(*stretch)
    terms = [frozenset(terms_of(line)) for line in lines]
    breaks = [line - stretch[0] for line in text.breaks if stretch[0] < line <= stretch[1]]
    held = [concepts.held_by(line) for line in terms]
    start, end = best_window(lines, held, concepts.asked, breaks)
    quote = quote_of(lines[start:end])
    if end - start == 1 and len(quote) > LINE_CHARACTERS:
        quote = best_part(quote, concepts.asked)
    seen = frozenset[str]().union(*terms[start:end])
    own = frozenset[str]().union(*map(terms_of, text.between(hit.start_line, hit.end_line)))
    # What is left of the hit without its lines is its context; what the lines left out said is no evidence.
    matched = concepts.meant_by(seen) | (hit.matched - concepts.meant_by(own))
    holding = [at for at in range(start, end) if held[at]] or range(start, end)
    evidence = (stretch[0] + min(holding, default=start), stretch[0] + max(holding, default=start))
    return Excerpt(hit, stretch[0] + start, stretch[0] + end - 1, matched, quote, text, evidence, seen)


def _with_surroundings(chosen: Sequence[Excerpt]) -> list[Excerpt]:
    """The excerpts with as many of the lines around them as fit, as far as no other excerpt has them."""
    widened: list[Excerpt] = []
    for at, excerpt in enumerate(chosen):
        others = [other for other in (*widened, *chosen[at + 1 :]) if other.hit.path == excerpt.hit.path]
        widened.append(_surrounded(excerpt, others))
    return widened


def _surrounded(excerpt: Excerpt, others: Sequence[Excerpt]) -> Excerpt:
    text, start, end = excerpt.text, excerpt.start_line, excerpt.end_line
    if quote_of(text.between(start, end)) != excerpt.quote:  # a part of a long line
        return excerpt
    start, end = surrounded(text, *excerpt.evidence, *_free(start, others, text))
    return replace(excerpt, start_line=start, end_line=end, quote=quote_of(text.between(start, end)))


def overlap(excerpt: Excerpt, other: Excerpt) -> bool:
    """Whether they have a line in common."""
    same = (excerpt.hit.path, excerpt.hit.page) == (other.hit.path, other.hit.page)
    return same and excerpt.start_line <= other.end_line and excerpt.end_line >= other.start_line


def _says_the_same(excerpt: Excerpt, other: Excerpt) -> bool:
    return len(excerpt.terms & other.terms) >= SAME * max(1, len(excerpt.terms | other.terms))
