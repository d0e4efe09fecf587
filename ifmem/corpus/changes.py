"""What became of a domain since it was read: files by their stamps, and only those that differ are read; made texts by their digests.

What cannot be seen at the moment (a mount that vanished, a command that is not run now) has not changed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from ifmem.core.documents import Document
from ifmem.core.manifest import Held, LeftOut, Manifest, Passed
from ifmem.core.pages import tokens_in_page
from ifmem.core.recent_findings import PATH as FINDINGS
from ifmem.corpus.collect import read_history, read_listed
from ifmem.corpus.listing import Listed
from ifmem.corpus.survey import Survey

PROMPT = frozenset({"git:diff", "tree", FINDINGS})  # made texts that are made at every look
HISTORY = "git:"


@dataclass(frozen=True)
class Changes:
    """`documents` are new or have another text, whole; `stamps` are of every file that is there, `left_out` everything that is not
    loaded now, `passed` those of them that were looked at. A path is at most in one of `documents`, `gone` and the old paths of `moved`."""

    documents: tuple[Document, ...]
    passed: tuple[Passed, ...]
    gone: tuple[str, ...]
    moved: tuple[tuple[str, str], ...]
    stamps: dict[str, tuple[int, tuple[int, ...]]]
    left_out: tuple[LeftOut, ...]

    def __bool__(self) -> bool:
        return bool(self.documents or self.gone or self.moved)


def find_changes(found: Survey, manifest: Manifest, *, slow: bool, unseen: Collection[str] = ()) -> Changes:
    """Compare what is there with what was loaded. `slow` says that commands and addresses were read for this survey, too; `unseen` are
    folders (ending with a slash) whose files cannot be seen now."""
    look = _Look(found, manifest, slow, tuple(unseen))
    now = {document.path: document for document in look.documents()}
    changed = [document for path, document in now.items() if look.says_something_new(document)]
    fitting, beyond = _fit(changed, look, found.domain.capacity_tokens)
    excluded = {one.path for one in beyond}
    gone = [path for path in look.held if path in excluded or (path not in now and not look.is_still_there(path))]
    moved = dict(_moves(gone, fitting, look))
    look.passed |= {path: look.stamps[path] for path in excluded if path in look.stamps}
    return Changes(
        tuple(fitting),
        tuple(Passed(path, *facts) for path, facts in sorted(look.passed.items())),
        tuple(path for path in gone if path not in moved),
        tuple(moved.items()),
        look.stamps,
        tuple(sorted({*look.left_out, *beyond})),
    )


class _Look:
    """One comparison. `left_out` and `passed` are filled while documents are read."""

    def __init__(self, found: Survey, manifest: Manifest, slow: bool, unseen: tuple[str, ...]) -> None:
        self.held = {entry.path: entry for entry in manifest.entries}
        self.left_out = list(found.left_out)
        self._found, self._slow, self._unseen = found, slow, unseen
        self.passed: dict[str, tuple[int, tuple[int, ...]]] = {}
        self._passed = {one.path: (one.size, one.stamp) for one in manifest.passed}
        self._reasons = dict(manifest.left_out)
        self._same_head = found.head == manifest.head
        self.stamps = found.stamps
        for path, entry in self.held.items():
            if entry.stamp and self.is_unseen(path):
                self.stamps[path] = (entry.size, entry.stamp)
        self.left_out += [one for one in manifest.left_out if self._still_left_out(one.path)]
        self._unchanged = {path for path, facts in self.stamps.items() if self._is_as_it_was(path, facts)}

    def documents(self) -> Iterator[Document]:
        """What has to be compared by its text."""
        yield from self._found.documents
        for listed in (*self._found.files, *self._found.kept):
            if listed.path in self._unchanged:
                continue
            read = self._passed_before(listed) or read_listed(self._found, listed)
            if isinstance(read, Document):
                yield read
            else:
                self.left_out.append(read)
                self.passed[listed.path] = self.stamps.pop(listed.path)
        if not self._same_head:
            commits, missing = read_history(self._found)
            self.left_out += missing
            yield from commits

    def _passed_before(self, listed: Listed) -> LeftOut | None:
        """Why a file stays out that is as it was when it was left out. A `slow` look tries again: there may be room by now."""
        if self._slow or self._passed.get(listed.path) != (listed.size, listed.stamp):
            return None
        reason = self._reasons.get(listed.path)
        return LeftOut(listed.path, reason) if reason else None

    def says_something_new(self, document: Document) -> bool:
        entry = self.held.get(document.path)
        return entry is None or entry.sha256 != document.sha256

    def is_still_there(self, path: str) -> bool:
        """Whether a document that was not read now stands as it was loaded."""
        if self.held[path].stamp:
            return path in self.stamps
        if path in PROMPT:
            return False
        return self._same_head if path.startswith(HISTORY) else not self._slow

    def is_unseen(self, path: str) -> bool:
        return path.startswith(self._unseen)

    def _is_as_it_was(self, path: str, facts: tuple[int, tuple[int, ...]]) -> bool:
        entry = self.held.get(path)
        return entry is not None and (entry.size, entry.stamp) == facts

    def _still_left_out(self, path: str) -> bool:
        """Whether nobody looked again why this one is left out."""
        if path.startswith(HISTORY):
            return self._same_head and path not in PROMPT
        made = ":" in path.partition("/")[0]
        return self.is_unseen(path) or (made and path not in PROMPT and not self._slow)


def _fit(changed: Iterable[Document], look: _Look, capacity_tokens: int) -> tuple[list[Document], list[LeftOut]]:
    """Those of the changed documents for which the shard has room, and the others with the reason."""
    used = sum(entry.tokens for path, entry in look.held.items() if look.is_still_there(path))
    kept, left_out = [], []
    for document in changed:
        entry: Held | None = look.held.get(document.path)
        more = tokens_in_page(document) - (entry.tokens if entry and look.is_still_there(document.path) else 0)
        if used + more > capacity_tokens and more > 0:
            left_out.append(LeftOut(document.path, f"over the shard's capacity of {capacity_tokens:,} tokens"))
            continue
        used += more
        kept.append(document)
    return kept, left_out


def _moves(gone: Iterable[str], documents: Iterable[Document], look: _Look) -> Iterator[tuple[str, str]]:
    """Files that only have another path now: the same bytes, or the same inode. Old path, new path."""
    arrived = [document for document in documents if document.path not in look.held and document.path in look.stamps]
    by_digest = {document.sha256: document.path for document in arrived}
    by_inode = {look.stamps[document.path][1][-1]: document.path for document in arrived}
    taken = set[str]()
    for path in gone:
        entry = look.held[path]
        new = by_digest.get(entry.sha256) or (by_inode.get(entry.stamp[-1]) if entry.stamp else None)
        if new and new not in taken:
            taken.add(new)
            yield path, new
