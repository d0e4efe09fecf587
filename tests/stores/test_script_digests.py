from __future__ import annotations

from typing import Any

from ifmem.stores.bus import Bus
from ifmem.stores.script_digests import KnownScripts

ECHO = "return {KEYS[1], ARGV[1]}"


def test_a_script_is_sent_whole_once_and_by_its_digest_from_then_on() -> None:
    scripts = KnownScripts()
    assert scripts.shortened(("EVAL", ECHO, 1, "key", "x"))[:2] == ("EVAL", ECHO)
    name, digest, *rest = scripts.shortened(("EVAL", ECHO, 1, "key", "y"))
    assert (name, len(digest), rest) == ("EVALSHA", 40, [1, "key", "y"])


def test_other_commands_stay_as_they_are() -> None:
    assert KnownScripts().shortened(("GET", "key")) == ("GET", "key")


def test_a_server_runs_what_it_knows_by_digest(on_bus: Any) -> None:
    async def work(bus: Bus) -> Any:
        replies = [await bus.call("EVAL", ECHO, 1, "key", text) for text in ("a", "b")]
        return replies, await bus.call("INFO", "commandstats")

    replies, ran = on_bus(work)
    assert replies == [["key", "a"], ["key", "b"]]
    assert ran["cmdstat_evalsha"]["calls"] >= 1


def test_a_server_that_forgot_its_scripts_is_told_them_again(on_bus: Any) -> None:
    async def work(bus: Bus) -> Any:
        await bus.call("EVAL", ECHO, 1, "key", "a")
        await bus.call("SCRIPT", "FLUSH")
        return await bus.send(("SET", "key", "1"), ("EVAL", ECHO, 1, "key", "b"), ("GET", "key"))

    assert on_bus(work)[1:] == [["key", "b"], "1"]


def test_what_is_put_is_not_waited_for_before_a_forgetful_server_has_put_it(on_bus: Any) -> None:
    async def work(bus: Bus) -> Any:
        put = ("EVAL", "return redis.call('RPUSH', KEYS[1], ARGV[1])", 1, "list", "a")
        await bus.call(*put)
        await bus.send(("DEL", "list"), ("SCRIPT", "FLUSH"))
        return await bus.send(put, ("BLPOP", "list", 0.5))

    assert on_bus(work) == [1, ("list", "a")]
