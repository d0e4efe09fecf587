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
    line in the file (1-based). `masked` counts the secrets that `text` is without; the lines are those of the source.
    """

    path: str
    text: str
    sha256: str
    first_line: int = 1
    part: int = 1
    parts: int = 1
    masked: int = 0

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

    `verification` is a class of `core.citations`, `not found` as long as nobody looked. `also` are other places that say the same, or
    nearly so.
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
class Turn(Record):
    """An earlier question and its answer, which a question follows up on."""

    question: str
    answer: str


@dataclass(frozen=True)
class Query(Record):
    """What was asked. The same body is read by the coordinator and, with `weights` filled in, by the shards.

    `type` is `query`, or `ping` for a round trip through the real hand-off without a provider. `deadline` is when
    its asker stops waiting. `weights` are the corpus-wide weights of the question's terms (see core.routing). `stream`: the asker
    wants the text as it comes, and the shard that reads this is the only one asked. `fresh`: no stored answer will do. `model` and
    `synthesis` say how findings become one answer (empty: as configured). `follows` is the id of the question this one follows up
    on, `history` those turns, oldest first, `shortened` if they are not the whole conversation.
    `due` is the deadline by the monotonic clock of the machine that `boot` names (stores.deadlines).
    """

    id: str
    question: str
    type: str = "query"
    shards: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    weights: dict[str, float] = field(default_factory=dict)
    asked_at: float = 0.0
    deadline: float = 0.0
    stream: bool = False
    fresh: bool = False
    model: str = ""
    synthesis: bool = True
    follows: str = ""
    history: tuple[Turn, ...] = ()
    shortened: bool = False
    due: float = 0.0
    boot: str = ""
    protocol: int = PROTOCOL

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        tuples = {name: tuple(values.get(name) or ()) for name in ("shards", "pages")}
        history = tuple(Turn.from_dict(turn) for turn in values.get("history") or ())
        return super().from_dict({**values, **tuples, "history": history})


@dataclass(frozen=True)
class Finding(Record):
    """What one shard (or worker) found for one query. `error` is filled instead of `text` when it could not be answered; `fix` is what
    a person can do about it, `exit_code` of that kind of error.

    `note` is what the reader has to know about how it was made, e.g. that the budget is spent and it is extractive. `stop` is
    `complete`, `truncated`, `refused` or `incomplete`. `cost_usd` is None where no price is known. `asked_again` counts replies that
    took leave without answering. `built_on` are the ids of earlier findings that this one rests on. `worker` is whose finding it is if a
    worker made it, `birth_ms` what passed from the order to fork that worker until it held the task.
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

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        nested = {
            "citations": tuple(Citation.from_dict(c) for c in values.get("citations") or ()),
            "pages": tuple(PageUse.from_dict(p) for p in values.get("pages") or ()),
            "usage": Usage.from_dict(values.get("usage") or {}),
            "built_on": tuple(values.get("built_on") or ()),
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
    warm: int = 0  # of the pages: those in the vendor's cache, as far as is known
    context: str = ""
    changes: int = 0  # documents that are no longer as their page was frozen
    detail: str = ""
    p50_ms: float | None = None


class Progress(NamedTuple):
    """What an asker hears while it waits: a piece of the answer (`text`), a word on who is doing what (`state`), or why the pieces
    so far are taken back (`restart`)."""

    kind: str
    text: str
