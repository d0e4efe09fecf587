"""Settings: read once, in `load()`, each with where its value came from. Nothing else in ifmem reads the environment.

Order, first wins: a command-line option, an `IFMEM_…` variable, `ifmem.toml` of the project, the user's `ifmem.toml`, the default.
"""

from __future__ import annotations

import difflib
import hashlib
import os
import re
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from ifmem.errors import Exit, IfmemError

FILE = "ifmem.toml"
STATE = ".ifmem"
SOCKET_PATH_LIMIT = 100  # sun_path holds 104 bytes on macOS, 108 on Linux, the closing NUL included


def setting(default: Any, meaning: str, **limits: Any) -> Any:
    """A dataclass field that the table in the README, the environment and `ifmem.toml` know by its name."""
    metadata = {"meaning": meaning, "default": default, **limits}
    if isinstance(default, dict):
        return field(default_factory=dict, metadata=metadata)
    return field(default=default, metadata=metadata)


@dataclass(frozen=True)
class Config:
    """Every setting. `folder` is what is remembered, `home` holds the state; `origins` tells where each value came from."""

    folder: Path
    home: Path
    redis_url: str = setting("", "an existing Redis or Valkey; empty: an embedded Valkey is started", secret=True)
    namespace: str = setting("", "put in front of every key as `{name}:`, so that sets can share one server")
    page_tokens: int = setting(90_000, "size of a page, in estimated tokens", low=1_000, high=900_000)
    capacity_tokens: int = setting(2_000_000, "what one shard may hold, in tokens", low=1_000)
    max_file_bytes: int = setting(2_000_000, "a larger file is left out, and listed", low=1)
    ask_timeout_s: float = setting(60.0, "how long `ask` waits for an answer", low=0.1)
    in_flight: int = setting(8, "questions a shard works on at once", low=1, high=1_000)
    margin: float = setting(0.75, "shards scoring at least this share of the best are asked", low=0.0, high=1.0)
    beat_every_s: float = setting(0.5, "how often a process gives a sign of life", low=0.05)
    lost_after_s: float = setting(3.0, "a process silent for this long is replaced", low=0.2)
    stall_margin_s: float = setting(15.0, "a question this far past its deadline means its shard is stalled", low=0.1)
    start_timeout_s: float = setting(20.0, "how long a process may take to start, before loading", low=0.5)
    load_timeout_s: float = setting(600.0, "how long a shard may take to load its sources", low=1.0)
    restart_ceiling_s: float = setting(30.0, "longest pause between restarts of a crashing process", low=0.1)
    stop_grace_s: float = setting(5.0, "how long `down` waits before it kills", low=0.0)
    preload: tuple[str, ...] = setting((), "packages imported once, before processes are forked")
    shards: Mapping[str, Mapping[str, Any]] = setting({}, "per-shard tables: [shards.NAME]")
    origins: Mapping[str, str] = field(default_factory=dict)

    @property
    def run_dir(self) -> Path:
        """Where sockets and locks live: under `home` if a socket path fits there, else in the system's temporary folder."""
        inside = self.home / "run"
        if len(os.fsencode(inside / "bus.sock")) <= SOCKET_PATH_LIMIT:
            return inside
        digest = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"ifmem-{os.getuid()}-{digest}"

    @property
    def logs(self) -> Path:
        return self.home / "logs"

    @property
    def pages(self) -> Path:
        return self.home / "pages"

    @property
    def index(self) -> Path:
        return self.home / "index"

    @property
    def archive(self) -> Path:
        return self.home / "ifmem.db"


SETTINGS = {f.name: f for f in fields(Config) if "meaning" in f.metadata}


def load(
    folder: Path | str | None = None,
    *,
    env: Mapping[str, str] | None = None,
    options: Mapping[str, Any] | None = None,
) -> Config:
    """Read every setting for `folder` (default: the nearest folder upwards with an `ifmem.toml` or `.ifmem`, else this one).

    Raises IfmemError with exit code 2 for a folder that cannot be used or a setting that cannot be read.
    """
    env = os.environ if env is None else env
    chosen = folder or env.get("IFMEM_FOLDER") or None
    root = _usable(Path(chosen)) if chosen else _nearest(Path.cwd())
    home = Path(env["IFMEM_HOME"]).expanduser().absolute() if env.get("IFMEM_HOME") else root / STATE
    values: dict[str, Any] = {}
    origins: dict[str, str] = dict.fromkeys(SETTINGS, "default")
    user = Path(env.get("XDG_CONFIG_HOME") or Path(env.get("HOME", "/")) / ".config") / "ifmem" / FILE
    for path in (user, root / FILE):
        for name, value in _read_file(path).items():
            values[name] = value
            origins[name] = str(path)
    for name in SETTINGS:
        if text := env.get(f"IFMEM_{name.upper()}"):
            values[name] = _from_text(name, text)
            origins[name] = f"IFMEM_{name.upper()}"
    for name, value in (options or {}).items():
        if value is not None:
            values[name] = _check(name, value, f"--{name.replace('_', '-')}")
            origins[name] = f"--{name.replace('_', '-')}"
    return Config(folder=root, home=home, origins=origins, **values)


def _nearest(start: Path) -> Path:
    for candidate in (start, *start.parents):
        if (candidate / FILE).is_file() or (candidate / STATE).is_dir():
            return _usable(candidate)
    return _usable(start)


def _usable(folder: Path) -> Path:
    folder = folder.expanduser().absolute()
    if not folder.exists():
        why = "no such folder"
    elif not folder.is_dir():
        why = "it is a file, not a folder"
    elif not os.access(folder, os.R_OK | os.X_OK):
        why = "permission denied"
    else:
        return folder.resolve()
    raise IfmemError(
        f"cannot read {folder}.", why=why, fix="Name a readable folder: ifmem up -C FOLDER", exit_code=Exit.USAGE
    )


