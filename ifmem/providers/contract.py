"""What every provider is: an asynchronous stream of events for one request.

The contract is a model's: pages that stay byte-stable in front, an overlay behind them, the question last; text as it comes, quotes,
and at the end the usage by token class and what the cache did. The extractive reader is a provider like any other, with usage zero.

Whatever a provider quotes is checked against the loaded text by the shard (`core.citations`) before anyone sees it.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ifmem.core.amendments import Amendment
from ifmem.core.documents import Citation, Document
from ifmem.core.findings import Finding, Lack, PageUse, Usage
from ifmem.core.pages import Page
from ifmem.core.queries import Turn


@dataclass(frozen=True)
class Request:
    """One question over one or more pages.

    `overlay` holds documents that replace those of the same path in the pages (text changed since the page was frozen). `amendments`
    say the same by page digest, as it happened and by changed lines only, for providers that let a model read the pages themselves.
    `weights` maps the question's terms to their corpus-wide weight, `levels` are the best scores that any shard has for its parts; empty
    if the asker did not compute any.
    `deadline_s` is how long the answer may take from now. `history` are the turns this question follows up on, oldest first.
    `query_id` names the question in the books of what was spent.
    """

    question: str
    instructions: str
    pages: tuple[Page, ...]
    overlay: tuple[Document, ...] = ()
    weights: Mapping[str, float] = field(default_factory=dict)
    levels: Sequence[float] = ()
    max_output_tokens: int = 2048
    deadline_s: float = 60.0
    history: tuple[Turn, ...] = ()
    query_id: str = ""
    amendments: Mapping[str, tuple[Amendment, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Synthesis:
    """One question and what several shards found for it, to be made one answer. Only findings that found something."""

    question: str
    instructions: str
    findings: tuple[Finding, ...]
    max_output_tokens: int = 2048
    deadline_s: float = 60.0
    history: tuple[Turn, ...] = ()
    query_id: str = ""


@dataclass(frozen=True)
class Text:
    """A piece of the answer, in order."""

    text: str


@dataclass(frozen=True)
class Restart:
    """What was said so far broke off and is taken back, text and quotes: the answer begins again."""

    why: str


@dataclass(frozen=True)
class Quote:
    """A citation as the provider gave it, unverified."""

    citation: Citation


@dataclass(frozen=True)
class Done:
    """The last event. `stop` is `complete`, `truncated`, `refused` or `incomplete`; `score` ranks findings of several shards.

    `cost_usd` is None where no price is known. `asked_again` counts replies that took leave without answering and were repeated.
    `note` is what the reader has to know about how it was made. `provider` and `model` say who answered, if that was not the provider
    that was asked but one behind it. `lacks` are the parts of the question that were not answered.
    """

    found: bool
    stop: str = "complete"
    score: float = 0.0
    usage: Usage = Usage()
    cost_usd: float | None = 0.0
    pages: tuple[PageUse, ...] = ()
    asked_again: int = 0
    note: str = ""
    provider: str = ""
    model: str = ""
    lacks: tuple[Lack, ...] = ()


Event = Text | Quote | Restart | Done


class Provider(Protocol):
    """`name` is the vendor, `model` the model id; both are part of the receipt."""

    name: str
    model: str

    def answer(self, request: Request) -> AsyncGenerator[Event, None]:
        """Stream the answer: an asynchronous generator, closed early if nobody waits any more. Raises IfmemError for what a person must
        mend (key, model), OverBudget where a limit on spending allows no call."""
        ...

    async def close(self) -> None: ...


class Synthesiser(Protocol):
    """A provider that can also make one answer of several findings. Its quotes are citations of those findings."""

    name: str
    model: str

    def synthesise(self, request: Synthesis) -> AsyncGenerator[Event, None]: ...

    async def close(self) -> None: ...
