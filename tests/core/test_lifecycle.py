"""States in words."""

from __future__ import annotations

import pytest

from ifmem.core.lifecycle import BUSY, FAILED, LOADING, READY, RESTARTING, STARTING, exit_in_words, state_of_set


@pytest.mark.parametrize(
    ("status", "requested", "words"),
    [
        (0, True, "stopped"),
        (-15, True, "stopped"),
        (0, False, "completed (left with exit code 0 although nobody asked)"),
        (7, False, "exit code 7"),
        (-9, False, "killed by SIGKILL"),
        (-11, False, "killed by SIGSEGV"),
        (-250, False, "signal 250"),
    ],
)
def test_an_exit_in_words(status: int, requested: bool, words: str) -> None:
    assert exit_in_words(status, requested) == words


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ([READY, BUSY], READY),
        ([READY, STARTING], STARTING),
        ([LOADING, RESTARTING], STARTING),
        ([READY, RESTARTING], "degraded"),
        ([STARTING, FAILED], "degraded"),
        ([], "degraded"),
    ],
)
def test_a_set_in_one_word(states: list[str], expected: str) -> None:
    assert state_of_set(states) == expected
