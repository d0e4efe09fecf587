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

from ifmem.credentials import Key, read_bridge_token, read_keys, read_redis_password
from ifmem.errors import Exit, IfmemError

FILE = "ifmem.toml"
STATE = ".ifmem"
BOOLEANS = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
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
    redis_insecure: bool = setting(False, "whether a server beyond private networks may be reached without TLS")
    namespace: str = setting("", "put in front of every key as `{name}:`, so that sets can share one server")
    page_tokens: int = setting(90_000, "size of a page, in estimated tokens", low=1_000, high=900_000)
    capacity_tokens: int = setting(2_000_000, "what one shard may hold, in tokens", low=1_000)
    max_file_bytes: int = setting(2_000_000, "a larger file is left out, and listed", low=1)
    ask_timeout_s: float = setting(60.0, "how long `ask` waits for an answer", low=0.1)
    queue_limit: int = setting(1_000, "questions that may wait in a queue; one more is told how many are ahead", low=1)
    in_flight: int = setting(8, "questions a shard works on at once", low=1, high=1_000)
    workers: int = setting(0, "workers at once; 0: a core each for extractive, 16 for models", low=0, high=1_000)
    lease_s: float = setting(60.0, "how long a worker may take for one task", low=0.1)
    margin: float = setting(0.75, "shards scoring at least this share of the best are asked", low=0.0, high=1.0)
    beat_every_s: float = setting(0.5, "how often a process gives a sign of life", low=0.05)
    lost_after_s: float = setting(3.0, "a process silent for this long is replaced", low=0.2)
    stall_margin_s: float = setting(15.0, "a question this far past its deadline means its shard is stalled", low=0.1)
    start_timeout_s: float = setting(20.0, "how long a process may take to start, before loading", low=0.5)
    load_timeout_s: float = setting(600.0, "how long a shard may take to load its sources", low=1.0)
    restart_ceiling_s: float = setting(30.0, "longest pause between restarts of a crashing process", low=0.1)
    stop_grace_s: float = setting(5.0, "how long `down` waits before it kills", low=0.0)
    preload: tuple[str, ...] = setting((), "packages imported once, before processes are forked")
    provider: str = setting("auto", "who answers: auto is Claude with a key and extractive without; or extractive")
    failover: tuple[str, ...] = setting((), "providers that answer, in this order, when a shard's own cannot")
    model: str = setting("claude-haiku-5-5", "the model of shards")
    coordinator_model: str = setting("claude-sonnet-5-5", "the model that makes one answer of several findings")
    effort: str = setting("", "the models' effort; empty: their own default")
    thinking: bool = setting(True, "whether models that can think do")
    synthesis: bool = setting(True, "whether findings of several shards are made one answer by a model")
    cache_ttl: str = setting("5m", "life of the vendor's cache entries, 5m or 1h", choices=("5m", "1h"))
    keep_warm: bool = setting(True, "whether pages are kept in the vendor's cache while that is cheaper than reloading")
    base_url: str = setting("", "a Messages API server of your own; empty: Anthropic's")
    citations: str = setting(
        "auto",
        "native, numbered (lines, for other servers), or auto: native at Anthropic",
        choices=("auto", "native", "numbered"),
    )
    budget_day_usd: float = setting(5.0, "most that models may cost a day (UTC)", low=0.0)
    budget_hour_usd: float = setting(2.0, "most that models may cost an hour", low=0.0)
    budget_question_usd: float = setting(0.5, "most that models may cost for one question", low=0.0)
    outside_links: bool = setting(False, "whether files are read that links in the folder lead to outside of it")
    mask_secrets: bool = setting(True, "whether secrets in documents are masked before a model reads them")
    unmasked: tuple[str, ...] = setting((), "documents whose secrets are not masked: globs, as in `include`")
    librarians: int = setting(
        0, "archive shards over findings and sessions that the live ones no longer hold", low=0, high=5
    )
    librarian_providers: tuple[str, ...] = setting(
        (), "who answers for librarians, in this order; empty: Gemini with a key, extractive without"
    )
    librarian_base_url: str = setting("", "the server of the first of them; empty: its vendor's")
    librarian_quota: int = setting(1_500, "calls to a model that one librarian may make a day (UTC)", low=0)
    librarian_tokens: int = setting(1_000_000, "what one librarian may hold, in tokens", low=1_000)
    bridge_store: str = setting("", "the file of the bridge's conversations; empty: one for all folders of the user")
    bridge_expiry_s: float = setting(10_800.0, "life of a conversation over the bridge", low=1.0)
    bridge_alive_s: float = setting(120.0, "a partner silent for this long counts as gone", low=1.0)
    bridge_per_minute: int = setting(30, "messages one side of a conversation may send in a minute", low=1)
    bridge_per_hour: int = setting(300, "messages one side of a conversation may send in an hour", low=1)
    bridge_conversation: str = setting("", "the conversation an MCP server takes part in when a call names none")
    shards: Mapping[str, Mapping[str, Any]] = setting({}, "per-shard tables: [shards.NAME]")
    origins: Mapping[str, str] = field(default_factory=dict)
    keys: Mapping[str, Key] = field(default_factory=dict)
    bridge_token: Key | None = None
    redis_password: Key | None = None
    user_state: Path = Path()
    own_digest: str = ""  # sha256 of the folder's own ifmem.toml, as it was read; "" without one
    ignored: frozenset[str] = frozenset()  # settings that file has and that do not count: it is not trusted
    trusts: tuple[Path, ...] = ()  # from IFMEM_TRUST: folders whose ifmem.toml counts whatever it says

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

    @property
    def bridge(self) -> Path:
        """Conversations are the user's and not a folder's: two agents often work in two folders."""
        if not self.bridge_store:
            return self.user_state / "bridge.db"
        return self.folder / Path(self.bridge_store).expanduser()


