"""A home's decisions about shards that are served elsewhere, as a table."""

from __future__ import annotations

import pytest

from ifmem.core.hosting import Presence
from ifmem.core.lifecycle import LOADING, LOST, READY, WAITING
from ifmem.core.remote_shards import FREE, LEFT, OUTDATED, SERVED, SILENT, Watched, verdict
from ifmem.core.status import ProcessStatus

NOW, LOST_AFTER_S, FREE_AFTER_S = 1_000.0, 6.0, 15.0


def watched(heard_ago: float, state: str = READY, *, at: str = "1", given_up: bool = False, fence: int = 0) -> Watched:
    return Watched(at, NOW - heard_ago, state, given_up, fence)


def sign(at: str, state: str = READY, incarnation: int = 3, owner: str = "harbour:/away") -> Presence:
    return Presence(owner, at, ProcessStatus(2, "docs", state, incarnation=incarnation))


@pytest.mark.parametrize(
    ("shard", "presence", "expected"),
    [
        (watched(0.5), sign("2"), SERVED),
        (watched(0.5, WAITING, at=""), sign("1", LOADING), SERVED),
        (watched(60.0, LOST, given_up=True), sign("2"), SERVED),
        (watched(0.5), sign("2", owner=""), LEFT),
        (watched(0.5, LOST, given_up=True, fence=4), sign("2"), OUTDATED),
        (watched(0.5, LOST, given_up=True, fence=4), sign("2", LOADING), SERVED),
        (watched(0.5, LOST, given_up=True, fence=3), sign("2"), SERVED),
        (watched(5.9), sign("1"), ""),
        (watched(5.9), None, ""),
        (watched(6.1), sign("1"), SILENT),
        (watched(6.1), None, SILENT),
        (watched(6.1, WAITING, at=""), None, SILENT),
        (watched(6.1, LOST, given_up=True), None, ""),
        (watched(15.1, LOST, given_up=True), sign("1"), FREE),
        (watched(15.1, WAITING, given_up=True), None, ""),
    ],
)
def test_the_verdict_on_a_shard_that_is_served_elsewhere(
    shard: Watched, presence: Presence | None, expected: str
) -> None:
    assert verdict(shard, presence, NOW, LOST_AFTER_S, FREE_AFTER_S) == expected
