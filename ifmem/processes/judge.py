"""Looks after the living: who is silent, stalled or too slow is killed, and `lives` decides what comes after that."""

from __future__ import annotations

import asyncio
import logging
import signal
import time
from collections.abc import Mapping
from dataclasses import replace

from ifmem.core import lifecycle, supervision
from ifmem.core.supervision import Limits
from ifmem.processes.announcing import Announcer
from ifmem.processes.charge import Charge
from ifmem.processes.children import Children
from ifmem.processes.pulse import to_next_pulse

log = logging.getLogger("ifmem")
LOOK_EVERY_S = 0.5
PAUSED_S = 1.0  # looking this late means that this process itself was stopped or starved


class Judge:
    """Of every process of the set, and of the spawner."""

    def __init__(self, charges: Mapping[str, Charge], children: Children, announcer: Announcer, limits: Limits) -> None:
        self.charges = charges
        self.children = children
        self.announcer = announcer
        self.limits = limits

    async def look_after(self) -> None:
        looked_at = time.monotonic()
        while True:
            await asyncio.sleep(to_next_pulse(LOOK_EVERY_S))
            now = time.monotonic()
            late = now - looked_at - LOOK_EVERY_S
            looked_at = now
            self._judge_spawner(now, late)
            for charge in self.charges.values():
                if late > PAUSED_S and charge.life is not None:  # it was us who slept: nobody is silent yet
                    heard = charge.life.last_beat_at
                    charge.life = replace(charge.life, last_beat_at=None if heard is None else heard + late)
                elif charge.child is not None and not charge.told_to_stop:
                    self._judge(charge, now)

    def _judge_spawner(self, now: float, late: float) -> None:
        """Nobody can be forked, and no exit is heard of, while the spawner stands still."""
        heard_at = self.children.heard_at
        if heard_at is None:
            return
        if late > PAUSED_S:
            self.children.heard_at = heard_at + late
        elif now - heard_at > self.limits.lost_after_s:
            log.error("the spawner is lost: no beat for %.1f s", now - heard_at)
            self.children.end_spawner()

    def _judge(self, charge: Charge, now: float) -> None:
        assert charge.life is not None and charge.child is not None
        verdict = supervision.verdict(charge.life, now, self.limits)
        if not verdict or charge.sentence:
            return
        silent = now - (charge.life.last_beat_at or charge.life.started_at)
        charge.sentence = {
            lifecycle.LOST: f"lost: no beat for {silent:.1f} s",
            lifecycle.STALLED: f"stalled: its oldest question is {charge.life.late_s:.0f} s past its deadline",
            lifecycle.TOO_SLOW: f"too slow: {charge.life.state} for {now - charge.life.state_since:.0f} s",
        }[verdict]
        charge.enter(verdict if verdict != lifecycle.TOO_SLOW else charge.state, charge.sentence)
        self.announcer.event(verdict, charge, f"{charge.name} {charge.sentence}", pid=charge.child.pid)
        self.announcer.changed.set()
        charge.child.signal(signal.SIGKILL)  # it cannot answer a TERM; a stopped process dies of this too
