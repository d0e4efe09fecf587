"""A headless agent program as a provider: `command:PROGRAM ARGUMENTS`. A folder's own file may name one once its user
trusts it (`core.trust`).

What is said is in `command_lines`, keeping the program alive in `command_agent`. It answers one question at a time. One that leaves in the
middle, or takes leave instead of answering, is asked again once; one that does not answer in time is killed.
"""

from __future__ import annotations

import asyncio
import contextlib
import shlex
import shutil
from asyncio.subprocess import Process
from collections.abc import AsyncGenerator, Awaitable, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import TypeVar

from ifmem.config import Config
from ifmem.core.findings import PageUse
from ifmem.core.prices import total_usd
from ifmem.errors import Exit, IfmemError
from ifmem.providers.asking import insist, scored, total, worth
from ifmem.providers.command_agent import Agent, Sleep
from ifmem.providers.command_lines import CommandReply, request_line
from ifmem.providers.contract import Done, Event, Quote, Request, Text
from ifmem.providers.spending import Call, Purse

T = TypeVar("T")


class Command:
    """What the program costs is between it and its own vendor: what it tells of that is put into the books, and nothing set aside."""

    name = "command"

    def __init__(self, command: Sequence[str], config: Config, purse: Purse, *, sleep: Sleep = asyncio.sleep) -> None:
        self._agent = Agent(command, config.folder, config.restart_ceiling_s, sleep=sleep)
        self.model = self._agent.program
        self._pages = config.pages
        self._purse = purse
        self._turn = asyncio.Lock()
        self._session = ""
        self._asked = 0

    async def answer(self, request: Request) -> AsyncGenerator[Event, None]:
        replies: list[CommandReply] = []

        def exchange(question: str, left_s: float) -> tuple[CommandReply, AsyncGenerator[Text | Quote, None]]:
            self._asked += 1
            reply = CommandReply(f"{request.query_id or 'q'}.{self._asked}")
            line = request_line(request, reply.id, question, self._session, self._pages)
            return reply, self._exchange(request, line, reply, left_s)

        async with aclosing(insist(request.question, request.deadline_s, exchange, replies)) as events:
            async for event in events:
                yield scored(event, request)
        if error := self._failure(replies):
            raise error
        yield self._done(request, replies)

    async def close(self) -> None:
        await self._agent.close()

    async def _exchange(
        self, request: Request, line: bytes, reply: CommandReply, left_s: float
    ) -> AsyncGenerator[Text | Quote, None]:
        until = asyncio.get_running_loop().time() + left_s
        await self._in_time(self._turn.acquire(), until, left_s)
        try:
            call = Call(request.query_id, "answer", self.name, self.model, tokens=_tokens(request), local=True)
            async with self._purse.paying(call) as bill, aclosing(self._talk(line, reply, until, left_s)) as events:
                async for event in events:
                    yield event
                if reply.ended:
                    bill.usage, bill.cost_usd = reply.usage, reply.cost_usd
        finally:
            self._turn.release()

    async def _talk(
        self, line: bytes, reply: CommandReply, until: float, left_s: float
    ) -> AsyncGenerator[Text | Quote, None]:
        """Ask the program that runs now, and hear it out. One that had left after its last answer, believing that it was done, never
        heard the question: the next one is asked."""
        while True:
            process = await self._in_time(self._agent.running(), until, left_s)
            had_answered = self._agent.has_served(process)
            try:
                async with aclosing(self._hear(process, line, reply, until, left_s)) as events:
                    async for event in events:
                        yield event
            finally:
                if reply.ended:
                    self._agent.served(process)
                else:
                    await self._agent.end(process)
            if reply.begun or not had_answered:
                break
        self._session = self._session if reply.session is None else reply.session

    async def _hear(
        self, process: Process, line: bytes, reply: CommandReply, until: float, left_s: float
    ) -> AsyncGenerator[Text | Quote, None]:
        """What one program says until it is done, or leaves."""
        assert process.stdin is not None and process.stdout is not None
        with contextlib.suppress(ConnectionError, ValueError):  # ValueError: a line that has no end
            process.stdin.write(line)
            while not reply.ended:
                heard = await self._in_time(process.stdout.readline(), until, left_s)
                if not heard:
                    return
                for event in reply.take(heard):
                    yield event

    async def _in_time(self, waiting: Awaitable[T], until: float, left_s: float) -> T:
        try:
            async with asyncio.timeout_at(until):
                return await waiting
        except TimeoutError:
            fix = "Ask again, or with more patience: --timeout SECONDS"
            raise IfmemError(f"{self.model} did not answer within {left_s:.0f} s.", fix=fix) from None

    def _failure(self, replies: Sequence[CommandReply]) -> IfmemError | None:
        last = replies[-1]
        if last.error:
            return last.error
        fix = "See what it says: ifmem logs"
        if last.signed_off:
            return IfmemError(f"{self.model} took leave instead of answering.", why="it was asked twice", fix=fix)
        if not last.ended and not last.text and not last.quotes:
            why = f"it was asked twice; last: {self._agent.last_exit}"
            return IfmemError(f"{self.model} left before it answered.", why=why, fix=fix)
        return None

    def _done(self, request: Request, replies: Sequence[CommandReply]) -> Done:
        last, strange = replies[-1], sum(reply.strange for reply in replies)
        return Done(
            found=last.found and bool(last.quotes),
            stop="complete" if last.ended else "incomplete",
            score=max((worth(citation, request) for citation in last.quotes), default=0.0),
            usage=total([reply.usage for reply in replies]),
            cost_usd=total_usd(reply.cost_usd for reply in replies),
            pages=tuple(PageUse(page.digest, "none", page.tokens) for page in request.pages),
            asked_again=sum(reply.signed_off for reply in replies),
            note=f"{self.model} said {strange:,} lines that are no part of an answer" if strange else "",
        )


def command_in(line: str) -> list[str]:
    """The program and its arguments in a setting. Raises IfmemError (exit code 2) for what cannot be started."""
    try:
        program, *arguments = shlex.split(line)
    except ValueError as error:
        raise _unusable(line, str(error) or "it is empty") from None
    found = shutil.which(Path(program).expanduser())
    if found is None or not Path(found).is_absolute():
        raise _unusable(line, f"there is no program {program!r}")
    return [found, *arguments]


def _unusable(line: str, why: str) -> IfmemError:
    fix = 'Name a program on PATH or by its full path: provider = "command:/usr/local/bin/agent --flag"'
    return IfmemError(f"cannot answer with the command {line!r}.", why=why, fix=fix, exit_code=Exit.USAGE)


def _tokens(request: Request) -> int:
    return sum(page.tokens for page in request.pages)
