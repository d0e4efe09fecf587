"""A set that the command line started, and servers that are none of its own."""

from __future__ import annotations

import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from e2e_cli import Serve, ifmem
from running_set import RunningSet, eventually, make_project

from ifmem.stores.bus_server import find_program


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSet]:
    """A set with its default shards and settings, started and stopped by the command line."""
    found = RunningSet(make_project(tmp_path_factory.mktemp("running")), settings="")
    try:
        up = ifmem("up", "-C", str(found.folder))
        assert up.code == 0, up
        assert "4 shards ready" in up.out
        yield found
        down = ifmem("down", "-C", str(found.folder))
        assert (down.code, down.out) == (0, "stopped; the memory is kept. Start again: ifmem up\n")
    finally:
        found.end()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Serve]:
    """A function that starts a Valkey of the test's own on a loopback port and returns its URL, without the password."""
    started: list[subprocess.Popen[bytes]] = []

    def serve(password: str = "") -> str:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        settings = ("--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path))
        secret = ("--requirepass", password) if password else ()
        started.append(subprocess.Popen((str(find_program()), *settings, *secret), stdout=subprocess.DEVNULL))
        eventually(lambda: _answers(port), what="the server")
        return f"redis://127.0.0.1:{port}"

    yield serve
    for process in started:
        process.send_signal(signal.SIGKILL)
        process.wait()


def _answers(port: int) -> bool:
    with socket.socket() as connection:
        return connection.connect_ex(("127.0.0.1", port)) == 0
