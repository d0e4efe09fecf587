"""`ifmem tasks`: the newest tasks, who works on them, and what has become of them."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer
from rich.live import Live
from rich.text import Text

from ifmem.cli.session import Session
from ifmem.cli.table import Column, layout
from ifmem.cli.text import duration, one_line, timestamp
from ifmem.core.tasks import HELP, Task, TaskStatus

if TYPE_CHECKING:
    from ifmem.client import Memory

EXAMPLES = """
ifmem tasks            the newest tasks
ifmem tasks --watch    look on
ifmem tasks --json | jq -r '.tasks[] | select(.state == "failed") | .error'
"""
LOOK_EVERY_S = 0.5
LONGEST = 60  # characters of a question in the table; --json and a pipe have all of it
STYLES = {"found": "green", "working": "cyan", "failed": "red", "given up": "red", "waiting": "yellow"}


def command(
    ctx: typer.Context,
    watch: Annotated[bool, typer.Option("-w", "--watch", help="Look again and again; Ctrl-C ends it.")] = False,
    limit: Annotated[int, typer.Option("-n", "--limit", min=1, metavar="N", help="At most this many.")] = 20,
) -> None:
    """States: waiting, working, found, not found, failed, given up. In a pipe: tab-separated, complete."""
    session: Session = ctx.obj
    with session.memory() as memory:
        if watch:
            with suppress(KeyboardInterrupt):
                _watch(session, memory, limit)
        else:
            _show(session, memory.tasks(limit=limit))


def _watch(session: Session, memory: Memory, limit: int) -> None:
    if not session.screen.on_terminal or session.as_json:
        while True:
            _show(session, memory.tasks(limit=limit))
            session.screen.flush()
            time.sleep(LOOK_EVERY_S)
    console = session.screen.console(sys.stdout)
    with Live(console=console, auto_refresh=False, vertical_overflow="crop") as live:
        while True:
            lines = _lines(memory.tasks(limit=limit), console.width)
            live.update(Text("\n", no_wrap=True, overflow="crop").join(lines), refresh=True)
            time.sleep(LOOK_EVERY_S)


def _show(session: Session, tasks: Sequence[TaskStatus]) -> None:
    screen = session.screen
    if session.as_json:
        screen.json({"schema": 1, "tasks": [_as_object(one) for one in tasks]})
    elif screen.on_terminal:
        screen.lines(_lines(tasks, screen.console(sys.stdout).width))
    else:
        screen.rows(_tabular(tasks))


def _as_object(one: TaskStatus) -> dict[str, object]:
    plain = one.to_dict()
    return {**plain.pop("task"), **plain}


def _tabular(tasks: Sequence[TaskStatus]) -> Iterator[list[object]]:
    yield ["ID", "STATE", "PRIORITY", "SHARD", "PASS", "WORKER", "ASKED", "FINDING", "QUESTION", "ERROR"]
    for one in tasks:
        task = one.task
        head = [task.id, one.state, task.priority, task.shard, _pass(task), one.worker, timestamp(task.asked_at)]
        yield [*head, one.finding, task.question, one.error]


def _lines(tasks: Sequence[TaskStatus], width: int) -> list[Text]:
    if not tasks:
        return [Text("no tasks")]
    now = time.time()
    return layout(
        [
            Column("STATE", 0, [one.state for one in tasks], styles=[STYLES.get(one.state, "") for one in tasks]),
            Column("AGE", 2, [duration(now - one.task.asked_at) for one in tasks], right=True),
            Column("PRIORITY", 4, [one.task.priority for one in tasks]),
            Column("SHARD", 3, [one_line(one.task.shard) or "-" for one in tasks]),
            Column("PASS", 5, [one_line(_pass(one.task)) or "-" for one in tasks]),
            Column("WORKER", 6, [one_line(one.worker) or "-" for one in tasks]),
            Column("TASK", 1, [_shortened(one_line(one.task.question)) for one in tasks]),
            Column("ID", 7, [one.task.id for one in tasks]),
        ],
        width,
    )


def _pass(task: Task) -> str:
    """What it was put for: a pass, or another worker's help."""
    return HELP if task.kind == HELP else task.pass_name


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
