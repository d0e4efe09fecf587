"""Findings laid out for a model that makes one answer of them: a `search_result` block each, which it can cite.

Inside, a finding's own words come first and each quote it rests on follows as a block of its own, so that a citation, which is a range
of blocks, leads back to a path and lines. Quotes that were not found in the loaded text are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ifmem.core.documents import Citation
from ifmem.core.findings import Finding
from ifmem.core.synthesis import places_of


@dataclass(frozen=True)
class Part:
    """A block inside a finding's search result, and the places that a citation of it stands for."""

    text: str
    places: tuple[Citation, ...]


@dataclass(frozen=True)
class LaidFindings:
    """The blocks to send, and the parts of each; a finding's place in their order is its index in a citation."""

    blocks: tuple[dict[str, Any], ...]
    parts: tuple[tuple[Part, ...], ...]

    def cited(self, location: Any) -> tuple[Citation, ...]:
        """The places that a citation of the vendor stands for.

        One that leads nowhere, or whose words are not those of the blocks it names, keeps the words it gave: whoever checks it will
        not find them there.
        """
        said = str(getattr(location, "cited_text", None) or "")
        parts = self._range(location)
        if not parts or (said.strip() and not _same(said, "".join(part.text for part in parts))):
            return (Citation(str(getattr(location, "source", None) or ""), 1, 1, said.strip("\n")),)
        return tuple(dict.fromkeys(place for part in parts for place in part.places))

    def _range(self, location: Any) -> Sequence[Part]:
        index, start, end = (
            getattr(location, name, None) for name in ("search_result_index", "start_block_index", "end_block_index")
        )
        if not (isinstance(index, int) and isinstance(start, int) and isinstance(end, int)):
            return ()
        return self.parts[index][start:end] if 0 <= index < len(self.parts) and start >= 0 else ()


def lay_out_findings(findings: Iterable[Finding]) -> LaidFindings:
    laid = [(finding, tuple(_parts(finding))) for finding in findings]
    return LaidFindings(tuple(_block(finding, parts) for finding, parts in laid), tuple(parts for _, parts in laid))


def _parts(finding: Finding) -> Iterable[Part]:
    places = places_of(finding)
    if finding.text.strip():  # vendors refuse blank text
        yield Part(finding.text, places)
    for place in places:
        yield Part(f"{place.place}\n{place.quote}\n", (place,))


def _block(finding: Finding, parts: Iterable[Part]) -> dict[str, Any]:
    return {
        "type": "search_result",
        "source": f"{finding.shard} {finding.id}",
        "title": finding.shard,
        "content": [{"type": "text", "text": part.text} for part in parts],
        "citations": {"enabled": True},
    }


def _same(one: str, other: str) -> bool:
    return "".join(one.split()) == "".join(other.split())
