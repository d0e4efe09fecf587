"""Librarians: shards over what the live ones no longer hold. What goes to whom, and how it reads there. Pure.

A finding becomes a document whose path is its id, so that whoever cites it names a finding. It is left with the question unsaid, or the
same question asked again would find itself.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ifmem.core.citations import stands
from ifmem.core.documents import Document
from ifmem.core.findings import Finding
from ifmem.core.manifest import LeftOut
from ifmem.core.notes import moment
from ifmem.core.pages import tokens_in_page
from ifmem.core.queries import Query
from ifmem.core.record import Record, new_id
from ifmem.core.strictness import LONGEST_QUESTION

LIVE = 50  # the newest findings stay with the live shards: they are what a restart loads back
PREFIX = "librarian-"


@dataclass(frozen=True)
class Shelved(Record):
    """Something that a librarian has in its care: a finding by its id, or a remembered session by its path. `at` is when it got there."""

    id: str
    librarian: int
    tokens: int
    at: float


@dataclass(frozen=True)
class Shelving:
    """What has been found a place, and what has not and why."""

    placed: tuple[Shelved, ...] = ()
    left_out: tuple[LeftOut, ...] = ()


def names(count: int) -> tuple[str, ...]:
    return tuple(f"{PREFIX}{number}" for number in range(1, count + 1))


def number_of(name: str) -> int:
    return int(name.removeprefix(PREFIX))


def worth_archiving(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Those that say something, each text once, but none that a librarian has said: that would be an echo."""
    said: set[str] = set()
    for finding in findings:
        text = finding.text.strip()
        if finding.found and text and not finding.error and not finding.shard.startswith(PREFIX) and text not in said:
            said.add(text)
            yield finding


def as_document(finding: Finding) -> Document:
    places = [f"- {one.place}: {' '.join(one.quote.split())}" for one in finding.citations if stands(one)]
    taken = ["", "Taken from:", *places] if places else []
    head = f"Finding of {moment(finding.created_at)}, shard {finding.shard}."
    text = "\n".join([head, "", finding.text.strip(), *taken, ""])
    return Document(finding.id, text, hashlib.sha256(text.encode()).hexdigest())


def place(documents: Iterable[Document], used: Mapping[int, int], count: int, capacity: int, at: float) -> Shelving:
    """Each document to the first of `count` librarians that has room; `used` are tokens that they hold already, by number."""
    rooms = {number: capacity - used.get(number, 0) for number in range(1, count + 1)}
    placed, left_out = [], []
    for document in documents:
        tokens = tokens_in_page(document)
        number = next((number for number, room in rooms.items() if tokens <= room), None)
        if number is None:
            left_out.append(LeftOut(document.path, f"no librarian has room for {tokens:,} tokens"))
            continue
        rooms[number] -= tokens
        placed.append(Shelved(document.path, number, tokens, at))
    return Shelving(tuple(placed), tuple(left_out))


def requested(text: str, now: float, patience_s: float) -> Query | None:
    """What somebody asks on the channel: {"type": "query", "query_id", "question"}. None for what is in the queues already, or is none."""
    try:
        asked = json.loads(text)
        question, query_id = asked["question"], asked.get("query_id") or new_id("q")
        if asked.get("queued") or not isinstance(question, str) or not 0 < len(question.strip()) <= LONGEST_QUESTION:
            return None
        if not re.fullmatch(r"[\w.-]{1,80}", query_id):
            return None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    return Query(query_id, question, asked_at=now, deadline=now + patience_s)
