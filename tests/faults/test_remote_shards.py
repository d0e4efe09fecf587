"""A shard that is served from another folder, which has none of the files, over a server that both reach."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from e2e_cli import ifmem
from running_set import FAST, PATIENCE_S, RunningSet, eventually, make_project

from ifmem import Memory
from ifmem.config.folders import FILE
from ifmem.config.loading import load
from ifmem.core.addresses import masked
from ifmem.core.lifecycle import FAILED, LOST, SERVING, WAITING
from ifmem.core.status import ProcessStatus
from ifmem.errors import Exit, IfmemError
from ifmem.processes.kept import open_kept
from ifmem.stores.bus_server import find_program
from ifmem.stores.lock import is_locked, read_state

PASSWORD, SPACE = "herring", "harbour"
PROVIDER = 'shards.docs.provider = "python:scripted:Obedient"\n'
REMOTE = FAST + "shards.docs.remote = true\nshards.code.remote = true\nshards.plain.include = ['*.txt']\n" + PROVIDER


@dataclass
class Two:
    """A home whose shards `docs` and `code` are remote, and another folder to serve it in."""

    home: RunningSet
    away: Path
    url: str

    def host(self, prefix: str = "") -> Memory:
        folder = self.away.with_name(prefix + self.away.name)
        folder.mkdir(exist_ok=True)
        (folder / FILE).write_text(PROVIDER)
        return Memory(folder, redis_url=self.url, namespace=SPACE)

    def docs(self) -> ProcessStatus:
        found = self.home.process("docs")
        assert found is not None
        return found

    def state(self) -> str:
        return self.docs().state


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that wants a password, as one that several machines reach should."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    place = str(tmp_path_factory.mktemp("server"))
    settings = ("--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", place, "--requirepass", PASSWORD)
    process = subprocess.Popen((str(find_program()), *settings), stdout=subprocess.DEVNULL)
    eventually(lambda: _answers(port), what="the server")
    yield f"redis://:{PASSWORD}@127.0.0.1:{port}"
    process.send_signal(signal.SIGKILL)
    process.wait()


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory, url: str) -> Iterator[Two]:
    place = tmp_path_factory.mktemp("two")
    home = RunningSet(make_project(place), REMOTE, redis_url=url, namespace=SPACE)
    found = Two(home, place / f"away-of-{home.folder.name}", url)
    try:
        home.memory.up(timeout=PATIENCE_S)
        yield found
    finally:
        with found.host() as host:
            host.leave()
        home.end()


@pytest.fixture
def served(two: Two) -> Iterator[Two]:
    """`docs` is served and ready."""
    with two.host() as host:
        host.join(["docs", "code"], timeout=PATIENCE_S)
    yield two


def test_home_is_up_without_a_host_and_says_how_to_find_one(two: Two) -> None:
    eventually(lambda: two.state() == WAITING, what="docs waiting")
    docs = two.docs()
    assert (docs.remote, docs.pid) == (True, None)
    assert docs.reason == "waiting for a host: no machine serves it yet"
    assert docs.fix == f"On another machine: IFMEM_REDIS_URL={masked(two.url)} IFMEM_NAMESPACE={SPACE} ifmem join docs"
    answer = two.home.memory.ask("Who counts the herring boats?", shards=("docs",))
    assert not answer.found


def test_a_shard_answers_from_a_folder_without_its_files(served: Two) -> None:
    answer = served.home.memory.ask("Where is the lighthouse keeper?", shards=("docs",))
    assert answer.found
    assert [(one.path, one.verification) for one in answer.citations] == [("README.md", "verified")]
    assert not (served.away / "README.md").exists()
    shard = served.docs()
    assert shard.remote
    assert shard.tokens > 0
    assert shard.pid in _pids_below(served.away)


def test_a_change_at_home_reaches_it_over_the_bus(served: Two) -> None:
    ledger = served.home.folder / "src" / "ledger.py"
    ledger.write_text('"""Fog."""\n\n\ndef pilot():\n    return "boards at Gull Rock"\n')

    def asked() -> tuple[str, int] | None:
        answer = served.home.memory.ask("Where does the pilot board?", shards=("code",))
        found = [one for one in answer.citations if "Gull Rock" in one.quote]
        return (found[0].path, found[0].end_line) if found else None

    assert eventually(asked, what="the changed text cited") == ("src/ledger.py", 5)
    at_home, here = (_text(folder, "code") for folder in (served.home.folder, served.away))
    assert here == at_home


def test_a_second_host_is_refused_and_told_who_the_first_is(served: Two) -> None:
    second = served.host("second-")
    with second, pytest.raises(IfmemError) as refused:
        second.join(["docs"], timeout=PATIENCE_S)
    assert refused.value.what == f"docs is served by another machine: {socket.gethostname()}:{served.away}."
    assert served.state() in SERVING


def test_a_host_whose_place_was_taken_leaves_and_says_why(served: Two) -> None:
    """As after a cut for so long that another machine was let in."""
    config, place = served.host().config, served.home.keys.host("docs")
    served.home.on_bus("HSET", place, "owner", "the-other-machine")
    eventually(lambda: not is_locked(config.home), what="the host gone")
    said = read_state(config.home)
    assert said["state"] == FAILED
    assert said["error"]["what"] == "docs is served by another machine: the-other-machine."
    served.home.on_bus("DEL", place)


def test_its_own_host_replaces_a_dead_shard(served: Two, tmp_path: Path) -> None:
    asked = served.home.hold(tmp_path / "held")
    before = served.docs()
    assert before.pid is not None
    os.kill(before.pid, signal.SIGKILL)
    (tmp_path / "held" / "go").touch()
    assert served.home.memory.answer(asked).found
    after = served.home.replaced(before)
    assert after.last_exit == "killed by SIGKILL"
    eventually(lambda: served.home.each_answered_once(asked))


def test_what_a_lost_host_held_is_answered_by_the_next(served: Two, tmp_path: Path) -> None:
    asked = served.home.hold(tmp_path / "held")
    before = served.docs()
    _end(served.away, signal.SIGSTOP)
    eventually(lambda: served.state() == LOST, what="docs lost")
    assert "is silent for" in served.docs().reason
    assert served.home.on_bus("LRANGE", served.home.keys.queue("shard:2"), 0, -1) == [asked]
    _end(served.away, signal.SIGCONT)
    (tmp_path / "held" / "go").touch()
    assert served.home.memory.answer(asked).found
    assert served.home.replaced(before).incarnation > before.incarnation
    eventually(lambda: served.home.each_answered_once(asked))


def test_what_a_host_held_that_died_whole_is_answered_when_it_is_back_at_once(served: Two, tmp_path: Path) -> None:
    asked = served.home.hold(tmp_path / "held")
    before = served.docs()
    pids = _pids_below(served.away)
    for number in (signal.SIGSTOP, signal.SIGKILL):  # nobody gets to see the end of another
        for pid in pids:
            os.kill(pid, number)
    (tmp_path / "held" / "go").touch()
    with served.host() as host:
        eventually(lambda: not is_locked(host.config.home), what="the host gone")  # which a KILL only begins
        host.join(["docs", "code"], timeout=PATIENCE_S)
    answer = served.home.memory.answer(asked)
    assert answer.found, answer.error
    assert served.home.replaced(before).incarnation > before.incarnation
    eventually(lambda: served.home.each_answered_once(asked))


def test_leaving_hands_back_and_frees_the_place(served: Two, tmp_path: Path) -> None:
    asked = served.home.hold(tmp_path / "held")
    with served.host() as host:
        assert host.leave()
        assert not host.leave()
    eventually(lambda: served.state() == WAITING, what="docs waiting")
    assert served.docs().reason == "waiting for a host: the machine that served it has left"
    assert served.home.on_bus("LRANGE", served.home.keys.queue("shard:2"), 0, -1) == [asked]
    told = served.home.memory.answer(asked)
    assert "waiting for a host" in str(told.to_dict()["error"]), told
    (tmp_path / "held" / "go").touch()
    with served.host("next-") as host:
        assert host.join(["docs"], timeout=PATIENCE_S).ready
        assert served.home.memory.ask("anything", shards=("docs",)).found
        host.leave()


def test_down_at_home_sends_the_host_away(served: Two) -> None:
    config = served.host().config
    served.home.memory.down()
    eventually(lambda: not is_locked(config.home), what="the host gone")
    assert read_state(config.home)["state"] == "stopped"
    served.home.memory.up(timeout=PATIENCE_S)


def test_a_home_that_was_killed_finds_its_remote_shard_at_work(served: Two, tmp_path: Path) -> None:
    asked = served.home.hold(tmp_path / "held")
    before = served.docs()
    served.home.kill_supervisor()
    served.home.memory.up(timeout=PATIENCE_S)
    (tmp_path / "held" / "go").touch()
    assert served.home.memory.answer(asked).found
    after = served.home.serving("docs")
    assert after is not None
    assert (after.pid, after.incarnation) == (before.pid, before.incarnation)
    eventually(lambda: served.home.each_answered_once(asked))


def test_a_home_does_not_serve_what_another_machine_still_serves(served: Two) -> None:
    settings = served.home.folder / FILE
    told = settings.read_text()
    served.home.kill_supervisor()
    settings.write_text(told.replace("shards.docs.remote = true", ""))
    with (
        Memory(served.home.folder, redis_url=served.url, namespace=SPACE) as other,
        pytest.raises(IfmemError) as refused,
    ):
        other.up(timeout=PATIENCE_S)
    assert refused.value.what.startswith("docs is served by another machine")
    settings.write_text(told)
    served.home.memory.up(timeout=PATIENCE_S)
    eventually(lambda: served.state() in SERVING, what="docs served")


def test_the_command_line_joins_asks_and_leaves(two: Two) -> None:
    host = two.host()
    where = ("-C", str(host.config.folder))
    env = {"IFMEM_REDIS_URL": two.url, "IFMEM_NAMESPACE": SPACE}
    joined = ifmem("join", "docs", "code", *where, env=env)
    assert joined.code == 0, joined
    assert f"2 shards of {two.home.folder} served here" in joined.out
    assert ifmem("status", "--check", *where, env=env).code == 0
    asked = ifmem("ask", "Anything?", "--shard", "docs", *where, env=env)
    assert "README.md" in asked.out + asked.err, asked
    assert ifmem("leave", *where, env=env).out.startswith("left; what was in flight is handed back.")
    assert ifmem("leave", *where, env=env).out == "nothing of another machine's set was served here.\n"


def test_a_shard_that_cannot_boot_there_says_so_at_home_and_gets_another_chance_on_request(two: Two) -> None:
    broken = two.host("broken-")
    (broken.config.folder / FILE).write_text(PROVIDER.replace("Obedient", "Nobody"))
    with Memory(broken.config.folder, redis_url=two.url, namespace=SPACE) as host:
        with pytest.raises(IfmemError) as refused:
            host.join(["docs"], timeout=PATIENCE_S)
        assert refused.value.what == "docs failed to start."
        eventually(lambda: two.state() == FAILED, what="docs failed")
        assert "Nobody" in two.docs().reason
        before = two.docs()
        two.home.memory.restart(["docs"], timeout=PATIENCE_S)
        assert two.docs().incarnation > before.incarnation
        host.leave()
    eventually(lambda: two.state() == WAITING, what="docs waiting")
    with pytest.raises(IfmemError, match="docs cannot be restarted"):
        two.home.memory.restart(["docs"])


def test_a_restart_on_request_gives_it_a_new_life(served: Two) -> None:
    before = served.docs()
    served.home.memory.restart(["docs"], timeout=PATIENCE_S)
    assert served.docs().incarnation > before.incarnation
    assert served.home.memory.ask("anything", shards=("docs",)).found


def test_ctrl_c_ends_a_host_in_the_foreground_in_order(two: Two) -> None:
    with two.host() as earlier:
        earlier.leave()
    eventually(lambda: two.state() == WAITING, what="docs waiting")
    command = (sys.executable, "-m", "ifmem", "join", "docs", "--foreground", "-C", str(two.host().config.folder))
    env = {**os.environ, "IFMEM_REDIS_URL": two.url, "IFMEM_NAMESPACE": SPACE}
    host = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    eventually(lambda: two.state() in SERVING, what="docs served")
    host.send_signal(signal.SIGINT)
    out, _ = host.communicate(timeout=PATIENCE_S)
    assert (host.returncode, out) == (0, "left. Serve again: ifmem join SHARD\n")
    eventually(lambda: two.state() == WAITING, what="docs waiting")


def test_one_folder_serves_what_it_was_joined_with(two: Two) -> None:
    with two.host() as host:
        host.leave()
        host.join(["docs"], timeout=PATIENCE_S)
        with pytest.raises(IfmemError) as refused:
            host.join(["code"], timeout=PATIENCE_S)
        host.leave()
    assert refused.value.what == f"{two.away} serves docs already."
    assert refused.value.fix == "ifmem leave; ifmem join docs code"
    with Memory(two.home.folder, redis_url=two.url, namespace=SPACE) as home, pytest.raises(IfmemError) as own:
        home.join(["docs"], timeout=PATIENCE_S)
    assert own.value.what == f"a set of its own runs in {two.home.folder}."


def test_joining_needs_an_address_and_a_set_that_runs(tmp_path: Path, url: str) -> None:
    assert ifmem("join", "docs", "-C", str(tmp_path)).explained(2, "which set is to be joined?", "IFMEM_REDIS_URL=")
    env = {"IFMEM_REDIS_URL": url, "IFMEM_NAMESPACE": "nobody"}
    assert ifmem("join", "docs", "-C", str(tmp_path), env=env).explained(3, "no set runs on this bus.", "ifmem up")


def test_a_shard_that_is_not_remote_is_refused(two: Two) -> None:
    with two.host() as host, pytest.raises(IfmemError) as refused:
        host.join(["plain"])
    assert refused.value.what == "plain is not for other machines to serve."
    assert "remote = true" in refused.value.fix
    assert refused.value.exit_code == Exit.USAGE


def test_code_of_the_homes_choice_runs_nowhere_else_unasked(two: Two) -> None:
    host = two.host("bare-")
    (host.config.folder / FILE).unlink()
    with Memory(host.config.folder, redis_url=two.url, namespace=SPACE) as bare, pytest.raises(IfmemError) as refused:
        bare.join(["docs"])
    assert "shards.docs.provider runs python:scripted:Obedient" in refused.value.why


def test_a_remote_shard_needs_a_server_that_others_reach(tmp_path: Path) -> None:
    running = RunningSet(make_project(tmp_path), REMOTE)
    with running.memory, pytest.raises(IfmemError) as refused:
        running.memory.up()
    assert refused.value.what == "no other machine can serve docs."


def _answers(port: int) -> bool:
    with socket.socket() as connection:
        return connection.connect_ex(("127.0.0.1", port)) == 0


def _pids_below(folder: Path) -> list[int]:
    """The processes that serve in a folder."""
    pid = int(read_state(folder / ".ifmem")["pid"])
    return [pid, *(process.pid for process in psutil.Process(pid).children(recursive=True))]


def _end(folder: Path, number: signal.Signals) -> None:
    for pid in _pids_below(folder):
        os.kill(pid, number)


def _text(folder: Path, shard: str) -> dict[str, str]:
    """What the shard's pages and layers say now, by path."""
    config = load(folder)
    kept = open_kept(shard, config)
    assert kept is not None
    return {path: "".join(part.text for part in kept.view.at(path)) for path in kept.view.places}