SETTINGS = {f.name: f for f in fields(Config) if "meaning" in f.metadata}


def load(
    folder: Path | str | None = None,
    *,
    env: Mapping[str, str] | None = None,
    options: Mapping[str, Any] | None = None,
    ignored: frozenset[str] = frozenset(),
) -> Config:
    """Read every setting for `folder` (default: the nearest folder upwards with an `ifmem.toml` or `.ifmem`, else this one).

    `ignored` are settings that do not count where the folder's own file has them (see `core.trust`).
    Raises IfmemError with exit code 2 for a folder that cannot be used or a setting that cannot be read.
    """
    env = os.environ if env is None else env
    chosen = folder or env.get("IFMEM_FOLDER") or None
    root = _usable(Path(chosen)) if chosen else nearest(Path.cwd())
    home = Path(env["IFMEM_HOME"]).expanduser().absolute() if env.get("IFMEM_HOME") else root / STATE
    values: dict[str, Any] = {}
    origins: dict[str, str] = dict.fromkeys(SETTINGS, "default")
    user = Path(env.get("XDG_CONFIG_HOME") or Path(env.get("HOME", "/")) / ".config") / "ifmem" / FILE
    own, digest = root / FILE, ""
    for path in (user, own):
        content = _content(path)
        digest = hashlib.sha256(content).hexdigest() if path == own and content is not None else digest
        for name, value in _parsed(content or b"", path).items():
            if path == own and name in ignored:
                continue
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
    state = Path(env.get("XDG_STATE_HOME") or Path(env.get("HOME", "/")) / ".local" / "state") / "ifmem"
    keys, token = read_keys(env), read_bridge_token(env)
    return Config(
        folder=root,
        home=home,
        origins=origins,
        keys=keys,
        bridge_token=token,
        redis_password=read_redis_password(env),
        user_state=state,
        own_digest=digest,
        ignored=ignored,
        trusts=tuple(Path(part).expanduser() for part in env.get("IFMEM_TRUST", "").split(os.pathsep) if part),
        **values,
    )


def named_folder(folder: str | None, env: Mapping[str, str] | None = None) -> Path | None:
    """The folder that an option or the environment names; None if it has to be found some other way."""
    env = os.environ if env is None else env
    home = Path(env.get("IFMEM_HOME") or ".").expanduser()
    chosen = folder or env.get("IFMEM_FOLDER") or (home.parent if home.name == STATE else None)
    return Path(chosen).expanduser().absolute() if chosen else None


def is_known(folder: Path) -> bool:
    """Whether somebody has made this a folder to remember."""
    return (folder / FILE).is_file() or (folder / STATE).is_dir()


def nearest(start: Path) -> Path:
    """The nearest such folder upwards, else `start` itself."""
    for candidate in (start, *start.parents):
        if is_known(candidate):
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


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise bad_setting(str(path), str(error)) from None


def _parsed(content: bytes, path: Path) -> dict[str, Any]:
    try:
        text = content.decode("utf-8")
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
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
        kind = {"str": "a text", "int": "a whole number", "float": "a number", "bool": "true or false"}[
            type(default).__name__
        ]
        raise bad_setting(where, f"{name} takes {kind}, not {value!r}")
    low, high = known.metadata.get("low"), known.metadata.get("high")
    if (low is not None and value < low) or (high is not None and value > high):
        bounds = f"at least {low}" if high is None else f"from {low} to {high}"
        raise bad_setting(where, f"{name} must be {bounds}, not {value}")
    if (choices := known.metadata.get("choices")) and value not in choices:
        raise bad_setting(where, f"{name} takes {', '.join(choices)}, not {value!r}")
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
        value = BOOLEANS.get(text.lower(), text) if isinstance(default, bool) else type(default)(text)
    except ValueError:
        value = text
    return _check(name, value, where)


SHARD_KEYS = {
    "title": str,
    "provider": str,
    "failover": list,
    "model": str,
    "effort": str,
    "thinking": bool,
    "cache_ttl": str,
    "base_url": str,
    "citations": str,
    "price": dict,
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
    "every_s": (int, float),
    "urls": list,
    "allow_private": bool,
    "report": str,
    "newest": int,
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
