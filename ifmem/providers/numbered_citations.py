"""Citations that a model writes into its text, as `[docs/setup.md:12-14 "set the port first"]`: taken out while the text comes.

Text is passed on at once, except what may still become a citation. A small model does not always write what it was asked to: a path
without its folders, `L12`, curly quotation marks and missing words are understood. Brackets that are no citation stay in the text.
Only a reply is read here, never a document, and whoever gets the quotes looks them up in the loaded text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ifmem.core.documents import Citation, Document
from ifmem.providers.contract import Quote, Text
from ifmem.providers.numbered_prompt import one_line

LONGEST_PLACE = 400  # characters from the bracket to the lines
LONGEST = 4_000  # characters of a whole citation
# A path may hold brackets, if they match: app/[[...slug]]/page.tsx
_IN_PATH = r"(?:[^\[\]\n\"“”]|\[(?:[^\[\]\n\"“”]|\[[^\[\]\n\"“”]*\])*\])"
_LINES = r":\s*L?(?P<start>\d{1,9})(?:\s*[-–—]\s*L?(?P<end>\d{1,9}))?"
_PLACE = re.compile(rf"\[(?P<path>{_IN_PATH}+?){_LINES}\s*(?:(?P<closed>\])|[,:;]?\s*[\"“])")
_QUOTE_END = re.compile(r"[\"”]\s*\]")


class Citations:
    """Reads one reply whose model was sent these documents. Of documents with one path the last counts: it is the newest."""

    def __init__(self, sent: Sequence[Document]) -> None:
        self._sent = sent
        self._paths = {one_line(document.path): document.path for document in sent}
        self._held = ""

    def take(self, text: str) -> Iterator[Text | Quote]:
        """What one more piece of the reply tells the asker."""
        self._held += text
        yield from self._read(final=False)

    def rest(self) -> Iterator[Text | Quote]:
        """What was held back, at the end of the reply."""
        yield from self._read(final=True)

    def _read(self, *, final: bool) -> Iterator[Text | Quote]:
        said = ""
        while (at := self._held.find("[")) >= 0:
            end, citation = self._citation(self._held[at:], final=final)
            if citation is None and end == 0:
                break
            if citation is None:
                said += self._held[: at + end]
            else:
                if said := (said + self._held[:at]).rstrip(" \t"):
                    yield Text(said)
                said = ""
                yield Quote(citation)
            self._held = self._held[at + end :]
        said += self._let_go(final=final)
        if said:
            yield Text(said)

    def _let_go(self, *, final: bool) -> str:
        """The text that can be passed on: not what may be a citation, nor the spaces that may stand before one."""
        at = self._held.find("[")
        ready = self._held if at < 0 or final else self._held[:at]
        ready = ready if final else ready.rstrip(" \t")
        self._held = self._held[len(ready) :]
        return ready

    def _citation(self, text: str, *, final: bool) -> tuple[int, Citation | None]:
        """The citation that `text` begins with and its length; without one, how much of it is text (0: cannot be told yet)."""
        place = _PLACE.match(text)
        if place is None:
            return (0 if not final and _may_be_place(text) else 1), None
        if place["closed"]:
            citation = self._without_words(place)
            return (place.end(), citation) if citation else (1, None)
        waited = final or len(text) > LONGEST
        if end := _end_of_words(text, place.end(), final=waited):
            return end[1], self._with_words(place, text[place.end() : end[0]])
        return (1 if waited else 0), None

    def _with_words(self, place: re.Match[str], words: str) -> Citation:
        """A citation of the words given, also of a path that was not sent: whoever verifies it will not find it there."""
        path = self._path(place["path"]) or place["path"].strip()
        sha256 = next((one.sha256 for one in reversed(self._sent) if one.path == path), "")
        return Citation(path, *_lines(place), words, sha256)

    def _without_words(self, place: re.Match[str]) -> Citation | None:
        """A citation of the lines as they stand; None for brackets with a path that was not sent, such as [http://host:80]."""
        path = self._path(place["path"])
        if path is None:
            return None
        start, end = _lines(place)
        for one in reversed(self._sent):
            lines = one.lines()[start - one.first_line : end - one.first_line + 1] if start >= one.first_line else []
            if one.path == path and any(line.strip() for line in lines):
                return Citation(path, start, end, "\n".join(line.removesuffix("\r") for line in lines), one.sha256)
        return Citation(path, start, end, "")

    def _path(self, said: str) -> str | None:
        """The path that was sent; of one without its folders the only one that ends so."""
        said = said.strip().removeprefix("./").strip("`'")
        if said in self._paths:
            return self._paths[said]
        ending = [path for shown, path in self._paths.items() if shown.endswith(f"/{said}")]
        return ending[0] if len(ending) == 1 else None


def _lines(place: re.Match[str]) -> tuple[int, int]:
    start = int(place["start"])
    return start, max(start, int(place["end"] or start))


def _end_of_words(text: str, start: int, *, final: bool) -> tuple[int, int] | None:
    """Where the quoted words and the citation end: at the first `"]` before which brackets match, as in `d["key"]`."""
    ends = [(match.start(), match.end()) for match in _QUOTE_END.finditer(text, start)]
    for end in ends:
        words = text[start : end[0]]
        if words.count("[") == words.count("]"):
            return end
    return ends[0] if ends and final else None


def _may_be_place(text: str) -> bool:
    """Whether a text that begins with a bracket may go on to name a place."""
    depth = 0
    for character in text:
        depth += (character == "[") - (character == "]")
        if depth == 0 or character in '\n"“”':
            return False
    return len(text) <= LONGEST_PLACE
