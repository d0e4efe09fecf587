"""Answering within a question's deadline: whatever goes wrong becomes a finding that says so, so that its asker hears of it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from ifmem.core.findings import Finding
from ifmem.core.queries import Query
from ifmem.errors import IfmemError
from ifmem.stores.deadlines import as_of_now

log = logging.getLogger("ifmem")
# Before the asker's deadline, so that it hears what went wrong and not just nothing.
EARLIER_S, EARLIER_SHARE = 1.0, 0.1


async def in_time(
    query: Query,
    process: str,
    provider: str,
    answer: Callable[[float], Awaitable[Finding]],
    failed: Callable[..., Finding],
    why_late: Callable[[Query], str],
) -> Finding:
    """What `answer` finds in the seconds it is given, else what `failed` makes of the error; `why_late` says why there are none left."""
    left = as_of_now(query).deadline - time.time()
    left -= min(EARLIER_S, left * EARLIER_SHARE)
    if left <= 0:
        return failed(error=why_late(query))
    try:
        async with asyncio.timeout(left):
            return await answer(left)
    except TimeoutError:
        return failed(error=f"{provider} did not answer within {left:.0f} s")
    except IfmemError as error:
        return failed(error=f"{error.what} {error.why}".strip(), fix=error.fix, exit_code=int(error.exit_code))
    except Exception as error:
        log.exception("%s could not be answered", query.id)
        return failed(error=f"{type(error).__name__}: {error}; see ifmem logs {process}")
