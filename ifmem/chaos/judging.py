"""The judgement after a run: what must never happen is looked for in the askers' records, on the bus and in the archive."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ifmem.chaos.clients import Asked
from ifmem.chaos.scene import Scene
from ifmem.core.keys import Keys
from ifmem.stores.bus import Bus
from ifmem.stores.hand_off import HandOff

AT_ONCE = 500
SHOWN = 5
NUMBER = re.compile(r"\b\d[\d,.]*\b")

Breaches = dict[str, list[str]]


async def answers_on_bus(bus: Bus, keys: Keys, asked: Sequence[Asked]) -> dict[str, set[str]]:
    """The digests of every answer that stands on the bus, stored or still in the asker's list, by question."""
    found: dict[str, set[str]] = {}
    for start in range(0, len(asked), AT_ONCE):
        ids = [one.id for one in asked[start : start + AT_ONCE]]
        stored = await bus.call("MGET", *map(keys.answer, ids))
        replies = await bus.send(*(("LRANGE", keys.reply(id_), 0, -1) for id_ in ids))
        for id_, body, messages in zip(ids, stored, replies, strict=True):
            bodies = [json.loads(message) for message in messages]
            answers = [message["body"] for message in bodies if message["kind"] == "answer"]
            found[id_] = {answer["digest"] for answer in (*answers, *([json.loads(body)] if body else []))}
    return found


async def left_in_lists(scene: Scene) -> list[str]:
    """Where questions still wait although nobody asks any more."""
    hand_off = HandOff(scene.bus, Keys(scene.memory.config.namespace))
    left = [f"claims of {name}.{incarnation}" for name, incarnation in await hand_off.abandoned()]
    return left + [f"{one.queue} in the queue of {one.name}" for one in await scene.processes() if one.queue]


def judge_askers(
    asked: Sequence[Asked], on_bus: Mapping[str, set[str]], archived: Mapping[str, str], excused: Iterable[str]
) -> Breaches:
    """What the askers' records say beside the answers on the bus and in the archive."""
    lost, late, twice, differs = [], [], [], []
    forgiven = set(excused)
    for one in asked:
        digests = {one.digest, archived.get(one.id, ""), *on_bus.get(one.id, ())} - {""}
        if one.id in forgiven:
            continue
        vanished = one.left and not one.error and one.id not in archived
        if one.ended_at is None or vanished:
            lost.append(one.id)
        if one.late:
            late.append(f"{one.id}: {(one.ended_at or 0.0) - one.put_at:.1f} s with a patience of {one.patience_s:g}")
        if len(digests) > 1:
            twice.append(one.id)
        elif one.digest and one.id not in archived:
            differs.append(one.id)
    return {"lost": lost, "late": late, "answered_twice": twice, "archive_differs": differs}


def counts_of(asked: Sequence[Asked], breaches: Breaches, faults: int) -> dict[str, int]:
    outcomes = {
        "asked": len(asked),
        "answered": sum(one.answered for one in asked),
        "told": sum(one.told for one in asked),
        "faults": faults,
    }
    return {**outcomes, **{name: len(found) for name, found in breaches.items()}}


def reasons(asked: Iterable[Asked]) -> dict[str, int]:
    """What the askers were told instead of an answer (N for a number), how long they had wanted to wait, and how often."""
    told = Counter(f"{NUMBER.sub('N', one.error)} (patience {one.patience_s:g} s)" for one in asked if one.told)
    return dict(told.most_common())


def shown(breaches: Mapping[str, Sequence[str]]) -> dict[str, list[Any]]:
    return {name: list(found[:SHOWN]) for name, found in breaches.items() if found}
