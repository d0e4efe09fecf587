"""The history of single files, with what changed in them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ifmem.core.domains import Source
from ifmem.corpus import git as own_git

Git = Callable[..., str]
Write = Callable[..., Path]


def histories(folder: Path, **fields: object) -> tuple[dict[str, str], dict[str, str]]:
    repository = own_git.open_repository(folder)
    assert isinstance(repository, own_git.Repository)
    source = Source("git-file-log", **{"include": ("*.py",), **fields})  # type: ignore[arg-type]
    documents, left_out = own_git.file_logs(repository, source)
    return {document.path: document.text for document in documents}, dict(left_out)


def commit(git: Git, message: str) -> None:
    git("add", "--all")
    git("commit", "--quiet", "-m", message)


def test_each_file_has_its_own_commits_with_their_changes_across_a_rename(
    tmp_path: Path, git: Git, write: Write
) -> None:
    write("lock.py", "def take():\n    wait()\n    hold()\n    return 1\n")
    write("other.py", "x = 1\n")
    commit(git, "Take the lock")
    git("mv", "lock.py", "locks.py")
    commit(git, "Name it well")
    write("locks.py", "def take():\n    wait()\n    hold()\n    return 2\n")
    commit(git, "Return two")
    texts, left_out = histories(tmp_path, include=("lock*.py",))
    assert left_out == {}
    assert list(texts) == ["git:file/locks.py"]
    told = texts["git:file/locks.py"]
    assert [told.index(message) for message in ("Return two", "Name it well", "Take the lock")] == sorted(
        told.index(message) for message in ("Return two", "Name it well", "Take the lock")
    )
    assert "-    return 1\n+    return 2\n" in told
    when = git("log", "-1", "--format=%cI").strip()
    assert f"\n{when}: Return two\n" in told  # together: whoever asks when it was is shown both
    assert "x = 1" not in told


def test_excluded_and_uncommitted_files_have_none(tmp_path: Path, git: Git, write: Write) -> None:
    write("a.py")
    write("vendor/b.py")
    commit(git, "Begin")
    write("new.py")
    git("add", "new.py")
    texts, left_out = histories(tmp_path, exclude=("vendor/",))
    assert list(texts) == ["git:file/a.py"]
    assert left_out == {"git:file/new.py": "not committed yet"}


def test_a_long_history_is_cut_at_its_oldest_end_and_that_is_said(tmp_path: Path, git: Git, write: Write) -> None:
    for number in range(4):
        write("a.py", f"x = {number}\n" * 50)
        commit(git, f"Change {number}")
    texts, left_out = histories(tmp_path, max_bytes=2_000)
    assert "Change 3" in texts["git:file/a.py"] and "Change 0" not in texts["git:file/a.py"]
    ((path, reason),) = left_out.items()
    assert path.startswith("git:file/a.py after line ") and "max_bytes" in reason


def test_a_folder_inside_a_repository_has_the_history_of_its_own_files(tmp_path: Path, git: Git, write: Write) -> None:
    write("top.py")
    write("part/inner.py")
    commit(git, "Begin")
    texts, _ = histories(tmp_path / "part")
    assert list(texts) == ["git:file/inner.py"]
