"""One walk over the folder: which files there are to load, and what was passed over and why. Reads no file but ignore files.

`.git` and `.ifmem` folders and the state's home are never part of a corpus and are not listed as left out.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from ifmem.core.manifest import LeftOut
from ifmem.corpus.globs import Globs

IGNORED = "ignored by "
NEVER = frozenset({".git", ".ifmem", ".hg", ".svn"})
# Made by tools; without an ignore file they would drown the rest.
INSTALLED = frozenset({"node_modules", "__pycache__"})


class Listed(NamedTuple):
    """A file and the facts that change when it does (`stamp`: device times in nanoseconds, inode, links followed)."""

    path: str
    size: int
    stamp: tuple[int, ...]


@dataclass(frozen=True)
class Listing:
    """All sorted by path; a folder in `left_out` ends with a slash and stands for all that is in it. `folders` are those walked: "" is the
    folder itself, the others end with a slash."""

    files: tuple[Listed, ...]
    left_out: tuple[LeftOut, ...]
    folders: tuple[str, ...] = ()


class Rules(NamedTuple):
    """An ignore file's patterns and where they stand: `prefix` is put before a path cut by `skip` characters."""

    globs: Globs
    source: str
    skip: int
    prefix: str = ""


def list_folder(folder: Path, home: Path, *, outside: bool = False) -> Listing:
    """Walk `folder` without `home` (the state's); `outside`: also take files that links lead to outside of it. What cannot be read is left
    out with the reason, never raised."""
    walk = _Walk(os.path.realpath(folder).rstrip("/"), os.path.realpath(home), outside)
    walk.visit("", _rules_above(folder))
    walk.follow_links()
    return Listing(tuple(sorted(walk.files)), tuple(sorted(walk.left_out)), tuple(sorted(walk.folders)))


@dataclass
class _Walk:
    root: str
    home: str
    outside: bool = False
    files: list[Listed] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)

    def visit(self, top: str, rules: tuple[Rules, ...]) -> None:
        """Walk from `top` (relative, "" or ending with a slash), the nearest ignore file first in `rules`."""
        waiting = [(top, rules)]
        while waiting:
            folder, above = waiting.pop()
            try:
                with os.scandir(f"{self.root}/{folder}") as found:
                    entries = [entry for entry in found if entry.name not in NEVER]
            except OSError as error:
                self.leave_out(folder or "./", _reason(error))
                continue
            if folder and any(entry.name == "pyvenv.cfg" for entry in entries):
                self.leave_out(folder, "a Python environment: installed packages")
                continue
            self.folders.append(folder)
            if any(entry.name == ".gitignore" for entry in entries):
                above = (*_rules(f"{self.root}/{folder}.gitignore", f"{folder}.gitignore", skip=len(folder)), *above)
            waiting.extend((inside, above) for entry in entries for inside in self.take(entry, folder, above))

    def take(self, entry: os.DirEntry[str], folder: str, rules: tuple[Rules, ...]) -> Iterator[str]:
        """Note one entry; gives the folder to walk next if it is one."""
        path = folder + entry.name
        is_folder = entry.is_dir(follow_symlinks=False)
        if not _is_text(path):
            self.leave_out(path, "its name is not UTF-8")
        elif is_folder and f"{self.root}/{path}" == self.home:
            return
        elif ignored_by := _ignored_by(path + "/" * is_folder, rules):
            self.leave_out(path + "/" * is_folder, f"{IGNORED}{ignored_by}")
        elif is_folder and entry.name in INSTALLED:
            self.leave_out(path + "/", "made by a tool: installed or compiled packages")
        elif is_folder:
            yield path + "/"
        elif entry.is_symlink():
            self.links.append(path)
        else:
            self.note(path, entry)

    def note(self, path: str, entry: os.DirEntry[str]) -> None:
        try:
            if not entry.is_file(follow_symlinks=False):
                self.leave_out(path, "not a regular file")
                return
            self.files.append(_listed(path, entry.stat(follow_symlinks=False)))
        except OSError as error:
            self.leave_out(path, _reason(error))

    def follow_links(self) -> None:
        """Take a linked file only if it lies inside the folder and is in no other way part of the corpus."""
        taken = {f"{self.root}/{listed.path}" for listed in self.files}
        for path in sorted(self.links):
            target = os.path.realpath(f"{self.root}/{path}")
            if reason := self.objection(target, taken):
                self.leave_out(path, reason)
                continue
            taken.add(target)
            self.files.append(_listed(path, Path(target).stat()))

    def objection(self, target: str, taken: set[str]) -> str:
        """Why a link to `target` is not followed; nothing if it is."""
        inside = target.removeprefix(self.root + "/")
        if target in taken:
            return f"a link to {inside}, which is taken itself"
        if inside == target and not (self.outside and Path(target).is_file()):
            return "a link out of the folder" if Path(target).exists() else "a broken link"
        if not NEVER.isdisjoint(inside.split("/")) or target.startswith(self.home + "/"):
            return "a link into a folder that is never read"
        if Path(target).is_dir():
            return f"a link to the folder {inside}"
        return "" if Path(target).is_file() else "a broken link"

    def leave_out(self, path: str, reason: str) -> None:
        self.left_out.append(LeftOut(os.fsencode(path).decode(errors="backslashreplace"), reason))


def list_again(folder: Path, path: str) -> Listed | None:
    """A file as it is now; None if it is no regular file any more."""
    try:
        facts = (folder / path).lstat()
    except OSError:
        return None
    return _listed(path, facts) if stat.S_ISREG(facts.st_mode) else None


def _listed(path: str, facts: os.stat_result) -> Listed:
    return Listed(path, facts.st_size, (facts.st_mtime_ns, facts.st_ctime_ns, facts.st_ino))


def _is_text(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:  # a surrogate: os.scandir's sign for a byte that is not UTF-8
        return False
    return True


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def _ignored_by(path: str, rules: tuple[Rules, ...]) -> str:
    """The ignore file that decides against `path`; nothing if none does."""
    for globs, source, skip, prefix in rules:
        verdict = globs.verdict(prefix + path[skip:])
        if verdict is not None:
            return source if verdict else ""
    return ""


def _rules(path: str, source: str, skip: int = 0, prefix: str = "") -> tuple[Rules, ...]:
    try:
        text = Path(path).read_text(encoding="utf-8-sig", errors="replace")
    except OSError:
        return ()
    return (Rules(Globs(text.split("\n")), source, skip, prefix),)


def _rules_above(folder: Path) -> tuple[Rules, ...]:
    """What a repository says that `folder` is the top, or a part, of: its ignore files above the folder and `info/exclude`.

    Nothing if it ignores the folder as a whole, which someone nevertheless wants to be remembered.
    """
    levels: tuple[Rules, ...] = ()
    prefix = ""
    for above in (folder, *folder.parents):
        if prefix:
            levels += _rules(f"{above}/.gitignore", f"{above}/.gitignore", prefix=prefix)
        if (above / ".git").exists():
            levels += _rules(f"{above}/.git/info/exclude", ".git/info/exclude", prefix=prefix)
            return () if any(rules.prefix and rules.globs.matches(rules.prefix) for rules in levels) else levels
        prefix = f"{above.name}/{prefix}"
    return ()
