"""`ifmem ask`: one question, its answer on stdout and its receipt on stderr."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from ifmem.cli.answer_view import AnswerView, answer_text, receipt
from ifmem.cli.session import Session
from ifmem.core.records import Answer
from ifmem.errors import Exit, IfmemError

if TYPE_CHECKING:
    from ifmem.client import Memory

EXAMPLES = """
ifmem ask "Where are retries decided?"
ifmem ask --shard code --json "Which function opens the archive?"
git diff | ifmem ask -
"""


def command(
    ctx: typer.Context,
    words: Annotated[list[str] | None, typer.Argument(metavar="QUESTION", hidden=True)] = None,
    shards: Annotated[
        list[str] | None, typer.Option("--shard", metavar="NAME", help="Ask only this one; may be repeated.")
    ] = None,
    timeout: Annotated[
        float | None,
        typer.Option("--timeout", min=0.0, metavar="S", help="Seconds to wait.  [env: IFMEM_ASK_TIMEOUT_S]"),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit code 5 if a shard's part is missing.")] = False,
    no_wait: Annotated[bool, typer.Option("--no-wait", help="Print the question's id and return.")] = False,
    resume: Annotated[str, typer.Option("--resume", metavar="ID", help="Wait for a question asked before.")] = "",
) -> Exit:
    """QUESTION is read from stdin if it is `-` or missing. The answer goes to stdout; sources, shards asked,
    cost and time go to stderr. An answer that the folder does not support says so, with exit code 0. Ctrl-C
    leaves the question running and prints how to fetch its answer.
    """
    session: Session = ctx.obj
    if resume and (words or shards or no_wait):
        raise IfmemError("--resume waits for a question that was asked: give its id alone.", exit_code=Exit.USAGE)
    question = "" if resume else _question(words or [])
    with session.memory() as memory:
        query_id = resume or memory.submit(question, shards=tuple(shards or ()), timeout=timeout)
        if no_wait:
            _show_id(session, query_id)
            return Exit.DONE
        answer = _wait(memory, session, query_id, timeout)
    if answer is None:
        return Exit.INTERRUPTED
    return Exit.PARTIAL if strict and answer.partial else Exit.DONE


def _question(words: list[str]) -> str:
    """What was asked: the arguments, or standard input. Raises IfmemError (2) if that is nothing or not text."""
    question = " ".join(words)
    if question == "-" or (not words and sys.stdin is not None and not sys.stdin.isatty()):
        try:
            question = sys.stdin.buffer.read().decode("utf-8")
        except UnicodeDecodeError as error:
            raise IfmemError("the question on stdin is not UTF-8 text.", why=str(error), exit_code=Exit.USAGE) from None
    if not question.strip():
        raise IfmemError("the question is empty.", fix='Ask one: ifmem ask "…"', exit_code=Exit.USAGE)
    return question.strip()


def _show_id(session: Session, query_id: str) -> None:
    if session.as_json:
        session.screen.json({"schema": 1, "id": query_id})
    else:
        session.screen.data(query_id)
        session.screen.note(f"Fetch the answer: ifmem ask --resume {query_id}")


def _wait(memory: Memory, session: Session, query_id: str, timeout: float | None) -> Answer | None:
    """The answer, shown; None if the wait was interrupted, which leaves the question running."""
    view = AnswerView(session.screen, streams=session.screen.on_terminal and not session.as_json)
    try:
        answer = memory.answer(query_id, timeout=timeout, on_progress=view.progress)
    except KeyboardInterrupt:
        session.screen.error(f"ifmem: the question goes on. Fetch the answer: ifmem ask --resume {query_id}")
        return None
    finally:
        view.close()
    if session.as_json:
        session.screen.json(answer.to_dict())
        session.as_json = False  # an error inside the answer is in that object: one object is what was promised
    elif not answer.error:
        view.finish(answer_text(answer))
        session.screen.flush()
        session.screen.note("\n".join(receipt(answer, verbose=session.verbose)))
    if answer.error:
        raise IfmemError.from_dict(answer.error)
    return answer
