from __future__ import annotations

from ifmem.core.answers import Answer
from ifmem.core.documents import Citation
from ifmem.core.findings import Usage
from ifmem.core.keys import WEEK_S, Keys
from ifmem.core.stored_answers import Kept
from ifmem.stores.answer_cache import AnswerCache
from ifmem.stores.bus import Bus

from .conftest import OnBus

KEYS = Keys("harbour")
CITED = (Citation("a.md", 1, 2, "so it stands", verification="verified"),)
KEPT = Kept(Answer("q_1", "Who?", "The keeper.", True, CITED, usage=Usage(1, 2, 3, 4)), ("docs",), {"docs": "v1"})


def test_what_was_kept_is_found(on_bus: OnBus) -> None:
    async def keep_and_find(bus: Bus) -> Kept | None:
        await AnswerCache(bus, KEYS).keep("d1", KEPT)
        return await AnswerCache(bus, KEYS).find("d1")

    assert on_bus(keep_and_find) == KEPT


def test_what_was_not_kept_is_not_found(on_bus: OnBus) -> None:
    assert on_bus(lambda bus: AnswerCache(bus, KEYS).find("d2")) is None


def test_it_is_kept_for_a_week(on_bus: OnBus) -> None:
    async def left_s(bus: Bus) -> int:
        await AnswerCache(bus, KEYS).keep("d1", KEPT)
        return int(await bus.call("TTL", KEYS.cached_answer("d1")))

    assert WEEK_S - 60 < on_bus(left_s) <= WEEK_S


def test_what_another_version_left_and_nobody_can_read_is_not_found(on_bus: OnBus) -> None:
    async def spoil(bus: Bus) -> list[Kept | None]:
        found = []
        for body in ("not json", "[]", '{"answer": {"id": 1}}', '{"answer": 7, "first": []}'):
            await bus.call("SET", KEYS.cached_answer("d1"), body)
            found.append(await AnswerCache(bus, KEYS).find("d1"))
        return found

    assert on_bus(spoil) == [None] * 4
