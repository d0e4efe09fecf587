"""The connection to the bus: the only module that imports redis, and the one place for timeouts, retries and their errors.

Everything above speaks in commands (`call`, `send`, `subscribed`) and in two errors: `BusLost` (of `stores.bus_errors`) when the server
cannot be reached or has no room (worth trying again) and IfmemError for what a person must mend (wrong password, a version that is too
old).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing, asynccontextmanager, contextmanager
from typing import Any
from urllib.parse import unquote, urlsplit

import hiredis
import redis.asyncio as redis
from redis import exceptions as wrong
from redis.asyncio.connection import AbstractConnection
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff, NoBackoff
from redis.credentials import CredentialProvider
from redis.driver_info import DriverInfo

from ifmem import __version__
from ifmem.core.addresses import masked
from ifmem.errors import Exit, IfmemError
from ifmem.stores.bus_errors import OTHER_TYPE, BusLoading, BusLost, full, reason, refused
from ifmem.stores.bus_server import USER, known_password
from ifmem.stores.script_digests import Command, KnownScripts
from ifmem.stores.strange_keys import clear

BLOCK_S = 3.0  # a blocking read; a process that is told to stop cancels it
ANSWER_WITHIN_S = 5.0  # any exchange; longer than BLOCK_S by a margin for a server that is writing to disk
CONNECT_WITHIN_S = 2.0
READ_SIZE = 1 << 20  # bytes at once; a page is a few megabytes
TRIES_AGAIN = 2  # hides one closed idle connection and one dropped packet; an outage is for the caller's own patience
WAITING = frozenset({"BLPOP", "BLMOVE", "XREAD"})  # never repeated in silence: what was taken may have been on its way
NO_ROOM = ("MISCONF", "OOM")  # the append-only file cannot be written; no memory
OUT_OF_MEMORY = "command not allowed when used memory"  # as a script reports it


class Bus:
    """One pool of connections to a Redis or Valkey server. Belongs to the event loop (and process) that first used it."""

    def __init__(self, url: str) -> None:
        """`url` is redis://, rediss:// or unix://; a password may be in it, and is never shown again."""
        self.url = url
        embedded = _Embedded.of(url)
        try:
            self._redis = redis.Redis.from_url(
                embedded.address if embedded else url,
                decode_responses=True,
                encoding_errors="replace",  # bytes that are no text are no message of ours; the door refuses them
                protocol=2,  # replies of one shape from every server
                socket_timeout=None,  # _talk has one limit for a whole exchange, which is a good deal cheaper than one a reply
                socket_connect_timeout=CONNECT_WITHIN_S,
                socket_read_size=READ_SIZE,
                retry=Retry(NoBackoff(), 0),  # send tries again, connecting included
                credential_provider=embedded,
                driver_info=DriverInfo("ifmem", __version__),  # redis-py would read its package's files for one
            )
        except ValueError as error:
            raise IfmemError(
                f"cannot use the Redis address {masked(url)}.",
                why=str(error),
                fix="Use redis://host:port, rediss://host:port or unix:///path in IFMEM_REDIS_URL",
                exit_code=Exit.USAGE,
            ) from None
        self._parse = dict(self._redis.response_callbacks)  # its own lookup changes case each time
        self._retry = Retry(ExponentialWithJitterBackoff(base=0.02, cap=0.2), TRIES_AGAIN)
        self._once = Retry(NoBackoff(), 0)
        self._idle: list[AbstractConnection] = []
        self._scripts = KnownScripts()

    async def call(self, *command: Any) -> Any:
        """Send one command and return its reply."""
        return (await self.send(command))[0]

    async def call_bytes(self, *command: Any) -> Any:
        """Like `call` for a value that is not text."""
        with self._explained():
            return (await self._exchange((command,), as_bytes=True))[0]

    async def send(self, *commands: Command) -> list[Any]:
        """Send several commands in one write and return their replies in order. The first error reply is raised."""
        with self._explained():
            return await self._exchange(commands, as_bytes=False)

    async def _exchange(self, commands: Sequence[Command], *, as_bytes: bool) -> list[Any]:
        connection = self._idle.pop() if self._idle else self._redis.connection_pool.make_connection()  # type: ignore[no-untyped-call]
        if connection.is_connected and await connection.can_read():
            await connection.disconnect(nowait=True)  # the server has closed it: no reply is due on an idle connection
        if not connection.is_connected:
            self._scripts.forget()  # the server may have been started anew
        last_wait = max((place for place, command in enumerate(commands) if command[0] in WAITING), default=-1)
        sent = [  # a server that has forgotten a script would run it only after the wait that follows: that one goes whole
            command if place < last_wait else self._scripts.shortened(command) for place, command in enumerate(commands)
        ]
        replies = await (self._retry if last_wait < 0 else self._once).call_with_retry(
            lambda: _talk(connection, sent, as_bytes=as_bytes), lambda _: connection.disconnect(nowait=True)
        )
        for place, reply in enumerate(replies):
            if isinstance(reply, wrong.ResponseError):
                replies[place] = await self._asked_again(connection, commands[place], reply, as_bytes=as_bytes)
        self._idle.append(connection)  # one that failed or was cut off has closed itself and is forgotten
        for reply in replies:
            if isinstance(reply, wrong.ResponseError):
                raise reply
        return [self._parsed(command, reply) for command, reply in zip(commands, replies, strict=True)]

    async def _asked_again(
        self, connection: AbstractConnection, command: Command, refusal: wrong.ResponseError, *, as_bytes: bool
    ) -> Any:
        """The reply to a command that was refused, once what can be mended is; else the refusal. Nothing was done the first time."""
        reply: Any = refusal
        if isinstance(reply, wrong.NoScriptError):
            self._scripts.forget()
            [reply] = await _talk(connection, (command,), as_bytes=as_bytes)
        if _is_of_other_type(reply) and _Embedded.of(self.url) is not None:
            await clear(lambda asked: _talk(connection, asked, as_bytes=False), command)
            [reply] = await _talk(connection, (command,), as_bytes=as_bytes)
        return reply

    def _parsed(self, command: Command, reply: Any) -> Any:
        parse = self._parse.get(command[0])
        return parse(reply) if parse else reply

    @asynccontextmanager
    async def subscribed(self, channel: str) -> AsyncGenerator[AsyncGenerator[str, None], None]:
        """What is published on `channel`, all of it from the moment this is entered."""
        async with self._redis.pubsub() as subscription:
            with self._explained():
                await subscription.subscribe(channel)
                async with asyncio.timeout(ANSWER_WITHIN_S):
                    while (said := await subscription.get_message(timeout=BLOCK_S)) is None or said[
                        "type"
                    ] != "subscribe":
                        pass
            async with aclosing(self._published(subscription)) as published:
                yield published

    async def _published(self, subscription: Any) -> AsyncGenerator[str, None]:
        while True:
            with self._explained():
                message = await subscription.get_message(timeout=BLOCK_S)
            if message is not None and message["type"] == "message":
                yield message["data"]

    async def close(self) -> None:
        for connection in self._idle:
            await connection.disconnect()
        self._idle.clear()
        await self._redis.aclose()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except wrong.BusyLoadingError as error:
            raise BusLoading(f"the Redis at {masked(self.url)} is still loading.", why=str(error)) from None
        except (wrong.ConnectionError, wrong.TimeoutError, OSError) as error:
            if _is_wrong_password(error) and _Embedded.of(self.url) is None:  # ours has a new one when it starts again
                raise IfmemError(
                    f"the Redis at {masked(self.url)} refused the password.",
                    why=reason(error),
                    fix="Put the right user and password into IFMEM_REDIS_URL=redis://user:password@host:port",
                    exit_code=Exit.CREDENTIALS,
                ) from None
            raise BusLost(
                f"cannot reach Redis at {masked(self.url)}.",
                why=reason(error),
                fix="Is it running? redis-cli ping    Without IFMEM_REDIS_URL, ifmem up starts its own.",
            ) from None
        except (wrong.OutOfMemoryError, wrong.ReadOnlyError) as error:
            raise full(self.url, str(error)) from None
        except wrong.ResponseError as error:
            if str(error).startswith(NO_ROOM) or OUT_OF_MEMORY in str(error):
                raise full(self.url, str(error)) from None
            raise refused(self.url, str(error)) from error


