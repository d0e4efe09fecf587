"""What git knows about the folder: the log, the uncommitted difference, the untracked files. Never writes, never asks, never fetches, and
runs nothing that the repository's own configuration names: that came with it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from ifmem.core.documents import Document
from ifmem.core.domains import Source
from ifmem.core.manifest import LOG, LeftOut
from ifmem.corpus.commands import Captured, Gathered, capture, text_documents
from ifmem.corpus.globs import Globs

COMMITS_PER_DOCUMENT = 200
NEWEST_COMMITS = 5_000
TIMEOUT_S = 120.0
MAX_BYTES = 256_000_000
QUIET = (
    "--no-pager",
    *("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.quotePath=false"),
    *("-c", "log.showSignature=false"),  # would run `gpg.program`
)
OWN_DIFF = ("--no-ext-diff", "--no-textconv", "--no-color", "--ignore-submodules=dirty", "--submodule=short")
ALONE = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",  # for a git that does not know the line above
    "LC_ALL": "C",
}
# Set by a hook that starts us; they would point git at another repository or run a program of its own.
MISLEADING = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_PREFIX",
    "GIT_EXTERNAL_DIFF",
    "GIT_OBJECT_DIRECTORY",
    "GIT_COMMON_DIR",
)
CHANGES = {
    "A": "added",
    "C": "copied",
    "D": "deleted",
    "M": "modified",
    "R": "renamed",
    "T": "changed type of",
    "U": "unmerged",
}


@dataclass(frozen=True)
class Repository:
    """The folder's part of a repository. `prefix` is where the folder stands in it ("" at its top), `head` "" before the first commit."""

    folder: Path
    prefix: str
    head: str

    @property
    def scope(self) -> tuple[str, ...]:
        """Limits a command to the folder; not at the top, where it would only drop empty commits and merges."""
        return ("--", ".") if self.prefix else ()


def open_repository(folder: Path) -> Repository | str:
    """The repository that `folder` belongs to, or why there is none."""
    try:
        place = _git(folder, "rev-parse", "--is-inside-work-tree", "--show-prefix")
    except FileNotFoundError:
        return "the git program is not installed"
    except OSError as error:
        return f"git cannot be run: {(error.strerror or str(error)).lower()}"
    if place.code != 0:
        return "not a git repository" if "not a git repository" in place.error else f"git: {place.error}"
    inside, _, prefix = place.output.decode(errors="surrogateescape").removesuffix("\n").partition("\n")
    if inside != "true":
        return "a git repository without a work tree"
    head = _git(folder, "rev-parse", "--quiet", "--verify", "HEAD").output.decode().strip()
    return Repository(folder, prefix, head)


def git_folder(repository: Repository) -> Path | None:
    """Where git keeps what it knows of this work tree."""
    place = _git(repository.folder, "rev-parse", "--absolute-git-dir")
    path = place.output.decode(errors="surrogateescape").removesuffix("\n")
    return Path(path) if place.code == 0 and path else None


def untracked(repository: Repository) -> frozenset[str]:
    """Files git neither tracks nor ignores. Before the first commit nothing counts as untracked, since everything would."""
    if not repository.head:
        return frozenset()
    listed = _git(repository.folder, "ls-files", "--others", "--exclude-standard", "-z")
    paths = listed.output.decode(errors="surrogateescape").split("\0")
    return frozenset(path for path in paths if path and not path.endswith("/"))


def difference(repository: Repository, source: Source) -> Gathered:
    """Everything uncommitted, staged or not, as one document; none if there is nothing."""
    path = "git:diff"
    if not repository.head:
        return [], [LeftOut(path, "the repository has no commit yet")]
    command = ("diff", "HEAD", *OWN_DIFF, "--relative", "--src-prefix=a/", "--dst-prefix=b/", *repository.scope)
    filters = _without_own_filters(repository.folder)
    captured = _git(repository.folder, *command, timeout_s=source.timeout_s, max_bytes=source.max_bytes, env=filters)
    if reason := _failure(captured, source.timeout_s):
        return [], [LeftOut(path, reason)]
    if not captured.output:
        return [], []
    text = captured.output.decode(errors="replace")
    return text_documents(path, text, cut_at=source.max_bytes if captured.cut else None)


