"""A session as text: every part says its day, people's words stay whole, tools' words are shortened and say so."""

from __future__ import annotations

import pytest

from ifmem.core.sessions import Session, Utterance, date_in, day, parts

NOW = 1_795_272_840.0
NIGHT = 1_763_546_531.0  # Wednesday, 2025-11-19 10:02 UTC
SAID = Utterance("user", "Why does the lock stay?", NIGHT)


def text(*utterances: Utterance, **fields: object) -> str:
    (only,) = parts(Session("Claude Code", utterances, **fields), "one.jsonl", "ab" * 32, NOW, 1_000_000)  # type: ignore[arg-type]
    return only


def test_every_heading_carries_the_day_also_without_a_time_of_its_own() -> None:
    told = text(SAID, Utterance("assistant", "It should not."))
    assert "## user, Wednesday, 2025-11-19 10:02 UTC\n\nWhy does" in told
    assert "## assistant, in the session of 2025-11-19\n\nIt should not." in told


def test_a_transcript_without_any_time_gets_that_of_its_file() -> None:
    assert "session of Saturday, 2026-11-21" in text(Utterance("user", "Hello"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-11-19-stand-up.md", "2025-11-19"),
        ("Of 2025-99-99, or rather 2025-11-19", "2025-11-19"),
        ("12025-11-19 and 2025-11-190", "1970-01-01"),
        ("", "1970-01-01"),
    ],
)
def test_a_day_is_found_in_a_name_or_a_text(text: str, expected: str) -> None:
    assert day(date_in(text)) == expected


def test_the_head_names_the_source_and_counts_what_is_not_kept() -> None:
    head = text(SAID, title="The lock", not_kept={"thoughts": 2}).split("##")[0]
    assert head.startswith("# Claude Code session of Wednesday, 2025-11-19 10:02 UTC: The lock\n")
    assert f"from one.jsonl, sha256 {'ab' * 32}." in head
    assert "not kept: thoughts (2)." in head


def test_only_what_tools_were_given_and_gave_is_shortened_and_it_says_how_much() -> None:
    long = "a" * 5_000 + "z" * 5_000
    told = text(Utterance("tool output", long, NIGHT))
    assert "a" * 1_500 + "\n[shortened: 7,500 characters are left out here; all of it is in one.jsonl]\n" in told
    assert told.endswith("z" * 1_000 + "\n")
    assert long in text(Utterance("user", long, NIGHT))
    assert long in text(Utterance("assistant", long, NIGHT))


def test_a_long_session_is_cut_between_utterances_and_nothing_is_lost() -> None:
    said = tuple(Utterance("user", f"sentence {number} " + "x" * 300, NIGHT) for number in range(20))
    texts = parts(Session("Codex", said), "one.jsonl", "ab", NOW, 2_000)
    assert len(texts) > 1
    assert all(len(part.encode()) <= 2_000 and "2025-11-19" in part.splitlines()[0] for part in texts)
    assert [f"sentence {number} " in "".join(texts) for number in range(20)] == [True] * 20


def test_one_utterance_larger_than_a_part_stays_whole() -> None:
    texts = parts(Session("Codex", (SAID, Utterance("user", "y" * 5_000, NIGHT), SAID)), "s", "ab", NOW, 1_000)
    assert [("y" * 5_000) in part for part in texts] == [False, True, False]
