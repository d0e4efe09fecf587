"""What was asked, as it travels over the bus and into the archive."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Self

from ifmem.core.protocol import PROTOCOL
from ifmem.core.record import Record


@dataclass(frozen=True)
class Turn(Record):
    """An earlier question and its answer, which a question follows up on."""

    question: str
    answer: str


@dataclass(frozen=True)
class Query(Record):
    """What was asked. The same body is read by the coordinator and, with `weights` filled in, by the shards.

    `type` is `query`, or `ping` for a round trip through the real hand-off without a provider. `deadline` is when
    its asker stops waiting. `weights` are the corpus-wide weights of the question's terms, `levels` the best score that any shard has
    for each of its parts (see core.routing, core.compound). `stream`: the asker wants the text as it comes, and the shard that reads
    this is the only one asked. `fresh`: no stored answer will do. `model` and `synthesis` say how findings become one answer (empty:
    as configured). `follows` is the id of the question this one follows up on, `history` those turns, oldest first, `shortened` if
    they are not the whole conversation.
    `due` is the deadline by the monotonic clock of the machine that `boot` names (stores.deadlines).
    """

    id: str
    question: str
    type: str = "query"
    shards: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    weights: dict[str, float] = field(default_factory=dict)
    levels: tuple[float, ...] = ()
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
        tuples = {name: tuple(values.get(name) or ()) for name in ("shards", "pages", "levels")}
        history = tuple(Turn.from_dict(turn) for turn in values.get("history") or ())
        return super().from_dict({**values, **tuples, "history": history})
