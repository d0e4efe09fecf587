from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from ifmem.core.domains import Source
from ifmem.core.manifest import LeftOut
from ifmem.corpus import git as reading

DIFF = Source("git-diff")
Git = Callable[..., str]
Write = Callable[..., Path]


def opened(folder: Path) -> reading.Repository:
    repository = reading.open_repository(folder)
    assert isinstance(repository, reading.Repository)
    return repository


def commit(git: Git, message: str) -> str:
    git("add", "--all")
    git("-c", "user.name=Ada", "-c", "user.email=ada@example.org", "commit", "--quiet", "--allow-empty", "-m", message)
    return git("rev-parse", "HEAD").strip()


def import_commits(git: Git, folder: Path, number: int) -> None:
    """Many commits at once, each one changing the file `n`."""
    stream = "".join(
        f"commit refs/heads/main\ncommitter A <a@b> {1_700_000_000 + n} +0000\ndata {len(f'commit {n}')}\ncommit {n}\n"
        f"M 644 inline n\ndata {len(str(n))}\n{n}\n\n"
        for n in range(1, number + 1)
    )
    command = ["git", "-C", str(folder), "fast-import", "--quiet", "--force"]
    subprocess.run(command, input=stream.encode(), check=True, capture_output=True)
    git("symbolic-ref", "HEAD", "refs/heads/main")


def test_tells_hash_date_author_message_and_changed_paths(tmp_path: Path, git: Git, write: Write) -> None:
    write("a.txt", "one\ntwo\nthree\n")
    write("gone.txt", "x")
    first = commit(git, "First subject\n\nA body with \x01 and\nmore lines")
    git("mv", "a.txt", 'b "q" é.txt')
    git("rm", "--quiet", "gone.txt")
    second = commit(git, "Second")
    third = commit(git, "Empty")
    (document,), left_out = reading.log(opened(tmp_path))
    assert (document.path, left_out) == ("git:log/00001-00200", [])
    commits = ("\n" + document.text).split("\ncommit ")[1:]
    assert [text.split("\n")[0] for text in commits] == [first, second, third]
    assert "Ada\n\nFirst subject\n\nA body with \x01 and\nmore lines\n\nadded a.txt\nadded gone.txt\n" in commits[0]
    assert commits[1].endswith('Second\n\nrenamed a.txt -> b "q" é.txt\ndeleted gone.txt\n')
    assert commits[2].endswith("Empty\n")
    assert "ada@example.org" not in document.text


def test_older_documents_stay_the_same_when_commits_and_old_branches_come_in(
    tmp_path: Path, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_commits(git, tmp_path, 250)
    git("reset", "--quiet", "--hard")
    before, _ = reading.log(opened(tmp_path))
    git("checkout", "--quiet", "-b", "old", "HEAD~240")
    monkeypatch.setenv("GIT_COMMITTER_DATE", "1700000015 +0000")  # among the first commits
    commit(git, "On an old branch")
    git("checkout", "--quiet", "main")
    git("merge", "--quiet", "--no-ff", "-m", "Merge", "old")
    after, _ = reading.log(opened(tmp_path))
    assert [document.path for document in after] == ["git:log/00001-00200", "git:log/00201-00400"]
    assert after[0] == before[0]
    assert after[1].text.startswith(before[1].text)


def test_leaves_out_commits_older_than_the_newest_in_whole_documents(tmp_path: Path, git: Git) -> None:
    import_commits(git, tmp_path, 5_030)
    documents, left_out = reading.log(opened(tmp_path))
    assert documents[0].path == "git:log/00201-00400"
    assert "\n\ncommit 201\n" in documents[0].text
    assert "\n\ncommit 5030\n" in documents[-1].text
    assert left_out == [LeftOut("git:log/00001-00200", "older than the newest 5,000 commits: 200 commits")]


def test_a_folder_inside_a_repository_sees_only_its_own_part(tmp_path: Path, git: Git, write: Write) -> None:
    write("part/a.txt", "1\n")
    write("other.txt", "1\n")
    commit(git, "Both")
    write("other.txt", "2\n")
    commit(git, "Elsewhere")
    write("part/a.txt", "2\n")
    write("other.txt", "3\n")
    write("part/new file.txt")
    write("new.txt")
    part = opened(tmp_path / "part")
    (log,), _ = reading.log(part)
    assert "Both" in log.text and "Elsewhere" not in log.text
    assert log.text.endswith("\nadded a.txt\n")
    (diff,), _ = reading.difference(part, DIFF)
    assert "a/a.txt" in diff.text and "other.txt" not in diff.text
    assert reading.untracked(part) == {"new file.txt"}


def test_shows_staged_and_unstaged_changes_whatever_the_configuration(tmp_path: Path, git: Git, write: Write) -> None:
    write(".gitattributes", "*.txt diff=shout\n")
    write("staged.txt", "old\n")
    write("unstaged.txt", "old\n")
    commit(git, "First")
    write("staged.txt", "new\n")
    git("add", "staged.txt")
    write("unstaged.txt", "newer\n")
    for name in ("diff.external", "diff.shout.textconv", "core.pager", "core.fsmonitor"):
        git("config", name, f"touch {tmp_path}/was-run; true")
    git("config", "diff.noprefix", "true")
    git("config", "color.ui", "always")
    (document,), left_out = reading.difference(opened(tmp_path), DIFF)
    assert left_out == []
    assert "diff --git a/staged.txt b/staged.txt" in document.text
    assert "-old\n+newer\n" in document.text
    assert "\x1b" not in document.text
    assert not (tmp_path / "was-run").exists()


def test_cuts_a_large_difference_and_says_where(tmp_path: Path, git: Git, write: Write) -> None:
    write("a.txt", "")
    commit(git, "First")
    write("a.txt", "line\n" * 1_000)
    (document,), left_out = reading.difference(opened(tmp_path), Source("git-diff", max_bytes=500))
    lines = document.text.count("\n")
    assert document.text.endswith("+line\n")
    assert left_out == [LeftOut(f"git:diff after line {lines}", "over max_bytes (500)")]


def test_an_unchanged_tree_has_no_difference(tmp_path: Path, git: Git, write: Write) -> None:
    write("a.txt")
    commit(git, "First")
    assert reading.difference(opened(tmp_path), DIFF) == ([], [])


def test_before_the_first_commit_nothing_is_untracked(tmp_path: Path, git: Git, write: Write) -> None:
    write("a.txt")
    assert git("status", "--porcelain")
    repository = opened(tmp_path)
    assert reading.untracked(repository) == frozenset()
    assert reading.log(repository) == ([], [LeftOut("git:log", "the repository has no commit yet")])
    assert reading.difference(repository, DIFF) == ([], [LeftOut("git:diff", "the repository has no commit yet")])


def test_says_why_there_is_no_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert reading.open_repository(tmp_path) == "not a git repository"
    (tmp_path / ".git").write_text("gitdir: nowhere\n")
    assert reading.open_repository(tmp_path) == "not a git repository"
    monkeypatch.setenv("PATH", str(tmp_path))
    assert reading.open_repository(tmp_path) == "the git program is not installed"


def test_is_not_led_astray_by_the_variables_of_a_hook(
    tmp_path: Path, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = commit(git, "First")
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    assert opened(tmp_path).head == head
