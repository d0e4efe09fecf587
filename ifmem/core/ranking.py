"""Which of many quotes lead, when they were found by different queries and their scores do not compare. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from ifmem.core.citations import stands
from ifmem.core.documents import Citation
from ifmem.core.findings import Finding
from ifmem.core.merging import Merged, quoted
from ifmem.core.text import question_terms, terms_of

LEADING = 5


def ranked(question: str, findings: Iterable[Finding]) -> list[Citation]:
    """What was quoted and stands, no place twice: first what holds most of the question's terms, then what was come upon most often."""
    quotes = [one for finding in findings for one in finding.citations if stands(one)]
    often = Counter(one.place for one in quotes)
    asked = set(question_terms(question))
    held = {one.quote: len(asked.intersection(terms_of(one.quote))) for one in quotes}
    first = {one.place: one for one in reversed(quotes)}
    return sorted(first.values(), key=lambda one: (-held[one.quote], -often[one.place], -one.score, one.place))


def conclusion(question: str, findings: Sequence[Finding]) -> Merged:
    """The quotes that lead, none that another overlaps, and nothing else."""
    leading: list[Citation] = []
    for one in ranked(question, findings):
        if len(leading) < LEADING and not any(overlap(one, other) for other in leading):
            leading.append(one)
    return Merged("".join(map(quoted, leading)), bool(leading), tuple(leading))


def overlap(one: Citation, other: Citation) -> bool:
    return one.path == other.path and one.start_line <= other.end_line and other.start_line <= one.end_line
