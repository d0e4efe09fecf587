"""A provider that says what time it is, and says nothing more for a while: whoever hears it knows how long the words took."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator

from ifmem.core.documents import Citation
from ifmem.providers.contract import Done, Event, Quote, Request, Text
from ifmem.providers.extractive import Search

PAUSE_S = 0.3  # the rest of a reply comes later, as a model's does


class Speaking:
    name = "speaking"
    model = "clock"

    def __init__(self, search: Search) -> None:
        pass

    async def answer(self, request: Request) -> AsyncGenerator[Event, None]:
        yield Text(f"@{time.monotonic():.6f}@")
        await asyncio.sleep(PAUSE_S)
        document = request.pages[0].documents[0]
        yield Quote(Citation(document.path, 1, 1, document.lines()[0], document.sha256))
        yield Done(found=True, score=1.0)

    async def close(self) -> None:
        pass
