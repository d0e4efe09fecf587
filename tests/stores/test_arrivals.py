"""New mail is noticed once, from any connection, and never waited for."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from ifmem.core.correspondence import Window
from ifmem.stores.arrivals import Arrival, Arrivals
from ifmem.stores.bridge_file import BridgeFile
from ifmem.stores.conversations import Conversations
from ifmem.stores.messages import Messages


def test_what_another_connection_stores_is_noticed_once(tmp_path: Path) -> None:
    file = BridgeFile(tmp_path / "bridge.db")
    conversations, messages = Conversations(file, expiry_s=60.0), Messages(file, (Window(60.0, 10),))
    made, tokens = conversations.create("backend", "frontend")
    a = conversations.enter(made.id, tokens.a)
    messages.send(a, "info", "before anybody looked")
    arrivals = Arrivals(file.path)
    assert arrivals.new() == []
    messages.send(a, "info", "one")
    messages.send(a, "info", "two")
    assert arrivals.new() == [Arrival(made.id, "a")] * 2
    conversations.update_status(a, "working")
    assert arrivals.new() == []
    arrivals.close()
    file.close()


def test_a_locked_file_is_not_waited_for(tmp_path: Path) -> None:
    file = BridgeFile(tmp_path / "bridge.db")
    conversations, messages = Conversations(file, expiry_s=60.0), Messages(file, (Window(60.0, 10),))
    made, tokens = conversations.create("backend", "frontend")
    arrivals = Arrivals(file.path)
    foreign = sqlite3.connect(file.path, isolation_level=None)
    foreign.execute("BEGIN EXCLUSIVE")
    assert arrivals.new() == []
    foreign.execute("ROLLBACK")
    foreign.close()
    messages.send(conversations.enter(made.id, tokens.a), "info", "one")
    assert len(arrivals.new()) == 1
    arrivals.close()
    file.close()
