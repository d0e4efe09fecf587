from __future__ import annotations

from ifmem.core import lifecycle
from ifmem.errors import Exit
from ifmem.processes.charge import Charge


def test_only_what_failed_has_an_exit_code() -> None:
    charge = Charge("shard", "docs", 2)
    seen = [charge.status().exit_code]
    for state in (lifecycle.READY, lifecycle.FAILED, lifecycle.STARTING):
        charge.enter(state)
        seen.append(charge.status().exit_code)
    assert seen == [Exit.DONE, Exit.DONE, Exit.DID_NOT_HAPPEN, Exit.DONE]


def test_what_it_said_with_its_last_beat_counts_once_it_is_given_up() -> None:
    charge = Charge("shard", "docs", 2, exit_code=Exit.CREDENTIALS)
    charge.enter(lifecycle.FAILED, "no key")
    assert charge.status().exit_code == Exit.CREDENTIALS
