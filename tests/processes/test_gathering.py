from __future__ import annotations

import asyncio
import time

import pytest

from ifmem.core.findings import Finding
from ifmem.errors import Exit
from ifmem.processes.gathering import Gathering


def finding(shard: str, *, found: bool = True, error: str = "", name: str = "f") -> Finding:
    return Finding(name, "q", shard, found=found, text="", error=error)


def test_each_shard_is_asked_once() -> None:
    gathering = Gathering({})
    assert gathering.ask(["docs", "code"]) == ["docs", "code"]
    assert gathering.ask(["code", "history"]) == ["history"]
    assert gathering.waiting_for() == ["docs", "code", "history"]


def test_a_shard_that_has_answered_already_is_not_sent_the_question() -> None:
    gathering = Gathering({})
    gathering.add(finding("docs"))
    assert gathering.ask(["docs", "code"]) == ["code"]
    assert gathering.waiting_for() == ["code"]


def test_a_shard_that_is_out_of_service_is_not_waited_for() -> None:
    gathering = Gathering({"docs": "no key"})
    assert gathering.ask(["docs", "code"]) == ["code"]
    assert gathering.missing() == {"docs": "gave up: no key", "code": Gathering.LATE}


def test_a_repeated_finding_changes_nothing() -> None:
    gathering = Gathering({})
    gathering.add(finding("docs", name="first"))
    gathering.add(finding("docs", name="second"))
    assert gathering.findings["docs"].id == "first"


def test_a_finding_that_is_there_is_kept_when_its_shard_gives_up() -> None:
    gathering = Gathering({})
    gathering.ask(["docs"])
    gathering.add(finding("docs"))
    gathering.give_up("docs", "crashed")
    assert gathering.missing() == {}


def test_a_finding_with_an_error_is_missing_and_says_why() -> None:
    gathering = Gathering({})
    gathering.ask(["docs"])
    gathering.add(finding("docs", found=False, error="too long"))
    assert gathering.missing() == {"docs": "too long"}
    assert not gathering.found


def test_an_exit_code_that_nobody_knows_is_told_as_a_failure() -> None:
    gathering = Gathering({})
    gathering.ask(("docs",))
    gathering.add(Finding("f", "q_1", "docs", found=False, text="", error="no.", fix="Mend it", exit_code=77))
    failure = gathering.failure()
    assert (failure.what, failure.exit_code) == ("no.", Exit.DID_NOT_HAPPEN)


@pytest.mark.parametrize("last", ["finding", "give up"])
def test_it_is_complete_when_the_last_one_has_answered_or_given_up(last: str) -> None:
    async def gather() -> Gathering:
        gathering = Gathering({})
        gathering.ask(["docs", "code"])
        gathering.add(finding("docs"))
        waiting = asyncio.create_task(gathering.complete(time.time() + 60))
        await asyncio.sleep(0)
        assert not waiting.done()
        if last == "finding":
            gathering.add(finding("code"))
        else:
            gathering.give_up("code", "crashed")
        await waiting
        return gathering

    assert asyncio.run(gather()).waiting_for() == []


def test_it_waits_no_longer_than_its_deadline() -> None:
    gathering = Gathering({})
    gathering.ask(["docs"])
    asyncio.run(gathering.complete(time.time() - 1))
    assert gathering.missing() == {"docs": Gathering.LATE}
