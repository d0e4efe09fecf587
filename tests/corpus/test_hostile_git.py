"""A repository whose own configuration names programs wherever git can be told of one: reading it runs none of them."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from ifmem.core.domains import Source
from ifmem.corpus import git as reading

Git = Callable[..., str]
Write = Callable[..., Path]
SIGNED = """\
tree {tree}
author A <a@b> 1700000000 +0000
committer A <a@b> 1700000000 +0000
gpgsig -----BEGIN PGP SIGNATURE-----
 Version: 0
 nonsense
 -----END PGP SIGNATURE-----

signed
"""


@pytest.fixture
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """It leaves a file `ran` beside itself, with how it was called."""
    program = tmp_path_factory.mktemp("hostile") / "program"
    program.write_text(f'#!/bin/sh\necho "$0 $@" >> {program.parent}/ran\ncat\n')
    program.chmod(0o755)
    return program


@pytest.fixture
def repository(tmp_path: Path, git: Git, write: Write, program: Path) -> Path:
    """One commit, signed, of a file that has changed since; the configuration comes after what git itself does here."""
    write("a.txt", "one\n")
    write(".gitattributes", "*.txt filter=evil diff=evil\n")
    git("add", "--all")
    commit = SIGNED.format(tree=git("write-tree").strip())
    made = subprocess.run(
        ("git", "-C", str(tmp_path), "hash-object", "-t", "commit", "-w", "--stdin"),
        input=commit,
        text=True,
        capture_output=True,
        check=True,
    )
    git("update-ref", "HEAD", made.stdout.strip())
    write("a.txt", "two\n")
    for name in (
        *(
            "core.fsmonitor",
            "core.pager",
            "core.sshCommand",
            "core.editor",
            "core.askPass",
            "gpg.program",
            "diff.external",
        ),
        *("diff.evil.command", "diff.evil.textconv", "filter.evil.clean", "filter.evil.smudge", "filter.evil.process"),
    ):
        git("config", name, str(program))
    git("config", "log.showSignature", "true")
    git("config", "filter.evil.required", "true")
    for hook in ("post-index-change", "reference-transaction", "pre-auto-gc"):
        write(f".git/hooks/{hook}", program.read_bytes()).chmod(0o755)
    return tmp_path


def read_all(folder: Path) -> str:
    """All that git is ever asked; the text of it."""
    opened = reading.open_repository(folder)
    assert isinstance(opened, reading.Repository), opened
    assert reading.git_folder(opened)
    reading.untracked(opened)
    difference, _ = reading.difference(opened, Source("git-diff"))
    commits, _ = reading.log(opened)
    files, _ = reading.file_logs(opened, Source("git-file-log", include=("*.txt",)))
    return "".join(document.text for document in (*difference, *commits, *files))


def test_no_program_of_a_repositorys_own_is_run(repository: Path, program: Path) -> None:
    text = read_all(repository)
    assert "-one\n+two\n" in text
    assert "signed" in text
    assert not program.with_name("ran").exists(), program.with_name("ran").read_text()


def test_a_filter_from_an_included_file_is_not_run_either(repository: Path, git: Git, program: Path) -> None:
    git("config", "--remove-section", "filter.evil")
    (repository / "more").write_text(f'[filter "evil"]\n\tclean = {program}\n\trequired = true\n')
    git("config", "include.path", str(repository / "more"))
    read_all(repository)
    assert not program.with_name("ran").exists()


def test_the_users_own_filters_do_run(
    tmp_path: Path, repository: Path, git: Git, program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git("config", "--remove-section", "filter.evil")
    own = program.with_name("own")
    own.write_text('[filter "evil"]\n\tclean = tr a-z A-Z\n')
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(own))
    assert "+TWO\n" in read_all(repository)


def test_a_missing_object_is_not_fetched(repository: Path, git: Git, program: Path) -> None:
    for name, value in {
        "remote.origin.url": f"ext::{program}",
        "remote.origin.promisor": "true",
        "remote.origin.uploadpack": str(program),
        "protocol.ext.allow": "always",
        "extensions.partialClone": "origin",
        "core.repositoryFormatVersion": "1",
    }.items():
        git("config", name, value)
    blob = git("rev-parse", "HEAD:a.txt").strip()
    (repository / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    read_all(repository)
    assert not program.with_name("ran").exists(), program.with_name("ran").read_text()


def test_a_submodules_configuration_counts_as_little(repository: Path, git: Git, program: Path) -> None:
    inner = repository / "inner"

    def calmly(folder: Path, *arguments: str) -> str:
        calm = ("-c", "core.fsmonitor=", "-c", "core.hooksPath=/dev/null", "-c", "user.name=A", "-c", "user.email=a@b")
        ran = subprocess.run(("git", "-C", str(folder), *calm, *arguments), check=True, capture_output=True, text=True)
        return ran.stdout.strip()

    inner.mkdir()
    calmly(inner, "init", "-q")
    commits = []
    for text in ("x\n", "y\n"):
        (inner / "b.md").write_text(text)
        calmly(inner, "add", "b.md")
        calmly(inner, "commit", "-qm", text)
        commits.append(calmly(inner, "rev-parse", "HEAD"))
    calmly(inner, "config", "diff.external", str(program))
    calmly(repository, "config", "--remove-section", "filter.evil")
    calmly(repository, "update-index", "--add", "--cacheinfo", f"160000,{commits[0]},inner")
    calmly(repository, "commit", "-qm", "sub")
    calmly(repository, "config", "diff.submodule", "diff")
    program.with_name("ran").unlink(missing_ok=True)
    assert commits[1] in read_all(repository)
    assert not program.with_name("ran").exists(), program.with_name("ran").read_text()
