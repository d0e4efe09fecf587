"""The passage index: one SQLite file a shard, in which FTS5 finds candidates and `core.scoring` ranks them.

The text that is quoted stays in the pages; what is kept here is the analysed terms that ranking needs.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from sqlite_utils import Database

from ifmem.core.company import in_company
from ifmem.core.concepts import Concepts
from ifmem.core.passages import Hit
from ifmem.core.scoring import Fields, score_for
from ifmem.errors import IfmemError
from ifmem.stores.index_build import FORMAT, build_index

__all__ = ["Index", "build_index", "index_version"]

CANDIDATES = 24  # passages that FTS5 hands over to be ranked, and two more for each one wanted
SCANNED = 2_000  # passages that it looks at: enough rare terms are taken, the common ones only rank
SCANNED_RELATED = 700  # and as many more for the terms that are related to them
SCANNED_TERMS = 48

_Row = tuple[str, str, str, int, int, str, str, str]


def index_version(path: Path) -> str | None:
    """The corpus version that the index at `path` was built from; None if there is none that can be used."""
    try:
        index = Index(path)
    except IfmemError:
        return None
    index.close()
    return index.version


class Index:
    """An index opened for reading: `version` of its corpus, count of its `passages`.

    A build that replaces the file meanwhile does not disturb it. What is updated in the file is seen by the next search, or, if it was
    opened `pinned`, never: that one goes on showing what it was opened at.
    """

    version: str
    passages: int

    def __init__(self, path: Path, *, pinned: bool = False) -> None:
        """Raises IfmemError if there is no usable index at `path`."""
        self._spans: dict[str, tuple[int, int]] = {}
        self._seen: int | None = None
        try:
            self._database = _open(path)
            if pinned:
                self._database.execute("BEGIN")
            self._read_about()
        except sqlite3.Error as error:
            raise IfmemError(
                f"cannot use the index at {path}.",
                why=f"it is missing, damaged or of another version of ifmem ({error})",
                fix=f"Build it again: rm -f {path} && ifmem restart",
            ) from None

    def frequencies(self, terms: Iterable[str]) -> dict[str, int]:
        """How many passages hold each term, in their lines, path or headings; 0 for a term that none holds."""
        self.look()
        counts = dict.fromkeys(terms, 0)
        marks = ", ".join("?" * len(counts))
        found = self._database.execute(f"SELECT term, doc FROM frequencies WHERE term IN ({marks})", tuple(counts))
        counts.update(found.fetchall())
        return counts

    def search(self, weights: Mapping[str, float], *, limit: int, pages: Collection[str] | None = None) -> list[Hit]:
        """The best passages for a question's weighted terms, best first; of the pages named, if any are."""
        self.look()
        concepts = Concepts(weights)
        hits = []
        for page, path, sha256, start, end, context, defines, body in self._candidates(concepts, limit, pages):
            value, matched = score_for(concepts, Fields(context, defines, body))
            hits.append(Hit(page, path, sha256, start, end, value, matched))
        return in_company(hits, concepts)[:limit]

    def look(self) -> None:
        """Take note of an update since: other `version`, other `passages`."""
        (changed,) = self._database.execute("PRAGMA data_version").fetchone()
        if changed != self._seen:
            self._read_about()

    def close(self) -> None:
        self._database.close()

    def _read_about(self) -> None:
        try:
            (self._seen,) = self._database.execute("PRAGMA data_version").fetchone()
            about = self._database.execute("SELECT version, passages FROM about WHERE format = ?", (FORMAT,)).fetchone()
            if about is None:
                raise sqlite3.DataError(f"not of format {FORMAT}")
            self.version, self.passages = about
            rows = self._database.execute("SELECT digest, first, last FROM pages").fetchall()
            self._spans = {digest: (first, last) for digest, first, last in rows}
        except sqlite3.Error:
            self._database.close()
            raise

    def _candidates(self, concepts: Concepts, limit: int, pages: Collection[str] | None) -> list[_Row]:
        terms = self._terms_to_scan(concepts)
        spans = None if pages is None or self._spans.keys() <= set(pages) else _merged(self._spans, pages)
        if not terms or spans == []:
            return []
        within = "" if spans is None else f"AND ({' OR '.join(['terms.rowid BETWEEN ? AND ?'] * len(spans))})"
        return self._database.execute(
            f"""
            SELECT page, path, sha256, start_line, end_line, passages.context, defines, passages.body FROM passages
            JOIN documents ON documents.id = passages.document
            WHERE passages.id IN (SELECT rowid FROM terms WHERE terms MATCH ? {within} ORDER BY rank LIMIT {CANDIDATES + 2 * limit})
            """,
            (" OR ".join(_quoted(term) for term in terms), *(bound for span in spans or () for bound in span)),
        ).fetchall()

    def _terms_to_scan(self, concepts: Concepts) -> list[str]:
        """The question's rarest terms here, as many as stand in `SCANNED` passages together, and at least one; then what is related
        to them within bounds of their own."""
        counts = self.frequencies(concepts.terms)
        rarest = sorted((term for term in counts if counts[term]), key=lambda term: (counts[term], term))
        asked = _within_bounds([term for term in rarest if term in concepts.asked], counts, SCANNED)
        also = _within_bounds([term for term in rarest if term not in concepts.asked], counts, SCANNED_RELATED)
        return asked + also


def _within_bounds(rarest: Sequence[str], counts: Mapping[str, int], most: int) -> list[str]:
    terms: list[str] = []
    scanned = 0
    for term in rarest[:SCANNED_TERMS]:
        scanned += counts[term]
        if terms and scanned > most:
            break
        terms.append(term)
    return terms


def _open(path: Path) -> Database:
    connection = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, check_same_thread=False)
    connection.execute("PRAGMA mmap_size = 268435456")
    return Database(connection, recursive_triggers=False, execute_plugins=False)


def _quoted(term: str) -> str:
    """A term as FTS5 takes it; it came over the bus, so nothing in it may be read as syntax."""
    return '"' + term.replace('"', '""') + '"'


def _merged(spans: Mapping[str, tuple[int, int]], pages: Collection[str]) -> list[tuple[int, int]]:
    """The ranges of passages of `pages`, neighbours joined."""
    merged: list[tuple[int, int]] = []
    for first, last in sorted(spans[page] for page in set(pages) & spans.keys()):
        if merged and merged[-1][1] + 1 >= first:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged
