"""Pages: frozen, byte-stable lists of documents that fit one model prompt, and how documents are cut into them.

Pure: no I/O. `stores.page_files` keeps the bytes, the bus carries the same bytes to readers on other machines.

A page's bytes are one JSON line (the table of its documents) followed by the documents' texts in that order. The digest is
the sha256 of all of it, so equal documents in equal order give an equal page, on any machine.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from mmap import mmap
from pathlib import PurePosixPath
from typing import NamedTuple

from ifmem.core.documents import Document
from ifmem.core.tokens import estimate_tokens

FORMAT = 1
TABLE_TOKENS_PER_DOCUMENT = 24  # a path, a digest prefix and the markers around a document in a prompt
Buffer = bytes | mmap


class Entry(NamedTuple):
    """A row of a page's table: a document (or part of one) and where its text stands, in bytes after the table."""

    path: str
    sha256: str
    first_line: int
    part: int
    parts: int
    offset: int
    length: int


@dataclass(frozen=True)
class Page:
    """A frozen page over its bytes, which may be a mapped file: documents are read from them when first asked for.

    `tokens` is an estimate until a provider has counted the page.
    """

    digest: str
    tokens: int
    data: Buffer

    @cached_property
    def _start(self) -> int:
        return self.data.find(b"\n") + 1

    @cached_property
    def table(self) -> tuple[Entry, ...]:
        """Where each document stands. Raises ValueError for bytes that are no page."""
        head = json.loads(bytes(self.data[: self._start]) or b"{}")
        if head.get("ifmem") != "page" or head.get("format") != FORMAT:
            raise ValueError(f"not a page of format {FORMAT}")
        return tuple(Entry(*row) for row in head["documents"])

    @cached_property
    def documents(self) -> tuple[Document, ...]:
        return tuple(map(self.read, self.table))

    def read(self, entry: Entry) -> Document:
        start = self._start + entry.offset
        text = bytes(self.data[start : start + entry.length]).decode()
        return Document(entry.path, text, entry.sha256, entry.first_line, entry.part, entry.parts)


def page_of(documents: Iterable[Document]) -> Page:
    """Freeze documents, in the order given, into one page."""
    rows, texts, offset, tokens = [], [], 0, 0
    for document in documents:
        text = document.text.encode()
        place = (document.path, document.sha256, document.first_line, document.part, document.parts)
        rows.append(Entry(*place, offset, len(text)))
        texts.append(text)
        offset += len(text)
        tokens += tokens_in_page(document)
    head = {"ifmem": "page", "format": FORMAT, "tokens": tokens, "documents": rows}
    data = json.dumps(head, ensure_ascii=False).encode() + b"\n" + b"".join(texts)
    return Page(hashlib.sha256(data).hexdigest(), tokens, data)


def tokens_in_page(document: Document) -> int:
    return estimate_tokens(document.text) + TABLE_TOKENS_PER_DOCUMENT


def split_document(document: Document, budget: int) -> list[Document]:
    """A document that fits `budget` tokens, or its parts cut at line ends. A single line over the budget stays whole.

    Nothing is dropped: the parts' texts joined are the document's text, and each part knows its first line in the file.
    """
    if tokens_in_page(document) <= budget:
        return [document]
    texts: list[list[str]] = [[]]
    used = TABLE_TOKENS_PER_DOCUMENT
    for line in re.findall(r"[^\n]*\n|[^\n]+", document.text):
        cost = estimate_tokens(line)
        if texts[-1] and used + cost > budget:
            texts.append([])
            used = TABLE_TOKENS_PER_DOCUMENT
        texts[-1].append(line)
        used += cost
    parts, first_line = [], document.first_line
    for number, lines in enumerate(texts, 1):
        text = "".join(lines)
        parts.append(replace(document, text=text, first_line=first_line, part=number, parts=len(texts)))
        first_line += text.count("\n")
    return parts


def cut_pages(documents: Iterable[Document], budget: int) -> list[Page]:
    """Cut documents into pages of at most `budget` tokens, keeping directories together where they fit.

    A directory that would straddle a page end but fits a page of its own starts a new page. Order: by path, parts in order.
    """
    pages: list[list[Document]] = [[]]
    used = 0

    def start_page() -> None:
        nonlocal used
        if pages[-1]:
            pages.append([])
        used = 0

    ordered = sorted(documents, key=lambda d: (str(PurePosixPath(d.path).parent), d.path, d.part))
    for _, group in groupby(ordered, key=lambda d: PurePosixPath(d.path).parent):
        whole = [part for document in group for part in split_document(document, budget)]
        tokens = sum(map(tokens_in_page, whole))
        if used + tokens > budget and tokens <= budget and used > budget // 2:
            start_page()
        for document in whole:
            cost = tokens_in_page(document)
            if used and used + cost > budget:
                start_page()
            pages[-1].append(document)
            used += cost
    return [page_of(page) for page in pages if page]
