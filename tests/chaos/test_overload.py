"""A short overload of the real thing: everyone is answered or told. How fast the machine is does not matter."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from running_set import PATIENCE_S

from ifmem.bench import crowd
from ifmem.bench.run import measure
from ifmem.bench.scale import Scale


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, float]]:
    """What was measured in some seconds, by row. Not in pytest's own folder: a set whose folder has a long path keeps its socket
    elsewhere."""
    # Hundreds of askers in this one process are told at the same moment: how long that takes is this machine's affair.
    monkeypatch.setattr(crowd, "LATE_S", PATIENCE_S)
    with tempfile.TemporaryDirectory(prefix="o-") as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        (outcome,) = measure(("overload",), Scale(size=0.05))
        assert outcome.error == ""
        yield {row.what: row.p50 for row in outcome.rows}
        assert list(Path(folder).iterdir()) == []


def test_in_an_overload_everyone_is_answered_or_told_in_time(short: dict[str, float]) -> None:
    assert short["neither answered nor told"] == 0
    assert short["told later than promised"] == 0
    told = short["told at once that it is busy, and how many are ahead"] + short["told later why there is no answer"]
    assert short["answered"] > 0
    assert short["answered"] + told == short["asked in all"]
    assert short["asked in the overload"] > short["of them answered"]
