"""The spawner: a single-threaded process that imports what is heavy once and forks everything else from it.

It reads one request a line from its supervisor's socket (with the child's end of its beat pipe attached), forks, and reports who
left and how; when it has nothing to say it beats. It is also what keeps the promise of no orphans: when its supervisor is gone,
however it went, it ends every child, and the last one out stops the embedded bus.

    supervisor ──socket──> spawner ──fork──> shard, coordinator, archivist, worker
        ^                                         │
        └───────────────── beat pipe ─────────────┘
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
import time
from typing import NoReturn

from ifmem import prompts
from ifmem.config import Config
from ifmem.core.concepts import search_terms
from ifmem.errors import IfmemError
from ifmem.processes.ending import end_session, tie_to_parent
from ifmem.processes.process_table import is_running
from ifmem.processes.programs import received_config
from ifmem.processes.pulse import to_next_pulse
from ifmem.processes.seat import Assignment
from ifmem.providers.choice import sdks_of
from ifmem.providers.librarian_choice import names_of
from ifmem.stores.bus import Bus
from ifmem.stores.bus_server import bus_url

ROLES = ("shard", "coordinator", "archivist", "watcher", "worker", "guest", "publisher")
USED_LATE = ("tenacity",)  # when the bus is away, which is no time to import anything in each process
LOCK_WAIT_S = 0.3  # somebody who only looks whether a supervisor runs holds the lock for an instant
REHEARSED_WITHIN_S = 1.0  # a bus that stands still is no reason to be late
GRACE_S = 1.0  # children of a dead supervisor get this long to put their work back


class Spawner:
    def __init__(self, config: Config, connection: socket.socket) -> None:
        self.config = config
        self.connection = connection
        self.children: set[int] = set()
        self.alive_read, self.alive_write = os.pipe()  # children see the end of it when the spawner is gone
        self.woken, wake = os.pipe()
        os.set_blocking(wake, False)
        os.set_blocking(self.woken, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        self.inherited = (self.alive_write, self.woken, wake)

    def run(self) -> None:
        self.say({"event": "ready"})
        while True:
            until_beat = to_next_pulse(self.config.beat_every_s)
            readable, _, _ = select.select([self.connection.fileno(), self.woken], [], [], until_beat)
            if not readable:
                self.say({"event": "beat"})
            if self.woken in readable:
                os.read(self.woken, 4096)
                self.reap()
            if self.connection.fileno() in readable and not self.take_request():
                return

    def take_request(self) -> bool:
        """Serve one request; False when the supervisor is gone."""
        try:
            data, fds, _, _ = socket.recv_fds(self.connection, 65_536, 1)
        except ConnectionError:
            return False
        if not data:
            return False
        assignment = Assignment.from_json(data)
        pid = os.fork()
        if pid == 0:
            self.become(assignment, fds[0])
        os.close(fds[0])
        self.children.add(pid)
        self.say({"event": "forked", "assignment": assignment.to_dict(), "pid": pid})
        return True

    def become(self, assignment: Assignment, beat_fd: int) -> NoReturn:
        """In the child: shed what belongs to the spawner, then run the program to its end."""
        status = 1
        try:
            os.setsid()
            tie_to_parent()
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for fd in self.inherited:
                os.close(fd)
            self.connection.close()
            log = os.open(self.config.logs / f"{assignment.name}.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            os.dup2(log, 1)
            os.dup2(log, 2)
            os.close(log)
            from ifmem.processes.running import run_program

            status = run_program(assignment, self.config, beat_fd, self.alive_read)
        finally:
            with contextlib.suppress(Exception):
                sys.stdout.flush()
                sys.stderr.flush()
            os._exit(status)

    def reap(self) -> None:
        while self.children:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            self.children.discard(pid)
            self.say({"event": "exited", "pid": pid, "status": os.waitstatus_to_exitcode(status)})

    def say(self, event: dict[str, object]) -> None:
        say(self.connection, event)

    def end_children(self) -> None:
        """TERM, a grace, KILL; whatever they started themselves too."""
        everyone = set(self.children)
        for pid in everyone:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        until = time.monotonic() + GRACE_S
        while self.children and (left := until - time.monotonic()) > 0:
            select.select([self.woken], [], [], left)
            with contextlib.suppress(BlockingIOError):
                os.read(self.woken, 4096)
            self.reap()
        for pid in everyone:
            end_session(pid)


def say(connection: socket.socket, event: dict[str, object]) -> None:
    with contextlib.suppress(OSError):  # the supervisor is gone: take_request sees it next
        connection.sendall(json.dumps(event).encode() + b"\n")


def turn_off_the_light(config: Config) -> None:
    """Stop the embedded bus, unless another supervisor has taken over meanwhile."""
    from ifmem.core import lifecycle
    from ifmem.stores.bus_server import BusServer
    from ifmem.stores.lock import AlreadyRunning, hold_lock, read_state, write_state

    if config.redis_url:
        return
    with contextlib.suppress(AlreadyRunning), hold_lock(config.home, LOCK_WAIT_S):
        server = BusServer.of(config)
        pid, name = server.recorded_pid(), str(server.config_file)
        if pid is None or not is_running(pid, name):
            return
        # The lock is held until the server is gone, so that a new supervisor does not adopt a server that is leaving,
        # and the state says so, so that nobody takes this lock and that server for a set that runs.
        write_state(config.home, {**read_state(config.home), "state": lifecycle.STOPPING})
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
        until = time.monotonic() + config.stop_grace_s
        while is_running(pid, name) and time.monotonic() < until:
            time.sleep(0.02)


async def rehearse(config: Config) -> None:
    """Do once what every child does first. What is imported late or specialised when it first runs is then shared by all of them,
    and not made again in each: 2 of 11 MB a shard, a third of the time of a worker. Whether the bus is there yet does not matter."""
    prompts.domains(config)
    search_terms("Which words are related?")
    bus = Bus(bus_url(config))
    with contextlib.suppress(IfmemError, TimeoutError):
        async with asyncio.timeout(REHEARSED_WITHIN_S):
            await bus.send(("PING",), ("PING",))
    await bus.close()


def main(connection_fd: int, config: Config) -> None:
    from setproctitle import setproctitle

    setproctitle(f"ifmem spawner {config.folder.name}")
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the supervisor's
    connection = socket.socket(fileno=connection_fd)
    sdks = sdks_of(prompts.domains(config), config, names_of(config) if config.librarians else ())
    roles = (*ROLES, "librarian") if config.librarians else ROLES
    programs = ("ifmem.processes.running", *(f"ifmem.processes.{role}" for role in roles))
    for module in (*programs, *USED_LATE, *config.preload, *sdks):
        importlib.import_module(module)
        say(connection, {"event": "imported"})
    asyncio.run(rehearse(config))
    gc.collect()
    gc.freeze()  # children share these objects' pages for good: no collection touches them
    spawner = Spawner(config, connection)
    spawner.run()
    spawner.end_children()
    turn_off_the_light(config)


if __name__ == "__main__":
    main(int(sys.argv[1]), received_config())
    os._exit(0)  # nothing is left to tidy up, and taking a large interpreter apart takes a while
