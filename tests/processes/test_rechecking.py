from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ifmem.config import Config
from ifmem.core.answers import Answer, ShardUse
from ifmem.core.documents import Citation
from ifmem.core.findings import PageUse
from ifmem.core.receipts import sealed
from ifmem.core.rechecks import QuoteCheck, Verdict
from ifmem.processes.rechecking import recheck

from .loaded_set import KEEPER, load_all, make_folder


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return make_folder(tmp_path / "folder")


@pytest.fixture
def answer(config: Config) -> Answer:
    """What was answered from the folder as it was loaded."""
    loaded = load_all(config)
    sha256 = {entry.path: entry.sha256 for one in loaded.values() for entry in one.manifest.entries}
    pages = tuple(PageUse(page.digest, "none", page.tokens) for page in loaded["docs"].pages)
    citations = (
        Citation("docs/harbour.md", 3, 3, KEEPER, sha256["docs/harbour.md"], "docs", "verified"),
        Citation("tree", 1, 1, "docs/harbour.md", sha256["tree"], "code", "verified"),
        Citation("gone.md", 1, 1, "never said anywhere", "", "docs", "invented"),
    )
    return sealed(Answer("q_1", "Who?", "The keeper.", True, citations, (ShardUse("docs", True, pages=pages),)))


def verdict(answer: Answer, config: Config) -> Verdict:
    return recheck(answer.to_dict(), config, ("history", "docs", "code", "working"))


def first(answer: Answer, config: Config) -> QuoteCheck:
    return verdict(answer, config).citations[0]


def test_nothing_has_changed(answer: Answer, config: Config) -> None:
    found = verdict(answer, config)
    assert (found.digest, found.genuine, found.current) == ("intact", True, True)
    assert [(one.now, one.loaded) for one in found.citations] == [
        ("unchanged", "held"),
        ("unchanged", "held"),
        ("unverified", "not kept"),
    ]
    assert [(one.path, one.now) for one in found.sources] == [("docs/harbour.md", "unchanged"), ("tree", "unchanged")]


def test_lines_put_in_front_move_a_quote(answer: Answer, config: Config) -> None:
    path = config.folder / "docs" / "harbour.md"
    path.write_text("New.\n\n" + path.read_text())
    found = verdict(answer, config)
    assert (found.citations[0].now, found.citations[0].place) == ("moved", "docs/harbour.md:5")
    assert (found.sources[0].now, found.genuine, found.current) == ("changed", True, True)


def test_a_changed_word_changes_a_quote(answer: Answer, config: Config) -> None:
    path = config.folder / "docs" / "harbour.md"
    path.write_text(path.read_text().replace("herring", "salmon"))
    found = verdict(answer, config)
    assert (found.citations[0].now, found.citations[0].loaded) == ("changed", "held")
    assert (found.genuine, found.current) == (True, False)


def test_a_renamed_file_is_found_by_its_bytes(answer: Answer, config: Config) -> None:
    (config.folder / "docs" / "harbour.md").rename(config.folder / "port.md")
    found = verdict(answer, config)
    assert (found.citations[0].now, found.citations[0].place) == ("moved", "port.md:3")
    assert (found.sources[0].now, found.sources[0].place) == ("moved", "port.md")


def test_a_removed_file_is_told(answer: Answer, config: Config) -> None:
    (config.folder / "docs" / "harbour.md").unlink()
    found = verdict(answer, config)
    assert (found.citations[0].now, found.citations[0].loaded, found.sources[0].now) == ("vanished", "held", "vanished")
    assert not found.current


def test_the_pages_of_the_answer_are_witnesses_after_the_shard_has_loaded_others(
    answer: Answer, config: Config
) -> None:
    path = config.folder / "docs" / "harbour.md"
    path.write_text("Something else altogether.\n")
    load_all(config)
    assert first(answer, config).loaded == "held"


def test_without_pages_only_the_files_can_tell(answer: Answer, config: Config) -> None:
    shutil.rmtree(config.home)
    assert (first(answer, config).loaded, first(answer, config).now) == (
        "held",
        "unchanged",
    )  # the file has the digest still
    (config.folder / "docs" / "harbour.md").write_text("Something else altogether.\n")
    assert (first(answer, config).loaded, first(answer, config).now) == ("not kept", "changed")


def test_a_forged_quote_is_found_out_even_with_a_digest_that_fits(answer: Answer, config: Config) -> None:
    forged = answer.to_dict()
    forged["citations"][0]["quote"] = KEEPER.replace("herring", "salmon")
    assert recheck(forged, config, ("docs",)).digest == "altered"
    resealed = sealed(Answer.from_dict(forged))
    found = verdict(resealed, config)
    assert (found.digest, found.citations[0].loaded, found.genuine) == ("intact", "not held", False)


def test_a_receipt_cannot_make_it_read_another_folder(answer: Answer, config: Config) -> None:
    (config.folder.parent / "secret.md").write_text("the secret is here\n")
    forged = answer.to_dict()
    forged["citations"] = [Citation("../secret.md", 1, 1, "the secret is here", "", "", "verified").to_dict()]
    forged["shards"][0]["pages"][0]["digest"] = "../../secret"
    assert recheck(forged, config, ("docs",)).citations[0].now == "vanished"
