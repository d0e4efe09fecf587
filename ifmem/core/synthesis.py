"""What several findings are when a model makes one answer of them: the places they rest on, and the check of what it cites. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ifmem.core.citations import stands
from ifmem.core.documents import Citation
from ifmem.core.findings import Finding
from ifmem.core.folding import fold
from ifmem.core.verification import NOT_FOUND


def places_of(finding: Finding) -> tuple[Citation, ...]:
    """A finding's citations that have been found in the loaded text: nothing else is worth repeating."""
    return tuple(citation for citation in finding.citations if stands(citation))


def settled(citation: Citation, findings: Iterable[Finding]) -> Citation:
    """The citation as one of the findings has it, verified there; `not found` if none of them has these words at these lines."""
    for finding in findings:
        for known in places_of(finding):
            if _is_same(citation, known):
                return replace(known, shard=known.shard or finding.shard)
    return replace(citation, verification=NOT_FOUND)


def _is_same(one: Citation, other: Citation) -> bool:
    place = (one.path, one.start_line, one.end_line) == (other.path, other.start_line, other.end_line)
    return place and fold(one.quote) == fold(other.quote)


def needs_one_answer(findings: Sequence[Finding]) -> bool:
    """Whether there is something for a model to write: several findings, at least one of them in a model's own words."""
    return len(findings) > 1 and any(map(has_own_words, findings))


def has_own_words(finding: Finding) -> bool:
    """Whether its text says more than its citations quote."""
    return finding.provider not in ("", "extractive")
