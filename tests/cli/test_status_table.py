from __future__ import annotations

import re
from dataclasses import replace

from rich.text import Text

from ifmem.cli.status_table import headline, render, state, style

from .fakes import a_status, shard

EVERY_STATE = a_status(
    shard(1, "history"),
    shard(2, "docs", "busy", in_flight=1, busy_s=6.2, queue=1),
    shard(3, "code", "loading", tokens=12_000, restarts=3, uptime_s=11.0, reason="restarted: no heartbeat for 6 s"),
    shard(
        4,
        "working",
        "failed",
        capacity=0,
        tokens=0,
        last_beat_s=None,
        uptime_s=None,
        p50_ms=None,
        reason="gave up after 5 crashes in 60 s: Anthropic refused the key (401)",
        fix="set ANTHROPIC_API_KEY, then: ifmem restart working",
    ),
    *(shard(n, s, s) for n, s in enumerate(("starting", "draining", "restarting", "lost", "stalled", "stopped"), 5)),
    state="degraded",
    asks_today=94,
    spent_today_usd=0.41,
)


def lines(width: int, **options: bool) -> list[str]:
    return [line.plain for line in render(EVERY_STATE, width, **options)]


def table(width: int) -> list[str]:
    """The lines under the headline, which may take several."""
    shown = lines(width)
    return shown[shown.index("") + 1 :]


def test_a_table_of_80_columns_has_every_column_and_no_line_is_longer() -> None:
    assert table(80)[0].split() == "# SHARD STATE CONTEXT QUEUE DONE P50 RESTARTS BEAT UP".split()
    assert max(map(len, lines(80))) <= 80


def test_the_first_line_gives_up_its_tokens_before_it_takes_a_second_line() -> None:
    up = a_status(shard(1, "docs"), asks_today=94, spent_today_usd=0.41, findings=1_212)
    whole = headline(up)
    assert len(whole) > 80 and "148k tokens" in whole
    assert render(up, len(whole))[0].plain == whole
    assert render(up, 80)[:2] == [Text(whole.replace(" · 148k tokens", "")), Text()]


def test_numbers_stand_under_their_titles_at_80_columns() -> None:
    head, history = table(80)[:2]
    for title, cell in (("CONTEXT", "148k 82%"), ("P50", "2.1s"), ("UP", "2h14m")):
        assert history[: head.index(title) + len(title)].endswith(cell)


def test_a_narrow_terminal_loses_whole_columns_and_no_number_is_squeezed() -> None:
    head, history = table(50)[:2]
    assert head.split() == ["#", "SHARD", "STATE", "CONTEXT", "QUEUE"]
    assert history.split() == ["1", "history", "ready", "148k", "82%", "0"]
    assert max(map(len, lines(50))) <= 50


def test_what_must_be_known_survives_any_width() -> None:
    assert [line.split() for line in lines(10) if line.startswith("SHARD")] == [["SHARD", "STATE"]]


def test_every_state_is_a_word_and_has_its_colour() -> None:
    shown = {process.name: (state(process), style(process)) for process in EVERY_STATE.shards}
    assert shown["history"] == ("ready", "green")
    assert shown["docs"] == ("busy 6s", "cyan")
    assert shown["code"] == ("loading", "yellow")
    assert {shown[name][1] for name in ("starting", "draining", "restarting")} == {"yellow"}
    assert {shown[name][1] for name in ("working", "lost", "stalled")} == {"red"}


def test_a_ready_shard_with_questions_in_flight_is_shown_busy() -> None:
    assert state(shard(1, "code", "ready", in_flight=2, busy_s=0.2)) == "busy 0s"


def test_reasons_and_fixes_stand_under_the_table() -> None:
    text = "\n".join(lines(80))
    assert "3 code     restarted: no heartbeat for 6 s" in text
    assert "Anthropic refused the key (401)\n           set ANTHROPIC_API_KEY, then: ifmem restart working" in text


def test_wide_adds_the_other_processes_and_more_columns() -> None:
    status = a_status(shard(1, "code"), processes=(shard(0, "archivist", pid=77),))
    narrow = "\n".join(line.plain for line in render(status, 200))
    wide = "\n".join(line.plain for line in render(status, 200, wide=True))
    assert "archivist" not in narrow
    assert "archivist" in wide and "77" in wide and "PID" in wide


def test_another_process_that_is_not_ready_is_always_shown() -> None:
    status = a_status(processes=(shard(0, "archivist", "failed", reason="disk full"),))
    assert "archivist" in "\n".join(line.plain for line in render(status, 80))


def test_the_headline_says_how_the_set_is() -> None:
    assert (
        re.sub(r"2h\d\dm", "2h", headline(EVERY_STATE))
        == "ifmem degraded 2h · valkey 0.4 ms · 296k tokens · 212 findings · today 94 asks, $0.41"
    )
    assert headline(a_status(dead=1)).endswith("1 question given up")


def test_markup_and_control_characters_of_a_reason_do_nothing() -> None:
    status = a_status(shard(1, "code", "failed", reason="[bold]x[/y]\x1b[2J"))
    assert render(status, 80)[-1].plain == "1 code  [bold]x[/y][2J"


def test_a_budget_that_is_reached_is_said_under_the_table() -> None:
    note = "the daily budget did not cover the last call: answers are extractive until 00:00 UTC"
    shown = [line.plain for line in render(a_status(shard(1, "code"), budget={"note": note}), 100)]
    assert shown[-1] == note
    assert note not in [line.plain for line in render(a_status(shard(1, "code"), budget={"note": ""}), 100)]


def test_librarians_stand_below_the_shards_with_what_is_left_of_their_quota() -> None:
    librarian = shard(0, "librarian-1", tokens=250_000, capacity=1_000_000, quota=1_480)
    status = replace(a_status(shard(1, "docs")), processes=(librarian, shard(0, "archivist")))
    head, _, last = [line.plain for line in render(status, 120)][2:5]
    assert "QUOTA" in head.split() and last.split()[0] == "librarian-1" and "1,480" in last.split()
    assert "250k 25%" in last


def test_without_librarians_there_is_no_column_for_quotas() -> None:
    assert "QUOTA" not in lines(200)[2]
