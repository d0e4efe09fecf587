"""A call to a model that failed, in no vendor's terms: whether another attempt is worth it, and what a person is told."""

from __future__ import annotations

import contextlib
import difflib
import importlib.util
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    stop_after_attempt,
    stop_before_delay,
    wait_exponential_jitter,
)

from ifmem.errors import Exit, IfmemError
from ifmem.providers.anthropic_calls import NotBilled

ATTEMPTS = 4
# What vendors' packages raise over a reply that is none of their server's: they hardly look at what they are sent.
UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, IndexError)
IN_THE_STREAM = 200  # the status of an error that comes as an event of a reply that had begun well
_back_off = wait_exponential_jitter(max=8.0)
_TOO_LONG = re.compile(
    r"context (length|size|window)|context_length|exceeds? the .*(context|number of tokens)|too (long|large)", re.I
)

T = TypeVar("T")


@dataclass
class Failed(Exception):
    """`status` is HTTP's; 0 if no server answered, or none in the form of the API (`foreign`). `spent`: a limit that somebody has to
    raise. `bad_key`: the key is refused, whatever the status. `after_s` is how long the server asks to wait.
    """

    said: str
    status: int = 0
    after_s: float | None = None
    spent: bool = False
    bad_key: bool = False
    timed_out: bool = False
    foreign: bool = False

    @property
    def passing(self) -> bool:
        """Whether the same request may succeed later."""
        if self.spent or self.bad_key or self.foreign:
            return False
        return self.status in (0, 408, 409, 429) or self.status >= 500


class UsedUp(NotBilled):
    """The vendor says that a limit of the account is reached: asking again soon will not do."""


@dataclass(frozen=True)
class Server:
    """Who was asked: `who` is how people call it, `variable` holds its key, `models` are names it is known to have."""

    who: str
    variable: str
    base_url: str
    model: str
    models: Sequence[str] = ()


async def retried(send: Callable[[], Awaitable[T]], left_s: float, sleep: Callable[[float], Awaitable[None]]) -> T:
    """What `send` gives. Passing failures are tried again while there is time; raises the last Failed."""
    attempts = AsyncRetrying(
        stop=stop_after_attempt(ATTEMPTS) | stop_before_delay(left_s),
        wait=_wait_s,
        retry=retry_if_exception(lambda error: isinstance(error, Failed) and error.passing),
        sleep=sleep,
        reraise=True,
    )
    return await attempts(send)


def _wait_s(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked = error.after_s if isinstance(error, Failed) else None
    return _back_off(state) if asked is None else asked


def explain(failed: Failed, server: Server) -> IfmemError:
    """What a person is told about a request that failed for good. Nobody knows what one cost that was sent and never answered."""
    if failed.timed_out:
        fix = "Ask again, or with more patience: --timeout SECONDS"
        return IfmemError(f"{server.base_url} did not answer in time.", fix=fix)
    if failed.foreign:
        return not_the_api(server.base_url)
    if failed.status == 0:
        fix = "Check the network, that the server runs, and the provider's base_url"
        return NotBilled(f"cannot reach {server.base_url}.", why=failed.said, fix=fix)
    return _explain_status(failed, server)


async def explain_with_models(
    failed: Failed, server: Server, models: Callable[[], Awaitable[Sequence[str]]]
) -> IfmemError:
    """`explain`, which can name the models that the server has if it does not know the one it was asked for."""
    if failed.status == 404 and not failed.foreign:
        with contextlib.suppress(IfmemError):
            server = replace(server, models=await models())
    return explain(failed, server)


def not_the_api(base_url: str) -> IfmemError:
    return NotBilled(
        f"{base_url} does not answer as a model server does.",
        why="what it sent is not in the form of the API",
        fix="Check the provider and its base_url: an OpenAI-compatible one mostly ends in /v1, an Anthropic-compatible one does not",
    )


def _explain_status(failed: Failed, server: Server) -> IfmemError:
    status, why = failed.status, f"it says: {failed.said} (HTTP {failed.status})"
    if status == 401 or failed.bad_key:
        fix = f"Set a valid key in {server.variable}, then: ifmem down; ifmem up"
        return NotBilled(f"{server.who} refused the key.", why=why, fix=fix, exit_code=Exit.CREDENTIALS)
    if status == 403:
        fix = "Use a key that has access to the model, or set another model"
        return NotBilled(f"the key may not use {server.model}.", why=why, fix=fix, exit_code=Exit.CREDENTIALS)
    if status == 402 or failed.spent:
        fix = "Add credit or raise the limit in the vendor's console, or wait until it is reset"
        return UsedUp("the account's credit or limit is used up.", why=why, fix=fix)
    if status == 404:
        near = difflib.get_close_matches(server.model, server.models, n=3) or list(server.models[:8])
        fix = f"Set one of: {', '.join(near)}" if near else "Set a model that the server has, or check its base_url"
        return NotBilled(f"there is no model {server.model!r}.", why=why, fix=fix, exit_code=Exit.USAGE)
    if status == 413 or (status < 500 and _TOO_LONG.search(failed.said)):
        fix = "Set a smaller page_tokens, then: ifmem restart    Or let the server of your own read more at once (its context length)"
        return NotBilled(f"a page is too large for {server.model}.", why=why, fix=fix)
    if status == 429:
        later = f"Ask again in {failed.after_s:.0f} s" if failed.after_s is not None else "Ask again later"
        return NotBilled(f"the rate limit of {server.who} is reached.", why=why, fix=later)
    if status >= 500:
        return NotBilled(f"{server.who} is in trouble.", why=why, fix="Ask again later")
    return NotBilled(f"{server.who} refused the request to {server.model}.", why=why, fix="See what it was: ifmem logs")


def seconds_to_wait(text: object) -> float | None:
    """A `retry-after` in seconds, with or without its unit; None for anything else."""
    try:
        return max(0.0, float(str(text).removesuffix("s")))
    except ValueError:
        return None


def is_installed(package: str) -> bool:
    """Imports nothing of it."""
    try:
        return importlib.util.find_spec(package) is not None
    except ModuleNotFoundError:  # the package it would be in is not there either
        return False


def demand_installed(package: str, *, extra: str) -> None:
    """Raises IfmemError (exit code 2) if a package that comes with an extra is not there. Imports nothing of it."""
    if is_installed(package):
        return
    raise IfmemError(
        f"the package {package} is not installed.",
        why="it comes with an extra of ifmem, for those who use its vendor",
        fix=f"Install it: uv pip install 'ifmem[{extra}]'",
        exit_code=Exit.USAGE,
    )
