"""What has been remembered: findings, receipts, costs, the corpus."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ifmem.client.questions import Questions
from ifmem.core.keys import Keys
from ifmem.errors import Exit, IfmemError
from ifmem.stores.bus_errors import BusLost
from ifmem.stores.lock import is_locked

if TYPE_CHECKING:
    from ifmem.core.costs import CostReport
    from ifmem.core.descent import Descent
    from ifmem.core.documents import Document
    from ifmem.core.findings import Finding
    from ifmem.core.librarians import Shelving
    from ifmem.core.manifest import Manifest
    from ifmem.core.plan import Plan
    from ifmem.core.rechecks import Verdict

ARCHIVED_WITHIN_S = 5.0  # a finding that was stored can be searched for at once
LOOK_EVERY_S = 0.01


class Knowledge(Questions):
    """Most of it comes from the archive: nothing has to run."""

    def findings(
        self, *, limit: int | None = 50, shard: str | None = None, search: str | None = None, since: float = 0.0
    ) -> list[Finding]:
        """The newest findings first, from the archive: those of a shard, with all the words of `search`, made `since` (epoch).

        Raises IfmemError (exit code 2) for a shard that there is not and that has left no finding.
        """
        from ifmem.stores.archive import Archive

        with Archive.reading(self.config.archive) as archive:
            found = archive.findings(limit, shard=shard, search=search, since=since) if archive else []
            if shard is None or found or shard in self.shard_names or (archive and archive.findings(1, shard=shard)):
                return found
        raise IfmemError(
            f"there is no shard {shard!r}, and no finding of one.",
            why=f"the shards are: {', '.join(self.shard_names)}",
            fix="Name one of them, or leave --shard out",
            exit_code=Exit.USAGE,
        )

    def follow_findings(self, *, after: str = "") -> Iterator[Finding]:
        """Each finding as it is stored, for as long as the caller iterates; nothing ends it.

        `after` is the id of the last one that the caller had: first come those stored since, so that who was away misses nothing.
        """
        from ifmem.processes.subscribing import Follower, place_after

        archive, keys = self.config.archive, Keys(self.config.namespace)
        row = self._run(place_after(archive, after), needs_set=True)
        stream = Follower(self._connected(), keys, archive, row).findings()

        async def following() -> Finding:
            return await anext(stream)

        try:
            while True:
                yield self._run(following())
        finally:
            self._run(stream.aclose())

    def descent(self, finding_id: str) -> Descent:
        """What a finding was built on, and what was built on it as far as that is in the archive."""
        from ifmem.core.descent import Descent, sources_of
        from ifmem.stores.archive import Archive

        with Archive.reading(self.config.archive) as archive:
            found = archive.descent(finding_id) if archive else Descent()
        if not found.built_on and (finding := self.finding(finding_id)):  # the archivist may not have come to it yet
            return replace(found, built_on=sources_of(finding))
        return found

    def archive(self, *, dry_run: bool = False) -> Shelving:
        """Move what overflows into the care of the librarians; what goes to whom, and what has no place and why."""
        from ifmem.processes.shelving import hand_over, plan_shelving, write

        shelving = plan_shelving(self.config)
        if dry_run or not shelving.placed:
            return shelving
        if self.config.redis_url or is_locked(self.config.home):
            self._run(hand_over(shelving.placed, self._connected(), Keys(self.config.namespace)), needs_set=True)
        else:
            write(shelving.placed, self.config)
        return shelving

    def import_findings(self, lines: Iterable[str], name: str = "findings") -> tuple[int, int]:
        """Take in what `ifmem findings export` wrote: how many were new, and how many were known. `name` is where the lines are from.

        Raises IfmemError (exit code 2) for a line that is no finding; nothing has been taken in then.
        """
        from ifmem.processes.importing import hand_to_archivist, read_findings, unknown, write

        read = read_findings(lines, name, time.time())
        new = unknown(read, self.config)
        if new and (self.config.redis_url or is_locked(self.config.home)):
            self._run(hand_to_archivist(new, self._connected(), Keys(self.config.namespace)), needs_set=True)
        elif new:
            write(new, self.config)
        return len(new), len(read) - len(new)

    def finding(self, finding_id: str) -> Finding | None:
        """One finding from the archive, or from the bus if the archivist has not come to it yet; None if neither knows it."""
        found = self._archived_finding(finding_id)
        if found is None and (self.config.redis_url or is_locked(self.config.home)):
            with contextlib.suppress(BusLost):
                found = self._run(self._asking().inquiries.stored_finding(finding_id))
        return found

    def _archived_finding(self, finding_id: str) -> Finding | None:
        from ifmem.stores.archive import Archive

        with Archive.reading(self.config.archive) as archive:
            return archive.finding(finding_id) if archive else None

    def store_finding(self, text: str, *, sources: Sequence[str] = (), author: str = "") -> Finding:
        """Remember what somebody found out, without the secrets in it. `sources` are places in the loaded text: `path:12-19`.

        It is in the archive when this returns, or will be as soon as the archivist is back.
        """
        from ifmem.processes.contributing import contributed
        from ifmem.stores.contributions import contribute

        finding = contributed(text, sources, author, self.config, self.shard_names)
        self._run(contribute(self._connected(), Keys(self.config.namespace), finding), needs_set=True)
        until = time.monotonic() + ARCHIVED_WITHIN_S
        while self._archived_finding(finding.id) is None and time.monotonic() < until:
            time.sleep(LOOK_EVERY_S)
        return finding

    def document(self, path: str) -> tuple[Document, ...]:
        """A loaded file, in parts if it is large; nothing if it is not loaded."""
        from ifmem.processes.loaded_text import LoadedText

        loaded = LoadedText(self.config, self.shard_names)
        try:
            return loaded.at(path)
        finally:
            loaded.close()

    def events(self, *, limit: int = 50) -> list[dict[str, Any]]:
        """What happened to the processes, newest first, from the archive."""
        from ifmem.stores.archive import Archive

        with Archive.reading(self.config.archive) as archive:
            return archive.events(limit) if archive else []

    def cost(self, *, days: int = 30) -> CostReport:
        """What calls to models did cost in the last `days` UTC days, today included, from the archive. Nothing has to run."""
        from ifmem.core.budget import window_of
        from ifmem.core.costs import report
        from ifmem.core.keys import DAY_S
        from ifmem.stores.archive import Archive

        since = window_of(int(time.time()), "day") - (days - 1) * DAY_S
        with Archive.reading(self.config.archive) as archive:
            return report(archive.spending(since), days, archive.last_call_at()) if archive else report((), days, None)

    def verify(self, receipt: Mapping[str, Any]) -> Verdict:
        """Whether a receipt (`Answer.to_dict()`) is as it was given, and where its quotes stand now. Nothing has to run."""
        from ifmem.processes.rechecking import recheck

        return recheck(receipt, self.config, self.shard_names)

    def plan(
        self,
        questions_per_day: int = 100,
        *,
        measure: bool = False,
        on_progress: Callable[[str], None] = lambda _: None,
    ) -> Plan:
        """What loading and asking will cost. Asks no model, and needs a key only to `measure`: the vendor then counts the pages, free."""
        from ifmem.processes.planning import make_plan

        self._must_be_trusted()
        return make_plan(self.config, questions_per_day, measure=measure, progress=on_progress)

    def corpus(self) -> list[Manifest]:
        """What each shard holds, and what was left out and why."""
        from ifmem.stores.page_files import read_manifest

        found = (read_manifest(self.config.pages, name) for name in self.shard_names)
        return [manifest for manifest in found if manifest is not None]
