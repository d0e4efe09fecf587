"""PDF and Office documents and notebooks as text, if the extra `documents` is installed. What was converted once is kept by content.

The lines that answers cite are those of the text, which its first line says; a PDF's pages are marked in it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path, PurePosixPath

from ifmem.config import Config
from ifmem.core.documents import Document
from ifmem.core.manifest import LeftOut
from ifmem.corpus.commands import capture
from ifmem.corpus.files import read_content, read_file
from ifmem.corpus.listing import Listed

KINDS = {
    ".pdf": "PDF",
    ".docx": "Word",
    ".pptx": "PowerPoint",
    ".xlsx": "Excel",
    ".odt": "OpenDocument",
    ".ods": "OpenDocument",
    ".epub": "EPUB",
    ".rtf": "RTF",
    ".ipynb": "Jupyter",
}
TEXT_ALREADY = frozenset({".ipynb", ".rtf"})  # readable as they are, if badly, when nothing can convert them
TIMEOUT_S = 120.0
MAX_TEXT_BYTES = 20_000_000


def read_or_convert(location: str, listed: Listed, config: Config) -> Document | LeftOut:
    """The file as a document: its text, or for the kinds above what a converter makes of it."""
    suffix = PurePosixPath(listed.path).suffix.lower()
    if not is_converted(listed.path) or (suffix in TEXT_ALREADY and not converter()):
        return read_file(location, listed, config.max_file_bytes)
    if not converter():
        return LeftOut(listed.path, f"{KINDS[suffix]}: reading it needs: pip install 'ifmem[documents]'")
    content = read_content(location, listed, config.max_file_bytes)
    if isinstance(content, LeftOut):
        return content
    digest = hashlib.sha256(content).hexdigest()
    kept = config.home / "converted" / f"{digest}-{converter().replace(' ', '-')}.md"
    try:
        text = kept.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        text, reason = _converted(location, config.folder)
        if reason:
            return LeftOut(listed.path, f"{KINDS[suffix]}: {reason}")
        _keep(kept, text)
    head = f"[{KINDS[suffix]} file converted by {converter()}: lines are those of this text, not of the file]\n\n"
    return Document(listed.path, head + text, digest)


def is_converted(path: str) -> bool:
    """Whether the text of the file at `path` depends on the converter."""
    return PurePosixPath(path).suffix.lower() in KINDS


@cache
def converter() -> str:
    """The library that converts, with its version; nothing if it is not installed."""
    try:
        return f"kreuzberg {version('kreuzberg')}"
    except PackageNotFoundError:
        return ""


def _converted(location: str, folder: Path) -> tuple[str, str]:
    """The text of a file, or why there is none."""
    command = (sys.executable, "-P", "-m", "ifmem.corpus.conversion", location)
    try:
        captured = capture(command, folder, timeout_s=TIMEOUT_S, max_bytes=MAX_TEXT_BYTES)
    except OSError as error:
        return "", (error.strerror or str(error)).lower()
    if captured.code is None:
        return "", f"not converted within {TIMEOUT_S:g} s"
    if captured.cut:
        return "", f"more than {MAX_TEXT_BYTES:,} bytes of text"
    if captured.code:
        return "", captured.error or f"the converter ended with {captured.code}"
    text = captured.output.decode("utf-8", errors="replace").strip()
    return (text + "\n", "") if text else ("", "no text in it; pictures of text are not read")


def _keep(path: Path, text: str) -> None:
    """Put the text down for the next time. Without a place for it, the file is converted again."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        staged = path.with_suffix(f".{os.getpid()}.tmp")
        staged.write_text(text, encoding="utf-8")
        staged.replace(path)
