"""Starting and stopping a whole set from outside: what `up` and `down` do."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable, Sequence

from ifmem import prompts
from ifmem.config import Config
from ifmem.core import lifecycle
from ifmem.core.domains import Domain
from ifmem.core.status import ProcessStatus, Status
from ifmem.errors import Exit, IfmemError
from ifmem.processes.ending import end_session
from ifmem.processes.process_table import descendants, is_running
from ifmem.processes.programs import Detached, detach
from ifmem.processes.standstill import standstill
from ifmem.stores.bus_server import BusServer, find_program, make_private_folder, write_private
from ifmem.stores.lock import is_locked, read_state

LOOK_EVERY_S = 0.03
MOVES_AGAIN_WITHIN_S = 2.0
SETTLES_WITHIN_S = 10.0  # on top of the grace
SPAWNER_LEAVES_WITHIN_S = 3.0  # on top of the grace: its children get a second, then it stops the bus


def check_folder(config: Config) -> None:
    """Find what would go wrong before anything is started. Raises IfmemError."""
    _check_remote(prompts.domains(config), config)
    if not any(path.name not in (".git", config.home.name) for path in config.folder.iterdir()):
        raise IfmemError(
            f"there is nothing to remember in {config.folder}.",
            why="the folder is empty",
            fix="Put documents there, or name another folder: ifmem up -C FOLDER",
        )
    if not config.redis_url:
        find_program()
    make_places(config)


def make_places(config: Config) -> None:
    """The folders that a supervisor writes to."""
    make_home(config)
    for folder in (config.logs, config.run_dir):
        make_private_folder(folder)


def _check_remote(domains: Sequence[Domain], config: Config) -> None:
    remote = next((domain.name for domain in domains if domain.remote), "")
    if remote and not config.redis_url:
        raise IfmemError(
            f"no other machine can serve {remote}.",
            why=f"[shards.{remote}] is remote, and the bus of this set is a socket on this machine",
            fix="Use a server that both reach: IFMEM_REDIS_URL=rediss://user:password@host:port ifmem up",
            exit_code=Exit.USAGE,
        )


def make_home(config: Config) -> None:
    """The folder of the state, which nobody else may enter and git passes over. Raises IfmemError."""
    make_private_folder(config.home)
    ignore = config.home / ".gitignore"
    if not ignore.exists():
        write_private(ignore, "# ifmem's state: not for git\n*\n")


def start(config: Config) -> Detached:
    """Start a detached supervisor, of the set or of what it serves for another. When this returns, `down` can find it, or it has left
    again, or the machine is so slow that whoever waits for the set has to see to it."""
    module = "ifmem.processes.joining" if config.guests else "ifmem.processes.supervisor"
    supervisor = detach(module, config, config.logs / "supervisor.log")
    _came_true(
        lambda: read_state(config.home).get("pid") == supervisor.pid or supervisor.poll() is not None,
        config.start_timeout_s,
    )
    return supervisor


def wait_until_ready(
    look: Callable[[], Status],
    config: Config,
    *,
    begin: Callable[[], Detached] | None,
    timeout_s: float,
    on_status: Callable[[Status], None] | None,
) -> Status:
    """Follow a starting set until all of it is ready. `begin` starts one where none runs, or where the one that did was on its way
    out. Raises IfmemError when a process has failed or the time is over."""
    until = time.monotonic() + timeout_s
    supervisor: Detached | None = None
    while True:
        status = look()
        if on_status is not None:
            on_status(status)
        if status.ready_here:
            return status
        if status.state == lifecycle.STOPPED and supervisor is None and begin is not None:
            supervisor = begin()
            continue
        everyone = [process for process in (*status.shards, *status.processes) if not process.remote]
        if failed := [process for process in everyone if process.state == lifecycle.FAILED]:
            raise _failed(failed[0])
        if status.state == lifecycle.HUNG:
            raise IfmemError("the supervisor does not move.", why=status.reason, fix=status.fix)
        left = supervisor.poll() if supervisor is not None else None
        if left or (left == 0 and status.state == lifecycle.STOPPED):  # 0, not stopped: another supervisor was faster
            raise _why_it_left(config, status)
        if time.monotonic() > until:
            raise IfmemError(
                f"not ready after {timeout_s:.0f} s.",
                why=", ".join(f"{p.name} {p.state}" for p in everyone if p.state not in lifecycle.SERVING)
                or status.reason,
                fix="It goes on starting: ifmem status --watch    More patience: ifmem up --timeout SECONDS",
                exit_code=Exit.TIMED_OUT,
            )
        time.sleep(LOOK_EVERY_S)


def settled(look: Callable[[], Status], config: Config) -> Status:
    """How things are, once a set that is on its way out has left: the next one needs its place."""
    _until_stopped(lambda: look().state != lifecycle.STOPPING, config.stop_grace_s + SETTLES_WITHIN_S)
    return look()


def end_hung(config: Config) -> None:
    """End a supervisor that stands still. Its spawner sees that and lets the others hand back what they hold; what is left after the
    grace is ended here. Nothing happens if it moves (again): one whose machine was paused shows life within a second or two."""
    if standstill(config) is None:
        return
    time.sleep(MOVES_AGAIN_WITHIN_S)
    found = standstill(config)
    if found is None:
        return
    started = descendants(found.pid)
    with contextlib.suppress(ProcessLookupError):
        os.kill(found.pid, signal.SIGKILL)
    _came_true(
        lambda: not any(is_running(process.pid, "") for process in started),
        config.stop_grace_s + SPAWNER_LEAVES_WITHIN_S,
    )
    for process in started:
        if process.is_running():  # it, and not another that has its pid by now
            end_session(process.pid)


def _failed(process: ProcessStatus) -> IfmemError:
    fix = process.fix or f"ifmem logs {process.name}"
    code = Exit(process.exit_code)
    return IfmemError(f"{process.name} failed to start.", why=process.reason, fix=fix, exit_code=code)


def _why_it_left(config: Config, status: Status) -> IfmemError:
    error = read_state(config.home).get("error")
    if isinstance(error, dict):
        return IfmemError.from_dict(error)
    return IfmemError("the supervisor left while starting.", why=status.reason, fix="See why: ifmem logs supervisor")


def stop(config: Config, *, timeout_s: float, kill: bool) -> bool:
    """Stop the supervisor and with it everything; False if nothing was there. Raises IfmemError if it does not stop in time."""
    running, pid = is_locked(config.home), read_state(config.home).get("pid")
    if running and isinstance(pid, int) and is_running(pid, "ifmem"):
        if kill:
            _kill_all(pid)
        else:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
                os.kill(pid, signal.SIGCONT)  # one that somebody has stopped (Ctrl-Z) hears it too
    _until_stopped(
        lambda: not is_locked(config.home) and not (isinstance(pid, int) and is_running(pid, "ifmem")), timeout_s
    )
    return _stop_stray_bus(config) or running


def _kill_all(pid: int) -> None:
    tree = descendants(pid)
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    for process in tree:
        end_session(process.pid)


def _stop_stray_bus(config: Config) -> bool:
    """The embedded bus of a supervisor that was killed together with its spawner."""
    server = BusServer.of(config)
    pid = server.recorded_pid()
    stray = pid is not None and is_running(pid, str(server.config_file))
    if pid is not None and stray:
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
            if _came_true(lambda: not is_running(pid, str(server.config_file)), config.stop_grace_s):
                break
    for leftover in (server.socket, server.pid_file):
        leftover.unlink(missing_ok=True)
    return stray


def _until_stopped(condition: Callable[[], bool], timeout_s: float) -> None:
    if not _came_true(condition, timeout_s):
        raise IfmemError(
            f"it has not stopped within {timeout_s:.0f} s.",
            why="a process does not leave",
            fix="Stop it the hard way: ifmem down --kill",
            exit_code=Exit.TIMED_OUT,
        )


def _came_true(condition: Callable[[], bool], timeout_s: float) -> bool:
    until = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(LOOK_EVERY_S)
    return True
