"""Reading one file: bytes to text, or the reason why it stays out."""

from __future__ import annotations

import codecs
import hashlib
import os
import stat
from pathlib import Path

from ifmem.core.documents import Document
from ifmem.core.manifest import LeftOut
from ifmem.corpus.listing import Listed

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
SAMPLE_BYTES = 100_000  # enough to tell an encoding, and bounds the time for a large file
COHERENT = 0.1  # charset-normalizer's share of letters as frequent as in a language; noise scores 0


def read_file(location: str, listed: Listed, max_bytes: int) -> Document | LeftOut:
    """The file at `location` as a document. Line ends stay as they are; `sha256` is of the bytes on disk."""
    content = read_content(location, listed, max_bytes)
    if isinstance(content, LeftOut):
        return content
    text = decode(content)
    if text is None:
        reason = "binary" if b"\0" in content else "not UTF-8, and no other encoding could be recognised"
        return LeftOut(listed.path, reason)
    return Document(listed.path, text, hashlib.sha256(content).hexdigest())


def read_content(location: str, listed: Listed, max_bytes: int) -> bytes | LeftOut:
    """The bytes of a regular file up to a size, or why there are none."""
    if listed.size > max_bytes:
        return LeftOut(listed.path, f"{listed.size:,} bytes, over max_file_bytes ({max_bytes:,})")
    try:
        with open(location, "rb", opener=_open_without_waiting) as file:
            facts = os.fstat(file.fileno())
            if not stat.S_ISREG(facts.st_mode):
                return LeftOut(listed.path, "not a regular file")
            if listed.stamp and facts.st_ino != listed.stamp[-1] and _leads_out(location, listed.path):
                return LeftOut(listed.path, "became a link out of its folder since it was listed")
            content = file.read(max_bytes + 1)
    except OSError as error:
        return LeftOut(listed.path, (error.strerror or str(error)).lower())
    if len(content) > max_bytes:
        return LeftOut(listed.path, f"grew over max_file_bytes ({max_bytes:,}) while it was read")
    return content


def _leads_out(location: str, path: str) -> bool:
    """Whether a file that was replaced since it was listed now lies elsewhere; when it was listed, its links were looked at."""
    top = Path(location.removesuffix(path)) if location.endswith(f"/{path}") else Path(location).parent
    return not Path(location).resolve().is_relative_to(top.resolve())


def _open_without_waiting(path: str, flags: int) -> int:
    """A file that became a named pipe since it was listed must not block the shard."""
    return os.open(path, flags | os.O_NONBLOCK)


def decode(content: bytes) -> str | None:
    """The text, or None for binary content or an encoding that cannot be told."""
    for mark, encoding in MARKS:
        if content.startswith(mark):
            return _decoded(content, encoding)
    if b"\0" in content:
        return None
    text = _decoded(content, "utf-8")
    if text is None and (encoding := recognise(content[:SAMPLE_BYTES])):
        text = _decoded(content, encoding)
    return text


def _decoded(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None


def recognise(sample: bytes) -> str:
    """The encoding of a text that is not UTF-8; empty if that would be a guess.

    A few accented letters fit several Western encodings equally well; of those Windows-1252 (with Latin-1 in it) is the usual one.
    """
    from charset_normalizer import from_bytes

    matches = from_bytes(sample)
    best = matches.best()
    if best is None:
        return ""
    if any("cp1252" in match.could_be_from_charset and match.coherence >= best.coherence for match in matches):
        return "cp1252"
    return best.encoding if best.coherence >= COHERENT else ""
