"""Runs a server: on stdio for the host that started it, or over HTTP on this machine for hosts that have its token.

The end needs care: the SDK does not leave on Ctrl-C while its input is open, nor when its host died and something else still holds
the pipe, and a thread that waits for an answer would keep the process for as long.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import os
import secrets
import signal
import socket
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from mcp.server import MCPServer
from mcp.server.auth.provider import AccessToken
from mcp.server.auth.settings import AuthSettings
from pydantic import AnyHttpUrl

from ifmem.errors import IfmemError
from ifmem.stores.bus_server import make_private_folder, write_private

HOST = "127.0.0.1"
PATH = "/mcp"
LOOK_FOR_PARENT_EVERY_S = 2.0
TIDY_AFTER_S = 10.0  # a host waits for its first answers
SCOPE = "ifmem"


def serve_stdio(server: MCPServer[Any], *, tidy: Callable[[], Awaitable[None]], close: Callable[[], None]) -> None:
    """Serve until the input ends, a signal comes or the host is gone; then end this process. `tidy` runs once, when all is quiet."""
    asyncio.run(_serve_stdio(server, tidy))
    close()
    sys.stderr.flush()
    os._exit(0)


async def _serve_stdio(server: MCPServer[Any], tidy: Callable[[], Awaitable[None]]) -> None:
    loop, told = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told.set)
    serving = asyncio.create_task(server.run_stdio_async())
    beside = [asyncio.create_task(work) for work in (told.wait(), _host_gone(os.getppid()))]
    tidying = asyncio.create_task(_later(tidy))
    await asyncio.wait((serving, *beside), return_when=asyncio.FIRST_COMPLETED)
    tidying.cancel()
    if serving.done():
        serving.result()


async def _later(tidy: Callable[[], Awaitable[None]]) -> None:
    await asyncio.sleep(TIDY_AFTER_S)
    with contextlib.suppress(IfmemError):  # whoever needs the store is told by the call that does
        await tidy()


async def _host_gone(parent: int) -> None:
    while os.getppid() == parent:
        await asyncio.sleep(LOOK_FOR_PARENT_EVERY_S)


class Bearer:
    """Lets in whoever has the token."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def verify_token(self, token: str) -> AccessToken | None:
        if not hmac.compare_digest(token.encode(), self._token.encode()):
            return None
        return AccessToken(token=token, client_id="local", scopes=[SCOPE])


def http_options(port: int, token: str) -> dict[str, Any]:
    """What the SDK's server has to be made with to ask for the token."""
    here = AnyHttpUrl(f"http://{HOST}:{port}")
    settings = AuthSettings(
        issuer_url=here, resource_server_url=here, required_scopes=[SCOPE], validate_token_resource=False
    )
    return {"token_verifier": Bearer(token), "auth": settings}


def http_token(file: Path) -> str:
    """The token for HTTP, from its file (mode 0600), which is made if there is none. Raises IfmemError."""
    try:
        token = file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        token = ""
    if not token:
        token = secrets.token_urlsafe(32)
        make_private_folder(file.parent)
        write_private(file, token + "\n")
    return token


def check_port(port: int) -> None:
    """Raises IfmemError if somebody listens there already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise IfmemError(
                f"cannot listen on {HOST}:{port}.",
                why=error.strerror or str(error),
                fix="Choose another port: ifmem mcp --http --port PORT",
            ) from None


def serve_http(server: MCPServer[Any], port: int, close: Callable[[], None]) -> None:
    """Serve on this machine alone, until a signal comes."""
    try:
        server.run("streamable-http", host=HOST, port=port, streamable_http_path=PATH)
    finally:
        close()
    sys.stderr.flush()
    os._exit(0)
