"""What every provider is: an asynchronous stream of events for one request.

The contract is a model's: pages that stay byte-stable in front, an overlay behind them, the question last; text as it comes, quotes,
and at the end the usage by token class and what the cache did. The extractive reader is a provider like any other, with usage zero.

Whatever a provider quotes is checked against the loaded text by the shard (`core.citations`) before anyone sees it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from ifmem.core.pages import Page
from ifmem.core.records import Citation, Document, PageUse, Usage


@dataclass(frozen=True)
class Request:
    """One question over one or more pages.

    `overlay` holds documents that replace those of the same path in the pages (text changed since the page was frozen).
    `weights` maps the question's terms to their corpus-wide weight; empty if the asker did not compute any.
    `deadline_s` is how long the answer may take from now.
    """

    question: str
    instructions: str
    pages: tuple[Page, ...]
    overlay: tuple[Document, ...] = ()
    weights: Mapping[str, float] = field(default_factory=dict)
    max_output_tokens: int = 2048
    deadline_s: float = 60.0


@dataclass(frozen=True)
class Text:
    """A piece of the answer, in order."""

    text: str


@dataclass(frozen=True)
class Quote:
    """A citation as the provider gave it, unverified."""

    citation: Citation


@dataclass(frozen=True)
class Done:
    """The last event. `stop` is `complete`, `truncated`, `refused` or `incomplete`; `score` ranks findings of several shards."""

    found: bool
    stop: str = "complete"
    score: float = 0.0
    usage: Usage = Usage()
    cost_usd: float = 0.0
    pages: tuple[PageUse, ...] = ()


Event = Text | Quote | Done


class Provider(Protocol):
    """`name` is the vendor, `model` the model id; both are part of the receipt."""

    name: str
    model: str

    def answer(self, request: Request) -> AsyncIterator[Event]:
        """Stream the answer. Raises IfmemError for what a person must mend (key, model, budget)."""
        ...

    async def close(self) -> None: ...
