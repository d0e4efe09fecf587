from __future__ import annotations

import json

import pytest

from ifmem.cli.app import run
from ifmem.errors import Exit, IfmemError

from .fakes import READY, SpokenMemory

Capture = pytest.CaptureFixture[str]


@pytest.mark.parametrize(("stopped", "said"), [(True, "the memory is kept"), (False, "nothing was running")])
def test_down_says_what_it_found(stopped: bool, said: str, capsys: Capture) -> None:
    assert run(["down"], SpokenMemory(down=stopped)) == 0
    assert said in capsys.readouterr().out


def test_down_passes_its_options_and_prints_json(capsys: Capture) -> None:
    memory = SpokenMemory(down=True)
    run(["down", "--timeout", "2", "--kill", "--json"], memory)
    assert memory.argument("down") == {"timeout": 2.0, "kill": True}
    assert json.loads(capsys.readouterr().out) == {"schema": 1, "stopped": True}


def test_restart_names_what_it_restarted(capsys: Capture) -> None:
    memory = SpokenMemory(restart=READY)
    assert run(["restart", "docs"], memory) == 0
    assert memory.argument("restart") == ("docs",)
    assert capsys.readouterr().out == "restarted docs; 2 of 2 shards ready. Look: ifmem status\n"


def test_restart_of_an_unknown_shard_is_the_memory_s_error(capsys: Capture) -> None:
    error = IfmemError("there is no shard 'doc'.", fix="There are: docs", exit_code=Exit.USAGE)
    assert run(["restart", "doc"], SpokenMemory(restart=error)) == 2
    assert capsys.readouterr().err == "ifmem: there is no shard 'doc'.\n  There are: docs\n"
