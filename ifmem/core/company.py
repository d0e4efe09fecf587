"""What a passage gains by its document: the rest of the question may stand elsewhere in it, and a neighbour may score too."""

from __future__ import annotations

from collections.abc import Iterable

from ifmem.core.concepts import Concepts
from ifmem.core.passages import Hit

DOCUMENT = 0.5  # what a term of the question adds that stands in any of the document's hits
NEIGHBOUR = 0.1  # of the best neighbour's score
APART = 2  # lines between neighbours


def in_company(hits: Iterable[Hit], concepts: Concepts) -> list[Hit]:
    """The hits, best first, with what their documents add to their scores."""
    documents: dict[str, list[Hit]] = {}
    for hit in hits:
        documents.setdefault(hit.path, []).append(hit)
    raised = [hit for beside in documents.values() for hit in _raised(beside, concepts)]
    return sorted(raised, key=lambda hit: (-hit.score, hit.path, hit.start_line))


def _raised(hits: Iterable[Hit], concepts: Concepts) -> Iterable[Hit]:
    """The hits of one document."""
    ordered = sorted(hits, key=lambda hit: (hit.start_line, hit.end_line))
    held = frozenset[str]().union(*(hit.matched for hit in ordered))
    shared = DOCUMENT * sum(weight for term, weight in concepts.asked.items() if term in held)
    for at, hit in enumerate(ordered):
        around = (*ordered[max(0, at - 1) : at], *ordered[at + 1 : at + 2])
        beside = max((other.score for other in around if _beside(hit, other)), default=0.0)
        yield hit._replace(score=hit.score + shared + NEIGHBOUR * beside)


def _beside(hit: Hit, other: Hit) -> bool:
    return hit.start_line <= other.end_line + APART and hit.end_line >= other.start_line - APART
