"""The program that makes text of one PDF, Office document or notebook: `python -m ifmem.corpus.conversion FILE`, text on standard output.

A process of its own, since a damaged file may hang or kill the library that reads it. Exit code 1: the reason is on standard error.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kreuzberg import ExtractionResult


def main(path: str) -> int:
    from kreuzberg import ExtractionConfig, KreuzbergError, PageConfig, extract_file_sync

    pages = PageConfig(extract_pages=True, insert_page_markers=True, marker_format="\n\n[page {page_num}]\n\n")
    settings = ExtractionConfig(
        use_cache=False,
        disable_ocr=True,  # type: ignore[call-arg]  # its types lag behind
        output_format="markdown",
        pages=pages,
    )
    try:
        result = extract_file_sync(path, config=settings)
    except (KreuzbergError, OSError, ValueError) as error:
        print(" ".join(str(error).split()), file=sys.stderr)
        return 1
    sys.stdout.buffer.write(_text(result).encode("utf-8", errors="replace"))
    return 0


def _text(result: ExtractionResult) -> str:
    """The text, with a line in front of each page of a PDF: a page's number is what people go by."""
    if result.mime_type != "application/pdf" or not result.pages:
        return result.content
    pages = [(page["page_number"], page["content"].replace("\r\n", "\n").strip()) for page in result.pages]
    return "\n\n".join(f"[page {number}]\n\n{text}" for number, text in pages if text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
