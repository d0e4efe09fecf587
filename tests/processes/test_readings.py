"""A question reads one version from beginning to end; the next one reads what was put down meanwhile."""

from __future__ import annotations

from pathlib import Path

import pytest
from processes.loaded_set import load_all, make_folder

from ifmem import prompts
from ifmem.config import Config
from ifmem.core.citations import stands
from ifmem.core.documents import Citation
from ifmem.core.freshness import change_of, changed_since
from ifmem.core.verification import VERIFIED
from ifmem.processes.readings import Reading, Readings
from ifmem.processes.refreshing import Refresher

OLD = Citation("docs/harbour.md", 3, 3, "The lighthouse keeper counts the herring boats every morning.")
NEW = Citation("docs/harbour.md", 3, 3, "The keeper counts lobster pots.")


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return make_folder(tmp_path / "folder")


@pytest.fixture
def readings(config: Config) -> Readings:
    return Readings(load_all(config)["docs"], config, ["code"])


def save(config: Config) -> None:
    (config.folder / "docs" / "harbour.md").write_text("# Harbour\n\nThe keeper counts lobster pots.\n")
    assert Refresher(prompts.domains(config), config).refresh().changed


def hits(reading: Reading, term: str) -> int:
    return len(reading.index.search({term: 1.0}, limit=5))


def test_what_is_read_stays_and_the_next_question_reads_the_new_text(config: Config, readings: Readings) -> None:
    with readings.reading() as reading:
        save(config)
        before = readings.look()
        assert before is reading is not readings.now
        assert stands(reading.gate.check(OLD))
        assert not stands(reading.gate.check(NEW))
        assert (hits(reading, "herring"), hits(reading, "lobster")) == (1, 0)
    assert readings.now.gate.check(NEW).verification == VERIFIED
    assert not stands(readings.now.gate.check(OLD))
    assert (hits(readings.now, "herring"), hits(readings.now, "lobster")) == (0, 1)


def test_a_look_finds_nothing_when_nothing_was_put_down(readings: Readings) -> None:
    assert readings.look() is None
    assert readings.look() is None


def test_half_of_a_change_is_not_taken_over(config: Config, readings: Readings) -> None:
    manifest = (config.pages / "docs.json").read_bytes()
    save(config)
    readings.look()
    version = readings.now.version
    (config.pages / "docs.json").write_bytes(manifest)
    assert readings.look() is None
    assert readings.now.version == version


def test_what_is_told_of_a_change_names_it(config: Config, readings: Readings) -> None:
    save(config)
    before = readings.look()
    assert before is not None
    told = change_of("docs", before.loaded.manifest, readings.now.loaded.manifest)
    assert (told["kind"], told["changed"], told["gone"]) == ("changed", ["docs/harbour.md"], [])
    assert told["version"] == readings.now.version


def test_an_answer_says_that_its_evidence_has_changed(config: Config, readings: Readings) -> None:
    with readings.reading() as reading:
        cited = reading.gate.check(OLD)
        assert changed_since([cited], readings.now.view) == ""
        save(config)
        readings.look()
        assert changed_since([cited], readings.now.view).startswith(
            "the evidence changed after it was read: docs/harbour.md"
        )