class _Embedded(CredentialProvider):
    """The password of the embedded server, read whenever a connection is made: each of its starts has a new one."""

    def __init__(self, address: str, user: str) -> None:
        self.address = address
        self.user = user

    @classmethod
    def of(cls, url: str) -> _Embedded | None:
        """For a socket whose address has no password of its own."""
        parts = urlsplit(url)
        if parts.scheme != "unix" or parts.password or "password=" in parts.query:
            return None
        return cls(f"unix://{parts.path}" + (f"?{parts.query}" if parts.query else ""), unquote(parts.username or USER))

    def get_credentials(self) -> tuple[str, ...]:  # type: ignore[override]
        password = known_password(self.address)
        return (self.user, password) if password else ()

    async def get_credentials_async(self) -> tuple[str, ...]:  # type: ignore[override]
        return self.get_credentials()


async def _talk(connection: AbstractConnection, commands: Sequence[Command], *, as_bytes: bool) -> list[Any]:
    """Write all, then read all: an error among the replies is one of them, so that the next exchange starts clean."""
    replies: list[Any] = []
    try:
        async with asyncio.timeout(ANSWER_WITHIN_S):
            await connection.send_packed_command(_packed(connection, commands), check_health=False)
            for _ in commands:
                try:
                    replies.append(await connection.read_response(disable_decoding=as_bytes))
                except wrong.ResponseError as error:
                    replies.append(error)
    except TimeoutError:
        raise wrong.TimeoutError(f"no reply within {ANSWER_WITHIN_S:.0f} s") from None
    return replies


def _packed(connection: AbstractConnection, commands: Sequence[Command]) -> list[bytes]:
    """The commands as they are sent. hiredis packs seven times faster, but copies bytes, and those may be megabytes."""
    if any(bytes in map(type, command) for command in commands):
        return connection.pack_commands(commands)
    return [hiredis.pack_command(command) for command in commands]


def _is_wrong_password(error: BaseException) -> bool:
    """Whether a connection (redis-py says no more of it) failed because of its user or password."""
    return isinstance(error, wrong.AuthenticationError) or isinstance(error.__context__, wrong.AuthenticationError)


def _is_of_other_type(reply: Any) -> bool:
    return isinstance(reply, wrong.ResponseError) and str(reply).startswith(OTHER_TYPE)
