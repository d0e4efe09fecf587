"""What became of an answer's citations since it was given. Pure: texts come in, a verdict comes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from ifmem.core.citations import stands, verify
from ifmem.core.documents import Citation, Document
from ifmem.core.receipts import ALTERED
from ifmem.core.record import Record
from ifmem.core.verification import VERIFIED

UNCHANGED, MOVED, CHANGED, VANISHED, UNVERIFIED = "unchanged", "moved", "changed", "vanished", "unverified"
HELD, NOT_HELD, NOT_KEPT = "held", "not held", "not kept"


@dataclass(frozen=True)
class QuoteCheck(Record):
    """One citation, checked again.

    `said` is its class in the receipt. `loaded` tells whether the text it was taken from has the quote at these lines: `held`, `not held`,
    or `not kept` if that text is no longer there. `now` is `unchanged`, `moved` (to `place`), `changed` (its source no longer
    says so), `vanished` (the source is gone), or `unverified` for a quote that had not been found in the first place.
    """

    path: str
    start_line: int
    end_line: int
    said: str
    loaded: str
    now: str
    place: str = ""


@dataclass(frozen=True)
class SourceCheck(Record):
    """One source of an answer now: `unchanged`, `changed`, `moved` (to `place`, byte for byte) or `vanished`."""

    path: str
    sha256: str
    now: str
    place: str = ""


@dataclass(frozen=True)
class Verdict(Record):
    """What `ifmem verify` found. `digest` is `intact`, `altered` or `no digest`."""

    id: str
    question: str
    digest: str
    citations: tuple[QuoteCheck, ...]
    sources: tuple[SourceCheck, ...]
    schema: int = 1

    @property
    def genuine(self) -> bool:
        """Nothing in the receipt is known to be false."""
        return self.digest != ALTERED and all(one.loaded != NOT_HELD for one in self.citations)

    @property
    def current(self) -> bool:
        """Every quote that was found then can be found now."""
        return all(one.now not in (CHANGED, VANISHED) for one in self.citations)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        nested = {
            "citations": tuple(QuoteCheck.from_dict(one) for one in values["citations"]),
            "sources": tuple(SourceCheck.from_dict(one) for one in values["sources"]),
        }
        return super().from_dict({**values, **nested})


def check_quote(citation: Citation, loaded: Sequence[Document], now: Sequence[Document]) -> QuoteCheck:
    """Check one citation.

    `loaded` is the text that it was taken from (all parts, of the citation's path and sha256; none if it is not kept), `now` is what
    its source says now, under the path that it has now (none if it is gone).
    """
    facts = (citation.path, citation.start_line, citation.end_line, citation.verification)
    if not stands(citation):
        return QuoteCheck(*facts, NOT_KEPT, UNVERIFIED)
    held = (HELD if verify(citation, loaded).verification == VERIFIED else NOT_HELD) if loaded else NOT_KEPT
    if not now:
        return QuoteCheck(*facts, held, VANISHED)
    at = Citation(now[0].path, citation.start_line, citation.end_line, citation.quote)
    found = verify(at, now)
    if not stands(found):
        return QuoteCheck(*facts, held, CHANGED)
    same = found.place == citation.place
    return QuoteCheck(*facts, held, UNCHANGED if same else MOVED, "" if same else found.place)


def check_source(citation: Citation, now: Sequence[Document]) -> SourceCheck:
    """The source of a citation, `now` as in `check_quote`."""
    if not now:
        return SourceCheck(citation.path, citation.sha256, VANISHED)
    if now[0].path != citation.path:
        return SourceCheck(citation.path, citation.sha256, MOVED, now[0].path)
    return SourceCheck(citation.path, citation.sha256, UNCHANGED if now[0].sha256 == citation.sha256 else CHANGED)
