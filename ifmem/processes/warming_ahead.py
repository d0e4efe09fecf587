"""The asker's side of `up --warm`: has every shard read its pages into the vendor's cache before anyone asks."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from ifmem.core.findings import Finding
from ifmem.core.lifecycle import SERVING
from ifmem.core.queries import Query
from ifmem.core.record import new_id
from ifmem.core.status import ProcessStatus
from ifmem.errors import IfmemError
from ifmem.stores.inquiries import Inquiries

WARM = "warm"  # the type of such a query


async def warm_ahead(inquiries: Inquiries, shards: Sequence[ProcessStatus], within_s: float) -> list[Finding]:
    """All ready shards at once; what each says. One that could not warm all of its pages says why in `error`."""
    ready = [shard for shard in shards if shard.state in SERVING]
    return await asyncio.gather(*[_warm(inquiries, shard, within_s) for shard in ready])


async def _warm(inquiries: Inquiries, shard: ProcessStatus, within_s: float) -> Finding:
    now = time.time()
    query = Query(new_id("q"), WARM, type=WARM, asked_at=now, deadline=now + within_s)
    error = f"not done within {within_s:.0f} s; it goes on, see ifmem status --wide"
    try:
        message = await inquiries.ask_and_wait(query, f"shard:{shard.number}", wait_s=within_s)
        while message is None and (left := query.deadline - time.time()) > 0:
            message = await inquiries.message(query.id, wait_s=left)
        if message is not None:
            return Finding.from_dict(message["body"])
    except IfmemError as lost:
        error = f"{lost.what} {lost.why}".rstrip()
    return Finding(new_id("f"), query.id, shard.name, found=False, text="", error=error)
