"""Starting and stopping a whole set from outside: what `up` and `down` do."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable

from ifmem import prompts
from ifmem.config import Config
from ifmem.core import lifecycle
from ifmem.core.status import ProcessStatus, Status
from ifmem.errors import Exit, IfmemError
from ifmem.processes.children import Detached, descendants, detach, end_session, is_running
from ifmem.stores.bus_server import BusServer, find_program, make_private_folder, write_private
from ifmem.stores.lock import is_locked, read_state

LOOK_EVERY_S = 0.03
SETTLES_WITHIN_S = 10.0  # on top of the grace


def check_folder(config: Config) -> None:
    """Find what would go wrong before anything is started. Raises IfmemError."""
    prompts.domains(config)
    if not any(path.name not in (".git", config.home.name) for path in config.folder.iterdir()):
        raise IfmemError(
            f"there is nothing to remember in {config.folder}.",
            why="the folder is empty",
            fix="Put documents there, or name another folder: ifmem up -C FOLDER",
        )
    if not config.redis_url:
        find_program()
    make_home(config)
    for folder in (config.logs, config.run_dir):
        make_private_folder(folder)


def make_home(config: Config) -> None:
    """The folder of the state, which nobody else may enter and git passes over. Raises IfmemError."""
    make_private_folder(config.home)
    ignore = config.home / ".gitignore"
    if not ignore.exists():
        write_private(ignore, "# ifmem's state: not for git\n*\n")


def start(config: Config) -> Detached:
    """Start a detached supervisor. When this returns, `down` can find it, or it has left again."""
    supervisor = detach("ifmem.processes.supervisor", config, config.logs / "supervisor.log")
    _wait(
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
        if status.ready:
            return status
        if status.state == lifecycle.STOPPED and supervisor is None and begin is not None:
            supervisor = begin()
            continue
        everyone = (*status.shards, *status.processes)
        if failed := [process for process in everyone if process.state == lifecycle.FAILED]:
            raise _failed(failed[0])
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
    _wait(lambda: look().state != lifecycle.STOPPING, config.stop_grace_s + SETTLES_WITHIN_S)
    return look()


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
    _wait(lambda: not is_locked(config.home) and not (isinstance(pid, int) and is_running(pid, "ifmem")), timeout_s)
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
            with contextlib.suppress(IfmemError):
                _wait(lambda: not is_running(pid, str(server.config_file)), config.stop_grace_s)
                break
    for leftover in (server.socket, server.pid_file):
        leftover.unlink(missing_ok=True)
    return stray


def _wait(condition: Callable[[], bool], timeout_s: float) -> None:
    until = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > until:
            raise IfmemError(
                f"it has not stopped within {timeout_s:.0f} s.",
                why="a process does not leave",
                fix="Stop it the hard way: ifmem down --kill",
                exit_code=Exit.TIMED_OUT,
            )
        time.sleep(LOOK_EVERY_S)
