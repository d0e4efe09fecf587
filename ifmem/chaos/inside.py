"""The process that a run of chaos takes place in: reads the plan from standard input, writes the report to standard output.

Its disk, its clock and its environment are its own, so nothing of the user's is touched and nothing is left behind.
"""

from __future__ import annotations

import asyncio
import os
import sys

from ifmem.bench.private_set import private_place, private_set, write_small_folder
from ifmem.chaos.clock import SteppedClock, follow
from ifmem.chaos.disk import Disk
from ifmem.chaos.plan import Plan
from ifmem.chaos.report import Report
from ifmem.chaos.run import Run, write_settings
from ifmem.config import FILE
from ifmem.errors import Exit, IfmemError


def note(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def carry_out(plan: Plan) -> Report:
    """The whole run. Raises IfmemError if it could not take place."""
    with private_place() as place, Disk.under(place / "disk") as disk:
        clock = SteppedClock(place / "clock")
        follow(clock.path)
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(clock.folder), os.environ.get("PYTHONPATH", "")]))
        folder = write_small_folder(disk.place / f"chaos-{os.getpid()}")
        write_settings(folder, FILE)
        with private_set(folder) as memory:
            run = Run(plan, memory, disk, clock, note)
            asyncio.run(run.chaos())
        return run.judged()


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
