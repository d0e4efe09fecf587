"""Conversations in a real file: who gets in, what is kept, what expires."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ifmem.errors import Exit, IfmemError
from ifmem.stores.bridge_file import BridgeFile
from ifmem.stores.conversations import REFUSALS_RECORDED, Conversations


@dataclass
class Clock:
    now: float = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def file(tmp_path: Path) -> Iterator[BridgeFile]:
    file = BridgeFile(tmp_path / "state" / "bridge.db")
    yield file
    file.close()


@pytest.fixture
def conversations(file: BridgeFile, clock: Clock) -> Conversations:
    return Conversations(file, expiry_s=10_800.0, clock=clock)


def test_each_token_opens_its_side(conversations: Conversations) -> None:
    made, tokens = conversations.create("backend", "frontend")
    assert conversations.enter(made.id, tokens.a).side == "a"
    assert conversations.enter(made.id, tokens.b, "b").side == "b"
    assert conversations.enter(made.id, tokens.b).partner_role == "backend"
    assert made.expires_at - made.created_at == 10_800.0


def test_a_wrong_token_is_refused_and_recorded_without_end_of_the_disk(conversations: Conversations) -> None:
    made, tokens = conversations.create("backend", "frontend")
    for _ in range(REFUSALS_RECORDED + 20):
        with pytest.raises(IfmemError) as refused:
            conversations.enter(made.id, "0" * 64)
        assert refused.value.exit_code is Exit.CREDENTIALS
    entries, broken = conversations.audit(made.id)
    assert [entry.action for entry in entries].count("refused") == REFUSALS_RECORDED
    assert broken is None
    assert conversations.enter(made.id, tokens.a).side == "a", "the right token still opens it"


def test_a_session_that_contradicts_its_token_is_refused(conversations: Conversations) -> None:
    made, tokens = conversations.create("backend", "frontend")
    with pytest.raises(IfmemError, match="session a"):
        conversations.enter(made.id, tokens.a, "b")


@pytest.mark.parametrize("given", ["conv_", "conv_0123456789abcdeg", "conv_0123456789abcdef\n", "x"])
def test_what_is_no_id_is_refused(conversations: Conversations, given: str) -> None:
    with pytest.raises(IfmemError, match="conversation_id"):
        conversations.enter(given, "0" * 64)


def test_a_conversation_expires_when_it_is_read_and_is_forgotten_later(
    conversations: Conversations, clock: Clock
) -> None:
    made, tokens = conversations.create("backend", "frontend")
    clock.now += 10_800.0
    with pytest.raises(IfmemError, match="expired"):
        conversations.enter(made.id, tokens.a)
    assert conversations.overviews() == []
    assert conversations.forget_expired() == (1, 0)
    with pytest.raises(IfmemError, match="no such conversation"):
        conversations.enter(made.id, tokens.a)
    assert [entry.action for entry in conversations.audit(made.id)[0]] == ["created", "expired"]


def test_old_audit_entries_are_pruned_and_the_chain_holds(conversations: Conversations, clock: Clock) -> None:
    conversations.create("backend", "frontend")
    clock.now += 40 * 86_400.0
    made, _ = conversations.create("backend", "frontend")
    assert conversations.forget_expired()[1] == 1
    conversations.renew_token(made.id, "a")
    entries, broken = conversations.audit()
    assert [entry.action for entry in entries] == ["expired", "created", "token renewed"]
    assert broken is None


def test_a_status_and_a_sign_of_life_reach_the_partner(conversations: Conversations, clock: Clock) -> None:
    made, tokens = conversations.create("backend", "frontend")
    a, b = conversations.enter(made.id, tokens.a), conversations.enter(made.id, tokens.b)
    assert conversations.partner_of(a).heard_at is None
    conversations.update_status(b, "working")
    clock.now += 119.0
    partner = conversations.partner_of(a)
    assert (partner.status, partner.role, partner.is_alive(clock.now, 120.0)) == ("working", "frontend", True)
    clock.now += 1.0
    assert not conversations.partner_of(a).is_alive(clock.now, 120.0)
    with pytest.raises(IfmemError, match="status"):
        conversations.update_status(b, "sleeping")


def test_a_new_token_shuts_the_old_one_out(conversations: Conversations) -> None:
    made, old = conversations.create("backend", "frontend")
    new = conversations.renew_token(made.id, "a")
    with pytest.raises(IfmemError, match="token"):
        conversations.enter(made.id, old.a)
    assert conversations.enter(made.id, new).side == "a"
    assert conversations.enter(made.id, old.b).side == "b"


def test_a_conversation_that_was_ended_is_gone(conversations: Conversations) -> None:
    made, tokens = conversations.create("backend", "frontend")
    conversations.end(made.id)
    with pytest.raises(IfmemError, match="no such conversation"):
        conversations.enter(made.id, tokens.a)
    assert conversations.audit(made.id)[0][-1].action == "ended"


def test_no_token_is_in_any_file_and_nobody_else_can_read_them(conversations: Conversations, file: BridgeFile) -> None:
    _, tokens = conversations.create("backend", "frontend")
    files = list(file.path.parent.iterdir())
    assert {path.name for path in files} >= {"bridge.db", "bridge.db-wal", "bridge.db-shm"}
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in files)
    assert stat.S_IMODE(file.path.parent.stat().st_mode) == 0o700
    written = b"".join(path.read_bytes() for path in files)
    assert tokens.a.encode() not in written
    assert tokens.b.encode() not in written


def test_a_tampered_audit_is_noticed(conversations: Conversations, file: BridgeFile) -> None:
    conversations.create("backend", "frontend")
    conversations.create("backend", "frontend")
    with sqlite3.connect(file.path) as foreign:
        foreign.execute("UPDATE audit SET action = 'nothing' WHERE id = 1")
    foreign.close()
    assert conversations.audit()[1] == 1


def test_a_locked_file_says_try_again(conversations: Conversations, file: BridgeFile) -> None:
    conversations.create("backend", "frontend")
    foreign = sqlite3.connect(file.path, isolation_level=None)
    foreign.execute("BEGIN EXCLUSIVE")
    with pytest.raises(IfmemError, match="busy"):
        conversations.create("backend", "frontend")
    foreign.close()


def test_a_damaged_file_says_so(tmp_path: Path) -> None:
    (tmp_path / "bridge.db").write_bytes(b"not a database at all" * 100)
    with pytest.raises(IfmemError, match=r"cannot use .*bridge\.db"):
        Conversations(BridgeFile(tmp_path / "bridge.db"), expiry_s=1.0).overviews()


MAKE = """
import sys
from pathlib import Path
from ifmem.stores.bridge_file import BridgeFile
from ifmem.stores.conversations import Conversations
sys.stdin.readline()
Conversations(BridgeFile(Path(sys.argv[1])), expiry_s=60.0).create("backend", "frontend")
"""


def test_several_processes_make_the_file_at_once(tmp_path: Path) -> None:
    path = tmp_path / "state" / "bridge.db"
    command = [sys.executable, "-c", MAKE, str(path)]
    makers = [subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(5)]
    for maker in makers:
        assert maker.stdin is not None
        maker.stdin.write("go\n")
        maker.stdin.flush()
    assert [maker.communicate(timeout=30)[1] for maker in makers] == [""] * 5
    conversations = Conversations(BridgeFile(path), expiry_s=60.0)
    assert len(conversations.overviews()) == 5
    assert conversations.audit()[1] is None
