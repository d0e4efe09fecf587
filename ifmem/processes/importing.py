"""Findings from elsewhere, one JSON object a line: read whole or not at all, and each taken in once."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace

from ifmem.config import Config
from ifmem.core.descent import is_finding_id
from ifmem.core.findings import Finding
from ifmem.core.keys import Keys
from ifmem.core.strictness import Refused, read
from ifmem.errors import Exit, IfmemError
from ifmem.stores.archive import Archive
from ifmem.stores.bus import Bus
from ifmem.stores.journal import Journal
from ifmem.stores.lock import hold_lock

LOCK_WITHIN_S = 1.0
FIX = "Give it what `ifmem findings export` wrote; nothing has been taken in"


def read_findings(lines: Iterable[str], name: str, now: float) -> list[Finding]:
    """The findings in `lines` of the file `name`, each marked as imported. Raises IfmemError (exit code 2) for anything else."""
    mark = f"imported {time.strftime('%Y-%m-%d', time.gmtime(now))}; its quotes were checked where it was made"
    return [_marked(_read(line, f"{name}:{at}"), mark) for at, line in enumerate(lines, 1) if line.strip()]


def unknown(findings: Sequence[Finding], config: Config) -> list[Finding]:
    """Those that the archive does not have, each once."""
    by_id = {finding.id: finding for finding in findings}
    with Archive.reading(config.archive) as archive:
        return [one for one in by_id.values() if archive is None or archive.finding(one.id) is None]


async def hand_to_archivist(findings: Sequence[Finding], bus: Bus, keys: Keys) -> None:
    """Where a set runs, its archivist is the only writer."""
    journal = Journal(bus, keys)
    for finding in findings:
        await journal.append("finding", finding.to_dict())


def write(findings: Sequence[Finding], config: Config) -> None:
    """Where nothing runs. Raises AlreadyRunning if a set is started at this moment."""
    with hold_lock(config.home, LOCK_WITHIN_S), Archive.writing(config.archive) as archive:
        archive.add(findings)


def _read(line: str, where: str) -> Finding:
    try:
        finding = read(Finding, line)
        if not is_finding_id(finding.id):
            raise Refused(f"its id is {finding.id!r}")
    except Refused as error:
        raise IfmemError(f"{where} is no finding.", why=str(error), fix=FIX, exit_code=Exit.USAGE) from None
    return finding


def _marked(finding: Finding, mark: str) -> Finding:
    return replace(finding, note=f"{finding.note}; {mark}" if finding.note else mark)
