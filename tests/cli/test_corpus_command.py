from __future__ import annotations

import json
from dataclasses import replace

import pytest

from ifmem.cli.app import run
from ifmem.core.manifest import LeftOut

from .conftest import Puts
from .fakes import SpokenMemory, a_manifest

Capture = pytest.CaptureFixture[str]
MANIFEST = a_manifest(*(LeftOut(f"{n}.png", "binary") for n in range(5)), LeftOut("big.txt", "over 2 MB"))


def test_a_terminal_gets_the_sums_and_the_reasons(terminal: Puts) -> None:
    stdout = terminal("stdout")
    assert run(["corpus"], SpokenMemory(corpus=[MANIFEST])) == 0
    text = stdout.getvalue()
    assert "code       1    1.4k      1         6" in text
    assert "code left out 5 files: binary\n  0.png\n  1.png\n  2.png\n  and 2 more: ifmem corpus --all" in text
    assert "code left out 1 file: over 2 MB\n  big.txt" in text


@pytest.mark.parametrize("arguments", [[], ["--all"]])
def test_every_file_is_accounted_for(arguments: list[str], capsys: Capture) -> None:
    run(["corpus", *arguments], SpokenMemory(corpus=[MANIFEST]))
    rows = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert len(rows) == 1 + 1 + 6 and len({len(row) for row in rows}) == 1
    assert [row[1] for row in rows if row[2] == "left out"][-1] == "big.txt"


def test_files_loaded_without_their_secrets_are_named(terminal: Puts) -> None:
    stdout = terminal("stdout")
    held = MANIFEST.entries[0]._replace(path="settings.env", masked=3)
    assert run(["corpus"], SpokenMemory(corpus=[replace(MANIFEST, entries=(*MANIFEST.entries, held))])) == 0
    assert "code masked 3 secrets in 1 file\n  settings.env\n  to load a file with them" in stdout.getvalue()


def test_json_names_its_fields(capsys: Capture) -> None:
    run(["corpus", "--json"], SpokenMemory(corpus=[MANIFEST]))
    (shard,) = json.loads(capsys.readouterr().out)["shards"]
    assert shard["entries"][0]["path"] == "src/bus.py"
    assert shard["left_out"][-1] == {"path": "big.txt", "reason": "over 2 MB"}
