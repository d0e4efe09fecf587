"""The model of servers that are sent numbered lines: finds the line that shares most words with the question, and cites it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

NOTHING = "Not in the corpus."
ENOUGH = 2  # words in common
PIECE = 24  # characters of a delta
_HEAD = re.compile(r"=== (?P<path>.*) ===(?P<notes>.*)")
_LINE = re.compile(r"(?P<at>\d+)\| (?P<text>.*)")


@dataclass(frozen=True)
class Speech:
    """What a reply says and why it ended, in the vendor's word; a reply may think or refuse in a field of its own."""

    text: str
    reason: str = "stop"
    thinks: bool = False
    refusal: str = ""

    @property
    def pieces(self) -> list[str]:
        return [self.text[at : at + PIECE] for at in range(0, len(self.text), PIECE)]


def answer(read: Sequence[str], question: str) -> str:
    """The answer to a question from the texts that a prompt has, as the prompt asks for it."""
    wanted = _words(question)
    lines = _lines("\n".join(read))
    shared = [(len(wanted & _words(text)), path, at) for path, one in lines.items() for at, text in one.items()]
    count, path, at = max(shared, default=(0, "", 0))
    if count < min(ENOUGH, len(wanted)) or not count:
        return NOTHING
    return f'As the documents say: it is so [{path}:{at} "{lines[path][at].strip()}"].'


def _lines(text: str) -> Mapping[str, Mapping[int, str]]:
    """The lines of each document by path; a newer one replaces an earlier one, the parts of one are joined."""
    documents: dict[str, dict[int, str]] = {}
    path = ""
    for line in text.split("\n"):
        if head := _HEAD.fullmatch(line):
            path = head["path"]
            if "newer" in head["notes"]:
                documents[path] = {}
        elif (numbered := _LINE.fullmatch(line)) and path:
            documents.setdefault(path, {})[int(numbered["at"])] = numbered["text"]
    return documents


def _words(text: str) -> set[str]:
    return {word for word in re.findall(r"[a-z]+", text.lower()) if len(word) > 3}
