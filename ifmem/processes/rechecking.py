"""Checks a receipt again, long after it was given: no set has to run, and nothing is asked of anyone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from ifmem.config import Config
from ifmem.core.answers import Answer
from ifmem.core.citations import stands
from ifmem.core.descent import is_finding_id
from ifmem.core.document_masking import mask_document
from ifmem.core.documents import Citation, Document
from ifmem.core.librarians import as_document
from ifmem.core.masking import MASK
from ifmem.core.pages import Page
from ifmem.core.receipts import seal_of
from ifmem.core.rechecks import QuoteCheck, SourceCheck, Verdict, check_quote, check_source
from ifmem.corpus.present import digest_now, files_now, is_made, present
from ifmem.processes.loaded_text import LoadedText
from ifmem.stores.archive import Archive
from ifmem.stores.page_files import open_page


def recheck(receipt: Mapping[str, Any], config: Config, names: Sequence[str]) -> Verdict:
    """What the digest says, and where every quote and source of a receipt stands now. `names` are the shards."""
    answer = Answer.from_dict(dict(receipt))
    witness = _Witness(answer, config, names)
    quotes, sources = list[QuoteCheck](), dict[tuple[str, str], SourceCheck]()
    try:
        for citation in answer.citations:
            then, now = (witness.then(citation), witness.now(citation)) if stands(citation) else ((), ())
            quotes.append(check_quote(citation, then, now))
            if stands(citation):
                sources.setdefault((citation.path, citation.sha256), check_source(citation, now))
    finally:
        witness.close()
    return Verdict(answer.id, answer.question, seal_of(receipt), tuple(quotes), tuple(sources.values()))


class _Witness:
    """The texts that one receipt is compared with: pages as they were loaded, files as they are."""

    def __init__(self, answer: Answer, config: Config, names: Sequence[str]) -> None:
        self._answer = answer
        self._config = config
        self._loaded = LoadedText(config, names)

    def then(self, citation: Citation) -> list[Document]:
        """The text that the citation was taken from, if it is still loaded, on disk, or in a page that was read for the answer."""
        # A file that was moved is a witness, too.
        there = [replace(one, path=citation.path) for one in self.now(citation)]
        texts = (self._loaded.at(citation.path), there, self._in_its_pages(citation.path))
        same = ([one for one in text if one.sha256 == citation.sha256] for text in texts)
        return next(filter(None, same), [])

    def now(self, citation: Citation) -> Sequence[Document]:
        """What its source says now; under another path, if the file was only moved."""
        if archived := self._archived(citation.path):
            return archived
        if is_made(citation.path, self._config):
            return self._loaded.at(citation.path)
        found = self._present(citation.path) or self._present(self._paths_now.get(citation.sha256, ""))
        return tuple(map(mask_document, found)) if MASK in citation.quote else found  # as it was read then

    def _archived(self, path: str) -> tuple[Document, ...]:
        """A finding as a librarian reads it; none if `path` is not a finding's."""
        if not is_finding_id(path):
            return ()
        with Archive.reading(self._config.archive) as archive:
            finding = archive.finding(path) if archive else None
        return (as_document(finding),) if finding else ()

    def _present(self, path: str) -> tuple[Document, ...]:
        found = present(path, self._config)
        return (found,) if found else ()

    def _in_its_pages(self, path: str) -> list[Document]:
        parts = [page.read(entry) for page in self._its_pages for entry in page.table if entry.path == path]
        return parts if parts and len(parts) == parts[0].parts else []  # what a missing part says nobody knows

    @cached_property
    def _its_pages(self) -> list[Page]:
        return list(self._open_pages())

    def _open_pages(self) -> Iterator[Page]:
        """The pages that the receipt names, as far as they are still kept. A name that is no digest is no page's."""
        for use in (use for shard in self._answer.shards for use in shard.pages):
            if re.fullmatch(r"[0-9a-f]{64}", use.digest) and (
                page := open_page(self._config.pages, use.digest, use.tokens, verify=True)
            ):
                yield page

    @cached_property
    def _paths_now(self) -> dict[str, str]:
        """The path of each file of the folder by its digest; they are read only when a source is gone."""
        return {digest_now(path, self._config): path for path in files_now(self._config)}

    def close(self) -> None:
        self._loaded.close()
