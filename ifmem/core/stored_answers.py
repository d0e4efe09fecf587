"""When an answer given before answers again: the same question, asked in the same way, of text that has not changed. Pure."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

from ifmem.core.answers import Answer
from ifmem.core.findings import Finding, Usage
from ifmem.core.queries import Query
from ifmem.core.record import Record


@dataclass(frozen=True)
class Kept(Record):
    """An answer with what it rests on: the shards that routing chose `first`, and the version of each shard's text that was `read`."""

    answer: Answer
    first: tuple[str, ...]
    read: dict[str, str] = field(default_factory=dict)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        nested = {"answer": Answer.from_dict(values["answer"]), "first": tuple(values["first"])}
        return super().from_dict({**values, **nested})

    def holds(self, first: Sequence[str], versions: Mapping[str, str]) -> bool:
        """Whether the same shards would be asked now, and all that was read then still says the same."""
        same = all(versions.get(name) == version for name, version in self.read.items())
        return set(self.first) == set(first) and same


def digest_of_asking(query: Query, manner: str) -> str:
    """What an answer is kept under: the question up to white space, whom it was put to, and `manner`, how answers are made."""
    asked = [" ".join(query.question.split()), sorted(query.shards), query.model, query.synthesis, manner]
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()


def may_be_reused(query: Query) -> bool:
    """Whether a question stands alone; what follows up on a conversation belongs to that conversation."""
    return query.type == "query" and not query.follows and not query.history


def worth_keeping(answer: Answer, findings: Iterable[Finding]) -> bool:
    """Whether it cost something and nothing went wrong: complete, with every shard's part, and with nothing to be said about it."""
    complete = all(finding.stop == "complete" for finding in findings)
    return answer.usage != Usage() and complete and not (answer.partial or answer.error or answer.notes)


def repeated(answer: Answer, query: Query, duration_ms: float) -> Answer:
    """A stored answer as the answer to a question put now, at no tokens, and labelled as what it is."""
    given = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(answer.asked_at))
    return replace(
        answer,
        id=query.id,
        question=query.question,
        usage=Usage(),
        cost_usd=0.0,
        duration_ms=round(duration_ms, 3),
        asked_at=query.asked_at,
        notes=(f"this is the stored answer of {given}: its sources have not changed; ask anew with --fresh",),
        asked_again=0,
        cached_from=answer.id,
    )
