"""A finding of somebody who is no shard: its secrets are masked, and each source it names is looked up in the loaded text."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence

from ifmem.config import Config
from ifmem.core.documents import Citation, Document
from ifmem.core.findings import Finding
from ifmem.core.masking import mask
from ifmem.core.record import new_id
from ifmem.core.verification import VERIFIED
from ifmem.errors import Exit, IfmemError
from ifmem.processes.loaded_text import LoadedText

SHARD = "agents"
LONGEST_TEXT = 20_000  # characters
MOST_LINES = 60  # of one source
PLACE = re.compile(r"(?P<path>.+?)(?::(?P<start>\d{1,7})(?:-(?P<end>\d{1,7}))?)?")


def contributed(text: str, sources: Sequence[str], author: str, config: Config, names: Sequence[str]) -> Finding:
    """The finding. `sources` are `path:12-19`, `names` the shards.

    Raises IfmemError (exit code 2) for an empty or too long text, and for a source that is not loaded.
    """
    if not text.strip():
        raise IfmemError("the finding is empty.", exit_code=Exit.USAGE)
    if len(text) > LONGEST_TEXT:
        raise IfmemError(
            f"the finding has {len(text):,} characters; at most {LONGEST_TEXT:,} are taken.",
            fix="Store the conclusion, and name the places it rests on as sources",
            exit_code=Exit.USAGE,
        )
    loaded = LoadedText(config, names)
    try:
        citations = tuple(_cited(source, loaded) for source in sources)
    finally:
        loaded.close()
    told = mask(text.strip()).text
    return Finding(
        new_id("f"), "", SHARD, True, told, citations, provider="agent", model=author, created_at=time.time()
    )


def _cited(source: str, loaded: LoadedText) -> Citation:
    match = PLACE.fullmatch(source.strip())
    path = match["path"] if match else ""
    documents = loaded.at(path)
    if not documents or match is None:
        raise IfmemError(
            f"there is no loaded file {path[:200]!r}.",
            why="a source is a path as in citations, with lines if you like: src/app.py:12-19",
            fix="See what is loaded: ifmem corpus",
            exit_code=Exit.USAGE,
        )
    start = int(match["start"] or 1)
    end = int(match["end"] or match["start"] or 1)
    return Citation(path, start, end, _lines(documents, path, start, end), documents[0].sha256, SHARD, VERIFIED)


def _lines(documents: Sequence[Document], path: str, start: int, end: int) -> str:
    """What stands there. A file that is large is loaded in several parts."""
    lines = {document.first_line + n: line for document in documents for n, line in enumerate(document.lines())}
    last = max(lines, default=0)
    if not 1 <= start <= end <= last or end - start >= MOST_LINES:
        why = f"it has {last:,} lines, and a source may span {MOST_LINES}"
        raise IfmemError(f"{path}:{start}-{end} cannot be a source.", why=why, exit_code=Exit.USAGE)
    return "\n".join(lines[number] for number in range(start, end + 1) if number in lines)
