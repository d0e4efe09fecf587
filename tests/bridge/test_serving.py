"""The server as a process: how it ends, and who gets in over HTTP."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from bridge.conftest import ERAS
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from running_set import PATIENCE_S, eventually

SERVER = [sys.executable, "-m", "ifmem", "mcp"]
INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}},
}


@pytest.fixture
def server(project: Path) -> Iterator[subprocess.Popen[str]]:
    """One that has answered `initialize`."""
    pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen([*SERVER, "-C", str(project)], text=True, cwd="/", **pipes) as process:
        write(process, json.dumps(INITIALIZE))
        assert process.stdout is not None
        answer = json.loads(process.stdout.readline())
        assert answer["result"]["serverInfo"]["name"] == "ifmem"
        yield process
        process.kill()


def write(process: subprocess.Popen[str], line: str) -> None:
    assert process.stdin is not None
    process.stdin.write(line + "\n")
    process.stdin.flush()


def test_it_leaves_when_its_input_ends(server: subprocess.Popen[str]) -> None:
    assert server.stdin is not None
    server.stdin.close()
    assert server.wait(timeout=PATIENCE_S) == 0


def test_it_leaves_at_once_though_a_call_waits(server: subprocess.Popen[str]) -> None:
    roles = {"my_role": "backend", "partner_role": "frontend"}
    assert "conv_" in answer_to(server, "create_conversation", roles)
    call(server, "check_messages", {"wait_seconds": 50})
    answer_to(server, "update_my_status", {"status": "waiting"})  # so the other has begun
    assert server.stdin is not None
    server.stdin.close()
    assert server.wait(timeout=PATIENCE_S) == 0


def call(server: subprocess.Popen[str], tool: str, arguments: dict[str, Any]) -> None:
    parameters = {"name": tool, "arguments": arguments}
    write(server, json.dumps({"jsonrpc": "2.0", "id": tool, "method": "tools/call", "params": parameters}))


def answer_to(server: subprocess.Popen[str], tool: str, arguments: dict[str, Any]) -> str:
    call(server, tool, arguments)
    assert server.stdout is not None
    answer = json.loads(server.stdout.readline())
    assert answer["id"] == tool and not answer["result"].get("isError"), answer
    return str(answer["result"]["content"][0]["text"])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_leaves_at_a_signal_though_its_input_is_open(server: subprocess.Popen[str], number: signal.Signals) -> None:
    server.send_signal(number)
    assert server.wait(timeout=PATIENCE_S) == 0


def test_nonsense_on_its_input_ends_nothing(server: subprocess.Popen[str]) -> None:
    write(server, "this is no message {")
    write(server, json.dumps({"jsonrpc": "2.0", "id": 2, "method": "ping"}))
    assert server.stdout is not None
    assert json.loads(server.stdout.readline())["id"] == 2
    assert server.poll() is None


def test_nothing_is_imported_or_started_for_initialize(server: subprocess.Popen[str], project: Path) -> None:
    assert not (project / ".ifmem").exists()


HOST = """
import subprocess, sys
server = subprocess.Popen(sys.argv[1:], stdin=sys.stdin, stdout=subprocess.PIPE)
server.stdout.readline()
print(server.pid, flush=True)
"""


def test_it_leaves_when_its_host_is_gone_though_somebody_holds_its_input(project: Path) -> None:
    reading, writing = os.pipe()
    command = [sys.executable, "-c", HOST, *SERVER, "-C", str(project)]
    with subprocess.Popen(command, stdin=reading, stdout=subprocess.PIPE, text=True) as host:
        os.write(writing, json.dumps(INITIALIZE).encode() + b"\n")
        assert host.stdout is not None
        pid = int(host.stdout.readline())
    os.close(reading)
    eventually(lambda: is_gone(pid), what="the server gone")
    os.close(writing)


def is_gone(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return True
    return state == "Z"


@pytest.fixture(scope="module")
def http(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path]]:
    """A port with a server behind it, and the file of its token."""
    folder, state = tmp_path_factory.mktemp("project"), tmp_path_factory.mktemp("state")
    (folder / "README.md").write_text("# Harbour\n")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [*SERVER, "--http", "--port", str(port), "-C", str(folder), "--no-up"]
    env = {**os.environ, "XDG_STATE_HOME": str(state)}
    with subprocess.Popen(command, env=env, stderr=subprocess.DEVNULL) as process:
        eventually(lambda: is_listening(port), what="the server listening")
        yield port, state / "ifmem" / "mcp-http.token"
        process.terminate()
        assert process.wait(timeout=PATIENCE_S) in (0, -signal.SIGTERM)


def is_listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def post(port: int, **headers: str) -> int:
    """The HTTP status that `initialize` gets."""
    accepts = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    body = json.dumps(INITIALIZE).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(f"http://127.0.0.1:{port}/mcp", body, {**accepts, **named})
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_http_asks_for_the_token(http: tuple[int, Path]) -> None:
    port, token = http
    assert post(port) == 401
    assert post(port, Authorization="Bearer wrong") == 401
    assert post(port, Authorization=f"Bearer {token.read_text().strip()}") == 200
    assert stat.S_IMODE(token.stat().st_mode) == 0o600


@pytest.mark.parametrize("era", ERAS)
def test_sessions_over_http_are_sides_of_their_own(http: tuple[int, Path], era: str) -> None:
    """With sessions the sides need not be named again, and a look acknowledges; a protocol without sessions does neither."""
    port, token = http
    bearer = {"Authorization": f"Bearer {token.read_text().strip()}"}

    async def side() -> Client:
        transport = streamable_http_client(
            f"http://127.0.0.1:{port}/mcp", http_client=httpx2.AsyncClient(headers=bearer)
        )
        return Client(transport, mode=era)

    async def talk() -> tuple[bool, list[bool]]:
        async with await side() as a, await side() as b:
            made = (
                await a.call_tool("create_conversation", {"my_role": "one", "partner_role": "two"})
            ).structured_content
            assert made is not None
            theirs = {"conversation_id": made["conversation_id"], "token": made["partner_token"]}
            ours = {"conversation_id": made["conversation_id"], "token": made["token"]}
            remembered = not (await a.call_tool("send_to_partner", {"message": "hello"})).is_error
            if not remembered:
                await a.call_tool("send_to_partner", {"message": "hello", **ours})
            first = (await b.call_tool("check_messages", theirs)).structured_content or {}
            second = (await b.call_tool("check_messages", theirs)).structured_content or {}
            return remembered, [one["repeat"] for look in (first, second) for one in look["messages"]]

    found = asyncio.run(asyncio.wait_for(talk(), PATIENCE_S))
    assert found == ((True, [False]) if era == "legacy" else (False, [False, True]))


def test_http_refuses_pages_of_other_sites(http: tuple[int, Path]) -> None:
    port, token = http
    bearer = f"Bearer {token.read_text().strip()}"
    assert post(port, Authorization=bearer, Origin="https://example.org") == 403
    assert post(port, Authorization=bearer, Host="example.org") == 421


def test_a_port_that_is_taken_is_told_in_one_line(http: tuple[int, Path], project: Path) -> None:
    command = [*SERVER, "--http", "--port", str(http[0]), "-C", str(project)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert "cannot listen" in done.stderr and "Traceback" not in done.stderr
