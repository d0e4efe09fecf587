"""Sets of real processes to do harm to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from running_set import FAST, PATIENCE_S, RunningSet, Start, make_project


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSet]:
    """A set that every test of a module does harm to; `docs` obeys, `code` is steady."""
    settings = FAST + _provider("docs", "Obedient") + _provider("code", "Steady")
    found = RunningSet(make_project(tmp_path_factory.mktemp("running")), settings)
    try:
        found.memory.up(timeout=PATIENCE_S)
        yield found
    finally:
        found.end()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """A function that starts a set with providers of `scripted` and settings of its own, and ends it after the test."""
    started: list[RunningSet] = []

    def start(*, up: bool = True, settings: str = FAST, **providers: str) -> RunningSet:
        text = settings + "".join(_provider(shard, provider) for shard, provider in providers.items())
        started.append(RunningSet(make_project(tmp_path), text))
        if up:
            started[-1].memory.up(timeout=PATIENCE_S)
        return started[-1]

    yield start
    for one in started:
        one.end()


def _provider(shard: str, name: str) -> str:
    return f'shards.{shard}.provider = "python:scripted:{name}"\n'
