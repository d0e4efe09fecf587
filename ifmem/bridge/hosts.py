"""Registering the server with MCP hosts: where each keeps its servers, and how an entry is put there beside the others."""

from __future__ import annotations

import json
import os
import re
import sys
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ifmem.bridge import their_files
from ifmem.errors import Exit, IfmemError

NAME = "ifmem"


@dataclass(frozen=True)
class Host:
    """`file` is where the host keeps servers, given the project's folder and the user's home; `key` is the table they are in."""

    title: str
    file: Callable[[Path, Path], Path]
    key: str = "mcpServers"
    fields: Mapping[str, str] | None = None

    def entry(self, folder: Path) -> dict[str, Any]:
        command = command_line(folder)
        return {**(self.fields or {}), "command": command[0], "args": command[1:]}


def _desktop(folder: Path, home: Path) -> Path:
    settings = home / ("Library/Application Support" if sys.platform == "darwin" else ".config")
    return settings / "Claude" / "claude_desktop_config.json"


HOSTS: Mapping[str, Host] = {
    "claude": Host("Claude Code", lambda folder, home: folder / ".mcp.json"),
    "claude-desktop": Host("Claude Desktop", _desktop),
    "cursor": Host("Cursor", lambda folder, home: folder / ".cursor" / "mcp.json"),
    "vscode": Host("VS Code", lambda folder, home: folder / ".vscode" / "mcp.json", "servers", {"type": "stdio"}),
    "codex": Host("Codex", lambda folder, home: home / ".codex" / "config.toml", "mcp_servers"),
}


def host_named(name: str | None) -> Host:
    if name and name in HOSTS:
        return HOSTS[name]
    raise IfmemError(
        f"there is no host {name!r}." if name else "no host is named.",
        fix=f"Name one: ifmem mcp install [{'|'.join(HOSTS)}]",
        exit_code=Exit.USAGE,
    )


def command_line(folder: Path) -> list[str]:
    """What starts the server, with absolute paths: hosts start it in a folder of their own, with hardly a PATH."""
    program = Path(sys.executable).parent / NAME
    start = [str(program)] if os.access(program, os.X_OK) else [sys.executable, "-m", NAME]
    return [*start, "mcp", "-C", str(folder)]


def snippet(host: Host, folder: Path) -> str:
    """The entry as it would stand alone in the host's file."""
    return merged("", host, folder, host.file(folder, Path.home()))


def merged(text: str, host: Host, folder: Path, path: Path) -> str:
    """The host's file with our entry in it and everything else as it was. Raises IfmemError for a file that cannot be read."""
    if path.suffix == ".toml":
        return _merged_toml(text, host, folder, path)
    try:
        whole = json.loads(text) if text.strip() else {}
    except ValueError as error:
        raise _unreadable(path, str(error)) from None
    if not isinstance(whole, dict) or not isinstance(whole.get(host.key, {}), dict):
        raise _unreadable(path, f"{host.key} is no object")
    servers = {**whole.get(host.key, {}), NAME: host.entry(folder)}
    return json.dumps({**whole, host.key: servers}, indent=2, ensure_ascii=False) + "\n"


def _merged_toml(text: str, host: Host, folder: Path, path: Path) -> str:
    """The table is replaced by its lines: no writer would keep the comments and the order of the others."""
    try:
        there = tomllib.loads(text).get(host.key, {}).get(NAME)
    except (tomllib.TOMLDecodeError, AttributeError) as error:
        raise _unreadable(path, str(error)) from None
    entry = host.entry(folder)
    lines = [
        f"[{host.key}.{NAME}]",
        *(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in entry.items()),
    ]
    table = "\n".join(lines) + "\n"
    if there is None:
        return f"{text.rstrip()}\n\n{table}".lstrip()
    if all(there.get(key) == value for key, value in entry.items()):
        return text
    head = re.compile(rf"^\[{re.escape(host.key)}\.{NAME}\][^\n]*\n(?:(?!\[)[^\n]*(?:\n|\Z))*", re.MULTILINE)
    if not head.search(text):
        raise _unreadable(path, f"{NAME} is written there in a form that cannot be replaced")
    return head.sub(lambda _: table + "\n", text, count=1).rstrip() + "\n"


def write(host: Host, folder: Path) -> tuple[Path, Path | None]:
    """Put our entry into the host's file; returns the file, and the backup of what it was (None: nothing had to be changed, or
    there was no file). Raises IfmemError."""
    path = host.file(folder, Path.home())
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        after = merged(before, host, folder, path)
        if after == before:
            return path, None
        backup = their_files.back_up(path) if before else None
        their_files.replace(path, after)
    except (OSError, UnicodeDecodeError) as error:
        raise IfmemError(
            f"cannot write {path}.", why=str(error), fix="Put the entry there by hand: ifmem mcp install"
        ) from None
    return path, backup


def _unreadable(path: Path, why: str) -> IfmemError:
    return IfmemError(
        f"cannot add an entry to {path}.",
        why=f"it cannot be read: {why}",
        fix="Put it there by hand; this prints it: ifmem mcp install HOST",
    )
