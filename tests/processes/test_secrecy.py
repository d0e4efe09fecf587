"""A secret in a document never reaches a model, and everything that is said about its line is still right."""

from __future__ import annotations

from pathlib import Path

import pytest

from ifmem import prompts
from ifmem.config import Config
from ifmem.config.folders import FILE
from ifmem.config.loading import load
from ifmem.core.answers import Answer, ShardUse
from ifmem.core.citations import verify
from ifmem.core.documents import Citation
from ifmem.core.findings import PageUse
from ifmem.core.receipts import sealed
from ifmem.core.verification import VERIFIED
from ifmem.processes import loading
from ifmem.processes.rechecking import recheck
from ifmem.processes.secrecy import as_read

SECRET = "a1B2c3D4e5F6g7H8i9J0"
TEXT = f"# Deploying\n\nSet this first:\n\napi_key = '{SECRET}'\n\nThen start it.\n"
NAMES = ("history", "docs", "code", "working")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "folder"
    (folder / "docs").mkdir(parents=True)
    (folder / "docs" / "deploy.md").write_text(TEXT)
    (folder / ".ifmem" / "working").mkdir(parents=True)
    (folder / ".ifmem" / "working" / "note-1.md").write_text(f"The token is {SECRET}: token={SECRET}\n")
    return folder


def configured(folder: Path, text: str = "", **env: str) -> Config:
    (folder / FILE).write_text(text)
    return load(folder, env={"XDG_CONFIG_HOME": str(folder / "none"), **env})


def loaded(config: Config, name: str = "docs") -> loading.Loaded:
    domains = prompts.domains(config)
    domain = next(one for one in domains if one.name == name)
    return loading.load(domain, domains, config, fresh=True, progress=lambda _: None)


def pages(config: Config, name: str = "docs") -> bytes:
    return b"".join(bytes(page.data) for page in loaded(config, name).pages)


def test_with_a_key_the_pages_are_without_the_secret_and_the_account_says_so(folder: Path) -> None:
    config = configured(folder, ANTHROPIC_API_KEY="sk-of-nobody")
    assert SECRET.encode() not in pages(config)
    held = {entry.path: entry.masked for entry in loaded(config).manifest.entries}
    assert held["docs/deploy.md"] == 1
    assert SECRET.encode() not in loaded(config).index_path.read_bytes()
    assert f"token={SECRET}".encode() not in pages(config, "working")


def test_where_no_model_reads_nothing_is_masked(folder: Path) -> None:
    assert SECRET.encode() in pages(configured(folder))


def test_one_model_among_the_shards_is_enough(folder: Path) -> None:
    config = configured(folder, '[shards.code]\nprovider = "python:scripted:Steady"\n')
    assert SECRET.encode() not in pages(config)
    assert not as_read(configured(folder), prompts.domains(configured(folder))).mask_secrets


def test_a_key_alone_is_enough_since_a_model_may_make_one_answer_of_findings(folder: Path) -> None:
    config = configured(folder, 'provider = "extractive"\n', ANTHROPIC_API_KEY="sk-of-nobody")
    assert SECRET.encode() not in pages(config)


def test_a_key_that_appears_later_makes_the_pages_anew(folder: Path) -> None:
    before = loaded(configured(folder)).manifest
    after = loaded(configured(folder, ANTHROPIC_API_KEY="sk-of-nobody")).manifest
    assert before.version != after.version
    assert loaded(configured(folder, ANTHROPIC_API_KEY="sk-of-nobody")).manifest.version == after.version


@pytest.mark.parametrize("text", ["mask_secrets = false\n", 'unmasked = ["deploy.md"]\n', 'unmasked = ["docs/"]\n'])
def test_masking_can_be_turned_off_and_a_path_allowed(folder: Path, text: str) -> None:
    assert SECRET.encode() in pages(configured(folder, text, ANTHROPIC_API_KEY="sk-of-nobody"))


def test_citations_of_masked_text_verify_and_verify_again_later(folder: Path) -> None:
    config = configured(folder, ANTHROPIC_API_KEY="sk-of-nobody")
    found = loaded(config)
    [page] = found.pages
    cited = Citation("docs/deploy.md", 5, 5, "api_key = '[masked]'")
    checked = verify(cited, page.documents)
    assert (checked.verification, checked.place) == (VERIFIED, "docs/deploy.md:5")
    use = ShardUse("docs", True, pages=(PageUse(page.digest),))
    verdict = recheck(sealed(Answer("q_1", "How?", "So.", True, (checked,), (use,))).to_dict(), config, NAMES)
    assert [(one.now, one.loaded) for one in verdict.citations] == [("unchanged", "held")]
    assert verdict.current


def test_what_another_machine_serves_is_masked_also_without_a_model(folder: Path) -> None:
    assert SECRET in pages(configured(folder)).decode()
    assert SECRET not in pages(configured(folder, "shards.docs.remote = true\n")).decode()
