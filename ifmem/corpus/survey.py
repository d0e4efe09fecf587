"""A first look at one domain: what it would load, and a fingerprint of it, without reading a file of the folder.

What can only be compared by its content (the difference, a command's output, the tree) is fetched here already and used by `collect`.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ifmem.config import Config
from ifmem.config.folders import STATE
from ifmem.core import manifest, pages
from ifmem.core.documents import Document
from ifmem.core.domains import Domain, Source
from ifmem.core.manifest import LeftOut
from ifmem.core.notes import moment, read_note
from ifmem.corpus import git
from ifmem.corpus.claims import Choosers, asks_for, divide, lists_unclaimed
from ifmem.corpus.commands import Gathered, command_documents, text_documents
from ifmem.corpus.converting import converter, is_converted
from ifmem.corpus.listing import Listed, Listing, list_folder
from ifmem.corpus.masking import way_of_masking, without_secrets
from ifmem.corpus.test_results import result_documents

FORMAT = 2  # raised when the same sources would give other documents
SLOW = frozenset({"command", "url", "test-results"})  # made when someone asks for it, or now and then
KEPT = {"notes": "working", "sessions": "history"}  # kinds of sources that are folders of the state
RUNS = "runs"  # the folder of the state where runs of tests are kept
HEAD_CHARACTERS = 200


@dataclass(frozen=True)
class Survey:
    """What `domain` would load. `kept` are paths under `.ifmem/working/` and `.ifmem/history/`, wherever the state's home is."""

    domain: Domain
    config: Config
    files: tuple[Listed, ...]
    kept: tuple[Listed, ...]
    repository: git.Repository | None
    documents: tuple[Document, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def shape(self) -> str:
        """Changes with how text is chosen and made; not with the text, and not with the size of pages."""
        facts = (
            FORMAT,
            pages.FORMAT,
            pages.TABLE_TOKENS_PER_DOCUMENT,
            manifest.FORMAT,
            self.config.max_file_bytes,
            converter(),
        )
        masking = way_of_masking(self.config)
        return hashlib.sha256(
            repr((facts, self.domain.sources, self.domain.capacity_tokens, masking)).encode()
        ).hexdigest()

    @property
    def stamps(self) -> dict[str, tuple[int, tuple[int, ...]]]:
        """Size and stamp of every file."""
        return {listed.path: (listed.size, listed.stamp) for listed in (*self.files, *self.kept)}

    @property
    def head(self) -> str:
        """The commit that a git log would end at."""
        return self.repository.head if self.repository else ""

    @cached_property
    def fingerprint(self) -> str:
        """Equal fingerprints mean equal pages: it covers everything that could change what is loaded, or how it is cut."""
        domain, config, repository = self.domain, self.config, self.repository
        digest = hashlib.sha256()
        for part in (
            (FORMAT, pages.FORMAT, pages.TABLE_TOKENS_PER_DOCUMENT, manifest.FORMAT),
            (
                domain.name,
                domain.sources,
                domain.capacity_tokens,
                config.page_tokens,
                config.max_file_bytes,
                config.outside_links,
            ),
            (self.files, self.kept, self.left_out),
            converter() if any(is_converted(listed.path) for listed in self.files) else "",
            [document.sha256 for document in self.documents],
            way_of_masking(config),
            repository.head if repository and asks_for(domain, "git-log", "git-file-log") else "",
        ):
            digest.update(repr(part).encode(errors="surrogateescape"))
        return digest.hexdigest()


@dataclass(frozen=True)
class Look:
    """The folder at one moment, for the surveys of all domains. `opened` says why there is no repository, if there is none."""

    listing: Listing
    opened: git.Repository | str
    untracked: frozenset[str]
    choosers: Choosers

    @property
    def repository(self) -> git.Repository | None:
        return self.opened if isinstance(self.opened, git.Repository) else None

    @cached_property
    def places(self) -> dict[str, int]:
        """Where each file stands in the listing."""
        return {listed.path: place for place, listed in enumerate(self.listing.files)}


def look_around(domains: Sequence[Domain], config: Config, choosers: Choosers | None = None) -> Look:
    """Walk the folder and ask git what it knows of it. `choosers` of an earlier look know most paths."""
    listing = list_folder(config.folder, config.home, outside=config.outside_links)
    wants_git = any(asks_for(one, "git-untracked", "git-log", "git-file-log", "git-diff") for one in domains)
    opened = git.open_repository(config.folder) if wants_git else "not asked for"
    untracked = git.untracked(opened) if isinstance(opened, git.Repository) else frozenset[str]()
    return Look(listing, opened, untracked, choosers or Choosers(domains))


def survey(
    domain: Domain,
    domains: Sequence[Domain],
    config: Config,
    recalled: Sequence[Document] = (),
    *,
    look: Look | None = None,
    slow: bool = True,
) -> Survey:
    """What the domain would load at this moment. `domains` are all of them, since a file belongs to the first that claims it; `recalled`
    are documents of the domain that come from the archive. Without `slow` what takes long to make (`SLOW`) is not made.
    """
    look = look or look_around(domains, config)
    listing, opened, repository = look.listing, look.opened, look.repository
    claims = divide(listing.files, domain, domains, look.untracked, look.choosers)
    kept = _list_kept(domain, config)
    left_out = [*kept.left_out]
    if lists_unclaimed(domain, domains):
        left_out += [*listing.left_out, *claims.unclaimed]
    documents = [*recalled]
    for source in domain.sources:
        if source.kind in SLOW and not slow:
            continue
        found, missing = _output(source, config, opened)
        documents += found
        left_out += missing
    if asks_for(domain, "tree"):
        documents += _tree(listing, claims.unclaimed)
    shown = tuple(without_secrets(document, config) for document in documents)
    return Survey(domain, config, claims.mine, kept.files, repository, shown, tuple(left_out))


def _output(source: Source, config: Config, opened: git.Repository | str) -> Gathered:
    """What a command, git or the web says now; nothing for the sources that are read later."""
    if source.kind == "command":
        return command_documents(source, config.folder)
    if source.kind == "url":
        from ifmem.corpus.urls import url_documents  # an HTTP client, which few corpora need

        return url_documents(source, config.home / "web")
    if source.kind == "test-results":
        return result_documents(source, config.folder, config.home / RUNS)
    if source.kind not in ("git-log", "git-file-log", "git-diff"):
        return [], []
    if isinstance(opened, str):
        return [], [LeftOut(source.kind.replace("-", ":", 1), opened)]
    return git.difference(opened, source) if source.kind == "git-diff" else ([], [])


def _tree(listing: Listing, unclaimed: Sequence[LeftOut]) -> list[Document]:
    """Every path of the folder, one a line; those left out before reading with the reason."""
    reasons = dict((*listing.left_out, *unclaimed))
    paths = sorted({*reasons, *(listed.path for listed in listing.files)})
    lines = [f"{path}  (left out: {reasons[path]})" if path in reasons else path for path in paths]
    documents, _ = text_documents("tree", "".join(line.replace("\n", "\\n") + "\n" for line in lines))
    return documents


def _list_kept(domain: Domain, config: Config) -> Listing:
    """The files of the state's folders that the domain asks for; notes that have expired are left out."""
    files: list[Listed] = []
    left_out: list[LeftOut] = []
    for folder in (KEPT[kind] for kind in KEPT if asks_for(domain, kind)):
        if not (config.home / folder).is_dir():
            continue
        found = list_folder(config.home / folder, config.home / "run")
        for listed in found.files:
            named = listed._replace(path=f"{STATE}/{folder}/{listed.path}")
            reason = _expired(config.home / folder / listed.path) if folder == KEPT["notes"] else ""
            if reason:
                left_out.append(LeftOut(named.path, reason))
            else:
                files.append(named)
        left_out += [LeftOut(f"{STATE}/{folder}/{path}", reason) for path, reason in found.left_out]
    return Listing(tuple(files), tuple(left_out))


def _expired(path: Path) -> str:
    """Why a note does not count any more; nothing if it does. Its first line says so, which is all that is read here."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            note = read_note(path.stem, file.readline(HEAD_CHARACTERS), 0.0)
    except OSError:
        return ""  # reading it will say why
    return f"expired {moment(note.until)}" if note.has_expired(time.time()) else ""
