"""`ifmem ask`: one question, its answer on stdout and its receipt on stderr."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from ifmem.cli.exchange import Exchange
from ifmem.cli.session import Session
from ifmem.errors import Exit, IfmemError

EXAMPLES = """
ifmem ask "Where are retries decided?"
ifmem ask --shard code --json "Which function opens the archive?"
git diff | ifmem ask -
ifmem ask --resume q_019aa4c8f2e6d1b7a3c59 "And who calls it?"
"""


def command(  # noqa: PLR0917 - typer reads the options from the signature
    ctx: typer.Context,
    words: Annotated[list[str] | None, typer.Argument(metavar="QUESTION", hidden=True)] = None,
    shards: Annotated[
        list[str] | None, typer.Option("--shard", metavar="NAME", help="Ask only this one; may be repeated.")
    ] = None,
    timeout: Annotated[
        float | None,
        typer.Option("--timeout", min=0.1, metavar="S", help="Seconds to wait.  [env: IFMEM_ASK_TIMEOUT_S]"),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit code 5 if a shard's part is missing.")] = False,
    no_wait: Annotated[bool, typer.Option("--no-wait", help="Print the question's id and return.")] = False,
    resume: Annotated[
        str, typer.Option("--resume", metavar="ID", help="Wait for a question asked before, or follow up on it.")
    ] = "",
    fresh: Annotated[bool, typer.Option("--fresh", help="Ask anew, even if the same answer is stored.")] = False,
    model: Annotated[
        str,
        typer.Option("--model", metavar="NAME", help="Makes one answer of findings.  [env: IFMEM_COORDINATOR_MODEL]"),
    ] = "",
    no_synthesis: Annotated[
        bool, typer.Option("--no-synthesis", help="Put findings side by side.  [env: IFMEM_SYNTHESIS]")
    ] = False,
) -> Exit:
    """QUESTION is read from stdin if it is `-` or missing. The answer goes to stdout; sources, shards asked,
    cost and time go to stderr. An answer that the folder does not support says so, with exit code 0. Ctrl-C
    leaves the question running and prints how to fetch its answer. With --resume, a QUESTION follows up on
    the one that was asked; without one, its answer is fetched.
    """
    session: Session = ctx.obj
    fetch = bool(resume) and not words
    if fetch and (shards or no_wait or fresh or model or no_synthesis):
        raise IfmemError("--resume without a question fetches an answer: give its id alone.", exit_code=Exit.USAGE)
    question = "" if fetch else _question(words or [])
    with session.memory() as memory:
        exchange = Exchange(memory, session, tuple(shards or ()), timeout, fresh, model, not no_synthesis)
        if standstill := memory.standstill():
            session.screen.note(f"ifmem: {standstill}")
        query_id = resume if fetch else exchange.put(question, resume)
        if no_wait:
            _show_id(session, query_id)
            return Exit.DONE
        answer = exchange.wait(query_id)
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
