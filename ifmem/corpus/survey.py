"""A first look at one domain: what it would load, and a fingerprint of it, without reading a file of the folder.

What can only be compared by its content (the difference, a command's output, the tree) is fetched here already and used by `collect`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from ifmem.config import Config
from ifmem.core import manifest, pages
from ifmem.core.domains import Domain, Source
from ifmem.core.manifest import LeftOut
from ifmem.core.records import Document
from ifmem.corpus import git
from ifmem.corpus.claims import asks_for, divide, lists_unclaimed
from ifmem.corpus.commands import Gathered, command_documents, text_documents
from ifmem.corpus.listing import Listed, Listing, list_folder

FORMAT = 1  # raised when the same sources would give other documents
NOTES = ".ifmem/working/"


@dataclass(frozen=True)
class Survey:
    """What `domain` would load. `notes` are paths under `.ifmem/working/`, wherever the state's home is."""

    domain: Domain
    config: Config
    files: tuple[Listed, ...]
    notes: tuple[Listed, ...]
    repository: git.Repository | None
    documents: tuple[Document, ...]
    left_out: tuple[LeftOut, ...]

    @cached_property
    def fingerprint(self) -> str:
        """Equal fingerprints mean equal pages: it covers everything that could change what is loaded, or how it is cut."""
        domain, config, repository = self.domain, self.config, self.repository
        digest = hashlib.sha256()
        for part in (
            (FORMAT, pages.FORMAT, pages.TABLE_TOKENS_PER_DOCUMENT, manifest.FORMAT),
            (domain.name, domain.sources, domain.capacity_tokens, config.page_tokens, config.max_file_bytes),
            (self.files, self.notes, self.left_out),
            [document.sha256 for document in self.documents],
            repository.head if repository and asks_for(domain, "git-log") else "",
        ):
            digest.update(repr(part).encode(errors="surrogateescape"))
        return digest.hexdigest()


def survey(domain: Domain, domains: Sequence[Domain], config: Config) -> Survey:
    """Walk the folder and ask git. `domains` are all of them, since a file belongs to the first that claims it."""
    listing = list_folder(config.folder, config.home)
    wants_git = any(asks_for(one, "git-untracked") for one in domains) or asks_for(domain, "git-log", "git-diff")
    opened = git.open_repository(config.folder) if wants_git else "not asked for"
    repository = opened if isinstance(opened, git.Repository) else None
    claims = divide(listing.files, domain, domains, git.untracked(repository) if repository else frozenset())
    notes = _list_notes(config) if asks_for(domain, "notes") else Listing((), ())
    left_out = [*notes.left_out]
    if lists_unclaimed(domain, domains):
        left_out += [*listing.left_out, *claims.unclaimed]
    documents = []
    for source in domain.sources:
        found, missing = _output(source, config, opened)
        documents += found
        left_out += missing
    if asks_for(domain, "tree"):
        documents += _tree(listing, claims.unclaimed)
    return Survey(domain, config, claims.mine, notes.files, repository, tuple(documents), tuple(left_out))


def _output(source: Source, config: Config, opened: git.Repository | str) -> Gathered:
    """What a command or git says now; nothing for the sources that are read later."""
    if source.kind == "command":
        return command_documents(source, config.folder)
    if source.kind not in ("git-log", "git-diff"):
        return [], []
    if isinstance(opened, str):
        return [], [LeftOut(source.kind.replace("-", ":"), opened)]
    return git.difference(opened, source) if source.kind == "git-diff" else ([], [])


def _tree(listing: Listing, unclaimed: Sequence[LeftOut]) -> list[Document]:
    """Every path of the folder, one a line; those left out before reading with the reason."""
    reasons = dict((*listing.left_out, *unclaimed))
    paths = sorted({*reasons, *(listed.path for listed in listing.files)})
    lines = [f"{path}  (left out: {reasons[path]})" if path in reasons else path for path in paths]
    documents, _ = text_documents("tree", "".join(line.replace("\n", "\\n") + "\n" for line in lines))
    return documents


def _list_notes(config: Config) -> Listing:
    folder = config.home / "working"
    if not folder.is_dir():
        return Listing((), ())
    found = list_folder(folder, config.home / "run")
    files = tuple(listed._replace(path=NOTES + listed.path) for listed in found.files)
    return Listing(files, tuple(LeftOut(NOTES + path, reason) for path, reason in found.left_out))
