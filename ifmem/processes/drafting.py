"""What a provider says to one question, gathered while it comes: text, checked citations, how it ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ifmem.core.citations import stands
from ifmem.core.documents import Citation
from ifmem.core.marking import marked
from ifmem.providers.contract import Done, Event, Quote, Restart, Text


class Draft:
    """`check` settles a citation against the loaded text. What is quoted and does not stand there does not count as found."""

    def __init__(self, check: Callable[[Citation], Citation]) -> None:
        self._check = check
        self._said: list[str | Citation] = []
        self._done = Done(found=False, stop="incomplete")

    def take(self, event: Event) -> None:
        match event:
            case Text(text):
                self._said.append(text)
            case Quote(citation):
                self._said.append(self._check(citation))
            case Restart():
                self._said.clear()
            case Done():
                self._done = event

    def finding(self) -> dict[str, Any]:
        """The fields of a finding; sentences whose quotes failed are marked in its text."""
        citations = tuple(one for one in self._said if isinstance(one, Citation))
        done = self._done
        by = {"provider": done.provider, "model": done.model} if done.provider else {}
        return {
            "found": done.found and any(map(stands, citations)),
            "text": marked(self._said),
            "citations": citations,
            "pages": done.pages,
            "score": done.score,
            "usage": done.usage,
            "cost_usd": done.cost_usd,
            "stop": done.stop,
            "asked_again": done.asked_again,
            "note": done.note,
            "lacks": done.lacks,
            **by,
        }
