"""Settings are read once, in `load()`, each with where its value came from.

Order, first wins: a command-line option, an `IFMEM_…` variable, `ifmem.toml` of the project, the user's `ifmem.toml`, the default.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ifmem.config import SETTINGS, Config
from ifmem.config.checking import bad_setting, check, from_text, line_of
from ifmem.config.folders import FILE, STATE, nearest, usable
from ifmem.config.shard_tables import check_shards
from ifmem.credentials import read_bridge_token, read_keys, read_redis_password

Found = tuple[str, Any, str]  # a setting's name, its value and where that came from


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
    root = usable(Path(chosen)) if chosen else nearest(Path.cwd())
    home = Path(env["IFMEM_HOME"]).expanduser().absolute() if env.get("IFMEM_HOME") else root / STATE
    user = Path(env.get("XDG_CONFIG_HOME") or Path(env.get("HOME", "/")) / ".config") / "ifmem" / FILE
    own = root / FILE
    files = {path: content for path in (user, own) if (content := _content(path)) is not None}
    values: dict[str, Any] = {}
    origins: dict[str, str] = dict.fromkeys(SETTINGS, "default")
    for name, value, origin in (*_in_files(files, own, ignored), *_in_environment(env), *_in_options(options or {})):
        values[name], origins[name] = value, origin
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
        own_digest=hashlib.sha256(files[own]).hexdigest() if own in files else "",
        ignored=ignored,
        trusts=tuple(Path(part).expanduser() for part in env.get("IFMEM_TRUST", "").split(os.pathsep) if part),
        **values,
    )


def filled(config: Config, values: Mapping[str, Any], origin: str) -> Config:
    """The settings with those of `values` that `config` leaves at their defaults, checked as if they stood in a file."""
    taken = {name: check(name, value, origin) for name, value in values.items() if config.origins[name] == "default"}
    return replace(config, **taken, origins={**config.origins, **dict.fromkeys(taken, origin)})


def _in_files(files: Mapping[Path, bytes], own: Path, ignored: frozenset[str]) -> Iterator[Found]:
    """The settings of the user's file, then those of the folder's `own` that count."""
    for path, content in files.items():
        for name, value in (_parsed(content, path) if content else {}).items():
            if path != own or name not in ignored:
                yield name, value, str(path)


def _in_environment(env: Mapping[str, str]) -> Iterator[Found]:
    for name in SETTINGS:
        variable = f"IFMEM_{name.upper()}"
        if text := env.get(variable):
            yield name, from_text(name, text), variable


def _in_options(options: Mapping[str, Any]) -> Iterator[Found]:
    for name, value in options.items():
        if value is not None:
            option = f"--{name.replace('_', '-')}"
            yield name, check(name, value, option), option


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise bad_setting(str(path), str(error)) from None


def _parsed(content: bytes, path: Path) -> dict[str, Any]:
    import tomllib  # most folders have no file of their own

    try:
        text = content.decode("utf-8")
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise bad_setting(str(path), str(error)) from None
    values = {}
    for name, value in table.items():
        where = f"{path}:{line_of(text, name)}"
        values[name] = check(name, value, where)
        if name == "shards":
            check_shards(values[name], text, path)
    return values
