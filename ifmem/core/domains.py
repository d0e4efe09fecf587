"""Domains and their sources: what a shard is about and where its text comes from. Values only; `corpus` reads them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Source:
    """One origin of documents. `kind` decides which fields count:

    - `files`: globs (gitignore syntax, relative to the folder) in `include`, minus `exclude`
    - `command`: a shell command's standard output as one document called `name`
    - `git-log`: commits with messages and changed paths, oldest first, in documents of a fixed number of commits
    - `git-diff`: the uncommitted difference
    - `git-untracked`: text files git does not track and does not ignore; they are taken before any `files` source
    - `tree`: the list of the folder's files
    - `notes`: the files under `.ifmem/working/`, those that have expired not among them
    - `findings`: the `newest` findings of models whose quotes were all verified, as one document
    - `sessions`: transcripts of agents' sessions that were remembered, under `.ifmem/history/`
    - `git-file-log`: for each tracked file matched by `include`, its own history with the changes themselves
    - `url`: the readable text of the pages in `urls`; those on private addresses only with `allow_private`
    - `test-results`: a test run's outcome (`command`, a JUnit XML file `report`, or both), kept for the `newest` runs, called `name`

    `every_s` is after how many seconds a command, an address or a test run is read again; 0: when someone asks, and at `up`.
    """

    kind: str
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    name: str = ""
    command: str = ""
    timeout_s: float = 20.0
    max_bytes: int = 4_000_000
    urls: tuple[str, ...] = ()
    allow_private: bool = False
    report: str = ""
    newest: int = 50
    every_s: float = 0.0


KINDS = (
    "files",
    "command",
    "git-log",
    "git-file-log",
    "git-diff",
    "git-untracked",
    "tree",
    "notes",
    "findings",
    "sessions",
    "url",
    "test-results",
)


@dataclass(frozen=True)
class Domain:
    """A shard's name and number, what it is told, what it reads and how much it may hold (tokens). `remote`: another machine serves it."""

    number: int
    name: str
    title: str
    instructions: str
    sources: tuple[Source, ...]
    provider: str = "auto"
    capacity_tokens: int = 2_000_000
    remote: bool = False
