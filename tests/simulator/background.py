"""The vendor beside a test that runs event loops of its own."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator

from simulator.vendor import Vendor, serving


@contextlib.contextmanager
def serving_in_background(vendor: Vendor) -> Iterator[str]:
    """The vendor on loopback, in a thread; gives its base URL."""
    started = threading.Event()
    loop = asyncio.new_event_loop()
    urls: list[str] = []
    stop = asyncio.Event()

    async def serve() -> None:
        async with serving(vendor) as url:
            urls.append(url)
            started.set()
            await stop.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),), name="simulated vendor")
    thread.start()
    started.wait()
    try:
        yield urls[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()
