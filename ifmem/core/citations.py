"""Is it really there? Every quote is looked up in the loaded text before anyone sees it, and classified.

`core.folding` says which differences count. The classes:

- `verified`: the quote stands at these lines
- `moved`: it stands elsewhere in this file; the lines are repaired
- `wrong file`: it stands in another loaded file; path and lines are repaired
- `stale`: it stands in the loaded text, but the file on disk has changed since
- `stitched`: it stands nowhere, but is joined from pieces that do
- `invented`: it stands nowhere

Records of older versions have `not found` for the last two; it is also what a citation is before anyone looked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from ifmem.core.documents import Citation, Document, Spot
from ifmem.core.folding import fold
from ifmem.core.stitching import is_stitched
from ifmem.core.stretches import Stretch, stretches_of
from ifmem.core.verification import INVENTED, MOVED, STALE, STANDING, STITCHED, VERIFIED, WRONG_FILE

TELLING = 3  # words: a shorter quote may stand in any file, and tells nothing about where it was taken from

Elsewhere = Callable[[str], Iterable[Sequence[Document]]]


def nowhere(_: str) -> Iterable[Sequence[Document]]:
    return ()


def stands(citation: Citation) -> bool:
    """Whether the quote was found in the loaded text."""
    return citation.verification in STANDING


def verify(citation: Citation, documents: Iterable[Document], elsewhere: Elsewhere = nowhere) -> Citation:
    """The citation with its class, path, lines and sha256 settled against the loaded text. The quote itself is never changed.

    `documents` are those with the citation's path; `elsewhere` gives other files that may hold a quote, each as its documents,
    likeliest first.
    """
    here = stretches_of(document for document in documents if document.path == citation.path)
    if found := _in_file(citation, here):
        return found
    words = fold(citation.quote).split()
    others = _others(citation, words, elsewhere)
    if len(words) >= TELLING and (found := _in_other_file(citation, others)):
        return found
    middle = len(words) // 2
    halves = [*_others(citation, words[:middle], elsewhere), *_others(citation, words[middle:], elsewhere)]
    texts = {stretch.text: None for file in (here, *others, *halves) for stretch in file}
    verification = STITCHED if is_stitched(citation.quote, list(texts)) else INVENTED
    return replace(citation, verification=verification, sha256=here[0].sha256 if here else "")


def _others(citation: Citation, words: Sequence[str], elsewhere: Elsewhere) -> list[list[Stretch]]:
    """Files that may hold these words, the citation's own not among them."""
    files = [stretches_of(documents) for documents in elsewhere(" ".join(words))] if words else []
    return [stretches for stretches in files if stretches and stretches[0].path != citation.path]


def aged(citation: Citation, sha256_now: str) -> Citation:
    """`stale` for a quote of a file whose bytes are others by now, or gone (an empty digest)."""
    return replace(citation, verification=STALE) if stands(citation) and sha256_now != citation.sha256 else citation


def _in_file(citation: Citation, stretches: Sequence[Stretch]) -> Citation | None:
    """`verified` or `moved`: of several places the nearest."""
    for stretch in stretches:
        if stretch.holds(citation.quote, (citation.start_line, citation.end_line)):
            return replace(citation, verification=VERIFIED, sha256=stretch.sha256)
    moved = [place for stretch in stretches if (place := _placed(citation, stretch, MOVED))]
    return min(moved, key=lambda place: abs(place.start_line - citation.start_line), default=None)


def _in_other_file(citation: Citation, files: Sequence[Sequence[Stretch]]) -> Citation | None:
    """`wrong file`: a file of the same name rather than another, else the likeliest. The others that hold the quote are named."""
    firsts = (next((p for stretch in file if (p := _placed(citation, stretch, WRONG_FILE))), None) for file in files)
    name = PurePosixPath(citation.path).name
    found = sorted(filter(None, firsts), key=lambda place: PurePosixPath(place.path).name != name)
    if not found:
        return None
    return replace(found[0], also=tuple(Spot(place.path, place.start_line, place.end_line) for place in found[1:]))


def _placed(citation: Citation, stretch: Stretch, verification: str) -> Citation | None:
    lines = stretch.find(citation.quote, near=citation.start_line)
    if lines is None:
        return None
    place = replace(citation, path=stretch.path, start_line=lines[0], end_line=lines[1])
    return replace(place, verification=verification, sha256=stretch.sha256)
