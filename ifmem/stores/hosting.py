"""Shards that another machine serves, on the bus: what they are, which text they answer from, who serves them and how they are."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable

from ifmem.core.hosting import Invitation, Presence
from ifmem.core.keys import BEAT_TTL_S, DAY_S, Keys
from ifmem.core.manifest import Manifest
from ifmem.core.status import ProcessStatus
from ifmem.core.strictness import Refused, read_object
from ifmem.stores import scripts
from ifmem.stores.bus import Bus
from ifmem.stores.door import Door

DIGEST = re.compile(r"[0-9a-f]{64}")  # it becomes the name of a file


class Hosting:
    def __init__(self, bus: Bus, keys: Keys) -> None:
        self.bus = bus
        self.keys = keys
        self.door = Door(bus, keys)

    # Home

    async def invite(self, invitation: Invitation) -> None:
        await self.bus.call("SET", self.keys.invitation(invitation.name), invitation.to_json(), "EX", DAY_S)

    async def put_text(self, manifest: Manifest) -> None:
        """Say which text a shard answers from; its pages and layers have to be on the bus already."""
        key = self.keys.text(manifest.shard)
        await self.bus.send(
            ("HSET", key, "version", manifest.version, "manifest", manifest.to_json()), ("EXPIRE", key, DAY_S)
        )

    async def hosts(self, shards: Iterable[str]) -> dict[str, Presence]:
        """Who serves these shards, and what they say; those that nobody has served lately are missing."""
        names = list(shards)
        replies = await self.bus.send(*(("HGETALL", self.keys.host(name)) for name in names))
        said = await self.door.each(ProcessStatus, [reply.get("said") for reply in replies])
        return {
            name: Presence(reply.get("owner", ""), reply.get("at", ""), status)
            for name, reply, status in zip(names, replies, said, strict=True)
            if status is not None and status.name == name
        }

    # The other machine

    async def invitation(self, shard: str) -> Invitation | None:
        return await self.door.one(Invitation, await self.bus.call("GET", self.keys.invitation(shard)))

    async def text_version(self, shard: str) -> str:
        """Which text the shard is to answer from; "" if the bus does not know."""
        return str(await self.bus.call("HGET", self.keys.text(shard), "version") or "")

    async def text(self, shard: str) -> Manifest | None:
        """The account of the text the shard is to answer from; None if there is none that can be used."""
        found = await self.bus.call("HGET", self.keys.text(shard), "manifest")
        if not found:
            return None
        try:
            return _manifest(found, shard)
        except (Refused, ValueError, TypeError, KeyError, IndexError, AttributeError):
            await self.door.count()
            return None

    async def occupy(self, owner: str, status: ProcessStatus) -> str:
        """Say that `owner` serves a shard, and how it is. Returns the other owner if somebody else does; nothing is said then."""
        return await self._say(owner, owner, status)

    async def vacate(self, owner: str, status: ProcessStatus) -> None:
        """Leave the shard to whoever comes next."""
        await self._say(owner, "", status)

    async def _say(self, owner: str, next_owner: str, status: ProcessStatus) -> str:
        at = f"{time.time():.3f}"
        key = self.keys.host(status.name)
        other = await self.bus.call("EVAL", scripts.OCCUPY, 1, key, owner, next_owner, status.to_json(), at, BEAT_TTL_S)
        return str(other)


def _manifest(text: str, shard: str) -> Manifest:
    """Raises Refused, or what comes of a manifest that is none."""
    manifest = Manifest.from_dict(read_object(text))
    digests = [facts.digest for facts in manifest.files]
    if manifest.shard != shard or not all(DIGEST.fullmatch(digest) for digest in digests):
        raise Refused("not the manifest of this shard")
    return manifest
