"""Sources that are folders of the state: notes and remembered sessions; and documents that come from the archive."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ifmem.config import Config
from ifmem.config.loading import load
from ifmem.core.documents import Document
from ifmem.core.domains import Domain, Source
from ifmem.core.notes import Note, written
from ifmem.corpus.collect import Collection, collect
from ifmem.corpus.present import digest_now, is_made, present
from ifmem.corpus.survey import Survey, survey

Write = Callable[..., Path]
DOMAIN = Domain(4, "working", "", "", (Source("notes"), Source("sessions"), Source("findings")))
FINDINGS = Document("findings:recent", "The lamp is green.\n", "ab")


@pytest.fixture
def settings(tmp_path: Path) -> Config:
    return load(tmp_path, env={})


def surveyed(settings: Config, *recalled: Document) -> Survey:
    return survey(DOMAIN, (DOMAIN,), settings, recalled)


def collected(settings: Config) -> Collection:
    return collect(surveyed(settings))


def test_notes_and_sessions_are_read_wherever_the_state_is(tmp_path: Path, write: Write, settings: Config) -> None:
    elsewhere = replace(settings, home=tmp_path / "elsewhere")
    note, session = (
        write("elsewhere/working/note-1.md", "green\n"),
        write("elsewhere/history/2025-11-19-codex-1.md", "red\n"),
    )
    documents = {document.path: document.text for document in collected(elsewhere).documents}
    assert documents == {".ifmem/working/note-1.md": "green\n", ".ifmem/history/2025-11-19-codex-1.md": "red\n"}
    for path, file in ((".ifmem/working/note-1.md", note), (".ifmem/history/2025-11-19-codex-1.md", session)):
        found = present(path, elsewhere)
        assert found is not None and found.text == file.read_text() and digest_now(path, elsewhere) == found.sha256
        assert not is_made(path, elsewhere)


def test_a_note_that_has_expired_is_left_out_and_says_since_when(write: Write, settings: Config) -> None:
    now = time.time()
    write(".ifmem/working/note-1.md", written(Note("note-1", "old", now - 9_000, until=now - 3_600)))
    write(".ifmem/working/note-2.md", written(Note("note-2", "new", now - 9_000, until=now + 3_600)))
    write(".ifmem/working/by-hand.md", "no first line of ours\n")
    found = collected(settings)
    assert [document.path for document in found.documents] == [".ifmem/working/by-hand.md", ".ifmem/working/note-2.md"]
    ((path, reason),) = found.left_out
    assert path == ".ifmem/working/note-1.md" and reason.startswith("expired ")


def test_what_was_recalled_is_part_of_the_domain_and_of_its_fingerprint(settings: Config) -> None:
    assert FINDINGS in collect(surveyed(settings, FINDINGS)).documents
    prints = {
        surveyed(settings, *recalled).fingerprint for recalled in ((), (FINDINGS,), (replace(FINDINGS, sha256="cd"),))
    }
    assert len(prints) == 3


def test_a_domain_that_asks_for_neither_gets_neither(write: Write, settings: Config) -> None:
    write(".ifmem/working/note-1.md", "green\n")
    other = replace(DOMAIN, sources=(Source("files", include=("*.md",)),))
    assert collect(survey(other, (other,), settings)).documents == ()
