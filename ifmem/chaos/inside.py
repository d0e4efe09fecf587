"""The process that a run of chaos takes place in: reads the plan from standard input, writes the report to standard output.

Its disk, its clock and its environment are its own, so nothing of the user's is touched and nothing is left behind.
"""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import replace
from functools import reduce

from ifmem.bench.private_set import private_place, private_set, write_small_folder
from ifmem.chaos.clock import SteppedClock, follow
from ifmem.chaos.disk import Disk
from ifmem.chaos.faults import of_kind
from ifmem.chaos.plan import Plan
from ifmem.chaos.remote_set import two_machines
from ifmem.chaos.report import Report, untried
from ifmem.chaos.run import Run, write_settings
from ifmem.chaos.wire import Wire
from ifmem.config.folders import FILE
from ifmem.errors import Exit, IfmemError

SHARE = 0.15  # of the time, for faults that need a set with a remote shard


def note(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def carry_out(plan: Plan) -> Report:
    """The whole run: a set for most faults, and one with a remote shard for those of its kind. Raises IfmemError if it could not take
    place."""
    with private_place() as place, Disk.under(place / "disk") as disk:
        wire = Wire.own()
        clock = SteppedClock(place / "clock")
        follow(clock.path)
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(clock.folder), os.environ.get("PYTHONPATH", "")]))
        kinds = {False: at_home, True: remotely}
        reports = [run(plan, disk, clock, wire) for remote, run in kinds.items() if of_kind(plan.faults, remote=remote)]
        return reduce(Report.with_another, reports)


def at_home(plan: Plan, disk: Disk, clock: SteppedClock, wire: Wire) -> Report:
    """On one machine, with a bus of its own."""
    folder = write_small_folder(disk.place / f"chaos-{os.getpid()}")
    write_settings(folder, FILE)
    with private_set(folder) as memory:
        run = Run(plan, memory, disk, clock, wire, note)
        asyncio.run(run.chaos())
    return run.judged()


def remotely(plan: Plan, disk: Disk, clock: SteppedClock, wire: Wire) -> Report:
    """With a shard that stands for one on another machine."""
    if wire.missing:
        return untried(plan.seed, plan.minutes, of_kind(plan.faults, remote=True), wire.missing)
    with two_machines(disk.place) as memory:
        run = Run(replace(plan, minutes=plan.minutes * SHARE), memory, disk, clock, wire, note)
        asyncio.run(run.chaos())
    return replace(run.judged(), minutes=plan.minutes)


def main() -> int:
    try:
        report = carry_out(Plan.from_json(sys.stdin.read()))
    except IfmemError as error:
        print(error.to_json())
        return int(error.exit_code)
    except KeyboardInterrupt:  # also by SIGTERM; everything was stopped and removed
        return int(Exit.INTERRUPTED)
    print(report.to_json())
    return 0


if __name__ == "__main__":
    sys.exit(main())
