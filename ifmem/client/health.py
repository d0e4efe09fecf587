"""Whether all is well, and copies of what was learned."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ifmem.client.running import Running
from ifmem.core import lifecycle
from ifmem.core.keys import Keys

if TYPE_CHECKING:
    from ifmem.core.checkup import Checkup
    from ifmem.stores.backup import Copied


class Health(Running):
    """A look at everything, and copies to fall back on."""

    def doctor(self, *, audit: bool = False, noted: str = "", online: bool = False) -> Checkup:
        """Look at everything and change nothing. `audit` looks at every archived row, and whether the digest `noted` earlier is still
        among them; only `online` asks a vendor."""
        from ifmem.processes.doctoring import examine

        work = examine(self.config, self._connected(), self._refusal, audit=audit, noted=noted, online=online)
        return self._run(work)

    def backup(self, file: Path | str, *, replace: bool = False) -> Copied:
        """Copy the archive, as it is at one moment, and notes, sessions and test runs into a new private file. The set may run."""
        from ifmem.stores.backup import back_up

        return back_up(self.config.archive, Path(file).expanduser().absolute(), self._folders(), replace=replace)

    def restore(self, file: Path | str, *, force: bool = False) -> tuple[Copied, Path | None]:
        """Put a backup in the place of archive and files, also while the set runs. What was there is kept, at the second result."""
        from ifmem.processes.launching import make_home
        from ifmem.stores.backup import restore
        from ifmem.stores.journal import Journal

        make_home(self.config)
        restored = restore(Path(file).expanduser().absolute(), self.config.archive, self._folders(), force=force)
        if self.status().state not in (lifecycle.STOPPED, lifecycle.UNREACHABLE):
            self._run(Journal(self._connected(), Keys(self.config.namespace)).forget_restored())
            self.restart(("archivist",))
        return restored

    def _folders(self) -> dict[str, Path]:
        """Where the files are that nothing else could give back, by what they are."""
        from ifmem.corpus.survey import KEPT, RUNS

        return {kind: self.config.home / folder for kind, folder in {**KEPT, "test runs": RUNS}.items()}
