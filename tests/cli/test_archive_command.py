from __future__ import annotations

import json

import pytest

from ifmem.cli.app import run
from ifmem.core.librarians import Shelved, Shelving
from ifmem.core.manifest import LeftOut

from .fakes import SpokenMemory

Capture = pytest.CaptureFixture[str]
SHELVING = Shelving(
    (Shelved("f_1", 1, 900, 0.0), Shelved("f_2", 1, 200, 0.0), Shelved("f_3", 2, 5_000, 0.0)),
    (LeftOut("f_4", "no librarian has room for 9,000 tokens"),),
)


class Archiving(SpokenMemory):
    def archive(self, *, dry_run: bool) -> Shelving:
        shelving: Shelving = self._say("archive", dry_run)
        return shelving


def test_what_goes_to_whom_and_what_stays(capsys: Capture) -> None:
    assert run(["archive"], Archiving(archive=SHELVING)) == 0
    said = capsys.readouterr()
    assert said.out == (
        "librarian-1  2 documents  1.1k tokens\n"
        "librarian-2  1 document  5.0k tokens\n"
        "left out: f_4: no librarian has room for 9,000 tokens\n"
    )
    assert "ifmem status" in said.err


def test_a_dry_run_is_one(capsys: Capture) -> None:
    memory = Archiving(archive=SHELVING)
    run(["archive", "--dry-run"], memory)
    assert memory.argument("archive") is True
    assert "archived;" not in capsys.readouterr().err


def test_json_is_one_object(capsys: Capture) -> None:
    run(["archive", "--json"], Archiving(archive=SHELVING))
    said = json.loads(capsys.readouterr().out)
    assert [item["id"] for item in said["placed"]] == ["f_1", "f_2", "f_3"]
    assert said["left_out"] == [{"id": "f_4", "reason": "no librarian has room for 9,000 tokens"}]


def test_nothing_to_do_is_said(capsys: Capture) -> None:
    run(["archive"], Archiving(archive=Shelving()))
    assert "nothing overflows" in capsys.readouterr().err
