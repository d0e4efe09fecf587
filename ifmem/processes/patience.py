"""Waiting out an outage of the bus: the one place where a process decides to try again."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from ifmem.stores.bus_errors import BusLost

if TYPE_CHECKING:
    from tenacity import AsyncRetrying

T = TypeVar("T")


async def until_bus_answers(step: Callable[[], Awaitable[T]], give_up_after_s: float | None = None) -> T:
    """Repeat `step` while the bus cannot be reached. The step must change nothing when repeated. Raises BusLost in the end."""
    with contextlib.suppress(BusLost):  # nearly always: without the cost of setting up a retry
        return await step()
    async for attempt in _retrying(give_up_after_s):
        with attempt:
            return await step()
    raise AssertionError("tenacity returns or raises")


def _retrying(give_up_after_s: float | None) -> AsyncRetrying:
    from tenacity import (
        AsyncRetrying,
        retry_if_exception_type,
        stop_after_delay,
        stop_never,
        wait_exponential,
        wait_random,
    )

    return AsyncRetrying(
        retry=retry_if_exception_type(BusLost),
        wait=wait_exponential(multiplier=0.02, max=0.5) + wait_random(0, 0.02),
        stop=stop_never if give_up_after_s is None else stop_after_delay(give_up_after_s),
        reraise=True,
    )