def _read_file(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise bad_setting(str(path), str(error)) from None
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise bad_setting(str(path), str(error)) from None
    values = {}
    for name, value in table.items():
        where = f"{path}:{line_of(text, name)}"
        values[name] = _check(name, value, where)
        if name == "shards":
            _check_shards(values[name], text, path)
    return values


def line_of(text: str, name: str, table: str = "") -> int:
    """The 1-based line on which TOML `text` sets `name`, from the head of `table` on if it has one; 1 if it cannot be told."""
    key = re.compile(rf"^\s*(\[+\s*([\w-]+\.)*)?[\"']?{re.escape(name)}[\"']?\s*([=\].]|$)")
    head = re.compile(rf"^\s*\[+\s*{re.escape(table)}\s*\]")
    lines = text.splitlines()
    start = next((n for n, line in enumerate(lines) if table and head.match(line)), 0)
    return next((n for n, line in enumerate(lines[start:], start + 1) if key.match(line)), 1)


def bad_setting(where: str, why: str, fix: str = "") -> IfmemError:
    return IfmemError(
        f"cannot use the setting at {where}.",
        why=why,
        fix=fix or "See what is allowed: ifmem config    A fresh, commented file: ifmem init",
        exit_code=Exit.USAGE,
    )


def _check(name: str, value: Any, where: str) -> Any:
    """The value in the setting's type, within its limits."""
    if name not in SETTINGS:
        near = difflib.get_close_matches(name, SETTINGS, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise bad_setting(where, f"{name!r} is not a setting{hint}", f"Allowed: {', '.join(SETTINGS)}")
    known = SETTINGS[name]
    default = known.metadata["default"]
    if isinstance(default, tuple):
        if not (isinstance(value, list | tuple) and all(isinstance(one, str) for one in value)):
            raise bad_setting(where, f"{name} takes a list of texts, not {value!r}")
        return tuple(value)
    if isinstance(default, Mapping):
        if not isinstance(value, Mapping) or not all(isinstance(one, Mapping) for one in value.values()):
            raise bad_setting(where, f"{name} takes tables: [{name}.NAME]")
        return value
    if isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if type(value) is not type(default):
        kind = {"str": "a text", "int": "a whole number", "float": "a number"}[type(default).__name__]
        raise bad_setting(where, f"{name} takes {kind}, not {value!r}")
    low, high = known.metadata.get("low"), known.metadata.get("high")
    if (low is not None and value < low) or (high is not None and value > high):
        bounds = f"at least {low}" if high is None else f"from {low} to {high}"
        raise bad_setting(where, f"{name} must be {bounds}, not {value}")
    if name == "namespace" and value and not re.fullmatch(r"[A-Za-z0-9._-]{1,64}", value):
        raise bad_setting(where, f"namespace takes letters, digits, '.', '_' and '-', not {value!r}")
    return value


def _from_text(name: str, text: str) -> Any:
    default, where = SETTINGS[name].metadata["default"], f"IFMEM_{name.upper()}"
    if isinstance(default, tuple):
        return tuple(part.strip() for part in text.split(",") if part.strip())
    if isinstance(default, Mapping):
        raise bad_setting(where, f"{name} can only be set in {FILE}")
    try:
        value = type(default)(text)
    except ValueError:
        value = text
    return _check(name, value, where)


SHARD_KEYS = {
    "title": str,
    "provider": str,
    "prompt": str,
    "include": list,
    "exclude": list,
    "sources": list,
    "capacity_tokens": int,
    "enabled": bool,
}
SOURCE_KEYS = {
    "kind": str,
    "include": list,
    "exclude": list,
    "name": str,
    "command": str,
    "timeout_s": (int, float),
    "max_bytes": int,
}


def _check_shards(tables: Mapping[str, Mapping[str, Any]], text: str, path: Path) -> None:
    for shard, table in tables.items():
        if not re.fullmatch(r"[a-z][a-z0-9-]{0,30}", shard):
            raise bad_setting(
                f"{path}:{line_of(text, shard)}",
                f"{shard!r} cannot name a shard: lower-case letters, digits and '-', a letter first",
            )
        check_shard(table, SHARD_KEYS, f"shards.{shard}", text, path)


def check_shard(table: Mapping[str, Any], allowed: Mapping[str, Any], where: str, text: str, path: Path) -> None:
    """Refuse a key or value that a shard's table cannot have. `text` is what `path` holds, `where` the table's name in it."""
    _check_table(table, allowed, where, text, path)
    for source in table.get("sources", ()):
        if not isinstance(source, Mapping):
            raise bad_setting(f"{path}:{line_of(text, 'sources', where)}", f"{where}.sources takes tables")
        _check_table(source, SOURCE_KEYS, f"{where}.sources", text, path)


def _check_table(table: Mapping[str, Any], allowed: Mapping[str, Any], where: str, text: str, path: Path) -> None:
    for key, value in table.items():
        place = f"{path}:{line_of(text, key, where)}"
        if key not in allowed:
            raise bad_setting(place, f"{key!r} is not a key of [{where}]", f"Allowed: {', '.join(allowed)}")
        if not isinstance(value, allowed[key]) or (isinstance(value, bool) and allowed[key] is not bool):
            raise bad_setting(place, f"{key} in [{where}] cannot be {value!r}")
        if isinstance(value, list) and key != "sources" and not all(isinstance(one, str) for one in value):
            raise bad_setting(place, f"{key} in [{where}] takes a list of texts")
