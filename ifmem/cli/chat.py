"""`ifmem chat`: a prompt loop. Each question follows up on the one before, so that the pages it is answered from stay hot."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Annotated

import typer

from ifmem.cli.exchange import Exchange
from ifmem.cli.failure import show
from ifmem.cli.session import Session
from ifmem.errors import Exit, IfmemError

PROMPT = "> "
NEW = "/new"
EXAMPLES = """
ifmem chat
ifmem chat --shard code
printf 'Who counts the boats?\\nAnd when?\\n' | ifmem chat
"""


def command(
    ctx: typer.Context,
    shards: Annotated[
        list[str] | None, typer.Option("--shard", metavar="NAME", help="Ask only this one; may be repeated.")
    ] = None,
    timeout: Annotated[
        float | None,
        typer.Option("--timeout", min=0.1, metavar="S", help="Seconds to wait.  [env: IFMEM_ASK_TIMEOUT_S]"),
    ] = None,
    resume: Annotated[str, typer.Option("--resume", metavar="ID", help="Go on after this question.")] = "",
    model: Annotated[
        str,
        typer.Option("--model", metavar="NAME", help="Makes one answer of findings.  [env: IFMEM_COORDINATOR_MODEL]"),
    ] = "",
    no_synthesis: Annotated[
        bool, typer.Option("--no-synthesis", help="Put findings side by side.  [env: IFMEM_SYNTHESIS]")
    ] = False,
) -> Exit:
    """Each line is a question; its answer is known to the next one. /new starts over, Ctrl-D leaves. Ctrl-C during
    an answer keeps what was said and returns to the prompt. Without a terminal, the lines of stdin are the questions.
    """
    session: Session = ctx.obj
    on_terminal = sys.stdin is not None and sys.stdin.isatty()
    with session.memory() as memory:
        exchange = Exchange(memory, session, tuple(shards or ()), timeout, model=model, synthesis=not no_synthesis)
        chat = Chat(exchange, resume, patient=on_terminal)
        return chat.run(_typed(session) if on_terminal else _piped())


class Chat:
    """One conversation. `patient`: a person is there, who sees an error and goes on; else the first one decides the exit code."""

    def __init__(self, exchange: Exchange, follows: str, *, patient: bool) -> None:
        self._exchange = exchange
        self._follows = self._answered = follows
        self._patient = patient

    def run(self, lines: Iterable[str]) -> Exit:
        outcome = Exit.DONE
        for line in lines:
            if line.strip() == NEW:
                self._follows = self._answered = ""
                self._exchange.session.screen.note("A new conversation.")
            elif line.strip():
                ended = self._turn(line.strip())
                if ended == Exit.INTERRUPTED and not self._patient:
                    return ended
                outcome = outcome or ended
        return Exit.DONE if self._patient else outcome

    def _turn(self, question: str) -> Exit:
        """Ask and show the answer. One that was interrupted goes on in the set, and is what the next question follows."""
        exchange = replace(self._exchange, session=replace(self._exchange.session))
        try:
            self._follows = exchange.put(question, self._follows)
            if exchange.wait(self._follows) is None:
                return Exit.INTERRUPTED
        except KeyboardInterrupt:  # before it was put
            return Exit.INTERRUPTED
        except IfmemError as error:
            if error.exit_code == Exit.NOTHING_RUNNING:
                raise
            self._follows = self._answered  # there may never be an answer to follow
            return Exit(show(error, exchange.session))
        self._answered = self._follows
        return Exit.DONE


def _typed(session: Session) -> Iterator[str]:
    """What a person types, until Ctrl-D; Ctrl-C drops the line."""
    with contextlib.suppress(ImportError):  # not everywhere; input() uses it for editing and for the lines before
        import readline  # noqa: F401
    session.screen.note("Ask. /new starts over, Ctrl-D leaves.")
    while True:
        try:
            yield _line(session)
        except KeyboardInterrupt:
            session.screen.error("")
        except EOFError:
            session.screen.error("")
            return


def _line(session: Session) -> str:
    if session.screen.on_terminal:
        return input(PROMPT)
    sys.stderr.write(PROMPT)  # the answers go elsewhere, the prompt does not belong among them
    sys.stderr.flush()
    return input()


def _piped() -> Iterator[str]:
    try:
        yield from sys.stdin or ()
    except UnicodeDecodeError as error:
        raise IfmemError("a question on stdin is not UTF-8 text.", why=str(error), exit_code=Exit.USAGE) from None
