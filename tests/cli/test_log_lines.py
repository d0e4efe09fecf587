from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from ifmem.cli.log_lines import BLOCK, Follower, merged, time_of


def written(folder: Path, name: str, *lines: str) -> Path:
    path = folder / f"{name}.log"
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("line", "moment"),
    [
        ("1970-01-01T00:01:00Z ready", 60.0),
        ("1970-01-01T00:01:00.250+00:00 ready", 60.25),
        ("1970-01-01T02:01:00+02:00 ready", 60.0),
        ("12:M 1970-01-01T00:01:00.000+00:00 * Ready", 60.0),
        ("no time here", None),
        ("x" * 80 + "1970-01-01T00:01:00Z", None),
    ],
)
def test_the_time_of_a_line(line: str, moment: float | None) -> None:
    assert time_of(line) == moment


def test_the_time_of_a_line_of_the_bus() -> None:
    moment = datetime(2026, 11, 21, 9, 0, 1, 500_000).timestamp()
    assert time_of("4242:M 21 Nov 2026 09:00:01.500 * Ready to accept connections unix") == moment


def test_lines_are_merged_by_time_and_a_trace_stays_together(tmp_path: Path) -> None:
    first = written(tmp_path, "a", "2026-11-21T09:00:01Z a1", "Traceback", "  more", "2026-11-21T09:00:04Z a2")
    second = written(tmp_path, "b", "2026-11-21T09:00:02Z b1", "2026-11-21T09:00:03Z b2")
    lines = merged([first, second], last=None)
    assert [line.text[-4:].strip() for line in lines] == ["Z a1", "back", "more", "Z b1", "Z b2", "Z a2"]
    assert [line.process for line in lines] == list("aaabba")


def test_the_last_lines_are_the_last_of_all_files(tmp_path: Path) -> None:
    first = written(tmp_path, "a", *(f"2026-11-21T09:00:{n:02}Z a" for n in range(10)))
    second = written(tmp_path, "b", *(f"2026-11-21T09:01:{n:02}Z b" for n in range(2)))
    assert [line.process for line in merged([first, second], last=3)] == ["a", "b", "b"]
    assert merged([first, second], last=0) == []


def test_the_end_of_a_large_file_is_read_across_blocks(tmp_path: Path) -> None:
    long = "ü" * (BLOCK // 3)
    path = written(tmp_path, "a", *(f"2026-11-21T09:00:{n:02}Z {long}" for n in range(20)))
    lines = merged([path], last=7)
    assert len(lines) == 7
    assert all(line.text.endswith(long) for line in lines)


def test_since_leaves_out_what_is_older(tmp_path: Path) -> None:
    path = written(tmp_path, "a", "2026-11-21T09:00:01Z a1", "2026-11-21T09:00:02Z a2")
    since = datetime.fromisoformat("2026-11-21T09:00:02+00:00").timestamp()
    assert [line.text[-2:] for line in merged([path], last=None, since=since)] == ["a2"]


def test_a_follower_sees_what_is_appended_line_by_line(tmp_path: Path) -> None:
    path = written(tmp_path, "a", "2026-11-21T09:00:01Z old")
    follower = Follower([path])
    with path.open("a", encoding="utf-8") as stream:
        stream.write("2026-11-21T09:00:02Z new\n2026-11-21T09:00:03Z ha")
        stream.flush()
        assert [line.text[-3:] for line in follower.new_lines([path])] == ["new"]
        stream.write("lf\n")
    assert [line.text[-4:] for line in follower.new_lines([path])] == ["half"]
    assert follower.new_lines([path]) == []


def test_a_follower_sees_new_emptied_and_replaced_files(tmp_path: Path) -> None:
    path = written(tmp_path, "a", "2026-11-21T09:00:01Z a long first line")
    follower = Follower([path])
    path.write_text("emptied\n", encoding="utf-8")
    later = written(tmp_path, "b", "added")
    assert [line.text for line in follower.new_lines([path, later])] == ["emptied", "added"]
    written(tmp_path, "c", "replaced, and longer than before").rename(path)
    assert [line.text for line in follower.new_lines([path, later])] == ["replaced, and longer than before"]
