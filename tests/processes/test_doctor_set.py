"""Who was left behind, and which version runs."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from running_set import eventually

from ifmem import __version__
from ifmem.config import Config
from ifmem.config.loading import load
from ifmem.core.answers import Answer
from ifmem.core.checkup import NOTE, OK, SKIPPED, WRONG, Check, Checkup, state_digest
from ifmem.core.findings import Finding
from ifmem.core.status import Status
from ifmem.errors import IfmemError
from ifmem.processes import doctor_files, doctor_set

LEFT_BEHIND = "import sys, time; log = open(sys.argv[1], 'a'); print('ready', flush=True); time.sleep(60)"


@pytest.fixture
def config(tmp_path: Path) -> Config:
    (tmp_path / ".ifmem" / "logs").mkdir(mode=0o700, parents=True)
    return load(tmp_path, env={"HOME": str(tmp_path)})


@pytest.fixture
def orphan(config: Config) -> Iterator[int]:
    """A process that looks like one of the set's, and writes its log."""
    command = (sys.executable, "-c", LEFT_BEHIND, str(config.logs / "code.log"), "ifmem 3 code")
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    yield process.pid
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_process_that_outlived_its_supervisor_is_named(config: Config, orphan: int) -> None:
    check = doctor_set.orphans(config)
    assert (check.state, str(orphan) in check.found) == (WRONG, True)
    assert check.fix == f"ifmem down    If they stay: kill {orphan}"


def test_a_process_of_another_folder_is_none_of_ours(config: Config, orphan: int, tmp_path: Path) -> None:
    other = load(tmp_path, env={"HOME": str(tmp_path), "IFMEM_HOME": str(tmp_path / "other")})
    assert eventually(lambda: doctor_set.orphans(other).state == OK)


@pytest.mark.parametrize(("running", "state"), [("", OK), (__version__, OK), ("0.0.1", WRONG)])
def test_a_set_of_another_version_is_told(running: str, state: str) -> None:
    assert doctor_set.versions(Status("ready", "/folder", version=running)).state == state


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (Status("stopped", "/f"), SKIPPED),
        (Status("stopped", "/f", reason="the bus did not start"), WRONG),
        (Status("unreachable", "/f", reason="connection refused"), WRONG),
        (Status("ready", "/f", bus={"ms": 0.4}), OK),
    ],
)
def test_a_bus_that_is_away_is_wrong_only_if_it_should_be_there(config: Config, status: Status, state: str) -> None:
    assert doctor_set.bus(config, status).state == state


def test_a_refused_file_is_wrong_and_says_how_to_mend_it(config: Config) -> None:
    refusal = IfmemError("/f/ifmem.toml is not trusted.", why="it runs make", fix="ifmem trust")
    check = doctor_files.settings(config, refusal)
    assert (check.state, check.fix) == (WRONG, "ifmem trust")
    assert not Checkup("/f", (check, Check("key", NOTE, "none"))).healthy
    assert Checkup("/f", (Check("key", NOTE, "none"), Check("bus", SKIPPED, "-"))).healthy


def test_a_checkup_is_read_back_as_it_was_written() -> None:
    checkup = Checkup("/f", (Check("key", NOTE, "none", "means", "fix"),))
    assert Checkup.from_json(checkup.to_json()) == checkup


def test_the_digest_of_what_is_remembered_knows_no_order_and_sees_every_change() -> None:
    finding, answer = Finding("f", "q", "docs", True, "text"), Answer("q", "?", "!", True)
    assert state_digest([finding, answer]) == state_digest([answer, finding])
    assert state_digest([finding]) != state_digest([Finding("f", "q", "docs", True, "texts")])
