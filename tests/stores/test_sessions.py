"""Remembered sessions as files: once each, replaced when their transcript has grown."""

from __future__ import annotations

from pathlib import Path

import pytest

from ifmem.core.sessions import Session, Utterance
from ifmem.errors import IfmemError
from ifmem.stores.sessions import Sessions

NIGHT = 1_763_546_531.0
SESSION = Session("Claude Code", (Utterance("user", "Why does the lock stay?", NIGHT),), id="5b1f")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / ".ifmem" / "history"


def test_the_path_names_day_and_agent(folder: Path) -> None:
    kept = Sessions(folder, 1_000_000).keep(SESSION, "one.jsonl", b"1", 0.0)
    (path,) = folder.iterdir()
    assert kept.paths == (path.name,)
    assert path.name.startswith("2025-11-19-claude-code-")
    assert path.stat().st_mode & 0o077 == 0
    assert (kept.state, kept.day, kept.utterances) == ("new", "2025-11-19", 1)


def test_the_same_transcript_is_kept_once(folder: Path) -> None:
    sessions = Sessions(folder, 1_000_000)
    first = sessions.keep(SESSION, "one.jsonl", b"1", 0.0)
    before = (folder / first.paths[0]).stat().st_mtime_ns
    again = sessions.keep(SESSION, "copy.jsonl", b"1", 5.0)
    assert (again.state, again.paths) == ("known", first.paths)
    assert (folder / first.paths[0]).stat().st_mtime_ns == before


def test_a_transcript_that_has_grown_takes_the_place_of_what_was_kept_of_it(folder: Path) -> None:
    sessions = Sessions(folder, 600)
    long = tuple(Utterance("user", f"{number} " + "x" * 200, NIGHT) for number in range(9))
    assert len(sessions.keep(Session("Codex", long, id="c"), "s", b"1", 0.0).paths) > 2
    kept = sessions.keep(Session("Codex", (Utterance("user", "all new", NIGHT),), id="c"), "s", b"2", 0.0)
    assert kept.state == "changed"
    assert [path.name for path in folder.iterdir()] == list(kept.paths)


def test_transcripts_without_a_name_of_their_own_are_told_apart_by_content(folder: Path) -> None:
    sessions = Sessions(folder, 1_000_000)
    nameless = Session("Agent", SESSION.utterances)
    assert {sessions.keep(nameless, "a.md", content, 0.0).paths for content in (b"1", b"2")} == {
        (path.name,) for path in folder.iterdir()
    }


def test_a_place_that_cannot_be_written_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(IfmemError, match="file"):
        Sessions(tmp_path / "file" / "history", 1_000).keep(SESSION, "one.jsonl", b"1", 0.0)
