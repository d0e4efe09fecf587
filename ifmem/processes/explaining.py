"""Why there is no answer yet, in words: who is out of service and since when, who has the question, how many are in front of it."""

from __future__ import annotations

import time

from ifmem.core import lifecycle
from ifmem.core.keys import Keys
from ifmem.core.status import ProcessStatus
from ifmem.core.worker_names import is_worker
from ifmem.stores.bus import Bus
from ifmem.stores.hand_off import Seat
from ifmem.stores.set_overview import take_overview
from ifmem.stores.whereabouts import Whereabouts, whereabouts

NOT_KNOWN = "the bus does not know the question any more"


async def explain(bus: Bus, keys: Keys, query_id: str) -> dict[str, str]:
    """What is known of a question that has no answer, by the name of the process that it concerns."""
    overview = await take_overview(bus, keys)
    concerned = [one for one in overview.processes if not is_worker(one.name)]
    seats = [Seat(one.name, one.incarnation, f"shard:{one.number}" if one.number else one.name) for one in concerned]
    found = await whereabouts(bus, keys, query_id, seats)
    if not found.known:
        return {"": NOT_KNOWN}
    told = ((one.name, "; ".join(_words(one, found))) for one in concerned)
    return {name: words for name, words in told if words}


def _words(process: ProcessStatus, found: Whereabouts) -> list[str]:
    words = []
    if process.state not in lifecycle.SERVING:
        reason = f" ({process.reason})" if process.reason else ""
        since_s = max(0.0, time.time() - process.since)
        words.append(f"{process.name} has been {process.state} for {since_s:.0f} s{reason}")
    if process.name in found.ahead:
        words.append(f"{_ahead(found.ahead[process.name])} in the queue of {process.name}")
    elif process.name in found.held_by:
        words.append(f"{process.name} works on it")
    return words


def _ahead(count: int) -> str:
    if not count:
        return "it is the next"
    return f"busy: {count:,} {'question is' if count == 1 else 'questions are'} still ahead of it"
