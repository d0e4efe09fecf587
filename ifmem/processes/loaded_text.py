"""All text that is loaded, of every shard: the mapped pages on this machine, and which files may hold a quote."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from ifmem.config import Config
from ifmem.core.documents import Document
from ifmem.core.overlays import View
from ifmem.core.routing import term_weights
from ifmem.core.text import terms_of
from ifmem.errors import IfmemError
from ifmem.processes.kept import open_kept
from ifmem.stores.index import Index

RAREST = 6  # terms of a quote that are searched for: with more, passages that share only common words take time
PASSAGES = 12  # looked at for files that may hold a quote
LONGEST_QUOTE = 4_000  # characters of a quote that are searched by


class ShardText:
    """One shard's text, looked up by path; it is decoded only when it is asked for."""

    def __init__(self, view: View, index_path: Path) -> None:
        self._view = view
        self._index_path = index_path
        self._index: Index | None = None

    def at(self, path: str) -> tuple[Document, ...]:
        """The parts of a file; none if it is not loaded."""
        return self._view.at(path)

    def near(self, quote: str) -> list[str]:
        """The paths of files that may hold the quote, likeliest first: they hold its rarest words in one passage."""
        index = self._opened()
        terms = dict.fromkeys(terms_of(quote[:LONGEST_QUOTE]))
        if index is None or not terms:
            return []
        counts = {term: count for term, count in index.frequencies(terms).items() if count}
        rarest = sorted(counts, key=lambda term: (counts[term], term))[:RAREST]
        weights = term_weights([{term: counts[term] for term in rarest}], index.passages)
        hits = index.search(weights, limit=PASSAGES) if weights else []
        return list(dict.fromkeys(hit.path for hit in hits))

    def _opened(self) -> Index | None:
        if self._index is None:
            with contextlib.suppress(IfmemError):  # being replaced at this moment
                self._index = Index(self._index_path)
        return self._index

    def close(self) -> None:
        if self._index is not None:
            self._index.close()


class LoadedText:
    """Every shard's text, that of `own` first. The other shards' is opened when something is not found there."""

    def __init__(self, config: Config, names: Collection[str], own: ShardText | None = None) -> None:
        """`names` are the other shards."""
        self._config = config
        self._names = tuple(names)
        self._own = own
        self._others: dict[str, tuple[tuple[int, int], ShardText]] = {}

    def at(self, path: str) -> tuple[Document, ...]:
        return next((found for text in self._texts() if (found := text.at(path))), ())

    def elsewhere(self, quote: str) -> Iterator[Sequence[Document]]:
        """Files that may hold a quote, each as its documents."""
        for text in self._texts():
            yield from map(text.at, text.near(quote))

    def close(self) -> None:
        for text in self._held():
            text.close()

    def _texts(self) -> Iterator[ShardText]:
        if self._own:
            yield self._own
        for name in self._names:
            self._open(name)
            if name in self._others:
                yield self._others[name][1]

    def _held(self) -> list[ShardText]:
        return [*([self._own] if self._own else []), *(text for _, text in self._others.values())]

    def _open(self, name: str) -> None:
        """Map the shard's pages, again if it has loaded others since."""
        stamp = stamp_of(self._config.pages / f"{name}.json")
        if name in self._others:
            if self._others[name][0] == stamp:
                return
            self._others.pop(name)[1].close()
        if stamp and (kept := open_kept(name, self._config)):
            self._others[name] = stamp, ShardText(kept.view, kept.index_path)


def stamp_of(path: Path) -> tuple[int, int] | None:
    """What changes when a file that is only ever replaced is; None if it is not there."""
    try:
        facts = path.stat()
    except OSError:
        return None
    return facts.st_ino, facts.st_mtime_ns
