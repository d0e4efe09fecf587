"""Questions whose answers are known: what `ifmem eval` reads, one JSON object a line. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from ifmem.core.documents import Spot
from ifmem.errors import Exit, IfmemError

SHAPE = (
    '{"id": "q1", "question": "…", "evidence": [{"path": "docs/a.md", "start": 3, "end": 9}]}  or  "not_found": true'
)
KEYS = frozenset({"id", "question", "evidence", "must_contain", "not_found", "all", "kind"})


class Place(NamedTuple):
    """Lines that hold an answer, 1-based and inclusive."""

    path: str
    start: int
    end: int

    def meets(self, spot: Spot) -> bool:
        return spot.path == self.path and spot.start_line <= self.end and spot.end_line >= self.start


@dataclass(frozen=True)
class Question:
    """A question and what a right answer cites.

    One of the `evidence` places is enough, unless `every` of them is needed. A citation counts only if it holds one of the
    strings of `must_contain`, if there are any. `not_found` means that the corpus does not answer. `kind` groups questions in the report.
    """

    id: str
    text: str
    evidence: tuple[Place, ...] = ()
    must_contain: tuple[str, ...] = ()
    not_found: bool = False
    every: bool = False
    kind: str = ""


def read_questions(text: str, name: str) -> tuple[Question, ...]:
    """The questions of a JSON Lines text. Raises IfmemError (exit code 2) with `name` and line for one that cannot be used."""
    questions: dict[str, Question] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            question = _question(json.loads(line))
            if question.id in questions:
                raise ValueError(f"the id {question.id!r} stands there twice")
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise _unusable(f"{name}:{number}", error) from None
        questions[question.id] = question
    if not questions:
        raise _unusable(name, ValueError("there is no question in it"))
    return tuple(questions.values())


def _question(fields: Mapping[str, Any]) -> Question:
    if unknown := fields.keys() - KEYS:
        raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
    question = Question(
        id=str(fields["id"]),
        text=str(fields["question"]),
        evidence=tuple(_place(place) for place in fields.get("evidence", ())),
        must_contain=tuple(map(str, fields.get("must_contain", ()))),
        not_found=bool(fields.get("not_found")),
        every=bool(fields.get("all")),
        kind=str(fields.get("kind", "")),
    )
    if bool(question.evidence) == question.not_found:
        raise ValueError("a question has either evidence or not_found")
    return question


def _place(fields: Mapping[str, Any]) -> Place:
    place = Place(str(fields["path"]), int(fields["start"]), int(fields["end"]))
    if not 1 <= place.start <= place.end:
        raise ValueError(f"no such lines: {place.start} to {place.end}")
    return place


def _unusable(where: str, error: Exception) -> IfmemError:
    why = f"{error} is missing" if isinstance(error, KeyError) else str(error)
    return IfmemError(
        f"cannot use the questions at {where}.", why=why, fix=f"One object a line: {SHAPE}", exit_code=Exit.USAGE
    )
