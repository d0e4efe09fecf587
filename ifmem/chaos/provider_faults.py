"""Harm by a question: the provider is slow, hangs, holds on, loops, leaves, or dies of it each time."""

from __future__ import annotations

import time

from ifmem.chaos.provider import order
from ifmem.chaos.scene import Injected, Scene

PATIENCE_S = {"slow": 40.0, "hang": 2.0, "cling": 1.0, "spin": 40.0, "leave": 40.0, "poison": 40.0}


class Order:
    """Asks one shard something that makes its provider misbehave as `verb` says, and waits for what the asker hears."""

    def __init__(self, verb: str) -> None:
        self.verb = verb

    async def __call__(self, scene: Scene, name: str) -> Injected:
        marks = scene.marks / f"{len(scene.injected):05}-{self.verb}"
        injected = Injected("", name, time.time(), marks=marks)
        await scene.clients.ask(order(self.verb, marks, "what does the index know"), PATIENCE_S[self.verb], (name,))
        injected.healed_at = time.monotonic()
        return injected
