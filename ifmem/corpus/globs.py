"""Gitignore patterns, compiled: for ignore files and for the globs of a source.

Nearly all patterns in use are `*.py`, `NEWS*.md`, `Makefile` or `build/`. These are looked up by name; only what is left is matched
by pathspec, which for all of them would cost more than reading the files. Order counts only where a `!pattern` is present.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from pathspec import GitIgnoreSpec, PathSpec
from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

LITERAL = r"[^*?\[\]\\!#/\s]"
PLAIN = re.compile(rf"(?=.*{LITERAL})({LITERAL}*)(\*?)({LITERAL}*)(/?)")  # a name with at most one star


class Globs:
    """Paths are relative to where the patterns stand, with `/`; a folder's path ends with one."""

    def __init__(self, lines: Iterable[str]) -> None:
        kept = [line for line in map(_normalised, lines) if line]
        self._verdicts_of_folders: dict[str, bool] = {"": False}
        self._names: set[str] = set()
        self._folders: set[str] = set()
        self._suffixes: tuple[str, ...] = ()
        self._affixed: re.Pattern[str] | None = None
        self._rest: GitIgnoreSpec | None = None
        self._ordered: tuple[GitIgnoreSpec, PathSpec[GitIgnoreSpecPattern]] | None = None
        if any(line.startswith("!") for line in kept):
            # For a folder the last match decides, as in git; GitIgnoreSpec would rank patterns that end in a slash lower.
            self._ordered = GitIgnoreSpec.from_lines(kept), PathSpec.from_lines(GitIgnoreSpecPattern, kept)
        else:
            self._sort(kept)

    def _sort(self, lines: list[str]) -> None:
        rest, affixes = [], []
        for line in lines:
            plain = PLAIN.fullmatch(line)
            before, star, after, slash = plain.groups() if plain else ("", "", "", "")
            if plain is None or (star and slash):
                rest.append(line)
            elif not star:
                (self._folders if slash else self._names).add(before)
            elif before:
                affixes.append(f"{re.escape(before)}.*{re.escape(after)}")
            else:
                self._suffixes += (after,)
        self._affixed = re.compile("|".join(affixes), re.DOTALL) if affixes else None
        self._rest = GitIgnoreSpec.from_lines(rest) if rest else None

    def verdict(self, path: str) -> bool | None:
        """True if the path is matched, False if a `!pattern` takes it back, None if no pattern speaks of it."""
        if self._ordered:
            files, folders = self._ordered
            return (folders if path.endswith("/") else files).check_file(path).include
        return self._matches_any(path) or None

    def matches(self, path: str) -> bool:
        return self.verdict(path) is True

    def _matches_any(self, path: str) -> bool:
        if path.endswith("/"):
            plain = self._is_in_matched_folder(path[:-1])
        else:
            folder, _, name = path.rpartition("/")
            plain = self._is_named(name) or self._is_in_matched_folder(folder)
        return plain or (self._rest is not None and self._rest.match_file(path))

    def _is_in_matched_folder(self, folder: str) -> bool:
        known = self._verdicts_of_folders.get(folder)
        if known is None:
            parent, _, name = folder.rpartition("/")
            known = self._is_named(name) or name in self._folders or self._is_in_matched_folder(parent)
            self._verdicts_of_folders[folder] = known
        return known

    def _is_named(self, name: str) -> bool:
        if name in self._names or name.endswith(self._suffixes):
            return True
        return self._affixed is not None and self._affixed.fullmatch(name) is not None


def _normalised(line: str) -> str:
    """The pattern, or nothing for an empty line, a comment or a pattern that cannot be read (git passes over those too)."""
    line = line.rstrip("\r\n")
    if not line.strip() or line.startswith("#"):
        return ""
    # The same to git; pathspec would match the folder itself, and pruning it would lose `!` files.
    if line.endswith("/**"):
        line += "/*"
    return line if is_readable(line) else ""


def is_readable(pattern: str) -> bool:
    """Whether the pattern can match anything at all."""
    if PLAIN.fullmatch(pattern):
        return True
    try:
        GitIgnoreSpecPattern(pattern)
    except (ValueError, re.error):
        return False
    return True
