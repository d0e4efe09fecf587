from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ifmem.config import Config
from ifmem.core.documents import Citation
from ifmem.processes.checking import Gate

from .loaded_set import KEEPER, load_all, make_folder

Gated = Callable[[str], Gate]
IN_DOCS = Citation("docs/harbour.md", 3, 3, KEEPER)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return make_folder(tmp_path / "folder")


@pytest.fixture
def gated(config: Config) -> Iterator[Gated]:
    loaded, gates = load_all(config), list[Gate]()

    def gate(name: str) -> Gate:
        others = [other for other in loaded if other != name]
        gates.append(Gate(config, loaded[name].view, loaded[name].index_path, others))
        return gates[-1]

    yield gate
    for one in gates:
        one.close()


def test_a_quote_of_its_own_shard_is_verified(gated: Gated) -> None:
    assert gated("docs").check(IN_DOCS).verification == "verified"
    typed = replace(IN_DOCS, start_line=4, end_line=4, quote='The "green" ledger')
    assert gated("docs").check(typed).verification == "verified"


@pytest.mark.parametrize("name", ["docs", "code"])
def test_a_quote_under_a_wrong_path_is_found_in_any_shard(gated: Gated, name: str) -> None:
    checked = gated(name).check(replace(IN_DOCS, path="docs/lighthouse.md", start_line=1, end_line=1))
    assert (checked.verification, checked.place) == ("wrong file", "docs/harbour.md:3")
    assert len(checked.sha256) == 64


def test_a_path_of_another_shard_is_as_good(gated: Gated) -> None:
    assert gated("code").check(IN_DOCS).verification == "verified"


def test_a_quote_joined_from_two_shards_is_stitched(gated: Gated) -> None:
    joined = f"{KEEPER} ... def count_boats(boats): return len(boats)"
    assert gated("docs").check(replace(IN_DOCS, quote=joined)).verification == "stitched"


def test_a_changed_word_is_invented(gated: Gated) -> None:
    changed = replace(IN_DOCS, quote=KEEPER.replace("every", "each"))
    assert gated("docs").check(changed).verification == "invented"


def test_a_file_changed_or_gone_since_makes_a_quote_stale(config: Config, gated: Gated) -> None:
    gate, path = gated("docs"), config.folder / "docs" / "harbour.md"
    path.write_text(path.read_text() + "More.\n")
    assert gate.check(IN_DOCS).verification == "stale"
    path.unlink()
    moved = gate.check(replace(IN_DOCS, start_line=1, end_line=1))
    assert (moved.verification, moved.place) == ("stale", "docs/harbour.md:3")


def test_the_list_of_files_is_never_stale(config: Config, gated: Gated) -> None:
    (config.folder / "new.py").write_text("x = 1\n")
    assert gated("code").check(Citation("tree", 1, 1, "docs/harbour.md")).verification == "verified"


def test_another_shards_text_is_seen_after_it_was_loaded_again(config: Config, gated: Gated) -> None:
    gate = gated("code")
    said = "The bells are rung at noon."
    citation = Citation("bells.md", 1, 1, said)
    assert gate.check(citation).verification == "invented"
    (config.folder / "docs" / "bells.md").write_text(f"{said}\n")
    load_all(config)
    assert gate.check(citation).place == "docs/bells.md:1"


def test_a_shard_that_has_loaded_nothing_is_passed_over(config: Config, gated: Gated) -> None:
    gate = gated("code")
    for path in (*config.pages.glob("docs.json"), *config.index.glob("docs.db")):
        path.unlink()
    assert gate.check(replace(IN_DOCS, path="no.md")).verification == "invented"
