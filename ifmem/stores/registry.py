"""Who is on the bus: the set, its processes, their beats and incarnations. Written by processes; `stores.set_overview` reads all of it."""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from ifmem.core.beat import Beat
from ifmem.core.keys import BEAT_TTL_S, DAY_S, Keys, worker_id
from ifmem.core.status import ProcessStatus
from ifmem.core.strictness import Refused, read_object
from ifmem.stores import scripts
from ifmem.stores.bus import BLOCK_S, Bus
from ifmem.stores.door import Door, is_number

if TYPE_CHECKING:  # `status` need not load it
    from ifmem.core.pages import Page

log = logging.getLogger("ifmem")


class Registry:
    def __init__(self, bus: Bus, keys: Keys) -> None:
        self.bus = bus
        self.keys = keys
        self.door = Door(bus, keys)

    async def beat(self, beat: Beat) -> None:
        """Say on the bus that a process lives, and how it is."""
        worker, info = worker_id(beat.name, beat.incarnation), beat.to_json()
        await self.bus.send(
            ("SET", self.keys.worker_status(worker), f"{time.time():.3f}", "EX", BEAT_TTL_S),
            ("HSET", self.keys.worker_info(worker), "beat", info),
            ("EXPIRE", self.keys.worker_info(worker), BEAT_TTL_S),
        )

    async def announce(
        self, info: dict[str, Any], processes: dict[str, ProcessStatus], incarnations: dict[str, int]
    ) -> None:
        """Write the supervisor's whole view. Repeated after the bus came back, so a bus that lost everything knows it again."""
        writes: list[tuple[Any, ...]] = [("DEL", self.keys.set_processes)]
        if processes:
            pairs = [text for name, process in processes.items() for text in (name, process.to_json())]
            writes.append(("HSET", self.keys.set_processes, *pairs))
        writes.append(("HSET", self.keys.set_info, *(text for pair in info.items() for text in pair)))
        if incarnations:
            writes.append(("HSET", self.keys.set_incarnations, *(x for pair in incarnations.items() for x in pair)))
        writes += self._active(processes)
        await self.bus.send(*writes)

    def _active(self, processes: dict[str, ProcessStatus]) -> list[tuple[Any, ...]]:
        shards = [p for p in processes.values() if p.number]
        active = [p for p in shards if p.state in ("ready", "busy")]
        writes: list[tuple[Any, ...]] = [("SET", self.keys.context_active, sum(p.tokens for p in active))]
        writes += [("SET", self.keys.shard_active(p.number), str(p in active).lower()) for p in shards]
        writes += [("SET", self.keys.shard_capacity(p.number), p.capacity) for p in shards]
        return writes

    async def stay_alive(self, owner: str) -> str | None:
        """Renew the supervisor's claim on this namespace. Returns the other owner if somebody else has it."""
        key = self.keys.set_alive
        if await self.bus.call("SET", key, owner, "NX", "EX", BEAT_TTL_S):
            return None
        current = await self.bus.call("GET", key)
        if current not in (None, owner):
            return str(current)
        await self.bus.call("SET", key, owner, "EX", BEAT_TTL_S)
        return None

    async def leave(self) -> None:
        await self.bus.send(
            ("DEL", self.keys.set_alive, self.keys.set_processes),
            ("HDEL", self.keys.set_info, "state", "since"),
            ("SET", self.keys.context_active, 0),
        )

    async def order(self, order: dict[str, Any]) -> None:
        """Ask the supervisor for something: {"op": "restart", "names": […]}."""
        await self.bus.call("RPUSH", self.keys.set_control, json.dumps(order))

    async def next_order(self) -> dict[str, Any] | None:
        """Wait a moment for an order."""
        reply = await self.bus.call("BLPOP", self.keys.set_control, BLOCK_S)
        try:
            return _order(reply[1]) if reply else None
        except Refused as error:
            log.warning("refused an order: %s", error)
            await self.door.count()
            return None

    async def info(self) -> dict[str, str]:
        return dict(await self.bus.call("HGETALL", self.keys.set_info))

    async def incarnations(self) -> dict[str, int]:
        found = await self.bus.call("HGETALL", self.keys.set_incarnations)
        return {name: int(text) for name, text in found.items() if is_number(text)}

    async def count_on(self, incarnations: dict[str, int]) -> None:
        """Make these the incarnations that count: whatever an older one sends from now on is refused."""
        await self.bus.call(
            "HSET", self.keys.set_incarnations, *(text for pair in incarnations.items() for text in pair)
        )

    async def count_at_least(self, name: str, incarnation: int) -> None:
        """Make it the incarnation that counts, unless a later one does: the bus may have lost what it knew."""
        await self.bus.call("EVAL", scripts.COUNT_AT_LEAST, 1, self.keys.set_incarnations, name, incarnation)

    async def next_incarnation(self, name: str, after: int) -> int:
        """Make another incarnation the one that counts, later than any known and than `after`, as the bus may have lost what it knew;
        whatever an older one sends is refused."""
        key = self.keys.set_incarnations
        return int(await self.bus.call("EVAL", scripts.NEXT_INCARNATION, 1, key, name, after))

    async def dismissed(self) -> bool:
        """Whether the set was stopped in order: it is known, and says nothing of its state any more."""
        pid, state = await self.bus.call("HMGET", self.keys.set_info, "pid", "state")
        return pid is not None and state is None

    async def share_context(self, beat: Beat, context: dict[str, Any]) -> None:
        """Let workers know what a shard holds (`worker:context:[id]`)."""
        key = self.keys.worker_context(worker_id(beat.name, beat.incarnation))
        await self.bus.call("SET", key, json.dumps(context), "EX", DAY_S)

    async def publish_change(self, change: dict[str, Any]) -> None:
        """Tell whoever listens for findings that a shard's text has changed."""
        await self.bus.call("PUBLISH", self.keys.channel_findings, json.dumps(change))

    async def share_page(self, page: Page) -> None:
        """Put a page's bytes on the bus for another day, or renew the day if they are there."""
        key = self.keys.page(page.digest)
        if not await self.bus.call("EXPIRE", key, DAY_S):
            await self.bus.call("EVAL", scripts.SHARE_PAGE, 1, key, bytes(page.data), DAY_S)

    async def shares(self, digests: Collection[str]) -> bool:
        """Whether the bus has all of these pages."""
        return not digests or await self.bus.call("EXISTS", *map(self.keys.page, digests)) == len(digests)

    async def shared_page(self, digest: str, tokens: int) -> Page | None:
        """A page from the bus, for a reader that cannot map its file."""
        from ifmem.core.pages import Page

        data = await self.bus.call_bytes("GET", self.keys.page(digest))
        if data and hashlib.sha256(data).hexdigest() != digest:
            await self.door.count()
            await self.bus.call("UNLINK", self.keys.page(digest))  # whoever has it right puts it there again
            return None
        return Page(digest, tokens, data) if data else None

    async def processes(self) -> list[ProcessStatus]:
        """The processes as their supervisor sees them."""
        return await self.door.let_in(ProcessStatus, await self.bus.call("HVALS", self.keys.set_processes))


def _order(text: str) -> dict[str, Any]:
    """What the supervisor is asked for. Raises Refused."""
    order = read_object(text)
    names = order.get("names", [])
    if (
        not isinstance(order.get("op"), str)
        or not isinstance(names, list)
        or not all(isinstance(n, str) for n in names)
    ):
        raise Refused("an order has an `op` and a list of `names`")
    return order
