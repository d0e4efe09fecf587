"""The keys of model vendors: read once, from the environment or from the file it names, and never shown.

A key is kept in a `Key`, whose `repr` and `str` do not hold it, so that no log, trace or `--json` can. It reaches the processes with
the configuration, through a pipe; the environment of what ifmem starts does not have it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ifmem.errors import Exit, IfmemError

VENDORS: Mapping[str, tuple[str, ...]] = {
    "anthropic": ("ANTHROPIC_API_KEY",),
    "openai": ("OPENAI_API_KEY",),
    "gemini": ("GEMINI_API_KEY", "GOOGLE_API_KEY"),
}
BRIDGE_TOKEN = "IFMEM_BRIDGE_TOKEN"  # of a side of a conversation, for an MCP server that its host starts
REDIS_PASSWORD = "IFMEM_REDIS_PASSWORD"  # of somebody else's server, apart from its address
REDIS_URL = "IFMEM_REDIS_URL"  # may hold a password
OF_FILE = "_FILE"


@dataclass(frozen=True)
class Key:
    """A vendor's key. `origin` is the variable that held it or named its file."""

    origin: str
    value: str = field(repr=False)


def read_keys(env: Mapping[str, str]) -> dict[str, Key]:
    """The keys that the environment holds, by vendor. Raises IfmemError (exit code 4) for a file that cannot be read, or a text
    that can be no key."""
    found: dict[str, Key] = {}
    for vendor, names in VENDORS.items():
        for name in names:
            if name in env or name + OF_FILE in env:
                key = _read(name, env)
                if key is not None:
                    found.setdefault(vendor, key)
    return found


def read_bridge_token(env: Mapping[str, str]) -> Key | None:
    """The token of a conversation's side, if the environment holds one."""
    return _read(BRIDGE_TOKEN, env)


def read_redis_password(env: Mapping[str, str]) -> Key | None:
    """The password for the server at `redis_url`, if the environment holds it apart from the address."""
    return _read(REDIS_PASSWORD, env)


def without_keys(env: Mapping[str, str]) -> dict[str, str]:
    """The environment for programs that have no business with a key: commands, git, our own processes."""
    secrets = [BRIDGE_TOKEN, REDIS_PASSWORD, REDIS_URL, *(name for names in VENDORS.values() for name in names)]
    ours = {name + suffix for name in secrets for suffix in ("", OF_FILE)}
    return {name: value for name, value in env.items() if name not in ours}


def _read(name: str, env: Mapping[str, str]) -> Key | None:
    origin, text = name, env.get(name, "")
    if not text and (path := env.get(name + OF_FILE)):
        origin = name + OF_FILE
        try:
            text = Path(path).expanduser().read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            fix = f"Let {origin} name a readable file that holds the key alone, or unset it"
            raise IfmemError(
                f"cannot read the key file of {origin}.", why=_why(error), fix=fix, exit_code=Exit.CREDENTIALS
            ) from None
    value = text.strip()
    if value and (not value.isascii() or not value.isprintable() or " " in value):
        raise IfmemError(
            f"what {origin} holds is not a key.",
            why="a key is one word of printable ASCII",
            fix=f"Set {name} to the key alone: no spaces, no quotes, no line ends",
            exit_code=Exit.CREDENTIALS,
        )
    return Key(origin, value) if value else None


def _why(error: Exception) -> str:
    return error.strerror or type(error).__name__ if isinstance(error, OSError) else "it is not text"
