"""The first line of a note's file, and how long a note counts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ifmem.core.notes import Note, expires_at, moment, read_note, written
from ifmem.errors import Exit, IfmemError

NOW = 1_795_272_840.0  # Saturday, 2026-11-21 14:54 UTC
DAY = 86_400.0
MINUTES = st.integers(0, 60_000_000).map(lambda minutes: minutes * 60.0)


@given(text=st.text(min_size=1).map(str.strip).filter(bool), at=MINUTES, changed=MINUTES, until=MINUTES)
def test_what_is_written_is_read_back(text: str, at: float, changed: float, until: float) -> None:
    note = Note("note-1", text, at, changed, until)
    assert read_note("note-1", written(note), modified_at=0.0) == note


def test_the_first_line_names_day_and_weekday() -> None:
    head = written(Note("note-1", "The crane is broken.", NOW, until=NOW + DAY)).splitlines()[0]
    assert head == "Note of Saturday, 2026-11-21 14:54 UTC, until Sunday, 2026-11-22 14:54 UTC"


def test_a_file_without_our_first_line_is_a_note_as_old_as_the_file() -> None:
    assert read_note("blockers", "# Blockers\n\nNone.\n", NOW) == Note("blockers", "# Blockers\n\nNone.", NOW)


@pytest.mark.parametrize(
    ("lifetime", "expected"),
    [
        ("30m", "Saturday, 2026-11-21 15:24 UTC"),
        ("12h", "Sunday, 2026-11-22 02:54 UTC"),
        ("7d", "Saturday, 2026-11-28 14:54 UTC"),
        ("2w", "Saturday, 2026-12-05 14:54 UTC"),
        ("2026-12-01", "Tuesday, 2026-12-01 00:00 UTC"),
    ],
)
def test_a_lifetime_is_a_span_or_a_day(lifetime: str, expected: str) -> None:
    assert moment(expires_at(lifetime, NOW)) == expected


@pytest.mark.parametrize("lifetime", ["soon", "7", "-3d", "7y", "2026-13-01", "2020-01-01", "0d", "999999w"])
def test_what_is_no_lifetime_is_wrong_usage(lifetime: str) -> None:
    with pytest.raises(IfmemError) as caught:
        expires_at(lifetime, NOW)
    assert caught.value.exit_code == Exit.USAGE
    assert "--expires" in caught.value.fix


def test_a_note_expires_at_its_time_and_never_without_one() -> None:
    assert not Note("note-1", "x", NOW, until=NOW + 1).has_expired(NOW)
    assert Note("note-1", "x", NOW, until=NOW).has_expired(NOW)
    assert not Note("note-1", "x", 0.0, until=expires_at("never", NOW)).has_expired(NOW)
