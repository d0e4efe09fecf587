"""Pages are written anew while nobody waits for them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ifmem.core.beat import Beat
from ifmem.core.status import ProcessStatus
from ifmem.processes.at_rest import at_rest
from ifmem.stores.set_overview import Overview

BEAT = Beat("docs", 1, "ready", 0.0, 1, "here")
QUIET = Overview(
    info={},
    alive=True,
    processes=(ProcessStatus(2, "docs", "ready"), ProcessStatus(0, "coordinator", "ready")),
    beats={"docs": (0.1, BEAT)},
    queues={"shard:2": 0, "coordinator": 0},
    findings=0,
    asks_today=0,
    dead=0,
    context_active=1,
    ping_ms=0.1,
)


@pytest.mark.parametrize(("warm_pages", "warm"), [(0, False), (2, True)])
def test_a_shard_without_a_question_rests_and_its_cache_counts(warm_pages: int, warm: bool) -> None:
    told = replace(QUIET, beats={"docs": (0.1, replace(BEAT, warm=warm_pages))})
    assert at_rest(told, ["docs"]) == {"docs": warm}


@pytest.mark.parametrize(
    "busy",
    [
        replace(QUIET, queues={"shard:2": 1}),
        replace(QUIET, queues={"shard:2": 0, "coordinator": 1}),
        replace(QUIET, beats={"docs": (0.1, replace(BEAT, in_flight=1))}),
        replace(QUIET, beats={}),
        replace(QUIET, processes=(ProcessStatus(2, "docs", "loading"),)),
    ],
    ids=[
        "a question waits for it",
        "a question waits for any",
        "it works on one",
        "it is not heard",
        "it is not there",
    ],
)
def test_nothing_is_written_anew_while_somebody_waits_or_might(busy: Overview) -> None:
    assert at_rest(busy, ["docs"]) == {}
