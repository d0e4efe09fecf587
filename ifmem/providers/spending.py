"""What a call to a model may cost, settled before it is made: providers ask a purse, and make no call that it does not pay for.

The purse itself is kept elsewhere (`processes.purse`): providers know only that there is one.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

from ifmem.core.findings import Usage
from ifmem.core.prices import Rates
from ifmem.errors import IfmemError


class OverBudget(IfmemError):
    """A limit on spending does not allow the call. Nothing was sent."""


@dataclass(frozen=True)
class Call:
    """One request to a model, before it is sent.

    `purpose` is `answer`, `synthesis`, `warm` or `refresh`. `page` is the digest of the page it reads ("" for none), `tokens` its
    prompt. `most_usd` is what it can cost at most: the prompt uncached and written at the dearest rate it may be, all of the
    output; None if no price is known for the model. `local`: its server has a loopback or private address, where nobody bills.
    """

    query_id: str
    purpose: str
    provider: str
    model: str
    page: str = ""
    tokens: int = 0
    most_usd: float | None = None
    local: bool = False


@dataclass
class Bill:
    """What a call did cost, filled in while its reply comes. Left as it is for a call that was sent and never came to an end: nobody
    knows what that cost, so what was set aside for it stays spent. `usage` None is not measured; `cost_usd` None is not known.
    `rates` are those it was billed at, if they are not in `core.prices`.
    """

    usage: Usage | None = None
    cost_usd: float | None = None
    rates: Rates | None = None

    def was_free(self) -> None:
        """The vendor refused the call, or was never reached."""
        self.usage, self.cost_usd = Usage(), 0.0


class Purse(Protocol):
    def paying(self, call: Call) -> AbstractAsyncContextManager[Bill]:
        """Enter to send the call; fill in the bill before leaving. Raises OverBudget without having sent anything."""
        ...


class Unlimited:
    """Pays for everything and remembers nothing: for calls that cost nothing."""

    @asynccontextmanager
    async def paying(self, call: Call) -> AsyncGenerator[Bill, None]:
        yield Bill()
