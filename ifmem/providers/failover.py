"""Several providers for one shard, in order: the first that can answers, and the receipt says why those before it did not."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace

from ifmem.core.findings import Usage
from ifmem.core.pages import Page
from ifmem.errors import IfmemError
from ifmem.providers.contract import Done, Event, Provider, Request, Restart
from ifmem.providers.spending import OverBudget
from ifmem.providers.warming import Keeper, Warmable

log = logging.getLogger("ifmem")
SHARE = 0.5  # of the time that is left, for each provider but the last


class Unavailable:
    """Stands in for a provider that cannot be had, for want of a key or a package."""

    def __init__(self, name: str, error: IfmemError) -> None:
        self.name, _, self.model = name.partition(":")
        self.error = error

    async def answer(self, request: Request) -> AsyncGenerator[Event, None]:
        yield self._refuse()

    def _refuse(self) -> Event:
        raise self.error

    async def close(self) -> None:
        """Nothing is held."""


class Failover:
    """Is called by the name of its first provider; whoever answered in its place is named at the end of the answer.

    Raises IfmemError if there is none that could be had at all.
    """

    def __init__(self, providers: Sequence[Provider]) -> None:
        self._providers = tuple(providers)
        self.name, self.model = providers[0].name, providers[0].model
        missing = [one.error for one in providers if isinstance(one, Unavailable)]
        if len(missing) == len(providers):
            raise missing[0]

    async def answer(self, request: Request) -> AsyncGenerator[Event, None]:
        clock = asyncio.get_running_loop().time
        until = clock() + request.deadline_s
        failures: list[tuple[Provider, IfmemError]] = []
        for provider in self._providers:
            left = until - clock()
            last = provider is self._providers[-1]
            asked = replace(request, deadline_s=left if last else left * SHARE)
            shown = False
            try:
                async with aclosing(_in_time(provider, asked)) as events:
                    async for event in events:
                        shown = shown or not isinstance(event, Done)
                        yield self._labelled(event, provider, failures)
                return
            except IfmemError as error:
                log.warning("%s could not answer: %s %s", provider.name, error.what, error.why)
                failures.append((provider, error))
            if shown and not last:
                yield Restart(f"{provider.name} could not go on")
        raise _most_telling(failures)

    def _labelled(self, event: Event, by: Provider, failures: Sequence[tuple[Provider, IfmemError]]) -> Event:
        if not isinstance(event, Done) or not failures:
            return event
        reasons = "; ".join(f"{one.name} did not: {error.what} {error.why}".rstrip() for one, error in failures)
        note = f"{by.name} answered, since {reasons}"
        return replace(
            event,
            note=f"{note}; {event.note}" if event.note else note,
            provider=event.provider or by.name,
            model=event.model or by.model,
        )

    @property
    def keeper(self) -> Keeper | None:
        first = self._providers[0]
        return first.keeper if isinstance(first, Warmable) else None

    async def warm(self, page: Page, instructions: str, *, refresh: bool = False) -> Usage:
        """Only the first provider's cache is kept warm: the others are asked seldom."""
        first = self._providers[0]
        return await first.warm(page, instructions, refresh=refresh) if isinstance(first, Warmable) else Usage()

    async def close(self) -> None:
        for provider in self._providers:
            await provider.close()


async def _in_time(provider: Provider, request: Request) -> AsyncGenerator[Event, None]:
    """The provider's events, as long as its time lasts. Raises IfmemError when that is over."""
    clock = asyncio.get_running_loop().time
    until = clock() + request.deadline_s
    async with aclosing(provider.answer(request)) as events:
        while True:
            try:
                async with asyncio.timeout_at(until):
                    event = await anext(events, None)
            except TimeoutError:
                raise IfmemError(f"it did not answer within {request.deadline_s:.0f} s.") from None
            if event is None:
                return
            yield event


def _most_telling(failures: Sequence[tuple[Provider, IfmemError]]) -> IfmemError:
    """What the asker is told when nobody answered. A limit that is reached comes first: what costs nothing may still answer."""
    errors = [error for _, error in failures]
    first = next((error for error in errors if isinstance(error, OverBudget)), errors[0])
    others = "; ".join(f"{one.name}: {error.what}" for one, error in failures if error is not first)
    kind = OverBudget if isinstance(first, OverBudget) else IfmemError
    return kind(first.what, why="; ".join(filter(None, (first.why, others))), fix=first.fix, exit_code=first.exit_code)
