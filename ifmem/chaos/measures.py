"""How soon each fault was noticed and made good: from what the supervisor told the journal, the marks, and the askers' own clocks.

A life is (name, incarnation). What overlapping faults, an emptied bus or a dead supervisor make untellable is left out, not guessed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ifmem.chaos.clients import Asked
from ifmem.chaos.scene import BUS, Injected

Event = Mapping[str, Any]
NOTICED = frozenset({"died", "completed", "failed", "lost", "stalled", "too slow"})
ENDED = frozenset({"died", "completed", "failed"})
HARMFUL = frozenset({"cling", "spin", "leave", "poison"})  # after the others a provider's process has to live on
TOGETHER_S = 10.0  # within this after the death of the spawner or the supervisor everyone's death has a cause


@dataclass(frozen=True)
class Measured:
    """Milliseconds from the fault until it was noticed, and until everyone it hit was ready again. None: not told."""

    noticed_ms: float | None = None
    ready_ms: float | None = None


def measure(injected: Injected, events: Sequence[Event], asked: Iterable[Asked]) -> Measured:
    if injected.noticed_ms is not None:
        return Measured(injected.noticed_ms, injected.ready_ms)
    if injected.target == BUS and injected.healed_at is None:
        return _of_bus(injected, events)
    if injected.marks is not None:
        at, lives = _marked(injected, events)
        return _of_lives(at, lives, events) if lives else Measured()
    if injected.victims:
        return _of_lives(injected.at, injected.victims, events)
    if injected.healed_at is not None:
        return Measured(None, _next_answer_ms(injected.healed_at, asked))
    return Measured()


def unexplained(injected: Sequence[Injected], events: Sequence[Event]) -> list[str]:
    """Deaths that no fault explains: somebody healthy was restarted."""
    victims = {life for one in injected for life in one.victims}
    pids = {mark["pid"] for one in injected for mark in marks_of(one)}
    everyone = [one.at for one in injected if one.everyone]
    return [
        f"{event['text']} (incarnation {event['incarnation']})"
        for event in events
        if event["kind"] in ENDED
        and _life(event) not in victims
        and event.get("pid") not in pids
        and not any(0 <= event["at"] - at <= TOGETHER_S for at in everyone)
    ]


def marks_of(injected: Injected) -> list[dict[str, Any]]:
    """What a provider noted before it did harm that ends its process."""
    if injected.marks is None or not injected.marks.exists():
        return []
    marks = [json.loads(line) for line in injected.marks.read_text(encoding="utf-8").splitlines()]
    return [mark for mark in marks if mark["verb"] in HARMFUL]


def _marked(injected: Injected, events: Sequence[Event]) -> tuple[float, tuple[tuple[str, int], ...]]:
    """When the first provider that obeyed did harm, and whose life that was."""
    for mark in marks_of(injected)[:1]:
        for event in events:
            if event["kind"] in NOTICED and event.get("pid") == mark["pid"]:
                return mark["at"], (_life(event),)
    return 0.0, ()


def _of_lives(at: float, lives: Iterable[tuple[str, int]], events: Sequence[Event]) -> Measured:
    """From the first life's end noticed to the last successor ready."""
    noticed, ready = [], []
    for name, incarnation in lives:
        noticed += _times(events, NOTICED, (name, incarnation))[:1]
        ready += _times(events, {"ready"}, (name, incarnation + 1))[:1]
    return Measured(_ms(at, min(noticed, default=None)), _ms(at, max(ready, default=None)))


def _of_bus(injected: Injected, events: Sequence[Event]) -> Measured:
    times = [event["at"] for event in events if event["kind"] == "bus" and event["at"] >= injected.at]
    return Measured(*(_ms(injected.at, at) for at in (*times[:2], None, None)[:2]))


def _times(events: Sequence[Event], kinds: Iterable[str], life: tuple[str, int]) -> list[float]:
    return [event["at"] for event in events if event["kind"] in kinds and _life(event) == life]


def _next_answer_ms(healed_at: float, asked: Iterable[Asked]) -> float | None:
    ended = [one.ended_at for one in asked if one.answered and one.ended_at is not None and one.ended_at >= healed_at]
    return _ms(healed_at, min(ended, default=None))


def _life(event: Event) -> tuple[str, int]:
    return event["name"], event.get("incarnation", 0)


def _ms(start: float, end: float | None) -> float | None:
    """None too for what a clock that was stepped meanwhile makes absurd."""
    return None if end is None or not 0 <= end - start < 600 else (end - start) * 1000
