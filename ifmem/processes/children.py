"""The supervisor's end of the spawner: it asks for forks, hears beats through a pipe a child, and learns of every exit at once.

The end of the beat pipe says that a child is gone, the spawner says how it left.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
import socket
import time
from collections.abc import Callable
from typing import Any

from ifmem.config import Config
from ifmem.core.beat import Beat
from ifmem.credentials import without_keys
from ifmem.errors import IfmemError
from ifmem.processes.ending import end_session
from ifmem.processes.programs import PYTHON, hand_config, open_log
from ifmem.processes.seat import Assignment

log = logging.getLogger("ifmem")


class Child:
    """One forked process. `on_beat` is called for each beat, `on_exit` once, with its wait status (negative: the signal)."""

    def __init__(self, assignment: Assignment, on_beat: Callable[[Beat], None], on_exit: Callable[[int], None]) -> None:
        self.assignment = assignment
        self.pid: int | None = None
        self.on_beat = on_beat
        self.on_exit = on_exit
        self._rest = b""
        self._line = b""
        self._beat: Beat | None = None

    def hear(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            if line != self._line:  # an idle process says the same again and again
                self._line, self._beat = line, Beat.from_json(line)
            if self._beat is not None:
                self.on_beat(self._beat)

    def signal(self, number: signal.Signals) -> None:
        if self.pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)


class Children:
    """The spawner and what it forked. `on_lost` is called if the spawner itself dies; its children die with it."""

    def __init__(self, config: Config, on_lost: Callable[[], None]) -> None:
        self.config = config
        self.on_lost = on_lost
        self._process: asyncio.subprocess.Process | None = None
        self._connection: socket.socket | None = None
        self._reader: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()
        self._spoke = asyncio.Event()
        self._one_fork = asyncio.Lock()  # one request at a time, so that each is read together with its own pipe
        self._asked: Assignment | None = None
        self._forked: asyncio.Future[int] | None = None
        self._by_pid: dict[int, Child] = {}
        self.heard_at: float | None = None  # monotonic: when the spawner spoke last; None until it is ready

    async def start(self) -> None:
        """Start the spawner and wait until it has imported everything."""
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        with theirs, open_log(self.config.logs / "spawner.log") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(*PYTHON, "-m", "ifmem.processes.spawner", str(theirs.fileno())),
                cwd="/",
                stdin=asyncio.subprocess.PIPE,
                stdout=log,
                stderr=log,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
                env=without_keys(os.environ),
            )
        await hand_config(self._process, self.config)
        self._connection = ours
        self._ready.clear()
        self.heard_at = None
        self._reader = asyncio.create_task(self._read_events(), name="spawner events")
        await self._until_ready()

    async def _until_ready(self) -> None:
        """However slow the machine is, as long as one import after the other gets done. Raises IfmemError."""
        try:
            while not self._ready.is_set():
                self._spoke.clear()
                async with asyncio.timeout(self.config.start_timeout_s):
                    await self._spoke.wait()
        except TimeoutError:
            raise IfmemError(
                f"the spawner is not ready, and has got no further for {self.config.start_timeout_s:.0f} s.",
                why="importing one of the modules that it preloads takes longer, or it died",
                fix="See: ifmem logs spawner    More time: start_timeout_s in ifmem.toml",
            ) from None

    async def fork(self, child: Child) -> None:
        """Fork one process; its beats and its end are reported through `child`."""
        read_end, write_end = os.pipe()
        os.set_blocking(read_end, False)
        os.set_blocking(write_end, False)  # a supervisor that reads nothing must not stop a child's loop
        try:
            async with self._one_fork:
                assert self._connection is not None
                self._asked, self._forked = child.assignment, asyncio.get_running_loop().create_future()
                request = child.assignment.to_json().encode()
                socket.send_fds(self._connection, [request], [write_end])
                async with asyncio.timeout(self.config.start_timeout_s):
                    child.pid = await self._forked
                self._by_pid[child.pid] = child
        except BaseException:
            os.close(read_end)
            raise
        finally:
            os.close(write_end)
        asyncio.get_running_loop().add_reader(read_end, self._hear, read_end, child)

    def _hear(self, fd: int, child: Child) -> None:
        try:
            data = os.read(fd, 65_536)
        except BlockingIOError:
            return
        if data:
            child.hear(data)
        else:
            asyncio.get_running_loop().remove_reader(fd)
            os.close(fd)

    async def _read_events(self) -> None:
        loop, rest = asyncio.get_running_loop(), b""
        assert self._connection is not None
        while data := await self._receive(loop, self._connection):
            *lines, rest = (rest + data).split(b"\n")
            try:
                for line in lines:
                    await self._take(json.loads(line))
            except (ValueError, KeyError, TypeError):
                log.exception("the spawner speaks another language")
                break
        await self._spawner_is_gone()

    async def _take(self, event: dict[str, Any]) -> None:
        self._spoke.set()
        if event["event"] == "imported":  # until it is ready, its silence is judged by how long it takes to start
            return
        self.heard_at = time.monotonic()
        match event["event"]:
            case "ready":
                self._ready.set()
            case "forked":
                self._was_forked(Assignment.from_dict(event["assignment"]), event["pid"])
            case "exited":
                await self._exited(event["pid"], event["status"])

    def _was_forked(self, assignment: Assignment, pid: int) -> None:
        if self._asked == assignment and self._forked is not None and not self._forked.done():
            self._forked.set_result(pid)
        else:  # nobody waits for it any more
            end_session(pid)

    @staticmethod
    async def _receive(loop: asyncio.AbstractEventLoop, connection: socket.socket) -> bytes:
        try:
            return await loop.sock_recv(connection, 65_536)
        except ConnectionError:
            return b""

    async def _exited(self, pid: int, status: int) -> None:
        for _ in range(2):  # a child may be gone before its pid has been noted: let fork() go on first
            if child := self._by_pid.pop(pid, None):
                child.on_exit(status)
                return
            await asyncio.sleep(0)

    async def _spawner_is_gone(self) -> None:
        """Its children cannot be waited for by anybody else: make sure that they are gone, then report each."""
        if self._forked is not None and not self._forked.done():
            self._forked.set_exception(ConnectionError("the spawner is gone"))
        if self._process is not None and self._process.returncode is None:
            end_session(self._process.pid)
        orphans, self._by_pid = self._by_pid, {}
        for pid in orphans:
            end_session(pid)
        self.on_lost()
        for child in orphans.values():
            child.on_exit(-signal.SIGKILL)

    def end_spawner(self) -> None:
        """Kill a spawner that does not answer; what follows is what follows its death."""
        self.heard_at = None
        if self._process is not None and self._process.returncode is None:
            self._process.kill()

    async def stop(self) -> None:
        """Let the spawner go; the children should have left before."""
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.gather(self._reader, return_exceptions=True)
        if self._connection is not None:
            self._connection.close()
        if self._process is not None:
            try:
                async with asyncio.timeout(self.config.stop_grace_s):
                    await self._process.wait()
            except TimeoutError:
                self._process.kill()
                await self._process.wait()
