"""The connection to the bus: the only module that imports redis, and the one place for timeouts, retries and their errors.

Everything above speaks in commands (`call`, `send`, `listen`) and in two errors: `BusLost` when the server cannot be
reached (worth trying again) and IfmemError for what a person must mend (wrong password, a server that is full).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import redis.asyncio as redis
from redis import exceptions as wrong
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff

from ifmem.errors import Exit, IfmemError

BLOCK_S = 1.0  # a blocking read is not interrupted by SIGTERM, so none may be longer
ANSWER_WITHIN_S = 5.0  # an ordinary command; longer than BLOCK_S by a margin for a server that is writing to disk
CONNECT_WITHIN_S = 2.0
TRIES_AGAIN = 2  # hides one closed idle connection and one dropped packet; an outage is for the caller's own patience

Command = tuple[Any, ...]


class BusLost(IfmemError):
    """The server did not answer. Whoever has time tries again; see `processes.patience`."""


class Bus:
    """One pool of connections to a Redis or Valkey server. Belongs to the event loop (and process) that first used it."""

    def __init__(self, url: str) -> None:
        """`url` is redis://, rediss:// or unix://; a password may be in it, and is never shown again."""
        self.url = url
        try:
            self._redis = redis.Redis.from_url(
                url,
                decode_responses=True,
                protocol=2,  # replies of one shape from every server
                socket_timeout=ANSWER_WITHIN_S,
                socket_connect_timeout=CONNECT_WITHIN_S,
                retry=Retry(ExponentialWithJitterBackoff(base=0.02, cap=0.2), TRIES_AGAIN),
            )
        except ValueError as error:
            raise IfmemError(
                f"cannot use the Redis address {shown(url)}.",
                why=str(error),
                fix="Use redis://host:port, rediss://host:port or unix:///path in IFMEM_REDIS_URL",
                exit_code=Exit.USAGE,
            ) from None

    async def call(self, *command: Any) -> Any:
        """Send one command and return its reply."""
        with self._explained():
            return await self._redis.execute_command(*command)  # type: ignore[no-untyped-call]

    async def call_bytes(self, *command: Any) -> Any:
        """Like `call` for a value that is not text."""
        with self._explained():
            return await self._redis.execute_command(*command, NEVER_DECODE=[])  # type: ignore[no-untyped-call]

    async def send(self, *commands: Command) -> list[Any]:
        """Send several commands in one write and return their replies in order. The first error reply is raised."""
        with self._explained():
            pipeline = self._redis.pipeline(transaction=False)
            for command in commands:
                pipeline.execute_command(*command)
            return await pipeline.execute()

    async def listen(self, channel: str) -> AsyncIterator[str]:
        """What is published on `channel` from now on."""
        with self._explained():
            async with self._redis.pubsub(ignore_subscribe_messages=True) as subscription:
                await subscription.subscribe(channel)
                while True:
                    message = await subscription.get_message(timeout=BLOCK_S)
                    if message is not None:
                        yield message["data"]

    async def ping_ms(self) -> float:
        """How long the server takes to answer, in milliseconds."""
        started = time.perf_counter()
        await self.call("PING")
        return (time.perf_counter() - started) * 1000

    async def close(self) -> None:
        await self._redis.aclose()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        task = asyncio.current_task()
        cancelled = task.cancelling() if task else 0
        try:
            yield
            # redis-py sends inside asyncio.wait_for, which on Python 3.11 can swallow a cancellation that comes with the result.
            if task and task.cancelling() > cancelled:
                raise asyncio.CancelledError
        except (wrong.AuthenticationError, wrong.AuthorizationError) as error:
            raise IfmemError(
                f"the Redis at {shown(self.url)} refused the password.",
                why=str(error),
                fix="Put the right user and password into IFMEM_REDIS_URL=redis://user:password@host:port",
                exit_code=Exit.CREDENTIALS,
            ) from None
        except (wrong.ConnectionError, wrong.TimeoutError, OSError) as error:
            raise BusLost(
                f"cannot reach Redis at {shown(self.url)}.",
                why=_reason(error),
                fix="Is it running? redis-cli ping    Without IFMEM_REDIS_URL, ifmem up starts its own.",
            ) from None
        except (wrong.OutOfMemoryError, wrong.ReadOnlyError) as error:
            raise IfmemError(
                f"the Redis at {shown(self.url)} takes no more data.",
                why=str(error),
                fix="Give it more memory (maxmemory) or disk, or remove what else it holds.",
            ) from None
        except wrong.ResponseError as error:
            raise _refused(self.url, str(error)) from error


def shown(url: str) -> str:
    """The address without its password, for people, logs and `--json`."""
    parts = urlsplit(url)
    if parts.password is None:
        return url
    host = f"{parts.username or ''}:***@{parts.netloc.rpartition('@')[2]}"
    return urlunsplit(parts._replace(netloc=host))


def _refused(url: str, reason: str) -> IfmemError:
    if "NOAUTH" in reason or "WRONGPASS" in reason:
        return IfmemError(
            f"the Redis at {shown(url)} wants a password.",
            why=reason,
            fix="Put user and password into IFMEM_REDIS_URL=redis://user:password@host:port",
            exit_code=Exit.CREDENTIALS,
        )
    return IfmemError(
        f"the Redis at {shown(url)} refused a command.",
        why=reason,
        fix="ifmem needs Redis 7 or Valkey 7.2, or newer.",
    )


def _reason(error: BaseException) -> str:
    text = str(error)
    return text.partition("connecting to ")[2] or text or type(error).__name__
