from __future__ import annotations

from ifmem.processes.silence import SILENT_S, Silence

LONG = SILENT_S * 10


def test_a_bus_that_was_never_asked_was_never_silent() -> None:
    assert Silence().until(100.0) == 0.0


def test_a_bus_that_answers_soon_is_not_silent() -> None:
    silence = Silence()
    silence.asked(100.0)
    assert silence.until(100.0 + SILENT_S / 2) == 0.0
    silence.answered(100.0 + SILENT_S / 2)
    assert silence.until(200.0) == 0.0


def test_a_bus_that_owes_an_answer_is_silent_until_now() -> None:
    silence = Silence()
    silence.asked(100.0)
    assert silence.until(100.0 + LONG) == 100.0 + LONG


def test_a_silence_counts_from_the_first_question_without_an_answer() -> None:
    silence = Silence()
    silence.asked(100.0)
    silence.asked(100.0 + LONG)
    assert silence.until(100.0 + LONG) == 100.0 + LONG


def test_a_silence_that_is_over_ended_when_the_answer_came() -> None:
    silence = Silence()
    silence.asked(100.0)
    silence.answered(100.0 + LONG)
    assert silence.until(500.0) == 100.0 + LONG
    silence.asked(600.0)
    silence.answered(600.0)
    assert silence.until(700.0) == 100.0 + LONG
