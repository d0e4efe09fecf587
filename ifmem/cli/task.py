"""`ifmem task`: one piece of work for one worker, which borrows a shard's context, reports one finding and leaves."""

from __future__ import annotations

from typing import Annotated

import typer

from ifmem.cli.finding_text import show
from ifmem.cli.session import Session
from ifmem.errors import Exit, IfmemError

EXAMPLES = """
ifmem task "Which settings does the guide not mention?" --shard docs
ifmem task "What would break if the queue were full?" --pass challenge --priority high
ifmem task --no-wait "List what is deprecated"
ifmem task --resume t_019aa4c8f2e6d1b7a3c59
"""


def command(
    ctx: typer.Context,
    words: Annotated[list[str] | None, typer.Argument(metavar="TASK", hidden=True)] = None,
    shard: Annotated[str, typer.Option("--shard", metavar="NAME", help="Whose context to borrow.")] = "",
    pass_name: Annotated[
        str, typer.Option("--pass", metavar="NAME", help="What a model is told first: scan, validate, challenge …")
    ] = "",
    priority: Annotated[str, typer.Option("--priority", metavar="P", help="high, medium or low.")] = "medium",
    timeout: Annotated[float | None, typer.Option("--timeout", min=0.1, metavar="S", help="Seconds to wait.")] = None,
    no_wait: Annotated[bool, typer.Option("--no-wait", help="Print the task's id and return.")] = False,
    resume: Annotated[str, typer.Option("--resume", metavar="ID", help="Fetch the finding of a task.")] = "",
) -> None:
    """Without --shard the worker borrows the context of whichever shard scores best. The finding goes to stdout; its sources, time and
    cost go to stderr. A worker that is blocked asks another for help.
    """
    session: Session = ctx.obj
    question = " ".join(words or [])
    if bool(question) == bool(resume):
        raise IfmemError("name one task, or the id of one.", fix='ifmem task "…"', exit_code=Exit.USAGE)
    with session.memory() as memory:
        if not resume:
            task_id = memory.submit_task(question, timeout=timeout, shard=shard, pass_name=pass_name, priority=priority)
            if no_wait:
                _show_id(session, task_id)
                return
        try:
            finding = memory.task_finding(resume or task_id, timeout=timeout)
        except KeyboardInterrupt:
            session.screen.error(f"ifmem: the task goes on. Fetch its finding: ifmem task --resume {resume or task_id}")
            raise typer.Abort from None
    show(session, finding)


def _show_id(session: Session, task_id: str) -> None:
    if session.as_json:
        session.screen.json({"schema": 1, "id": task_id})
    else:
        session.screen.data(task_id)
        session.screen.note(f"Fetch its finding: ifmem task --resume {task_id}")
