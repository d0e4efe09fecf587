"""`ifmem dead`: the questions that took three processes with them and were given up; `ifmem dead retry ID` asks one again."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ifmem.cli.session import Session
from ifmem.cli.text import duration, one_line, timestamp
from ifmem.core.tasks import is_task
from ifmem.errors import Exit, IfmemError

if TYPE_CHECKING:
    from ifmem.stores.dead_letters import DeadLetter

RETRY = "retry"
EXAMPLES = """
ifmem dead                                   list them
ifmem dead retry q_019a5c3d2f1b7c0e4d9a1     ask one again
ifmem dead --json | jq -r '.dead[].id'
"""


def command(
    ctx: typer.Context,
    action: Annotated[str | None, typer.Argument(metavar="[retry", help="Ask one of them again.")] = None,
    query_id: Annotated[str | None, typer.Argument(metavar="ID]", help="Which.")] = None,
    timeout: Annotated[
        float | None, typer.Option("--timeout", min=0.1, metavar="S", help="How long the new question may take.")
    ] = None,
) -> None:
    """A question is given up when each of three processes that worked on it crashed, hung or left. Its asker was told so. What is asked
    again is a new question with an id of its own.
    """
    session: Session = ctx.obj
    if action not in (None, RETRY) or (action == RETRY) != (query_id is not None):
        raise IfmemError(
            "this is not how `dead` is used.", fix="ifmem dead    or: ifmem dead retry ID", exit_code=Exit.USAGE
        )
    with session.memory() as memory:
        if query_id is not None:
            _show_new(session, query_id, memory.retry(query_id, timeout=timeout))
        else:
            _show(session, memory.dead())


def _show_new(session: Session, query_id: str, new_id: str) -> None:
    if session.as_json:
        session.screen.json({"schema": 1, "retried": query_id, "id": new_id})
    else:
        session.screen.data(new_id)
        fetch = "task" if is_task(new_id) else "ask"
        session.screen.note(f"asked again. Fetch the answer: ifmem {fetch} --resume {new_id}")


def _show(session: Session, letters: list[DeadLetter]) -> None:
    if session.as_json:
        session.screen.json({"schema": 1, "dead": [_as_object(letter) for letter in letters]})
    elif session.screen.on_terminal:
        session.screen.data("\n\n".join(map(_paragraph, letters)) if letters else "no question was given up")
    else:
        session.screen.rows(_tabular(letters))


def _as_object(letter: DeadLetter) -> dict[str, Any]:
    query = letter.query
    asked = {"question": query.question, "asked_at": query.asked_at} if query else {"question": None, "asked_at": None}
    return {"id": letter.id, **asked, "lives": dict(letter.lives)}


def _paragraph(letter: DeadLetter) -> str:
    lives = ", ".join(f"{count} at {label}" for label, count in _lives(letter))
    if letter.query is None:
        return f"{letter.id}  lives: {lives or 'not known any more'}\n  its text is gone from the bus"
    age = duration(time.time() - letter.query.asked_at)
    return f"{letter.id}  {age} ago  lives: {lives}\n  {one_line(letter.query.question)}"


def _tabular(letters: Iterable[DeadLetter]) -> Iterator[list[object]]:
    yield ["ID", "ASKED", "LIVES", "QUESTION"]
    for letter in letters:
        lives = ", ".join(f"{label} {count}" for label, count in _lives(letter))
        asked = timestamp(letter.query.asked_at) if letter.query else None
        yield [letter.id, asked, lives, letter.query.question if letter.query else None]


def _lives(letter: DeadLetter) -> list[tuple[str, int]]:
    return sorted(letter.lives.items())
