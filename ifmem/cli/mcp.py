"""`ifmem mcp`: the MCP server, and its registration with a host."""

from __future__ import annotations

from typing import Annotated

import typer

from ifmem.cli.session import Session
from ifmem.errors import Exit, IfmemError

EXAMPLES = """
ifmem mcp -C ~/src/project                 serve on stdio, as a host starts it
ifmem mcp install claude --write           register with Claude Code for this folder
ifmem mcp check                            start it as a host would, and list what a host sees
ifmem mcp --http --port 8765               serve over HTTP on 127.0.0.1, with a bearer token
"""
ACTIONS = ("install", "check")


def command(
    ctx: typer.Context,
    action: Annotated[
        str | None, typer.Argument(metavar="[install|check]", help="Default: serve.", show_default=False)
    ] = None,
    host: Annotated[
        str | None,
        typer.Argument(metavar="[HOST]", help="claude, claude-desktop, cursor, vscode or codex.", show_default=False),
    ] = None,
    http: Annotated[bool, typer.Option("--http", help="Serve over HTTP on 127.0.0.1 instead of stdio.")] = False,
    port: Annotated[int, typer.Option("--port", min=1, max=65_535, metavar="N", help="For --http.")] = 8765,
    no_up: Annotated[bool, typer.Option("--no-up", help="Never start the set; a call that needs it says so.")] = False,
    write: Annotated[
        bool, typer.Option("--write", help="install: merge into the host's file; keeps a backup.")
    ] = False,
) -> Exit:
    """Gives any MCP host this folder's memory (ask, status, findings) and conversations with other agents. Without -C the
    folder is that of IFMEM_FOLDER or IFMEM_HOME, else the one the host has open, else the current one. The set is started when
    the first call needs it.
    """
    session: Session = ctx.obj
    if action is None:
        return _serve(session, port if http else None, may_start=not no_up)
    if action == "install":
        from ifmem.cli.mcp_install import install

        return install(session, host, write=write)
    if action == "check":
        from ifmem.cli.mcp_install import check

        return check(session)
    raise IfmemError(
        f"ifmem mcp cannot {action!r}.",
        fix=f"Serve: ifmem mcp -C FOLDER    Or: {', '.join(f'ifmem mcp {one}' for one in ACTIONS)}",
        exit_code=Exit.USAGE,
    )


def _serve(session: Session, http_port: int | None, *, may_start: bool) -> Exit:
    from ifmem.bridge.program import run

    run(
        session.config(),
        folder=session.folder,
        redis_url=session.redis_url,
        namespace=session.namespace,
        may_start=may_start,
        http_port=http_port,
        note=session.screen.note,
    )
    return Exit.DONE
