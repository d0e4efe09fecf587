"""`ifmem mcp install` and `ifmem mcp check`."""

from __future__ import annotations

from pathlib import Path

from ifmem.bridge import hosts
from ifmem.cli.session import Session
from ifmem.cli.text import one_line
from ifmem.errors import Exit


def install(session: Session, name: str | None, *, write: bool) -> Exit:
    """Print the entry for a host, or put it into its file."""
    host, folder = hosts.host_named(name), session.config().folder
    if write:
        return _write(session, name)
    file = host.file(folder, Path.home())
    if session.as_json:
        session.screen.json(
            {"schema": 1, "host": name, "file": str(file), "key": host.key, "entry": host.entry(folder)}
        )
        return Exit.DONE
    session.screen.data(hosts.snippet(host, folder), end="")
    session.screen.note(f"For {host.title}: {file}    Put it there: ifmem mcp install {name} --write")
    return Exit.DONE


def _write(session: Session, name: str | None) -> Exit:
    host, folder = hosts.host_named(name), session.config().folder
    before = _content(host.file(folder, Path.home()))
    path, backup = hosts.write(host, folder)
    changed = before != _content(path)
    if session.as_json:
        facts = {"schema": 1, "host": name, "file": str(path), "changed": changed, "backup": backup and str(backup)}
        session.screen.json(facts)
    elif changed:
        kept = f"; what it was is in {backup}" if backup else ""
        session.screen.data(f"registered in {path}{kept}. Start {host.title} anew to use it")
    else:
        session.screen.data(f"{path} has it already. Look at the server: ifmem mcp check")
    return Exit.DONE


def _content(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


def check(session: Session) -> Exit:
    """Start the server as a host would, and print what a host sees."""
    from ifmem.bridge.checking import look

    command = hosts.command_line(session.config().folder)
    seen = look(command)
    if session.as_json:
        session.screen.json({"schema": 1, "command": command, **vars(seen)})
        return Exit.DONE
    lines = [
        f"ok  {' '.join(command)}",
        f"ok  initialize answered in {seen.initialize_ms:.0f} ms: ifmem {seen.version}, protocol {seen.protocol}",
        f"ok  {len(seen.tools)} tools, {seen.definitions:,} bytes of definitions",
        *(f"    {name}: {one_line(description)[:90]}" for name, description in seen.tools.items()),
        f"ok  resources: {', '.join(seen.resources)}",
        f"ok  prompts: {', '.join(seen.prompts)}",
        f"ok  memory_status: {one_line(seen.status)[:120]}",
    ]
    session.screen.data("\n".join(lines))
    return Exit.DONE
