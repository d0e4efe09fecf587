"""The versions of a shard's text that its questions read: one at a time is the present one, and an earlier one stays while it is read.

Each is of a piece: manifest, pages, layers and the index as it was at that moment. What somebody else put down since is taken over
between questions, and only once all of it is there.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence

from ifmem.config import Config
from ifmem.errors import IfmemError
from ifmem.processes.checking import Gate
from ifmem.processes.kept import Loaded, open_kept
from ifmem.processes.loaded_text import stamp_of
from ifmem.stores.index import Index


class Reading:
    """One version. `gate` checks quotes against this very text, `index` shows nothing newer."""

    def __init__(self, loaded: Loaded, index: Index, config: Config, others: Sequence[str]) -> None:
        self.loaded = loaded
        self.view = loaded.view
        self.index = index
        self.gate = Gate(config, loaded.view, loaded.index_path, others)
        self.readers = 0

    @property
    def version(self) -> str:
        return self.loaded.manifest.version

    def close(self) -> None:
        self.gate.close()
        self.index.close()


class Readings:
    """What a shard reads. `others` are the names of the other shards."""

    def __init__(self, loaded: Loaded, config: Config, others: Sequence[str]) -> None:
        """Raises IfmemError if the index cannot be used."""
        self._config = config
        self._others = others
        self._file = config.pages / f"{loaded.manifest.shard}.json"
        self._stamp: tuple[int, int] | None = None  # the first look reads the manifest again: it may be newer by now
        self.now = self._reading(loaded, Index(loaded.index_path, pinned=True))

    @contextlib.contextmanager
    def reading(self) -> Iterator[Reading]:
        """The present version, which stays open as long as it is read."""
        reading = self.now
        reading.readers += 1
        try:
            yield reading
        finally:
            reading.readers -= 1
            self._let_go(reading)

    def look(self) -> Reading | None:
        """Take over what was put down since; what was read until now, if that was something else."""
        stamp = stamp_of(self._file)
        if stamp is None or stamp == self._stamp:
            return None
        before = self.now
        loaded = open_kept(before.loaded.manifest.shard, self._config, before=before.loaded)
        if loaded is None or not self._take_over(loaded):
            return None  # not all of it is there yet
        self._stamp = stamp
        self._let_go(before)
        return before if before.version != self.now.version else None

    def close(self) -> None:
        self.now.close()

    def _take_over(self, loaded: Loaded) -> bool:
        with contextlib.suppress(IfmemError):
            index = Index(loaded.index_path, pinned=True)
            if index.version == loaded.manifest.version:
                self.now = self._reading(loaded, index)
                return True
            index.close()
        return False

    def _reading(self, loaded: Loaded, index: Index) -> Reading:
        return Reading(loaded, index, self._config, self._others)

    def _let_go(self, reading: Reading) -> None:
        if reading is not self.now and not reading.readers:
            reading.close()
