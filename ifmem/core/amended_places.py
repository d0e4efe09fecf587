"""Where a quoted place stands after its document was amended. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ifmem.core.amendments import Amendment
from ifmem.core.documents import Citation


def carried(citation: Citation, amendments: Iterable[Amendment]) -> Citation | None:
    """A citation of an earlier text with its present path and lines; None if an amendment replaces one of these lines."""
    for one in amendments:
        if citation.path == (one.moved_from or one.path):
            lines = [one.line_now(line) for line in range(citation.start_line, citation.end_line + 1)]
            if None in lines or lines[0] is None:
                return None
            end = lines[0] + citation.end_line - citation.start_line
            if lines[-1] != end:  # something was put in between
                return None
            citation = replace(citation, path=one.path, start_line=lines[0], end_line=end, sha256=one.sha256)
        elif citation.path == one.path:  # another document has come to this place
            return None
    return citation
