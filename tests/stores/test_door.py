"""Rubbish on the bus: refused, counted, and nobody stops for it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ifmem.core.findings import Finding
from ifmem.core.keys import Keys
from ifmem.core.queries import Query
from ifmem.stores.bus import Bus
from ifmem.stores.hand_off import HandOff, Seat
from ifmem.stores.inquiries import Inquiries
from ifmem.stores.registry import Registry
from ifmem.stores.set_overview import take_overview
from ifmem.stores.strange_keys import REFUSED

KEYS = Keys("spoken")
DOCS = Seat("docs", 1, "shard:2")
RUBBISH = ["", "{", "[]", "null", '{"id": 1}', json.dumps({"kind": "finding"}), '{"kind": "finding", "body": [1]}']


async def refused(bus: Bus) -> int:
    return int(await bus.call("HGET", KEYS.set_counts, REFUSED) or 0)


@pytest.mark.parametrize("body", [*RUBBISH[1:], Query("q_other", "Whose?").to_json()])
def test_a_question_that_cannot_be_read_is_claimed_as_gone(on_bus: Any, body: str) -> None:
    async def work(bus: Bus) -> Any:
        hand_off = HandOff(bus, KEYS)
        await bus.send(("SET", KEYS.query("q_1"), body), ("RPUSH", KEYS.queue(DOCS.label), "q_1"))
        await Inquiries(bus, KEYS).ask(Query("q_2", "Where?"), DOCS.label)
        claims = await hand_off.claim(DOCS, 8, ())
        return [(claim.id, claim.query and claim.query.question) for claim in claims]

    assert on_bus(work) == [("q_1", None), ("q_2", "Where?")]


def test_rubbish_among_findings_is_counted_and_the_findings_arrive(on_bus: Any) -> None:
    async def work(bus: Bus) -> Any:
        finding = Finding("f_1", "q_1", "docs", True, "text")
        message = json.dumps({"kind": "finding", "body": finding.to_dict()})
        await bus.call("RPUSH", KEYS.inbox(DOCS.worker), *RUBBISH[1:], message)
        return await HandOff(bus, KEYS).next_findings(DOCS) == [finding], await refused(bus)

    assert on_bus(work) == (True, len(RUBBISH) - 1)


def test_an_asker_passes_over_what_is_no_message(on_bus: Any) -> None:
    async def work(bus: Bus) -> Any:
        await bus.call("RPUSH", KEYS.reply("q_1"), *RUBBISH, '{"kind": "progress", "body": "asking docs"}')
        messages = [await Inquiries(bus, KEYS).message("q_1") for _ in range(len(RUBBISH) + 1)]
        return [message["body"] for message in messages if message and message["kind"] == "progress"]

    assert on_bus(work) == ["asking docs"]


@pytest.mark.parametrize("order", [*RUBBISH[1:], '{"op": "restart", "names": 3}', '{"op": ["restart"]}'])
def test_an_order_that_is_none_is_counted(on_bus: Any, order: str) -> None:
    async def work(bus: Bus) -> Any:
        registry = Registry(bus, KEYS)
        await bus.call("RPUSH", KEYS.set_control, order)
        return await registry.next_order(), await refused(bus)

    assert on_bus(work) == (None, 1)


def test_the_overview_stands_whatever_is_written_there(on_bus: Any) -> None:
    async def work(bus: Bus) -> Any:
        await bus.send(
            ("HSET", KEYS.set_processes, "evil", "{", "code", '{"number": 3, "name": "code", "state": "ready"}'),
            ("HSET", KEYS.worker_info("code.0"), "beat", "[]"),
            ("SET", KEYS.worker_status("code.0"), "NaN"),
            ("SET", KEYS.context_active, "many"),
            ("HSET", KEYS.set_incarnations, "code", "x", "docs", "3"),
        )
        registry = Registry(bus, KEYS)
        overview = await take_overview(bus, KEYS)
        return (
            [p.name for p in overview.processes],
            overview.beats,
            overview.context_active,
            await registry.incarnations(),
        )

    assert on_bus(work) == (["code"], {}, 0, {"docs": 3})


def test_a_page_that_is_not_what_its_name_says_is_none(on_bus: Any) -> None:
    async def work(bus: Bus) -> Any:
        await bus.call("SET", KEYS.page("ab" * 32), b"forged")
        return await Registry(bus, KEYS).shared_page("ab" * 32, 10), await refused(bus)

    assert on_bus(work) == (None, 1)
