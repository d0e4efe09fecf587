"""A network that is really cut: between two sockets, and between a set and its remote shard. No time is asserted."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile

import pytest
from e2e_cli import ifmem
from running_set import PATIENCE_S

CUT = """\
import socket, sys
from ifmem.chaos.wire import Wire

wire = Wire.own()
if wire.missing:
    sys.exit(wire.missing)
server = socket.create_server(("127.0.0.1", 0))
near = socket.create_connection(server.getsockname())
far, _ = server.accept()
far.settimeout(0.2)
wire.cut()
near.send(b"kept")
try:
    print(far.recv(10))
except TimeoutError:
    print("nothing")
wire.heal()
far.settimeout(20)
print(far.recv(10))
"""


def test_a_cut_lets_nothing_through_and_closes_nothing() -> None:
    done = subprocess.run((sys.executable, "-c", CUT), capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    if "no network of" in done.stderr or "only Linux" in done.stderr:
        pytest.skip(done.stderr)
    assert (done.stdout, done.stderr) == ("nothing\nb'kept'\n", "")


def test_a_shard_that_is_cut_off_is_replaced_and_nothing_is_lost() -> None:
    with tempfile.TemporaryDirectory(prefix="c-") as place:
        arguments = ("--minutes", "0.1", "--clients", "8", "--faults", "network-cut", "--json")
        done = ifmem("chaos", *arguments, env={"TMPDIR": place}, within_s=2 * PATIENCE_S)
    report = json.loads(done.out)
    (cut,) = report["faults"]
    if cut["skipped"]:
        pytest.skip(cut["skipped"])
    assert report["broken"] == [], report["details"]
    assert cut["injected"] >= 1
    assert cut["noticed_p50_ms"] > 0
    assert cut["ready_p50_ms"] > 0
    assert report["counts"]["answered"] > 0
