"""Rows that show when they were touched: each link covers a row's content and the link before it. Pure.

Who can write the file can also write a whole new chain; what is proved is that nothing was altered, taken out or put in since the
digest of some link was noted elsewhere: in a backup, in what `ifmem doctor --audit` printed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

START = "0" * 64
Place = tuple[str, str]  # a table, and the id of a row in it


class Link(NamedTuple):
    """`number` counts from 1 without a gap; `content` is the digest of the row as it was stored then."""

    number: int
    table: str
    row: str
    content: str
    digest: str


@dataclass(frozen=True)
class Audit:
    """What a look at every link and every row found. `head` is the digest of the last link; `broken` says what is wrong, in words."""

    links: int
    head: str
    rows: int
    broken: tuple[str, ...]


def content_of(row: Mapping[str, Any]) -> str:
    """The digest of a row. A column without a value counts as none, so that a new column changes no digest."""
    known = {name: value for name, value in row.items() if value is not None}
    return hashlib.sha256(json.dumps(known, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


def next_link(number: int, previous: str, place: Place, content: str) -> Link:
    """The link after the one with the digest `previous`."""
    covered = json.dumps([number, *place, content, previous]).encode()
    return Link(number, *place, content, hashlib.sha256(covered).hexdigest())


def audited(links: Iterable[Link], rows: Iterable[tuple[Place, str]]) -> Audit:
    """Compare `rows`, each with its content as it stands now, with the chain."""
    number, head = 0, START
    broken: list[str] = []
    expected: dict[Place, str] = {}
    for link in links:
        place = (link.table, link.row)
        if link != next_link(number + 1, head, place, link.content):
            broken.append(f"link {link.number} does not follow link {number}: links were altered, taken out or put in")
        number, head = link.number, link.digest
        expected[place] = link.content
    found = dict(rows)
    for place, content in found.items():
        broken += _objection(place, content, expected.pop(place, None))
    broken += [f"{_named(place)} was removed" for place in expected]
    return Audit(number, head, len(found), tuple(broken))


def _objection(place: Place, content: str, expected: str | None) -> Iterator[str]:
    if expected is None:
        yield f"{_named(place)} was put in"
    elif content != expected:
        yield f"{_named(place)} was altered"


def _named(place: Place) -> str:
    table, row = place
    return f"{row!r} in {table}"
