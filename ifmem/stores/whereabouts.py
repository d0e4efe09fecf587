"""Where a question is: behind how many others in which queue, or in whose hands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ifmem.core.keys import Keys
from ifmem.stores.bus import Bus
from ifmem.stores.hand_off import Seat


@dataclass(frozen=True)
class Whereabouts:
    """`ahead`: how many questions are in front of it, by the name of whose queue it waits in. `held_by` are names of those who work on it.
    `known` is false if the bus does not know it (any more)."""

    ahead: Mapping[str, int] = field(default_factory=dict)
    held_by: tuple[str, ...] = ()
    known: bool = False


async def whereabouts(bus: Bus, keys: Keys, query_id: str, seats: Sequence[Seat]) -> Whereabouts:
    """Look at the queue and at the claims of each of `seats`."""
    known, *places = await bus.send(
        ("EXISTS", keys.query(query_id)),
        *(("LPOS", keys.queue(seat.label), query_id) for seat in seats),
        *(("LPOS", keys.worker_tasks(seat.worker), query_id) for seat in seats),
    )
    waits, held = places[: len(seats)], places[len(seats) :]
    return Whereabouts(
        {seat.name: int(place) for seat, place in zip(seats, waits, strict=True) if place is not None},
        tuple(seat.name for seat, place in zip(seats, held, strict=True) if place is not None),
        bool(known),
    )
