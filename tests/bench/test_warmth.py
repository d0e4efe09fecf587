from __future__ import annotations

from pathlib import Path

from ifmem.bench.scale import Scale
from ifmem.bench.warmth import measure_warmth
from ifmem.core.traces import TRACES


def test_every_trace_has_the_policy_beside_what_it_is_measured_against(tmp_path: Path) -> None:
    rows = list(measure_warmth(tmp_path, Scale(samples=0.2)))
    targets = [row for row in rows if row.target]
    assert len(rows) == 4 * len(TRACES)
    assert len(targets) == len(TRACES)
    assert all(row.reached for row in targets)
