"""Providers that do what a test tells them: `provider = "python:scripted:Obedient"`. They run inside the shards of a real set.

`Obedient` takes its orders from the question: a verb, then a folder in which both sides leave marks. The others misbehave by nature.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

from ifmem.core.documents import Citation
from ifmem.core.findings import PageUse
from ifmem.errors import IfmemError
from ifmem.providers.contract import Done, Event, Quote, Request, Text
from ifmem.providers.extractive import Search

MENDED = "SCRIPTED_MENDED"  # the environment's name for a file; while it is missing, `Broken` cannot start
LOOK_EVERY_S = 0.01


class Steady:
    """Quotes the first line of what it was given, whatever the question."""

    name = "scripted"
    model = "steady"

    def __init__(self, search: Search) -> None:
        self.search = search

    async def answer(self, request: Request) -> AsyncIterator[Event]:
        page = request.pages[0]
        document = page.documents[0]
        yield Text("as told")
        yield Quote(Citation(document.path, 1, 1, document.lines()[0], document.sha256))
        yield Done(found=True, score=1.0, pages=(PageUse(page.digest),))

    async def close(self) -> None:
        pass


class Obedient(Steady):
    """`hold FOLDER`, `die FOLDER`, `leave FOLDER`, `spin FOLDER`, `cling FOLDER`; any other question is answered at once."""

    async def answer(self, request: Request) -> AsyncIterator[Event]:
        verb, _, argument = request.question.partition(" ")
        if order := getattr(self, f"_{verb}", None):
            await order(Path(argument))
        async for event in super().answer(request):
            yield event

    async def _hold(self, folder: Path) -> None:
        """Say that it has begun, and wait until it may go on."""
        with (folder / "begun").open("a") as begun:
            begun.write(f"{os.getpid()}\n")
        while not (folder / "go").exists():
            await asyncio.sleep(LOOK_EVERY_S)

    async def _die(self, folder: Path) -> None:
        with (folder / "begun").open("a") as begun:
            begun.write(f"{os.getpid()}\n")
        os.kill(os.getpid(), signal.SIGKILL)

    async def _leave(self, folder: Path) -> None:
        """Answer, then believe that the work is done."""
        asyncio.get_running_loop().call_later(0.1, os._exit, 0)

    async def _spin(self, folder: Path) -> None:
        """Block the whole loop, the first time."""
        if not (folder / "spun").exists():
            (folder / "spun").touch()
            while True:
                pass

    async def _cling(self, folder: Path) -> None:
        """Not let go at the deadline, the first time."""
        if (folder / "clung").exists():
            return
        (folder / "clung").touch()
        while True:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                continue


class Stubborn(Steady):
    """Its process ignores SIGTERM."""

    def __init__(self, search: Search) -> None:
        super().__init__(search)
        asyncio.get_running_loop().remove_signal_handler(signal.SIGTERM)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)


class Broken(Steady):
    """Its process leaves before it is ready, until it is mended."""

    def __init__(self, search: Search) -> None:
        super().__init__(search)
        if not Path(os.environ[MENDED]).exists():
            os._exit(7)


class Refused(Steady):
    """Cannot start, and knows why: no restart can heal it."""

    def __init__(self, search: Search) -> None:
        super().__init__(search)
        raise IfmemError("the vendor refused the key.", why="401", fix="Set the right key")


class Fading(Steady):
    """Gets ready, then crashes."""

    def __init__(self, search: Search) -> None:
        super().__init__(search)
        asyncio.get_running_loop().call_later(0.3, os._exit, 3)
