from __future__ import annotations

import json
import re
import time

import pytest

from ifmem.cli.app import run
from ifmem.core.queries import Query
from ifmem.stores.dead_letters import DeadLetter

from .conftest import Puts
from .fakes import SpokenMemory

Capture = pytest.CaptureFixture[str]
LETTER = DeadLetter("q_1", Query("q_1", "what\nkills?", asked_at=time.time() - 3600), {"shard:2": 3})
EXPIRED = DeadLetter("q_0", None, {})


class Mourning(SpokenMemory):
    def dead(self) -> list[DeadLetter]:
        found: list[DeadLetter] = self._say("dead")
        return found

    def retry(self, query_id: str, *, timeout: float | None) -> str:
        return str(self._say("retry", {"id": query_id, "timeout": timeout}))


def test_a_terminal_gets_each_with_its_question(terminal: Puts) -> None:
    stdout = terminal("stdout")
    assert run(["dead"], Mourning(dead=[LETTER, EXPIRED])) == 0
    shown = stdout.getvalue()
    assert re.search(r"q_1  1h\d\dm ago  lives: 3 at shard:2\n  what kills\?\n", shown)
    assert "q_0  lives: not known any more\n  its text is gone from the bus" in shown


def test_piped_output_keeps_each_on_its_line(capsys: Capture) -> None:
    run(["dead"], Mourning(dead=[LETTER]))
    head, row = (line.split("\t") for line in capsys.readouterr().out.splitlines())
    found = dict(zip(head, row, strict=True))
    assert (found["ID"], found["LIVES"], found["QUESTION"]) == ("q_1", "shard:2 3", r"what\nkills?")


def test_json_is_one_object(capsys: Capture) -> None:
    run(["dead", "--json"], Mourning(dead=[LETTER, EXPIRED]))
    printed = json.loads(capsys.readouterr().out)
    assert [one["id"] for one in printed["dead"]] == ["q_1", "q_0"]
    assert printed["dead"][0]["lives"] == {"shard:2": 3}
    assert printed["dead"][1]["question"] is None


def test_one_is_asked_again_and_its_new_id_is_the_output(capsys: Capture) -> None:
    memory = Mourning(retry="q_2")
    assert run(["dead", "retry", "q_1", "--timeout", "5"], memory) == 0
    printed = capsys.readouterr()
    assert printed.out == "q_2\n"
    assert "ifmem ask --resume q_2" in printed.err
    assert memory.argument("retry") == {"id": "q_1", "timeout": 5.0}


@pytest.mark.parametrize("arguments", [["retry"], ["revive", "q_1"], ["q_1"]])
def test_anything_else_is_wrong_usage(arguments: list[str], capsys: Capture) -> None:
    assert run(["dead", *arguments], Mourning(dead=[])) == 2
    assert "ifmem dead retry ID" in capsys.readouterr().err
