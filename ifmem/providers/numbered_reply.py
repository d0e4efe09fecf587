"""One streamed reply as it comes in, of a server that cites in its text: what the asker is told, why it ended and what it used."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ifmem.core.documents import Citation, Document
from ifmem.core.findings import Usage
from ifmem.providers.contract import Quote, Text
from ifmem.providers.endpoint import Ended, Heard, Said, Used
from ifmem.providers.numbered_citations import Citations
from ifmem.providers.sign_off import is_sign_off, may_be_sign_off


class NumberedReply:
    """`text` and `quotes` are what it has said so far, the text without its citations; `usage` is None until the server tells it.

    `cut_to` is filled in by whoever knows the prompt: the tokens that the server has read of it, if that was a small part.
    """

    def __init__(self, sent: Sequence[Document]) -> None:
        self.text = ""
        self.quotes: list[Citation] = []
        self.usage: Usage | None = None
        self.cut_to: int | None = None
        self.cache = "none"
        self.begun = False
        self._citations = Citations(sent)
        self._waiting: list[Text | Quote] = []  # not handed on yet: it may be the beginning of a sign-off
        self._shown = False
        self._ended: Ended | None = None

    @property
    def stop(self) -> str:
        """`complete`, `truncated`, `refused`, or `incomplete` for a reply that was cut off."""
        return self._ended.stop if self._ended else "incomplete"

    @property
    def signed_off(self) -> bool:
        """Whether it took leave instead of answering."""
        return self.stop == "complete" and not self.quotes and is_sign_off(self.text)

    @property
    def fault(self) -> str:
        """What is worth asking again for: `cut off`, `a sign-off`; empty if it is neither."""
        if self._ended is None:
            return "cut off"
        return "a sign-off" if self.signed_off else ""

    @property
    def shown(self) -> bool:
        """Whether the asker has seen any of it."""
        return self._shown

    def take(self, heard: Heard) -> Iterator[Text | Quote]:
        """What one event tells the asker. Text that may be the beginning of a sign-off waits."""
        self.begun = True
        match heard:
            case Said(text):
                yield from self._hand_on(self._citations.take(text))
            case Used(usage, caches):
                self.usage = usage
                self.cache = _cache_of(usage) if caches or usage.cache_read else "none"
            case Ended():
                yield from self._hand_on(self._citations.rest())
                self._ended = heard

    def rest(self) -> Iterator[Text | Quote]:
        """What waited; for a refusal without a word, that it is one."""
        self._note(self._citations.rest())
        if self._ended and self.stop == "refused" and not self.text:
            self._waiting.append(Text(f"The model refused to answer ({self._ended.why or 'no reason given'})."))
        yield from self._let_go()

    def _hand_on(self, events: Iterator[Text | Quote]) -> Iterator[Text | Quote]:
        self._note(events)
        if self.quotes or not may_be_sign_off(self.text):
            yield from self._let_go()

    def _note(self, events: Iterator[Text | Quote]) -> None:
        for event in events:
            if isinstance(event, Text):
                self.text += event.text
            elif event.citation in self.quotes:
                continue
            else:
                self.quotes.append(event.citation)
            self._waiting.append(event)

    def _let_go(self) -> Iterator[Text | Quote]:
        waiting, self._waiting = self._waiting, []
        for event in waiting:
            self._shown = True
            yield event


def _cache_of(usage: Usage) -> str:
    return "warm" if usage.cache_read else "cold"
