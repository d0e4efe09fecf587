from __future__ import annotations

import json
import re

import pytest

from ifmem.cli.app import run
from ifmem.cli.up import NO_MODELS
from ifmem.core.lifecycle import WAITING
from ifmem.errors import Exit, IfmemError

from .conftest import Puts
from .fakes import READY, STOPPED, SpokenMemory, a_status, shard

LOADING = a_status(shard(1, "history"), shard(2, "docs", "loading"), state="starting")
Capture = pytest.CaptureFixture[str]


def test_without_a_terminal_there_is_one_line_per_change_of_state(capsys: Capture) -> None:
    assert run(["up"], SpokenMemory(status=STOPPED, seen=[LOADING, LOADING, READY], up=READY)) == 0
    out, err = capsys.readouterr()
    assert err == f"history ready\ndocs loading\ndocs ready\n{NO_MODELS}\n"
    assert out.startswith("up in ") and out.endswith('2 shards ready, 296k tokens loaded. Ask: ifmem ask "…"\n')


def test_nothing_is_said_of_a_shard_before_it_starts(capsys: Capture) -> None:
    before = a_status(shard(1, "docs", "stopped"), state="starting")
    after = a_status(shard(1, "docs", "starting"), state="starting")
    run(["up"], SpokenMemory(status=STOPPED, seen=[before, after, before], up=READY))
    assert capsys.readouterr().err.startswith("docs starting\ndocs stopped\n")


def test_a_shard_that_fails_says_why_in_its_line(capsys: Capture) -> None:
    failed = a_status(shard(1, "docs", "failed", reason="no such folder"))
    error = IfmemError("docs did not start.", why="no such folder", fix="Look: ifmem logs docs")
    assert run(["up"], SpokenMemory(status=STOPPED, seen=[failed], up=error)) == 1
    assert capsys.readouterr().err.startswith("docs failed: no such folder\nifmem: docs did not start.\n")


def test_a_terminal_shows_the_table_in_place(terminal: Puts) -> None:
    stderr = terminal("stderr")
    run(["up"], SpokenMemory(status=STOPPED, seen=[LOADING, READY], up=READY))
    assert "2  docs     loading" in stderr.getvalue()
    assert "2  docs     ready" in stderr.getvalue().partition(NO_MODELS)[0].rpartition("ifmem up")[2]


def test_a_shard_for_another_machine_says_what_to_type_there_and_that_this_address_cannot_be_reached(
    capsys: Capture,
) -> None:
    fix = "On another machine: IFMEM_REDIS_URL=redis://localhost:6379 ifmem join docs"
    waiting = shard(2, "docs", WAITING, reason="waiting for a host", fix=fix, remote=True)
    status = a_status(shard(1, "history"), waiting, state="degraded", bus={"url": "redis://localhost:6379"})
    assert run(["up"], SpokenMemory(status=READY, up=status)) == 0
    told = capsys.readouterr().err
    assert f"docs waiting for a host. {fix}\n" in told
    assert "No other machine reaches redis://localhost:6379" in told


def test_a_second_up_says_what_it_found(capsys: Capture) -> None:
    assert run(["up"], SpokenMemory(status=READY, up=READY)) == 0
    assert re.match(r"already running for 2h\d\dm: 2 shards ready", capsys.readouterr().out)


def test_options_reach_the_memory() -> None:
    memory = SpokenMemory(status=STOPPED, up=LOADING)
    run(["up", "-d", "--no-wait", "--timeout", "30", "--shards", "docs, code"], memory)
    assert memory.argument("up") == {"wait": False, "timeout": 30.0, "foreground": False, "shards": ("docs", "code")}


def test_a_set_that_is_not_ready_is_not_called_up(capsys: Capture) -> None:
    run(["up", "--no-wait"], SpokenMemory(status=STOPPED, up=LOADING))
    assert capsys.readouterr().out == "starting: 1 of 2 shards ready. Look: ifmem status\n"


def test_foreground_does_not_go_with_detach() -> None:
    assert run(["up", "--foreground", "-d"], SpokenMemory(status=STOPPED)) == 2


def test_an_interrupt_leaves_it_starting_and_says_so(capsys: Capture) -> None:
    assert run(["up"], SpokenMemory(status=STOPPED, up=KeyboardInterrupt())) == 130
    assert "ifmem down" in capsys.readouterr().err


def test_time_over_is_exit_124() -> None:
    over = IfmemError("docs is not ready after 1 s.", exit_code=Exit.TIMED_OUT)
    assert run(["up", "--timeout", "1"], SpokenMemory(status=STOPPED, up=over)) == 124


def test_json_is_the_status(capsys: Capture) -> None:
    run(["up", "--json", "-q"], SpokenMemory(status=STOPPED, seen=[LOADING], up=READY))
    out, err = capsys.readouterr()
    assert json.loads(out) == READY.to_dict() and err == ""
