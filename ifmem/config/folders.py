"""Which folder is meant: the one that is named, or the nearest upwards that somebody has made one to remember."""

from __future__ import annotations

import os
from pathlib import Path

from ifmem.errors import Exit, IfmemError

FILE = "ifmem.toml"
STATE = ".ifmem"


def named_folder(folder: str | None) -> Path | None:
    """The folder that an option or the environment names; None if it has to be found some other way."""
    home = Path(os.environ.get("IFMEM_HOME") or ".").expanduser()
    chosen = folder or os.environ.get("IFMEM_FOLDER") or (home.parent if home.name == STATE else None)
    return Path(chosen).expanduser().absolute() if chosen else None


def is_known(folder: Path) -> bool:
    """Whether somebody has made this a folder to remember."""
    return (folder / FILE).is_file() or (folder / STATE).is_dir()


def nearest(start: Path) -> Path:
    """The nearest such folder upwards, else `start` itself."""
    for candidate in (start, *start.parents):
        if is_known(candidate):
            return usable(candidate)
    return usable(start)


def usable(folder: Path) -> Path:
    """The folder as the file system names it. Raises IfmemError with exit code 2 for one that cannot be read."""
    folder = folder.expanduser().absolute()
    if not folder.exists():
        why = "no such folder"
    elif not folder.is_dir():
        why = "it is a file, not a folder"
    elif not os.access(folder, os.R_OK | os.X_OK):
        why = "permission denied"
    else:
        return folder.resolve()
    raise IfmemError(
        f"cannot read {folder}.", why=why, fix="Name a readable folder: ifmem up -C FOLDER", exit_code=Exit.USAGE
    )
