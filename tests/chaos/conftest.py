"""A set of real processes whose disk, bus and archive are done harm to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from running_set import FAST, PATIENCE_S, RunningSet, make_project


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSet]:
    """A set that every test of a module does harm to; `docs` obeys, `code` is steady."""
    providers = "".join(
        f'shards.{shard}.provider = "python:scripted:{name}"\n'
        for shard, name in (("docs", "Obedient"), ("code", "Steady"))
    )
    found = RunningSet(make_project(tmp_path_factory.mktemp("running")), FAST + providers)
    try:
        found.memory.up(timeout=PATIENCE_S)
        yield found
    finally:
        found.end()
