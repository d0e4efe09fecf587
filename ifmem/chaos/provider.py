"""A provider that misbehaves when a question tells it to: `chaos VERB MARKS …`. Every other question is answered extractively.

Before it does harm it leaves a mark (a line of JSON with the time, its pid and the verb) in the file MARKS, so that what happens to its
process afterwards has a known cause.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from collections.abc import AsyncGenerator
from pathlib import Path

from ifmem.providers.contract import Event, Request
from ifmem.providers.extractive import Extractive, Search

WORD = "chaos"
SLOW_S = 4.0
FOR_EVER_S = 3600.0


class Chaotic:
    """The extractive reader, until it is told otherwise."""

    name = Extractive.name  # what it finds is no more worth remembering than an extractive reader's findings
    model = Extractive.model

    def __init__(self, search: Search) -> None:
        self._reader = Extractive(search)

    async def answer(self, request: Request) -> AsyncGenerator[Event, None]:
        word, verb, marks, *_ = [*request.question.split(" ", 3), "", "", ""]
        if word == WORD:
            await _obey(verb, Path(marks))
        async for event in self._reader.answer(request):
            yield event

    async def close(self) -> None:
        await self._reader.close()


def order(verb: str, marks: Path, question: str) -> str:
    """The question that makes this provider obey."""
    return f"{WORD} {verb} {marks} {question}"


async def _obey(verb: str, marks: Path) -> None:
    again = marks.exists()
    with marks.open("a", encoding="utf-8") as file:
        file.write(json.dumps({"at": time.time(), "pid": os.getpid(), "verb": verb}) + "\n")
    match verb:
        case "slow":
            await asyncio.sleep(SLOW_S)
        case "hang":
            await asyncio.sleep(FOR_EVER_S)
        case "poison":
            os.kill(os.getpid(), signal.SIGKILL)
        case "leave" if not again:
            os._exit(0)
        case "spin" if not again:
            while True:
                pass
        case "cling" if not again:
            await _cling()


async def _cling() -> None:
    """Not let go, whoever cancels."""
    while True:
        try:
            await asyncio.sleep(FOR_EVER_S)
        except asyncio.CancelledError:
            continue