def log(repository: Repository) -> Gathered:
    """The commits, oldest first, in documents of a fixed number counted from the root, so that older documents never change.

    In topological order a merge appends what it brings in, whatever the dates of its commits.
    """
    if not repository.head:
        return [], [LeftOut("git:log", "the repository has no commit yet")]
    counted = _git(repository.folder, "rev-list", "--count", "HEAD", *repository.scope)
    if reason := _failure(counted, TIMEOUT_S):
        return [], [LeftOut("git:log", reason)]
    total = int(counted.output)
    surplus = max(0, total - NEWEST_COMMITS)
    # Whole documents, so that those kept stay the same.
    skipped = -(-surplus // COMMITS_PER_DOCUMENT) * COMMITS_PER_DOCUMENT
    form = ("--format=%x01%H%x00%cI%x00%an%x00%B%x00", "--encoding=UTF-8", "--name-status", "-z", "--find-renames")
    order = ("--topo-order", "--reverse", f"--max-count={total - skipped}", "--relative", *OWN_DIFF)
    captured = _git(repository.folder, "log", *form, *order, *repository.scope)
    if reason := _failure(captured, TIMEOUT_S) or ("more than git's output limit" if captured.cut else ""):
        return [], [LeftOut("git:log", reason)]
    documents = list(_log_documents(captured.output.decode(errors="replace"), skipped))
    reason = f"older than the newest {NEWEST_COMMITS:,} commits: {skipped:,} commits"
    return documents, [LeftOut(f"{LOG}00001-{skipped:05}", reason)] if skipped else []


def file_logs(repository: Repository, source: Source) -> Gathered:
    """For each tracked file that the source includes its own commits with what they changed in it, the newest first."""
    if not repository.head:
        return [], [LeftOut("git:file", "the repository has no commit yet")]
    listed = _git(repository.folder, "ls-files", "-z")
    if reason := _failure(listed, TIMEOUT_S):
        return [], [LeftOut("git:file", reason)]
    include, exclude = Globs(source.include), Globs(source.exclude)
    documents, left_out = [], []
    for path in listed.output.decode(errors="surrogateescape").split("\0"):
        if path and include.matches(path) and not exclude.matches(path):
            found, missing = _file_log(repository, path, source)
            documents += found
            left_out += missing
    return documents, left_out


def _file_log(repository: Repository, path: str, source: Source) -> Gathered:
    name = "git:file/" + os.fsencode(path).decode(errors="backslashreplace")
    form = ("--format=commit %H%n%an%n%n%cI: %B", "--encoding=UTF-8", "--patch", "--follow", "--relative", *OWN_DIFF)
    captured = _git(repository.folder, "log", *form, "--", path, timeout_s=source.timeout_s, max_bytes=source.max_bytes)
    if reason := _failure(captured, source.timeout_s):
        return [], [LeftOut(name, reason)]
    if not captured.output:
        return [], [LeftOut(name, "not committed yet")]
    text = captured.output.decode(errors="replace")
    return text_documents(name, text, cut_at=source.max_bytes if captured.cut else None)


def _log_documents(output: str, skipped: int) -> Iterator[Document]:
    commits = list(_commits(output))
    for start in range(0, len(commits), COMMITS_PER_DOCUMENT):
        first = skipped + start + 1
        path = f"{LOG}{first:05}-{first + COMMITS_PER_DOCUMENT - 1:05}"
        documents, _ = text_documents(path, "\n".join(commits[start : start + COMMITS_PER_DOCUMENT]))
        yield from documents


def _commits(output: str) -> Iterator[str]:
    """One text for each commit. Fields are read in turn, since a message may contain anything but NUL."""
    fields = iter(output.split("\0"))
    head = next(fields)
    while head.startswith("\x01"):
        commit = head.removeprefix("\x01")
        date, author, message, _ = (*islice(fields, 4), "", "", "", "")[:4]  # fewer where the output was cut off
        head = next(fields, "")
        changes = []
        while head and not head.startswith("\x01"):
            changes.append(_change(head.lstrip("\n"), fields))
            head = next(fields, "")
        listed = "\n" + "".join(changes) if changes else ""
        yield f"commit {commit}\n{date}, {author}\n\n{message.strip()}\n{listed}"


def _change(status: str, fields: Iterator[str]) -> str:
    paths = islice(fields, 2 if status[:1] in ("R", "C") else 1)
    return f"{CHANGES.get(status[:1], status)} {' -> '.join(paths)}\n"


def _failure(captured: Captured, timeout_s: float) -> str:
    if captured.code is None:
        return f"git was not done after {timeout_s:g} s, stopped"
    return f"git: {captured.error or f'exit code {captured.code}'}" if captured.code else ""


def _without_own_filters(folder: Path) -> dict[str, str]:
    """Variables that make git forget filters (programs!) of the repository's own; those of the user and of the machine stay.

    Not as `-c NAME=VALUE`: a filter may have an equals sign in its name.
    """
    told = _git(folder, "config", "--show-scope", "-z", "--get-regexp", r"^filter\.").output
    fields = told.decode(errors="surrogateescape").split("\0")
    kept: dict[str, str] = {}
    own: list[str] = []
    for scope, entry in zip(fields[::2], fields[1::2], strict=False):
        name, _, value = entry.partition("\n")
        if scope in ("system", "global"):
            kept[name] = value
        else:
            own.append(name)
    variables = {"GIT_CONFIG_COUNT": str(len(own))}
    for number, name in enumerate(own):
        variables |= {f"GIT_CONFIG_KEY_{number}": name, f"GIT_CONFIG_VALUE_{number}": kept.get(name, "")}
    return variables


def _git(
    folder: Path,
    *arguments: str,
    timeout_s: float = TIMEOUT_S,
    max_bytes: int = MAX_BYTES,
    env: Mapping[str, str] | None = None,
) -> Captured:
    known = {name: value for name, value in os.environ.items() if name not in MISLEADING}
    known |= ALONE | dict(env or {})
    return capture(("git", *QUIET, *arguments), folder, timeout_s=timeout_s, max_bytes=max_bytes, env=known)
