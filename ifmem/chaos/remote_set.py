"""A private set with a remote shard: a server that both machines reach, a home, and a folder that stands for the other machine.

The home reaches the server over its socket, the other one over the network, so that a cut comes between them and nowhere else.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import signal
from collections.abc import Iterator
from pathlib import Path

from ifmem.bench.private_set import private_set, write_small_folder
from ifmem.chaos.run import write_settings
from ifmem.chaos.scene import until
from ifmem.chaos.wire import free_port
from ifmem.client import Memory
from ifmem.config.folders import FILE
from ifmem.stores.bus import Bus
from ifmem.stores.bus_errors import BusLost
from ifmem.stores.bus_server import find_program, make_private_folder, write_private

SHARD = "docs"
THERE_WITHIN_S = 10.0
SETTINGS = """\
bind 127.0.0.1
port {port}
unixsocket {folder}/bus.sock
unixsocketperm 700
dir {folder}
save ""
appendonly yes
requirepass {password}
logfile {folder}/server.log
"""


@contextlib.contextmanager
def two_machines(place: Path) -> Iterator[Memory]:
    """The home's side of it, up and ready with its remote shard served; all of it is stopped in the end."""
    home = write_small_folder(place / f"chaos-{os.getpid()}-home")
    away = home.with_name(f"{home.name}-away")  # its name holds the home's: whoever looks for what is left finds both
    away.mkdir()
    for folder in (home, away):
        write_settings(folder, FILE)
    with (home / FILE).open("a", encoding="utf-8") as settings:
        settings.write(f"shards.{SHARD}.remote = true\n")
    with _server(place / "server") as (near, far):
        os.environ["IFMEM_REDIS_URL"] = near
        with private_set(home) as memory, Memory(away, redis_url=far) as host:
            try:
                host.join([SHARD])
                yield memory
            finally:
                host.leave()


@contextlib.contextmanager
def _server(folder: Path) -> Iterator[tuple[str, str]]:
    """A server with a password; its addresses on this machine and over the network."""
    make_private_folder(folder)
    port, password = free_port(), secrets.token_urlsafe(32)
    write_private(folder / "server.conf", SETTINGS.format(port=port, folder=folder, password=password))
    command = (str(find_program()), str(folder / "server.conf"))
    pid = os.posix_spawn(command[0], command, {}, setsid=True)
    near = f"unix://:{password}@{folder}/bus.sock"
    try:
        asyncio.run(_answers(near))
        yield near, f"redis://:{password}@127.0.0.1:{port}"
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


async def _answers(url: str) -> None:
    """Wait until the server does. Raises IfmemError."""
    bus = Bus(url)

    async def answers() -> bool:
        with contextlib.suppress(BusLost):
            return bool(await bus.call("PING"))
        return False

    await until(answers, THERE_WITHIN_S, "the server of the set with a remote shard does not answer")
    await bus.close()
