from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from running_set import eventually

from ifmem.config.loading import load
from ifmem.core.budget import Limits, Refusal, Reservation, Standing
from ifmem.core.findings import Usage
from ifmem.core.keys import Keys
from ifmem.core.spending import Payment
from ifmem.stores.bus import Bus
from ifmem.stores.bus_server import BusServer
from ifmem.stores.journal import Journal
from ifmem.stores.ledger import Closed, Ledger

KEYS = Keys("test")
MIDNIGHT = 1_795_305_600  # 2026-11-22 00:00 UTC
LATE = MIDNIGHT - 1
WIDE = Limits(1_000, 1_000, 1_000)


async def opened(bus: Bus, day: int = 0, hour: int = 0, now: int = LATE) -> Ledger:
    ledger = Ledger(bus, KEYS)
    await ledger.open(now, day, hour)
    return ledger


async def reserved(ledger: Ledger, call_id: str, most: int, now: int = LATE, query_id: str = "") -> Reservation:
    outcome = await ledger.reserve(call_id, most, WIDE, query_id=query_id, now=now)
    assert isinstance(outcome, Reservation)
    return outcome


def payment(reservation: Reservation, charged: int) -> Payment:
    who = ("docs", "answer", "anthropic", "m", "d1", 90)
    return Payment(reservation.id, reservation.at, reservation.query_id, *who, Usage(1, 2, 3, 4), charged, charged)


@pytest.mark.parametrize("limit", ["day", "hour", "question"])
def test_each_limit_refuses_what_it_has_no_room_for_and_says_what_is_spent(on_bus: Any, limit: str) -> None:
    limits = Limits(**{name: 100 if name == limit else 1_000 for name in ("day", "hour", "question")})

    async def work(bus: Bus) -> list[Any]:
        ledger = await opened(bus)
        tries = (("c_1", 60), ("c_2", 41), ("c_3", 40))
        return [await ledger.reserve(name, most, limits, query_id="q_1", now=LATE) for name, most in tries]

    first, second, third = on_bus(work)
    assert (first, third) == (Reservation("c_1", LATE, 60, "q_1"), Reservation("c_3", LATE, 40, "q_1"))
    assert second == Refusal(limit, 60, 41, LATE)


def test_a_refused_call_counts_nowhere(on_bus: Any) -> None:
    async def work(bus: Bus) -> tuple[Any, Standing]:
        ledger = await opened(bus)
        refused = await ledger.reserve("c_1", 11, Limits(1_000, 1_000, 10), query_id="q_1", now=LATE)
        return refused, await ledger.standing(LATE)

    refused, standing = on_bus(work)
    assert refused == Refusal("question", 0, 11, LATE)
    assert (standing.day, standing.hour, standing.unsettled) == (0, 0, 0)


def test_a_limit_of_nothing_allows_nothing(on_bus: Any) -> None:
    async def work(bus: Bus) -> Any:
        return await (await opened(bus)).reserve("c_1", 1, Limits(0, 10, 10), now=LATE)

    assert on_bus(work) == Refusal("day", 0, 1, LATE)


def test_questions_have_limits_of_their_own_and_calls_of_no_question_have_none(on_bus: Any) -> None:
    limits = Limits(1_000, 1_000, 10)

    async def work(bus: Bus) -> list[bool]:
        ledger = await opened(bus)
        asked = [("c_1", "q_1"), ("c_2", "q_1"), ("c_3", "q_2"), ("c_4", ""), ("c_5", "")]
        outcomes = [await ledger.reserve(call, 9, limits, query_id=query, now=LATE) for call, query in asked]
        return [isinstance(one, Reservation) for one in outcomes]

    assert on_bus(work) == [True, False, True, True, True]


def test_what_it_did_cost_takes_the_place_of_what_was_set_aside(on_bus: Any) -> None:
    async def work(bus: Bus) -> tuple[Standing, Standing]:
        ledger = await opened(bus)
        reservation = await reserved(ledger, "c_1", 100)
        before = await ledger.standing(LATE)
        await ledger.settle(reservation, payment(reservation, 30))
        return before, await ledger.standing(LATE)

    assert on_bus(work) == (Standing(LATE, 100, 100, 100), Standing(LATE, 30, 30, 0))


def test_reserving_and_settling_twice_counts_once_and_is_journalled_once(on_bus: Any) -> None:
    async def work(bus: Bus) -> tuple[Standing, list[str]]:
        ledger = await opened(bus)
        for _ in range(2):
            reservation = await reserved(ledger, "c_1", 100, query_id="q_1")
        for _ in range(2):
            await ledger.settle(reservation, payment(reservation, 30))
        return await ledger.standing(LATE), [entry.kind for entry in await Journal(bus, KEYS).read("0-0", wait=False)]

    assert on_bus(work) == (Standing(LATE, 30, 30, 0), ["call"])


def test_the_journal_holds_the_payment(on_bus: Any) -> None:
    async def work(bus: Bus) -> tuple[Payment, Payment]:
        ledger = await opened(bus)
        reservation = await reserved(ledger, "c_1", 100)
        await ledger.settle(reservation, payment(reservation, 30))
        [entry] = await Journal(bus, KEYS).read("0-0", wait=False)
        return Payment.from_json(entry.body), payment(reservation, 30)

    written, meant = on_bus(work)
    assert written == meant


