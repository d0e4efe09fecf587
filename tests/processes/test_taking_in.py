"""Transcripts and notes on their way into the state's folders."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ifmem.config import Config
from ifmem.config.loading import load
from ifmem.errors import IfmemError
from ifmem.processes.taking_in import keep_transcripts, notes_of, readers_of


@pytest.fixture
def settings(tmp_path: Path) -> Config:
    return load(tmp_path, env={})


def test_the_shards_that_read_a_kind_are_those_configured_so(settings: Config, tmp_path: Path) -> None:
    assert readers_of("notes", settings) == ("working",)
    assert readers_of("sessions", settings) == ("history",)
    (tmp_path / "ifmem.toml").write_text('[shards.diary]\nsources = [{ kind = "notes" }]\n')
    assert readers_of("notes", load(tmp_path, env={})) == ("working", "diary")


def test_what_stands_before_a_broken_transcript_is_kept(settings: Config, tmp_path: Path) -> None:
    (tmp_path / "good.jsonl").write_text(json.dumps({"role": "user", "content": "Hello"}))
    kept = keep_transcripts([tmp_path / "good.jsonl", tmp_path / "missing.jsonl"], settings)
    first = next(kept)
    with pytest.raises(IfmemError, match=r"missing\.jsonl"):
        next(kept)
    assert [path.name for path in (settings.home / "history").iterdir()] == list(first.paths)


@pytest.mark.parametrize(
    ("name", "text", "day"),
    [("2025-11-19-stand-up.md", "Hello", "2025-11-19"), ("notes.md", "Of 2025-11-18\n", "2025-11-18")],
)
def test_a_text_without_times_has_the_day_that_it_names(
    settings: Config, tmp_path: Path, name: str, text: str, day: str
) -> None:
    (tmp_path / name).write_text(text)
    (kept,) = keep_transcripts([tmp_path / name], settings)
    assert kept.day == day and kept.paths[0].startswith(day)


def test_a_state_that_was_made_for_a_note_is_private_and_none_of_gits_business(settings: Config) -> None:
    notes_of(settings).add("The crane is broken.")
    assert settings.home.stat().st_mode & 0o077 == 0
    assert "*" in (settings.home / ".gitignore").read_text().splitlines()
