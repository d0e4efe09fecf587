"""Sources as they are now, to compare with what was loaded. Nothing outside the folder is opened, whatever a path says."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path

from ifmem.config import Config
from ifmem.config.folders import STATE
from ifmem.core.documents import Document
from ifmem.corpus.converting import read_or_convert
from ifmem.corpus.listing import Listed, list_folder
from ifmem.corpus.survey import KEPT

_MADE = re.compile(r"tree$|[a-z]+:")  # the list of files; what git and commands said


def is_made(path: str, config: Config) -> bool:
    """Whether `path` names text that no file holds: a log, a difference, a command's output."""
    return bool(_MADE.match(path)) and (path == "tree" or not _location(path, config))


def present(path: str, config: Config) -> Document | None:
    """The file's text now; None if it is gone, cannot be read as text, or is none of the corpus's files."""
    location = _location(path, config)
    if location is None:
        return None
    found = read_or_convert(str(location), Listed(path, 0, ()), config)
    return found if isinstance(found, Document) else None


def digest_now(path: str, config: Config) -> str:
    """The sha256 of the file's bytes now; empty if it is gone, has grown too large or is none of the corpus's files."""
    location = _location(path, config)
    try:
        if location is None or location.stat().st_size > config.max_file_bytes:
            return ""
        return hashlib.sha256(location.read_bytes()).hexdigest()
    except OSError:
        return ""


def files_now(config: Config) -> Iterator[str]:
    """The paths of the folder's files, those that are left out of the corpus not among them."""
    yield from (listed.path for listed in list_folder(config.folder, config.home, outside=config.outside_links).files)


def _location(path: str, config: Config) -> Path | None:
    """The regular file that `path` names."""
    kept = next((name for name in KEPT.values() if path.startswith(f"{STATE}/{name}/")), "")
    base = config.home / kept if kept else config.folder
    try:
        named = base / path.removeprefix(f"{STATE}/{kept}/" if kept else "")
        location = Path(os.path.realpath(named))
        inside = location.is_relative_to(os.path.realpath(base))
        allowed = config.outside_links and ".." not in named.parts and named.is_relative_to(base) and named.is_symlink()
        return location if (inside or allowed) and location.is_file() else None
    except (OSError, ValueError):  # no name that a file can have
        return None