def test_what_a_process_that_died_had_set_aside_stays_counted(on_bus: Any) -> None:
    async def work(bus: Bus) -> tuple[Standing, Any]:
        ledger = await opened(bus)
        await reserved(ledger, "c_1", 999)
        return await ledger.standing(LATE), await ledger.reserve("c_2", 2, WIDE, now=LATE)

    standing, next_call = on_bus(work)
    assert (standing.day, standing.unsettled) == (999, 999)
    assert isinstance(next_call, Refusal)


def test_a_new_day_and_hour_begin_at_midnight_and_a_call_is_settled_in_its_own(on_bus: Any) -> None:
    async def work(bus: Bus) -> list[Standing]:
        ledger = await opened(bus)
        before = await reserved(ledger, "c_1", 100, LATE)
        after = await reserved(ledger, "c_2", 900, MIDNIGHT)
        await ledger.settle(before, payment(before, 40))
        await ledger.settle(after, payment(after, 10))
        return [await ledger.standing(LATE), await ledger.standing(MIDNIGHT)]

    assert on_bus(work) == [Standing(LATE, 40, 40, 0), Standing(MIDNIGHT, 10, 10, 0)]


def test_an_hour_begins_anew_within_the_day(on_bus: Any) -> None:
    async def work(bus: Bus) -> Standing:
        ledger = await opened(bus)
        await reserved(ledger, "c_1", 100, LATE - 3600)
        await reserved(ledger, "c_2", 10, LATE)
        return await ledger.standing(LATE)

    assert on_bus(work) == Standing(LATE, 110, 10, 110)


def test_the_clock_is_the_server_s(on_bus: Any) -> None:
    async def work(bus: Bus) -> tuple[int, Any, int]:
        ledger = await opened(bus)
        before = await ledger.now()
        return before, await ledger.reserve("c_1", 1, WIDE), await ledger.now()

    before, reservation, after = on_bus(work)
    assert before <= reservation.at <= after


@pytest.mark.parametrize(("most", "now", "reached"), [(2_000, LATE, "day"), (2_000, MIDNIGHT, ""), (1, LATE, "")])
def test_a_limit_is_reached_until_its_window_ends_or_a_call_is_paid_for(
    on_bus: Any, most: int, now: int, reached: str
) -> None:
    async def work(bus: Bus) -> Standing:
        ledger = await opened(bus)
        await ledger.reserve("c_1", 2_000, WIDE, now=LATE)
        await ledger.reserve("c_2", most, WIDE, now=LATE)
        return await ledger.standing(now)

    assert on_bus(work).reached == reached


def test_nothing_is_paid_for_before_it_is_known_what_was_spent(on_bus: Any) -> None:
    async def work(bus: Bus) -> None:
        await Ledger(bus, KEYS).reserve("c_1", 1, WIDE)

    with pytest.raises(Closed):
        on_bus(work)


def test_a_bus_that_lost_its_counters_counts_what_the_archive_knows(on_bus: Any) -> None:
    async def work(bus: Bus) -> tuple[bool, Standing]:
        ledger = Ledger(bus, KEYS)
        return await ledger.open(LATE, 700, 30), await ledger.standing(LATE)

    assert on_bus(work) == (True, Standing(LATE, 700, 30, 0))


def test_what_is_settled_on_a_bus_that_lost_its_reservation_counts_beside_the_archive(on_bus: Any) -> None:
    async def work(bus: Bus) -> Standing:
        reservation = await reserved(await opened(bus), "c_1", 100)
        await bus.call("FLUSHALL")
        await Ledger(bus, KEYS).settle(reservation, payment(reservation, 30))
        return await (await opened(bus, day=700, hour=7)).standing(LATE)

    assert on_bus(work) == Standing(LATE, 730, 37, 0)


@pytest.mark.parametrize(("known", "counted"), [(60, 100), (300, 300)])
def test_the_archive_is_a_floor_for_a_bus_that_has_counters(on_bus: Any, known: int, counted: int) -> None:
    async def work(bus: Bus) -> tuple[bool, int]:
        ledger = await opened(bus)
        await reserved(ledger, "c_1", 100)
        lost = await ledger.open(LATE, known, known)
        return lost, (await ledger.standing(LATE)).day

    assert on_bus(work) == (False, counted)


def test_a_new_start_forgets_what_was_refused_by_limits_of_before(on_bus: Any) -> None:
    async def work(bus: Bus) -> tuple[str, str]:
        ledger = await opened(bus)
        await ledger.reserve("c_1", 2_000, WIDE, now=LATE)
        before = (await ledger.standing(LATE)).reached
        return before, (await (await opened(bus)).standing(LATE)).reached

    assert on_bus(work) == ("day", "")


@contextmanager
def serving(server: BusServer) -> Iterator[None]:
    """The server while it runs; it is killed in the end."""
    process = subprocess.Popen(server.prepare(), stdout=subprocess.DEVNULL)
    try:
        eventually(server.socket.exists, what="the server")
        yield
    finally:
        process.kill()
        process.wait()
        server.socket.unlink(missing_ok=True)


def test_a_killed_server_comes_back_with_its_counters(tmp_path: Path) -> None:
    server = BusServer.of(load(tmp_path, env={"IFMEM_HOME": str(tmp_path / "home")}))

    async def on_server(*, spend: bool) -> Standing:
        bus = Bus(server.url)
        try:
            ledger = Ledger(bus, KEYS)
            if spend:
                await reserved(await opened(bus), "c_1", 100)
            return await ledger.standing(LATE)
        finally:
            await bus.close()

    with serving(server):
        before = asyncio.run(on_server(spend=True))
    with serving(server):
        assert asyncio.run(on_server(spend=False)) == before == Standing(LATE, 100, 100, 100)
