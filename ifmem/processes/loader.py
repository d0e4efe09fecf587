"""Loading in a process of its own: reading, cutting and indexing leave no memory behind in the shard, and its beats go on meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import Callable, Sequence
from typing import NoReturn

from ifmem.config import Config
from ifmem.core.domains import Domain
from ifmem.errors import Exit, IfmemError
from ifmem.processes.ending import tie_to_parent
from ifmem.processes.loading import Loaded, load
from ifmem.processes.page_sizes import counted_sizing

log = logging.getLogger("ifmem")
TOLD = "told: "  # in front of progress on the pipe; anything else is an error as JSON
LINE_LIMIT = 1 << 20


async def load_beside(
    domain: Domain, domains: Sequence[Domain], config: Config, *, progress: Callable[[str], None]
) -> Loaded:
    """Bring a domain up to date with its sources in a forked process, then take it from where that one put it.

    Raises IfmemError if the state cannot be written, or if the loader died.
    """
    read_end, write_end = os.pipe()
    pid = os.fork()
    if pid == 0:
        _load_and_leave(domain, domains, config, write_end)
    os.close(write_end)
    try:
        error = await _listen(read_end, progress)
    except BaseException:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        raise
    finally:
        _, status = os.waitpid(pid, 0)  # noqa: ASYNC222 - it has closed its pipe: it is gone, or about to be
    if error is not None:
        raise error
    if status != 0:
        raise IfmemError(
            f"loading {domain.name} ended with {os.waitstatus_to_exitcode(status)}.",
            why="its process was killed, perhaps for want of memory",
            fix=f"See: ifmem logs {domain.name}    then: ifmem restart {domain.name}",
        )
    return load(domain, domains, config, fresh=False, progress=progress)


async def _listen(read_end: int, progress: Callable[[str], None]) -> IfmemError | None:
    """Pass progress on until the loader closes its end; the error it reported, if any."""
    reader = asyncio.StreamReader(limit=LINE_LIMIT)
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(read_end, "rb", buffering=0)
    )
    error = None
    try:
        async for line in reader:
            text = line.decode().rstrip("\n")
            if text.startswith(TOLD):
                progress(text.removeprefix(TOLD))
            else:
                error = IfmemError.from_json(text)
    finally:
        transport.close()
    return error


def _load_and_leave(domain: Domain, domains: Sequence[Domain], config: Config, write_end: int) -> NoReturn:
    status = Exit.DID_NOT_HAPPEN
    try:
        signal.set_wakeup_fd(-1)  # the loop that this process was forked from is not its own
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        tie_to_parent()
        with os.fdopen(write_end, "w", buffering=1) as pipe:
            try:
                sizing = counted_sizing(domain, config)
                load(
                    domain,
                    domains,
                    config,
                    fresh=True,
                    progress=lambda text: print(TOLD + text, file=pipe),
                    sizing=sizing,
                )
                status = Exit.DONE
            except IfmemError as error:
                print(error.to_json(), file=pipe)
            except Exception as error:
                log.exception("loading %s failed", domain.name)
                fix = f"See: ifmem logs {domain.name}    then: ifmem restart {domain.name}"
                print(IfmemError(f"loading {domain.name} failed.", why=repr(error), fix=fix).to_json(), file=pipe)
    finally:
        os._exit(int(status))
