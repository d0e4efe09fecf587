from __future__ import annotations

import pytest

from ifmem.cli.text import clean, count, dollars, duration, latency, one_line


def test_control_characters_are_removed_and_layout_is_kept() -> None:
    assert clean("a\x1b[31m\x07b\r\n\tc\x9bd\u202ee") == "a[31mb\n\tcde"


def test_markup_of_a_document_stays_as_it_is() -> None:
    assert clean("[bold]x[/y]") == "[bold]x[/y]"


def test_a_file_name_that_is_not_utf8_can_be_printed() -> None:
    assert clean("caf\udce9").encode("utf-8") == "caf\ufffd".encode()


def test_one_line_takes_line_ends_out() -> None:
    assert one_line("a\n  b\tc") == "a b c"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.4, "0s"), (11, "11s"), (185, "3m05s"), (8040, "2h14m"), (442_800, "5d03h"), (-3, "0s")],
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0"), (950, "950"), (1400, "1.4k"), (9960, "10k"), (148_000, "148k"), (999_499, "999k"), (1_200_000, "1.2M")],
)
def test_counts(number: int, text: str) -> None:
    assert count(number) == text


def test_sums_and_latencies_name_their_unit() -> None:
    assert [dollars(amount) for amount in (0, 0.41, 0.00123)] == ["$0.00", "$0.41", "$0.0012"]
    assert [latency(ms) for ms in (0.42, 340.4, 2100)] == ["0.4ms", "340ms", "2.1s"]
