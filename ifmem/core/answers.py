"""What the asker gets, and hears while it waits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple, Self

from ifmem.core.documents import Citation
from ifmem.core.findings import PageUse, Usage
from ifmem.core.record import Record


@dataclass(frozen=True)
class ShardUse(Record):
    """One shard's part in an answer: its routing score, whether it was asked, and what came of it."""

    name: str
    asked: bool
    score: float = 0.0
    pages: tuple[PageUse, ...] = ()
    finding: str = ""
    found: bool = False
    attempts: int = 0
    duration_ms: float = 0.0
    error: str = ""

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        pages = tuple(PageUse.from_dict(p) for p in values.get("pages") or ())
        return super().from_dict({**values, "pages": pages})


@dataclass(frozen=True)
class Answer(Record):
    """What the asker gets: the answer and its receipt. `to_dict()` is `ifmem ask --json`, schema 1, only ever extended.

    `notes` say what the reader has to know about how it was made. `cost_usd` is None where no price is known. `cached_from` is
    the id of the answer that this one repeats, at no tokens. `follows` is the id of the question this one follows up on.
    `digest` covers all the other fields (core.receipts).
    """

    id: str
    question: str
    answer: str
    found: bool
    citations: tuple[Citation, ...] = ()
    shards: tuple[ShardUse, ...] = ()
    usage: Usage = Usage()
    cost_usd: float | None = 0.0
    prices_as_of: str | None = None
    provider: str = ""
    model: str = ""
    corpus: str = ""
    duration_ms: float = 0.0
    asked_at: float = 0.0
    partial: bool = False
    error: dict[str, Any] | None = None
    notes: tuple[str, ...] = ()
    asked_again: int = 0
    cached_from: str = ""
    follows: str = ""
    digest: str = ""
    schema: int = 1

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        nested = {
            "citations": tuple(Citation.from_dict(c) for c in values.get("citations") or ()),
            "shards": tuple(ShardUse.from_dict(s) for s in values.get("shards") or ()),
            "usage": Usage.from_dict(values.get("usage") or {}),
            "notes": tuple(values.get("notes") or ()),
        }
        return super().from_dict({**values, **nested})


class Progress(NamedTuple):
    """What an asker hears while it waits: a piece of the answer (`text`), a word on who is doing what (`state`), or why the pieces
    so far are taken back (`restart`)."""

    kind: str
    text: str
