"""The values that travel over the bus and into the archive. A record never holds a connection.

Every record reads its own JSON back and ignores fields it does not know, so that a newer process may add some.
Times are seconds since the epoch (UTC) unless a name says otherwise; durations name their unit.
"""

from __future__ import annotations

import json
import time
import uuid
from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple, Self

PROTOCOL = 1  # raised when two processes could no longer understand each other


def new_id(prefix: str) -> str:
    """A sortable unique id: `q_` for queries, `f_` for findings; the specification calls them q_001, uuid."""
    return f"{prefix}_{int(time.time() * 1000):011x}{uuid.uuid4().hex[:10]}"


@dataclass(frozen=True)
class Record:
    """A frozen value with JSON in and out."""

    def to_dict(self) -> dict[str, Any]:
        plain: dict[str, Any] = json.loads(self.to_json())
        return {"schema": plain["schema"], **plain} if "schema" in plain else plain

    def to_json(self) -> str:
        return json.dumps(self.__dict__, default=vars, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        return cls.from_dict(json.loads(text))

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        known = {f.name for f in fields(cls)}
        return cls(**{name: value for name, value in values.items() if name in known})


@dataclass(frozen=True)
class Document(Record):
    """One text of the corpus.

    `sha256` is of the source's bytes as they stand on disk (of the UTF-8 text for command output), so that anyone can check it with
    sha256sum. A file too large for one page is cut at line ends into `parts`; `first_line` is then the part's first
    line in the file (1-based).
    """

    path: str
    text: str
    sha256: str
    first_line: int = 1
    part: int = 1
    parts: int = 1

    def lines(self) -> list[str]:
        """Lines without their ends. Only line feeds end a line, as in editors and git."""
        return self.text.removesuffix("\n").split("\n") if self.text else []


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
class Spot(Record):
    """Lines of a file, 1-based and inclusive."""

    path: str
    start_line: int
    end_line: int

    @property
    def place(self) -> str:
        """`path:12-19`, as editors and the specification write it."""
        lines = f"{self.start_line}" if self.start_line == self.end_line else f"{self.start_line}-{self.end_line}"
        return f"{self.path}:{lines}"


@dataclass(frozen=True)
class Citation(Spot):
    """A place in the corpus and what stands there. Lines are 1-based and inclusive, of the file and not of the page.

    `verification` is one of `verified` (the quote stands at these lines), `moved` (it stood elsewhere in the document; the lines are
    repaired) and `not found`. `also` are other places that say the same, or nearly so.
    """

    quote: str
    sha256: str = ""
    shard: str = ""
    verification: str = "not found"
    score: float = 0.0
    also: tuple[Spot, ...] = ()

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        return super().from_dict({**values, "also": tuple(Spot.from_dict(spot) for spot in values.get("also") or ())})


@dataclass(frozen=True)
class PageUse(Record):
    """One page that was read for a finding, and whether the provider had it cached: `warm`, `cold` or `none` (no cache involved)."""

    digest: str
    cache: str = "none"
    tokens: int = 0


@dataclass(frozen=True)
class Query(Record):
    """What was asked. The same body is read by the coordinator and, with `weights` filled in, by the shards.

    `type` is `query`, or `ping` for a round trip through the real hand-off without a provider. `deadline` is when
    its asker stops waiting. `weights` are the corpus-wide weights of the question's terms (see core.routing).
    """

    id: str
    question: str
    type: str = "query"
    shards: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    weights: dict[str, float] = field(default_factory=dict)
    asked_at: float = 0.0
    deadline: float = 0.0
    protocol: int = PROTOCOL

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        tuples = {name: tuple(values.get(name) or ()) for name in ("shards", "pages")}
        return super().from_dict({**values, **tuples})


@dataclass(frozen=True)
class Finding(Record):
    """What one shard (or worker) found for one query. `error` is filled instead of `text` when it could not be answered."""

    id: str
    query_id: str
    shard: str
    found: bool
    text: str
    citations: tuple[Citation, ...] = ()
    pages: tuple[PageUse, ...] = ()
    score: float = 0.0
    usage: Usage = Usage()
    cost_usd: float = 0.0
    provider: str = ""
    model: str = ""
    attempts: int = 1
    incarnation: int = 0
    duration_ms: float = 0.0
    created_at: float = 0.0
    error: str = ""

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        nested = {
            "citations": tuple(Citation.from_dict(c) for c in values.get("citations") or ()),
            "pages": tuple(PageUse.from_dict(p) for p in values.get("pages") or ()),
            "usage": Usage.from_dict(values.get("usage") or {}),
        }
        return super().from_dict({**values, **nested})


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
    """What the asker gets: the answer and its receipt. `to_dict()` is `ifmem ask --json`, schema 1, only ever extended."""

    id: str
    question: str
    answer: str
    found: bool
    citations: tuple[Citation, ...] = ()
    shards: tuple[ShardUse, ...] = ()
    usage: Usage = Usage()
    cost_usd: float = 0.0
    prices_as_of: str | None = None
    provider: str = ""
    model: str = ""
    corpus: str = ""
    duration_ms: float = 0.0
    asked_at: float = 0.0
    partial: bool = False
    error: dict[str, Any] | None = None
    schema: int = 1

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        nested = {
            "citations": tuple(Citation.from_dict(c) for c in values.get("citations") or ()),
            "shards": tuple(ShardUse.from_dict(s) for s in values.get("shards") or ()),
            "usage": Usage.from_dict(values.get("usage") or {}),
        }
        return super().from_dict({**values, **nested})


@dataclass(frozen=True)
class Beat(Record):
    """A process's sign of life and of progress, sent to the supervisor by pipe and to everyone else by the bus.

    `oldest_s` is how long the oldest question has been worked on, `late_s` how far the latest one is past its deadline (negative:
    time left).
    """

    name: str
    incarnation: int
    state: str
    since: float
    pid: int
    host: str
    in_flight: int = 0
    oldest_s: float = 0.0
    late_s: float = -1.0
    answered: int = 0
    tokens: int = 0
    capacity: int = 0
    pages: int = 0
    context: str = ""
    detail: str = ""
    p50_ms: float | None = None


class Progress(NamedTuple):
    """What an asker hears while it waits: `text` is a piece of the answer, `state` a word on who is doing what."""

    kind: str
    text: str
