"""The front door: `Memory` asks, starts, stops and tells how things are. Every surface uses it; it is also the Python API.

    from ifmem import Memory

    with Memory("path/to/project") as memory:
        memory.up()
        print(memory.ask("Where is the SSH configuration validated?").answer)

Synchronous over the processes' asynchronous bus. Errors are `ifmem.errors.IfmemError`.
"""

from __future__ import annotations

from ifmem.client.health import Health
from ifmem.client.intake import Intake
from ifmem.client.joining import Joining
from ifmem.client.knowledge import Knowledge
from ifmem.client.work import Work

__all__ = ["Memory"]


class Memory(Intake, Work, Knowledge, Health, Joining):
    """The memory of one folder. Not to be shared between threads: make one in each."""
