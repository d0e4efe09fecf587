"""What one shard found, and what that took, as it travels over the bus and into the archive."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from ifmem.core.documents import Citation
from ifmem.core.record import Record


@dataclass(frozen=True)
class Usage(Record):
    """Token classes as the vendor bills them; all zero for extractive answers."""

    input: int = 0
    cache_write: int = 0
    cache_read: int = 0
    output: int = 0

    def plus(self, other: Usage) -> Usage:
        return Usage(
            self.input + other.input,
            self.cache_write + other.cache_write,
            self.cache_read + other.cache_read,
            self.output + other.output,
        )


@dataclass(frozen=True)
class PageUse(Record):
    """One page that was read for a finding, and whether the provider had it cached: `warm`, `cold` or `none` (no cache involved)."""

    digest: str
    cache: str = "none"
    tokens: int = 0


@dataclass(frozen=True)
class Lack(Record):
    """What a shard's sources lack for one part of a question: the words that stand nowhere in them, those that do not stand with the
    rest, how many more there are, and the places that come nearest, best first."""

    question: str
    nowhere: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()
    more: int = 0
    nearest: tuple[str, ...] = ()

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        lists = {name: tuple(values.get(name) or ()) for name in ("nowhere", "apart", "nearest")}
        return super().from_dict({**values, **lists})


@dataclass(frozen=True)
class Finding(Record):
    """What one shard (or worker) found for one query. `error` is filled instead of `text` when it could not be answered; `fix` is what
    a person can do about it, `exit_code` of that kind of error.

    `note` is what the reader has to know about how it was made, e.g. that the budget is spent and it is extractive. `stop` is
    `complete`, `truncated`, `refused` or `incomplete`. `cost_usd` is None where no price is known. `asked_again` counts replies that
    took leave without answering. `built_on` are the ids of earlier findings that this one rests on. `worker` is whose finding it is if a
    worker made it, `birth_ms` what passed from the order to fork that worker until it held the task.
    `lacks` are the parts of the question that the extractive reader could not answer.
    """

    id: str
    query_id: str
    shard: str
    found: bool
    text: str
    citations: tuple[Citation, ...] = ()
    pages: tuple[PageUse, ...] = ()
    score: float = 0.0
    usage: Usage = Usage()
    cost_usd: float | None = 0.0
    provider: str = ""
    model: str = ""
    attempts: int = 1
    incarnation: int = 0
    duration_ms: float = 0.0
    created_at: float = 0.0
    error: str = ""
    fix: str = ""
    exit_code: int = 1
    note: str = ""
    stop: str = "complete"
    asked_again: int = 0
    built_on: tuple[str, ...] = ()
    worker: str = ""
    birth_ms: float = 0.0
    version: str = ""  # of the shard's text that it was made from
    lacks: tuple[Lack, ...] = ()

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        nested = {
            "citations": tuple(Citation.from_dict(c) for c in values.get("citations") or ()),
            "pages": tuple(PageUse.from_dict(p) for p in values.get("pages") or ()),
            "usage": Usage.from_dict(values.get("usage") or {}),
            "built_on": tuple(values.get("built_on") or ()),
            "lacks": tuple(Lack.from_dict(lack) for lack in values.get("lacks") or ()),
        }
        return super().from_dict({**values, **nested})
