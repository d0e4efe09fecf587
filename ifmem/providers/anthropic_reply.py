"""One streamed reply as it comes in: the vendor's events become ours, and what remains is why it ended and what it used.

Servers differ and change: events, blocks and fields that are not known are passed over, and missing usage counts as none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ifmem.core.documents import Citation
from ifmem.core.findings import Usage
from ifmem.providers.contract import Quote, Text
from ifmem.providers.sign_off import is_sign_off, may_be_sign_off

STOPS = {
    "end_turn": "complete",
    "stop_sequence": "complete",
    "max_tokens": "truncated",
    "model_context_window_exceeded": "truncated",
    "refusal": "refused",
}


class Reply:
    """`text` and `quotes` are what it has said so far. `cited` gives the places that a citation of the vendor stands for."""

    def __init__(self, cited: Callable[[Any], Iterable[Citation]]) -> None:
        self.text = ""
        self.quotes: list[Citation] = []
        self.usage = Usage()
        self.refused_as = ""
        self.life = ""  # which one the cache entries it may have written were bought for
        self._cited = cited
        self._shown = 0  # characters of the text that have been handed on
        self._ended: str | None = None
        self._begun = False

    @property
    def stop(self) -> str:
        """`complete`, `truncated`, `refused`, or `incomplete` for a reply that was cut off."""
        return STOPS.get(self._ended or "", "incomplete")

    @property
    def fault(self) -> str:
        """What is worth asking again for: `cut off`, `a sign-off`; empty if it is neither."""
        if self._ended is None:
            return "cut off"
        return "a sign-off" if self.signed_off else ""

    @property
    def signed_off(self) -> bool:
        """Whether it took leave instead of answering."""
        return self.stop == "complete" and not self.quotes and is_sign_off(self.text)

    @property
    def begun(self) -> bool:
        """Whether the vendor has said anything: then what it used is known."""
        return self._begun

    @property
    def shown(self) -> bool:
        """Whether the asker has seen any of it."""
        return self._shown > 0

    @property
    def prompt_tokens(self) -> int:
        return self.usage.input + self.usage.cache_write + self.usage.cache_read

    def take(self, event: Any) -> Iterator[Text | Quote]:
        """What one event of the stream tells the asker. Text that may be the beginning of a sign-off waits."""
        kind, delta = getattr(event, "type", ""), getattr(event, "delta", None)
        self._begun = True
        if kind == "message_start":
            self._count(getattr(getattr(event, "message", None), "usage", None))
        elif kind == "message_delta":
            self._count(getattr(event, "usage", None))
            self._end(delta)
        elif kind == "content_block_start":
            yield from self._say(_text_of(getattr(event, "content_block", None)))
        elif kind == "content_block_delta":
            yield from self._say(_text_of(delta))
            if getattr(delta, "type", "") == "citations_delta":
                yield from self._quote(getattr(delta, "citation", None))

    def rest(self) -> Iterator[Text]:
        """Text that waited; for a refusal without a word, that it is one."""
        if self.stop == "refused" and not self.text:
            yield Text(f"The model refused to answer ({self.refused_as or 'no reason given'}).")
        if waiting := self.text[self._shown :]:
            self._shown = len(self.text)
            yield Text(waiting)

    def _say(self, text: str) -> Iterator[Text]:
        self.text += text
        if self.quotes or not may_be_sign_off(self.text):
            yield from self.rest()

    def _quote(self, location: Any) -> Iterator[Text | Quote]:
        for citation in self._cited(location):
            if citation not in self.quotes:
                self.quotes.append(citation)
                yield from self.rest()
                yield Quote(citation)

    def _count(self, usage: Any) -> None:
        """Counts are cumulative: a later one replaces an earlier one, one that is not given leaves it."""

        def latest(name: str, before: int) -> int:
            count = getattr(usage, name, None)
            return count if isinstance(count, int) else before

        self.usage = Usage(
            latest("input_tokens", self.usage.input),
            latest("cache_creation_input_tokens", self.usage.cache_write),
            latest("cache_read_input_tokens", self.usage.cache_read),
            latest("output_tokens", self.usage.output),
        )

    def _end(self, delta: Any) -> None:
        reason = getattr(delta, "stop_reason", None)
        self._ended = reason if isinstance(reason, str) and reason else self._ended
        self.refused_as = str(getattr(getattr(delta, "stop_details", None), "category", None) or "")


def _text_of(part: Any) -> str:
    """The text that a block starts with or a delta adds; empty for those of other types."""
    said = getattr(part, "text", None) if getattr(part, "type", "") in ("text", "text_delta") else None
    return said if isinstance(said, str) else ""
