"""The whole way from a folder to documents, with the domains that are shipped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ifmem import prompts
from ifmem.config import Config
from ifmem.config.loading import load
from ifmem.core.domains import Domain, Source
from ifmem.corpus.collect import Collection, collect
from ifmem.corpus.survey import survey

Git = Callable[..., str]
Write = Callable[..., Path]


@pytest.fixture
def settings(tmp_path: Path) -> Config:
    return load(tmp_path, env={})


@pytest.fixture
def project(git: Git, write: Write) -> None:
    write("CHANGELOG.md", "# 1.0\n")
    write("README.md", "# Read me\n")
    write("src/app.py", "def run():\n    pass\n")
    write("src/blob.py", b"\0\1")
    write("photo.xyz")
    write(".gitignore", "*.log\n.ifmem/\n")
    git("add", "--all")
    git("commit", "--quiet", "-m", "First")
    write("src/app.py", "def run():\n    return 1\n")
    write("new.md", "an idea\n")
    write("new.bin", b"\0")
    write("noise.log")
    write(".ifmem/working/blockers.md", "P0: nothing\n")


def collected(settings: Config) -> dict[str, Collection]:
    every = prompts.domains(settings)
    return {domain.name: collect(survey(domain, every, settings)) for domain in every}


def fingerprints(settings: Config) -> dict[str, str]:
    every = prompts.domains(settings)
    return {domain.name: survey(domain, every, settings).fingerprint for domain in every}


@pytest.mark.usefixtures("project")
def test_each_shard_gets_its_documents(settings: Config) -> None:
    paths = {name: [document.path for document in one.documents] for name, one in collected(settings).items()}
    assert paths == {
        "history": ["CHANGELOG.md", "git:log/00001-00200"],
        "docs": ["README.md"],
        "code": [".gitignore", "src/app.py", "tree"],
        "working": [".ifmem/working/blockers.md", "git:diff", "new.md"],
    }


@pytest.mark.usefixtures("project")
def test_every_file_is_loaded_or_left_out_exactly_once(settings: Config, tmp_path: Path) -> None:
    collections = collected(settings).values()
    times = Counter(document.path for one in collections for document in one.documents)
    times.update(path for one in collections for path, _ in one.left_out)
    files = [
        str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file() and ".git" not in path.parts
    ]
    assert times == Counter([*files, "git:log/00001-00200", "git:diff", "tree"])


@pytest.mark.usefixtures("project")
def test_says_why_a_file_is_left_out(settings: Config) -> None:
    reasons = {name: dict(one.left_out) for name, one in collected(settings).items()}
    assert reasons["code"] == {
        "noise.log": "ignored by .gitignore",
        "photo.xyz": "unknown type .xyz",
        "src/blob.py": "binary",
    }
    assert reasons["working"] == {"new.bin": "binary"}
    assert reasons["history"] == reasons["docs"] == {}


@pytest.mark.usefixtures("project")
def test_the_tree_names_every_file_and_marks_those_left_out(settings: Config) -> None:
    (tree,) = [document.text for document in collected(settings)["code"].documents if document.path == "tree"]
    assert "README.md\n" in tree
    assert "photo.xyz  (left out: unknown type .xyz)\n" in tree


def test_a_folder_without_git_works_and_says_so(settings: Config, write: Write) -> None:
    write("a.py")
    collections = collected(settings)
    assert [document.path for document in collections["code"].documents] == ["a.py", "tree"]
    assert collections["history"].left_out == (("git:log", "not a git repository"),)
    assert collections["working"].left_out == (("git:diff", "not a git repository"),)


@pytest.mark.usefixtures("project")
def test_what_is_over_the_capacity_is_listed(settings: Config) -> None:
    every = prompts.domains(settings)
    small = replace(every[0], capacity_tokens=40)
    collection = collect(survey(small, every, settings))
    assert [document.path for document in collection.documents] == ["CHANGELOG.md"]
    assert collection.left_out == (("git:log/00001-00200", "over the shard's capacity of 40 tokens"),)


@pytest.mark.usefixtures("project")
def test_the_fingerprint_stays_while_nothing_changes(settings: Config) -> None:
    assert fingerprints(settings) == fingerprints(settings)


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("path", "content", "changed"),
    [
        ("CHANGELOG.md", "# 1.1\n", {"history", "working"}),
        ("README.md", "# Read mf\n", {"docs", "working"}),
        ("later.md", "one more\n", {"code", "working"}),
        (".ifmem/working/blockers.md", "P0: none\n", {"working"}),
        ("photo.xyz", "other\n", {"working"}),
    ],
)
def test_a_change_is_seen_by_the_shards_it_concerns(
    settings: Config, write: Write, path: str, content: str, changed: set[str]
) -> None:
    before = fingerprints(settings)
    write(path, content)
    after = fingerprints(settings)
    assert {name for name in before if before[name] != after[name]} == changed


@pytest.mark.usefixtures("project")
def test_a_commit_and_a_setting_are_seen(settings: Config, git: Git) -> None:
    before = fingerprints(settings)
    git("commit", "--quiet", "--allow-empty", "-m", "Second")
    after = fingerprints(settings)
    assert {name for name in before if before[name] != after[name]} == {"history"}
    other = fingerprints(replace(settings, page_tokens=1_000))
    assert all(other[name] != after[name] for name in after)


def test_a_command_is_run_once_and_its_output_compared(settings: Config, tmp_path: Path) -> None:
    command = Source("command", name="count", command="echo x >> runs; cat runs; cat result")
    domain = Domain(1, "tests", "", "", (command,))
    (tmp_path / "result").write_text("ok\n")
    looked = survey(domain, (domain,), settings)
    assert [document.text for document in collect(looked).documents] == ["x\nok\n"]
    assert (tmp_path / "runs").read_text() == "x\n"
    assert survey(domain, (domain,), settings).fingerprint != looked.fingerprint
