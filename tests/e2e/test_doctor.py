"""The doctor, and copies of what was learned, on a set that runs: what is well is said to be well, what is harmed is named."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from e2e_cli import ifmem
from running_set import FAST, PATIENCE_S, RunningSet, eventually, make_project

from ifmem.stores.bus_server import PASSWORD_FILE, BusServer
from ifmem.stores.strange_keys import REFUSED

QUESTION = "Who counts the herring boats?"


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSet]:
    """One set for all, started by somebody whose files everybody may write; the last test that uses it leaves it harmed."""
    usual = os.umask(0)
    found = RunningSet(make_project(tmp_path_factory.mktemp("ready")), FAST)
    try:
        found.memory.up(timeout=PATIENCE_S)
        found.memory.ask(QUESTION)
        eventually(lambda: found.archived("answers"), what="the answer archived")
        yield found
    finally:
        found.end()
        os.umask(usual)


def told(found: RunningSet, *options: str, code: int = 0) -> dict[str, dict[str, Any]]:
    ran = ifmem("doctor", "--json", "-C", str(found.folder), *options)
    assert ran.code == code, ran
    return {check["name"]: check for check in json.loads(ran.out)["checks"]}


def test_a_set_that_is_well_is_said_to_be_well(ready: RunningSet) -> None:
    checks = told(ready, "--audit")
    assert {name for name, check in checks.items() if check["state"] == "wrong"} == set()
    assert {name for name, check in checks.items() if check["state"] == "ok"} >= {
        "archive",
        "audit",
        "bus",
        "clock",
        "memory",
    }
    assert "the same on bus and archive" in checks["memory"]["found"]
    assert checks["key"]["state"] == "note"


def modes(folder: Path) -> Iterator[tuple[Path, int]]:
    """Of everything that is there; a set that runs makes and removes files meanwhile."""
    for place, _, names in os.walk(folder):
        for path in (Path(place), *(Path(place) / name for name in names)):
            with suppress(FileNotFoundError):
                yield path, stat.S_IMODE(path.lstat().st_mode)


def test_nobody_else_can_read_what_a_set_writes(ready: RunningSet) -> None:
    for folder in (ready.config.home, ready.config.run_dir):
        for path, mode in modes(folder):
            assert not mode & 0o077, path
    ready.config.logs.joinpath("docs.log").chmod(0o644)
    check = told(ready, code=1)["permissions"]
    ready.config.logs.joinpath("docs.log").chmod(0o600)
    assert "docs.log" in check["found"]
    assert check["fix"] == f"chmod -R go= {ready.config.home}"


def test_the_password_of_the_bus_stands_in_no_command_line_and_no_log(ready: RunningSet) -> None:
    password = BusServer.of(ready.config).socket.with_name(PASSWORD_FILE).read_text()
    seen = [" ".join(process.info["cmdline"]) for process in ready.left()]
    seen += [path.read_text(errors="replace") for path in ready.config.logs.iterdir()]
    seen += [
        ifmem("status", "--json", "-C", str(ready.folder)).out,
        ifmem("config", "--json", "-C", str(ready.folder)).out,
    ]
    assert not [text for text in seen if password in text]


def test_a_backup_comes_back_while_the_set_runs(ready: RunningSet, tmp_path: Path) -> None:
    backup = ready.memory.backup(tmp_path / "backup.db")
    later = ready.memory.ask("What does the green ledger count?")
    eventually(lambda: len(ready.archived("answers")) == 2, what="the second answer archived")
    ran = ifmem("restore", str(tmp_path / "backup.db"), "--json", "-C", str(ready.folder))
    assert ran.code == 0, ran
    assert json.loads(ran.out)["digest"] == backup.head
    assert [row["question"] for row in ready.archived("answers")] == [QUESTION]
    assert told(ready, "--audit", "--noted", backup.head)["memory"]["state"] == "ok"
    with closing(sqlite3.connect(json.loads(ran.out)["saved"])) as saved:
        assert (later.id,) in saved.execute("SELECT id FROM answers").fetchall()
    ready.memory.ask("Who counts the herring boats each morning?")
    eventually(lambda: len(ready.archived("answers")) == 2, what="an answer after the restore")
    assert told(ready, "--audit")["audit"]["state"] == "ok"


def test_what_the_doctor_says_mends_it_does(ready: RunningSet) -> None:
    for answer in ready.archived("answers"):
        ready.on_bus("DEL", ready.keys.answer(answer["id"]))
    check = told(ready, code=1)["memory"]
    assert (check["state"], check["fix"]) == ("wrong", "ifmem restart archivist")
    assert ifmem(*check["fix"].split()[1:], "-C", str(ready.folder)).code == 0
    eventually(lambda: ready.memory.doctor().healthy, what="everything well again")


def test_what_was_done_by_hand_to_archive_and_bus_is_named(ready: RunningSet) -> None:
    noted = told(ready, "--audit")["audit"]["found"].rpartition(" ")[2]
    with closing(sqlite3.connect(ready.config.archive)) as connection, connection:
        connection.execute("UPDATE answers SET body = replace(body, 'keeper', 'baker')")
    ready.on_bus("SET", ready.keys.query("q_rubbish"), '{"id": 7}')
    ready.on_bus("RPUSH", ready.keys.queue("coordinator"), "q_rubbish")
    eventually(lambda: ready.on_bus("HGET", ready.keys.set_counts, REFUSED) == "1", what="the rubbish refused")
    checks = told(ready, "--audit", "--noted", "f" * 64, code=1)
    assert "in answers was altered" in checks["audit"]["found"]
    assert checks["memory"]["state"] == "wrong"
    assert checks["messages"]["found"].startswith("1 were refused")
    assert told(ready, "--audit", "--noted", noted, code=1)["audit"]["fix"] == "ifmem restore FILE"
    assert ready.memory.ask(QUESTION).found
    assert ready.memory.status().ready


def test_a_folder_that_was_never_started_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# Harbour\n")
    ran = ifmem("doctor", "-C", str(tmp_path))
    assert ran.code == 0, ran
    assert "bus\tskipped\tnothing runs here" in ran.out
    assert [path.name for path in tmp_path.iterdir()] == ["README.md"]


def test_a_key_is_named_by_its_variable_and_never_shown(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# Harbour\n")
    ran = ifmem("doctor", "-C", str(tmp_path), env={"ANTHROPIC_API_KEY": "sk-ant-of-nobody"})
    assert "key\tok\tanthropic (from ANTHROPIC_API_KEY)" in ran.out
    assert "model\tskipped\tnot asked: anthropic" in ran.out
    assert "nobody" not in ran.out + ran.err
