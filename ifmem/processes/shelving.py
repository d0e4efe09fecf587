"""Moving what overflows to the librarians: findings older than those that the live shards hold, and sessions for which they had no room."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence

from ifmem import prompts
from ifmem.config import Config
from ifmem.config.folders import STATE
from ifmem.core.documents import Document
from ifmem.core.findings import Finding
from ifmem.core.keys import Keys
from ifmem.core.librarians import LIVE, Shelved, Shelving, as_document, place, worth_archiving
from ifmem.corpus.present import present
from ifmem.corpus.survey import KEPT
from ifmem.errors import Exit, IfmemError
from ifmem.stores.archive import Archive
from ifmem.stores.bus import Bus
from ifmem.stores.journal import Journal
from ifmem.stores.lock import hold_lock
from ifmem.stores.page_files import read_manifest

LOCK_WITHIN_S = 1.0
SESSIONS = f"{STATE}/{KEPT['sessions']}/"


def plan_shelving(config: Config) -> Shelving:
    """Where everything goes that overflows and has no place yet, oldest first. Raises IfmemError (exit code 2) without librarians."""
    if not config.librarians:
        raise IfmemError(
            "there are no librarians.",
            why="they are off until they are configured",
            fix="Set librarians = 5 in ifmem.toml, then: ifmem down; ifmem up",
            exit_code=Exit.USAGE,
        )
    with Archive.reading(config.archive) as archive:
        findings = archive.findings(None) if archive else []
        everything = archive.shelved() if archive else []
    shelved = [item for item in everything if item.librarian <= config.librarians]  # of those that are left
    used: Counter[int] = Counter()
    for item in shelved:
        used[item.librarian] += item.tokens
    known = {item.id for item in shelved}
    documents = [one for one in _overflowing(findings, config) if one.path not in known]
    return place(documents, used, config.librarians, config.librarian_tokens, time.time())


async def hand_over(placed: Sequence[Shelved], bus: Bus, keys: Keys) -> None:
    """Where a set runs, its archivist is the only writer; the librarians see what they got by themselves."""
    journal = Journal(bus, keys)
    for item in placed:
        await journal.append("shelved", item.to_dict())


def write(placed: Sequence[Shelved], config: Config) -> None:
    """Where nothing runs. Raises AlreadyRunning if a set is started at this moment."""
    with hold_lock(config.home, LOCK_WITHIN_S), Archive.writing(config.archive) as archive:
        archive.shelve(placed)


def _overflowing(findings: Sequence[Finding], config: Config) -> Iterator[Document]:
    """`findings` newest first."""
    for domain in prompts.domains(config):
        manifest = read_manifest(config.pages, domain.name)
        for path, _ in manifest.left_out if manifest else ():
            if path.startswith(SESSIONS) and (session := present(path, config)):
                yield session
    live = {finding.id for finding in findings[:LIVE]}
    yield from (as_document(one) for one in worth_archiving(reversed(findings)) if one.id not in live)
