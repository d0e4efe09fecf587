"""What a server does with a call that is cancelled, and with sessions over HTTP."""

from __future__ import annotations

import asyncio

import anyio

from ifmem.bridge.post import Post
from ifmem.config import Config


def test_a_call_that_is_cancelled_has_delivered_nothing(config: Config) -> None:
    post = Post(config)

    async def run() -> list[str]:
        made, tokens = await post.create("", "backend", "frontend")
        a, b = await post.enter("", made.id, tokens.a, ""), await post.enter("", made.id, tokens.b, "")
        await post.send(a, "info", "one", ())
        with anyio.CancelScope() as call:
            call.cancel()
            await post.receive(b, "session", (), 10, 0)
        assert call.cancelled_caught
        batch = await post.receive(b, "session", (), 10, 0)
        return [message.text for message in batch.messages]

    assert asyncio.run(run()) == ["one"]


def test_sessions_of_one_server_are_kept_apart(config: Config) -> None:
    post = Post(config)

    async def run() -> tuple[str, str, int]:
        made, tokens = await post.create("first", "backend", "frontend")
        await post.enter("second", made.id, tokens.b, "")
        first, second = await post.enter("first", "", "", ""), await post.enter("second", "", "", "")
        await post.send(first, "info", "one", ())
        await post.receive(second, post.session("dead"), (), 10, 0)
        batch = await post.receive(second, post.session("alive"), (), 10, 0)
        return first.side, second.side, len(batch.messages)

    assert asyncio.run(run()) == ("a", "b", 1)
