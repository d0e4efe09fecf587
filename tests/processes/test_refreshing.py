"""After any change of the folder what is kept says what the files say, and pages stay as they were until they are frozen anew."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from processes.loaded_set import KEEPER, load_all, make_folder

from ifmem import prompts
from ifmem.config import Config
from ifmem.config.loading import load
from ifmem.core.documents import Document
from ifmem.core.overlays import text_of
from ifmem.core.pages import page_of
from ifmem.corpus.collect import collect
from ifmem.corpus.survey import survey
from ifmem.processes.kept import Loaded, open_kept
from ifmem.processes.refreshing import Refresher
from ifmem.stores.index import Index, build_index
from ifmem.stores.index_update import update_index


@pytest.fixture
def config(tmp_path: Path) -> Config:
    config = make_folder(tmp_path / "folder")
    load_all(config)
    return config


@pytest.fixture
def refresher(config: Config) -> Refresher:
    refresher = Refresher(prompts.domains(config), config)
    refresher.refresh()
    return refresher


def kept(config: Config, name: str) -> Loaded:
    found = open_kept(name, config)
    assert found is not None
    return found


def texts(config: Config, name: str) -> dict[str, str]:
    view = kept(config, name).view
    return {path: text_of(view.at(path)) for path in view.places}


def as_read_anew(config: Config, name: str) -> dict[str, str]:
    domains = prompts.domains(config)
    domain = next(one for one in domains if one.name == name)
    return {document.path: document.text for document in collect(survey(domain, domains, config)).documents}


def test_a_saved_file_is_laid_over_its_page(config: Config, refresher: Refresher) -> None:
    before = kept(config, "docs")
    (config.folder / "docs" / "harbour.md").write_text("# Harbour\n\nThe keeper counts lobster pots.\n")
    assert refresher.refresh().changed == ("docs",)
    after = kept(config, "docs")
    assert after.manifest.pages == before.manifest.pages
    assert texts(config, "docs")["docs/harbour.md"] == "# Harbour\n\nThe keeper counts lobster pots.\n"
    assert after.manifest.version == Index(after.index_path).version != before.manifest.version


def test_nothing_is_put_down_when_nothing_changed(config: Config, refresher: Refresher) -> None:
    before = (config.pages / "docs.json").stat()
    assert refresher.refresh().changed == ()
    assert (config.pages / "docs.json").stat().st_ino == before.st_ino


def test_a_touched_file_is_read_and_changes_no_text(config: Config, refresher: Refresher) -> None:
    before = kept(config, "docs").manifest
    os.utime(config.folder / "docs" / "harbour.md", (1, 1))
    assert refresher.refresh().changed == ()
    assert kept(config, "docs").manifest.version == before.version
    assert kept(config, "docs").manifest.entries != before.entries


def test_an_atomic_save_is_seen_though_size_and_time_are_the_same(config: Config, refresher: Refresher) -> None:
    path = config.folder / "docs" / "harbour.md"
    facts = path.stat()
    (path.parent / "new").write_text(path.read_text().replace("herring", "mackrel"))
    os.utime(path.parent / "new", ns=(facts.st_atime_ns, facts.st_mtime_ns))
    (path.parent / "new").replace(path)
    assert path.stat().st_size == facts.st_size
    assert "docs" in refresher.refresh().changed
    assert "mackrel" in texts(config, "docs")["docs/harbour.md"]


def test_a_rename_is_one_and_a_deleted_file_is_gone(config: Config, refresher: Refresher) -> None:
    (config.folder / "docs" / "harbour.md").rename(config.folder / "docs" / "quay.md")
    (config.folder / "ledger.py").unlink()
    refresher.refresh()
    (layer,) = kept(config, "docs").layers
    assert layer.moved == (("docs/harbour.md", "docs/quay.md"),)
    assert KEEPER in texts(config, "docs")["docs/quay.md"]
    assert "ledger.py" not in texts(config, "code")
    index = Index(kept(config, "docs").index_path)
    assert {hit.path for hit in index.search({"herring": 1.0}, limit=9)} == {"docs/quay.md"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_any_more_is_left_out_and_says_why(config: Config, refresher: Refresher) -> None:
    (config.folder / "docs" / "harbour.md").chmod(0)
    refresher.refresh()
    assert "docs/harbour.md" not in texts(config, "docs")
    assert ("docs/harbour.md", "permission denied") in kept(config, "docs").manifest.left_out


def test_a_folder_that_is_gone_is_no_deletion(config: Config, refresher: Refresher) -> None:
    before = texts(config, "docs")
    config.folder.rename(config.folder.with_name("elsewhere"))
    refreshed = refresher.refresh()
    config.folder.with_name("elsewhere").rename(config.folder)
    assert (refreshed.changed, refreshed.unseen) == ((), ("./",))
    assert texts(config, "docs") == before


def test_commands_are_run_when_someone_asks_and_not_at_every_save(tmp_path: Path) -> None:
    config = make_folder(tmp_path / "folder")
    (config.folder / "our.runs").write_text("x\n")
    source = {"kind": "command", "name": "runs", "command": "echo run >> .ifmem/runs; wc -l < .ifmem/runs"}
    config = replace(config, shards={"tests": {"sources": [source, {"kind": "files", "include": ["our.runs"]}]}})
    load_all(config)
    refresher = Refresher(prompts.domains(config), config)
    (config.folder / "our.runs").write_text("y\n")
    assert "tests" in refresher.refresh().changed
    assert texts(config, "tests") == {"command:runs": "1\n", "our.runs": "y\n"}
    assert "tests" in refresher.refresh({"tests"}).changed
    assert texts(config, "tests")["command:runs"] == "2\n"


def test_a_refresh_that_died_before_it_was_done_is_made_good(config: Config, refresher: Refresher) -> None:
    before = kept(config, "docs")
    lost = page_of([Document("docs/harbour.md", "what nobody was told\n", "1")])
    held = [lost.digest, *(page.digest for page in before.pages)]
    update_index(before.index_path, "lost", without=["docs/harbour.md"], pages=[lost], held=held)
    (config.folder / "docs" / "harbour.md").write_text("The keeper counts lobster pots.\n")
    refresher.refresh()
    index = Index(kept(config, "docs").index_path)
    assert index.version == kept(config, "docs").manifest.version
    assert index.frequencies(["nobody", "lobster"]) == {"nobody": 0, "lobster": 1}


def test_a_shard_that_had_nothing_loads_what_comes(config: Config, refresher: Refresher) -> None:
    assert kept(config, "working").pages == ()
    (config.home / "working").mkdir()
    (config.home / "working" / "note.md").write_text("Remember the anchor.\n")
    assert refresher.refresh().changed == ("working",)
    assert texts(config, "working") == {".ifmem/working/note.md": "Remember the anchor.\n"}


def test_a_shard_that_has_not_loaded_yet_is_waited_for(tmp_path: Path) -> None:
    config = make_folder(tmp_path / "folder")
    assert "docs" in Refresher(prompts.domains(config), config).refresh().waiting


def test_over_many_edits_and_freezes_the_text_is_that_of_the_files(tmp_path: Path) -> None:
    dice = random.Random(6)
    config = load(_make_tree(tmp_path / "folder"), env={"IFMEM_PAGE_TOKENS": "1000"})
    load_all(config)
    refresher = Refresher(prompts.domains(config), config)
    frozen = []
    for _ in range(25):
        touched = {str(path) for _ in range(dice.randint(1, 4)) for path in _edit(config.folder, dice)}
        refresher.refresh(touched=touched)
        if dice.random() < 0.4:
            frozen += refresher.compact(["docs", "code"], dice.choice(([], ["docs", "code"])))
        for name in ("docs", "code"):
            assert texts(config, name) == as_read_anew(config, name)
            _agrees_with_a_new_index(config, name, tmp_path)
    assert frozen


def test_what_is_new_behind_a_cached_page_is_set_apart_and_the_page_stays(tmp_path: Path) -> None:
    config = load(_make_tree(tmp_path / "folder"), env={"IFMEM_PAGE_TOKENS": "5000"})
    load_all(config)
    refresher = Refresher(prompts.domains(config), config)
    (before,) = kept(config, "docs").pages
    old, new = config.folder / "part1" / "file1.md", config.folder / "part1" / "new.md"
    old.write_text(old.read_text().replace("line 7 of", "seventh line of"))
    new.write_text("made anew\n" * 2_500)
    refresher.refresh()
    assert refresher.compact(["docs"], ["docs"]) == ["docs"]
    after = kept(config, "docs")
    assert after.pages[0].digest == before.digest
    assert {entry.path for page in after.pages[1:] for entry in page.table} == {"part1/new.md"}
    assert [layer.paths for layer in after.layers] == [["part1/file1.md"]]
    assert texts(config, "docs") == as_read_anew(config, "docs")
    _agrees_with_a_new_index(config, "docs", tmp_path)


def test_a_branch_switch_is_followed_with_its_history(tmp_path: Path, git: Callable[..., str]) -> None:
    config = make_folder(tmp_path / "folder")
    git("init", "--quiet")
    git("add", ".")
    git("commit", "--quiet", "-m", "Count herring")
    git("checkout", "--quiet", "-b", "pots")
    (config.folder / "docs" / "harbour.md").write_text("The keeper counts lobster pots.\n")
    git("commit", "--quiet", "-am", "Count pots instead")
    load_all(config)
    refresher = Refresher(prompts.domains(config), config)
    git("checkout", "--quiet", "main")
    assert set(refresher.refresh().changed) == {"docs", "history"}
    assert KEEPER in texts(config, "docs")["docs/harbour.md"]
    assert "Count pots" not in "".join(texts(config, "history").values())


@pytest.fixture
def git(tmp_path: Path) -> Callable[..., str]:
    def run(*arguments: str) -> str:
        command = ("git", "-C", str(tmp_path / "folder"), *arguments)
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    return run


def _make_tree(folder: Path) -> Path:
    for number in range(12):
        path = folder / f"part{number % 3}" / f"file{number}.{'md' if number % 2 else 'py'}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(f"line {line} of {number}\n" for line in range(30)))
    return folder


def _edit(folder: Path, dice: random.Random) -> list[Path]:
    """Change, lengthen, rename, remove or make a file; the paths that a watch would name."""
    files = sorted(path for path in folder.rglob("*.*") if ".ifmem" not in path.parts and path.is_file())
    path = dice.choice(files)
    lines = path.read_text().splitlines(keepends=True)
    match dice.randrange(5):
        case 0:
            lines[dice.randrange(len(lines) + 1) :] = [f"new {dice.random()}\n"]
            path.write_text("".join(lines))
        case 1:
            path.write_text("".join(lines) * 3)
        case 2:
            return [path, path.rename(path.with_name(f"moved{dice.randrange(1000)}{path.suffix}"))]
        case 3 if len(files) > 6:
            path.unlink()
        case _:
            path = path.parent / f"made{dice.randrange(1000)}.md"
            path.write_text(f"made {dice.random()}\n" * dice.randrange(9))
    return [path]


def _agrees_with_a_new_index(config: Config, name: str, tmp_path: Path) -> None:
    loaded = kept(config, name)
    documents = [document for path in loaded.view.places for document in loaded.view.at(path)]
    build_index(tmp_path / "anew.db", "", [page_of(documents)])
    anew, updated = Index(tmp_path / "anew.db"), Index(loaded.index_path)
    terms = ["line", "new", "made", "7"]
    assert updated.frequencies(terms) == anew.frequencies(terms)
    assert updated.passages == anew.passages
    shutil.rmtree(tmp_path / "anew.db", ignore_errors=True)
