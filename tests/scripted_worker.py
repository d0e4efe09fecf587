"""A provider that obeys the task of a worker, which stands at the end of what a model is told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

from scripted import Obedient

from ifmem.providers.contract import Event, Request

TASK = "Task: "


class Tasked(Obedient):
    """Asked by a shard it takes the question itself."""

    async def answer(self, request: Request) -> AsyncIterator[Event]:
        order = request.question.rpartition(TASK)[2]
        async for event in super().answer(replace(request, question=order)):
            yield event
