"""Noticing that something in the folder may have changed; what it was, `changes` finds out.

One watch for each folder that is part of the corpus, not for what lies in ignored or installed ones, and for the few files of git that
tell of commits and switches. A folder that is watched in vain (the system has no watches left) is looked at now and then instead.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from pathlib import Path

from ifmem.config import Config
from ifmem.corpus.git import git_folder
from ifmem.corpus.listing import IGNORED
from ifmem.corpus.survey import KEPT, Look

STEP_MS = 100  # of quiet, and what changed is told: an editor's save is several steps
TOGETHER_MS = 400  # told at once at the latest
IN_VAIN_EVERY_S = 30.0
TELLING = frozenset({"HEAD", "index"})  # of the files of git: they change with every commit, switch and staging
log = logging.getLogger("ifmem")


class Watched:
    """What is to be watched, as a look found it. Two are equal if they watch the same folders."""

    def __init__(self, look: Look, config: Config) -> None:
        folders = {os.path.normpath(config.folder / folder) for folder in look.listing.folders}
        folders |= {str(config.home / kept) for kept in KEPT.values() if (config.home / kept).is_dir()}
        self._git = git_folder(look.repository) if look.repository else None
        of_git = [place for place in (self._git, self._git / "logs") if place.is_dir()] if self._git else []
        self.folders = frozenset({*folders, *map(str, of_git)})
        self._of_git = frozenset(map(str, of_git))
        ignored = (one.path for one in look.listing.left_out if one.reason.startswith(IGNORED))
        self._ignored = frozenset(str(config.folder / path) for path in ignored)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Watched) and self.folders == other.folders

    def __hash__(self) -> int:
        return hash(self.folders)

    def concerning(self, paths: Iterable[str]) -> frozenset[str]:
        """Those of the paths whose change can change the text of the corpus."""
        return frozenset(path for path in paths if self._concerns(path))

    @property
    def busy(self) -> bool:
        """Whether git is at work in the folder: it will have changed more in a moment."""
        return self._git is not None and (self._git / "index.lock").exists()

    def _concerns(self, path: str) -> bool:
        folder, _, name = path.rpartition("/")
        if folder in self._of_git:
            return name in TELLING
        return path not in self._ignored


async def noticed(watched: Watched, stop: asyncio.Event) -> AsyncGenerator[frozenset[str], None]:
    """What may have changed: once the watch stands nobody knows what (nothing is named), after that these paths; until `stop`."""
    from watchfiles import awatch  # only the process that watches needs it

    try:
        changes = awatch(
            *watched.folders,
            watch_filter=None,
            debounce=TOGETHER_MS,
            step=STEP_MS,
            stop_event=stop,
            recursive=False,
            ignore_permission_denied=True,
        )
        async with aclosing(changes):
            following = asyncio.ensure_future(anext(changes, None))
            try:
                await asyncio.sleep(0)
                yield frozenset()
                while (found := await following) is not None:
                    following = asyncio.ensure_future(anext(changes, None))
                    if paths := watched.concerning(path for _, path in found):
                        yield paths
            finally:
                stop.set()  # the thread that waits for changes ends by this alone
                await asyncio.wait((following,))
    except OSError as error:
        log.warning("the folder cannot be watched (%s); it is looked at every %.0f s", error, IN_VAIN_EVERY_S)
        while not stop.is_set():
            yield frozenset()
            await asyncio.sleep(IN_VAIN_EVERY_S)


def is_gone(folder: Path, device: int) -> bool:
    """Whether a folder is not there, or is only the empty place that its file system was mounted on."""
    try:
        return folder.stat().st_dev != device
    except OSError:
        return True


def mounts_below(look: Look, config: Config) -> dict[str, int]:
    """Folders of the corpus that are on another device than what is around them; paths end with a slash."""
    devices: dict[str, int] = {}
    for folder in look.listing.folders:
        try:
            devices[folder] = (config.folder / folder).stat().st_dev
        except OSError:
            continue
    return {folder: device for folder, device in devices.items() if folder and device != devices.get(_parent(folder))}


def _parent(folder: str) -> str:
    above = folder.rstrip("/").rpartition("/")[0]
    return f"{above}/" if above else ""
