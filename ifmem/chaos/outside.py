"""Starts a run of chaos in a process of its own and returns its report."""

from __future__ import annotations

import subprocess
import sys

from ifmem.chaos.faults import chosen
from ifmem.chaos.plan import Plan
from ifmem.chaos.report import Report
from ifmem.errors import Exit, IfmemError


def carry_out(plan: Plan, *, quiet: bool = False) -> Report:
    """Run it and wait. What happens is told on stderr unless `quiet`. Raises IfmemError if the run could not take place."""
    chosen(plan.faults)
    process = subprocess.Popen(
        (sys.executable, "-P", "-m", "ifmem.chaos.inside"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL if quiet else None,
        text=True,
        start_new_session=True,  # Ctrl-C is ours; it is told once, and not while it is cleaning up
    )
    try:
        printed, _ = process.communicate(plan.to_json())
    except BaseException:
        process.terminate()  # it stops its set and removes its folder
        process.wait()
        raise
    if process.returncode == 0:
        return Report.from_json(printed)
    if printed:
        raise IfmemError.from_json(printed)
    raise IfmemError(
        "the run of chaos came to no end.",
        why=f"its process left with exit code {process.returncode}",
        fix="See what it says: ifmem chaos, without -q",
        exit_code=Exit.INTERRUPTED if process.returncode == Exit.INTERRUPTED else Exit.DID_NOT_HAPPEN,
    )
