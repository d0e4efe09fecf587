from __future__ import annotations

import json

import pytest

from ifmem.cli.app import run
from ifmem.stores.refresh_orders import Outcome

from .fakes import SpokenMemory

Capture = pytest.CaptureFixture[str]


@pytest.mark.parametrize(
    ("changed", "said"), [(("docs", "tests"), "changed: docs, tests\n"), ((), "nothing has changed\n")]
)
def test_refresh_says_whose_text_changed(changed: tuple[str, ...], said: str, capsys: Capture) -> None:
    memory = SpokenMemory(refresh=Outcome("r_1", changed))
    assert run(["refresh", "tests"], memory) == 0
    assert memory.argument("refresh") == ("tests",)
    assert capsys.readouterr().out == said


def test_refresh_says_what_it_could_not_see(capsys: Capture) -> None:
    assert run(["refresh"], SpokenMemory(refresh=Outcome("r_1", (), ("media/",)))) == 0
    assert "out of sight, kept as it was read before: media/" in capsys.readouterr().err


def test_refresh_prints_json(capsys: Capture) -> None:
    run(["refresh", "--json"], SpokenMemory(refresh=Outcome("r_1", ("docs",))))
    assert json.loads(capsys.readouterr().out) == {"schema": 1, "id": "r_1", "changed": ["docs"], "unseen": []}
