from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from ifmem.corpus.listing import list_folder


def names(folder: Path, home: Path | None = None) -> list[str]:
    return [listed.path for listed in list_folder(folder, home or folder / ".ifmem").files]


def reasons(folder: Path) -> dict[str, str]:
    return dict(list_folder(folder, folder / ".ifmem").left_out)


def test_takes_the_same_files_as_git(tmp_path: Path, git: Callable[..., str], write: Callable[..., Path]) -> None:
    write(
        ".gitignore",
        "*.log\n!keep.log\n/top.txt\nbuild/\ndeep/**\n!deep/\n!deep/kept.md\ndoc/*.tmp\n**/cache\nwhite\\ space\n",
    )
    write("inner/.gitignore", "!a.log\n*.md\n/only-here\n")
    (tmp_path / ".git/info/exclude").write_text("secret.txt\n")
    for path in (
        "a.log keep.log top.txt inner/top.txt build/x inner/build/y deep/kept.md deep/gone.md doc/a.tmp doc/sub/a.tmp cache/x"
        " inner/cache/y inner/a.log inner/b.log inner/c.md only-here inner/only-here inner/sub/only-here secret.txt"
        " white_space ünï/cödé.py 'quo\"te"
    ).split():
        write(path)
    write("white space")
    expected = git("ls-files", "--cached", "--others", "--exclude-standard", "-z").split("\0")
    assert names(tmp_path) == sorted(path for path in expected if path)


def test_says_which_ignore_file_left_something_out(tmp_path: Path, write: Callable[..., Path]) -> None:
    write(".gitignore", "*.log\n")
    write("sub/.gitignore", "out/\n")
    write("a.log")
    write("sub/out/b/c.txt")
    assert reasons(tmp_path) == {"a.log": "ignored by .gitignore", "sub/out/": "ignored by sub/.gitignore"}


def test_honours_the_ignore_files_above_a_folder_of_a_repository(
    tmp_path: Path, git: Callable[..., str], write: Callable[..., Path]
) -> None:
    write(".gitignore", "/part/made/\n*.log\n")
    write("part/made/a.py")
    write("part/a.log")
    write("part/a.py")
    assert git("rev-parse", "--show-toplevel")
    assert names(tmp_path / "part") == ["a.py"]


def test_a_folder_that_its_repository_ignores_is_listed_all_the_same(
    tmp_path: Path, git: Callable[..., str], write: Callable[..., Path]
) -> None:
    write(".gitignore", "/scratch/\n")
    write("scratch/deep/a.py")
    assert git("rev-parse", "--show-toplevel")
    assert names(tmp_path) == [".gitignore"]
    assert names(tmp_path / "scratch/deep") == ["a.py"]


def test_never_lists_the_state_or_git(tmp_path: Path, git: Callable[..., str], write: Callable[..., Path]) -> None:
    assert git("rev-parse", "--git-dir")
    write(".ifmem/ifmem.db")
    write("state/of/ifmem/pages/x.page")
    write("sub/.git", "gitdir: elsewhere\n")
    write("a.py")
    listing = list_folder(tmp_path, tmp_path / "state/of/ifmem")
    assert [listed.path for listed in listing.files] == ["a.py"]
    assert listing.left_out == ()


def test_leaves_out_what_tools_installed(tmp_path: Path, write: Callable[..., Path]) -> None:
    write("node_modules/x/index.js")
    write("env/pyvenv.cfg")
    write("env/lib/site.py")
    assert names(tmp_path) == []
    assert sorted(reasons(tmp_path)) == ["env/", "node_modules/"]


def test_follows_a_link_only_to_a_file_that_is_in_the_folder_and_not_taken(
    tmp_path: Path, write: Callable[..., Path]
) -> None:
    folder = tmp_path / "folder"
    write("outside.txt")
    write("folder/.gitignore", "hidden/\n")
    write("folder/real.md")
    write("folder/hidden/target.md")
    write("folder/.ifmem/ifmem.db")
    targets = {
        "again.md": "real.md",
        "shown.md": "hidden/target.md",
        "twice.md": "hidden/target.md",
        "out.txt": "../outside.txt",
        "gone.txt": "nowhere",
        "round": "round",
        "up": "..",
        "here": ".",
        "store": ".ifmem/ifmem.db",
    }
    for name, target in targets.items():
        (folder / name).symlink_to(target)
    assert names(folder) == [".gitignore", "real.md", "shown.md"]
    left_out = reasons(folder)
    assert left_out["again.md"] == "a link to real.md, which is taken itself"
    assert left_out["twice.md"] == "a link to hidden/target.md, which is taken itself"
    assert left_out["out.txt"] == left_out["up"] == "a link out of the folder"
    assert left_out["gone.txt"] == left_out["round"] == "a broken link"
    assert left_out["store"] == "a link into a folder that is never read"
    assert sorted(left_out) == sorted([*targets.keys() - {"shown.md"}, "hidden/"])


def test_links_may_lead_out_of_the_folder_where_that_is_allowed(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (tmp_path / "shared.md").write_text("text\n")
    (tmp_path / "around").mkdir()
    for name, target in {
        "a.md": "../shared.md",
        "b.md": "../shared.md",
        "c": "../around",
        "d.md": "../gone.md",
    }.items():
        (folder / name).symlink_to(target)
    found = list_folder(folder, folder / ".ifmem", outside=True)
    assert [listed.path for listed in found.files] == ["a.md"]
    assert [reason for _, reason in found.left_out] == [
        f"a link to {tmp_path / 'shared.md'}, which is taken itself",
        "a link out of the folder",
        "a broken link",
    ]
    assert list_folder(folder, folder / ".ifmem").files == ()


def test_leaves_out_pipes_and_names_that_are_no_text(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    odd = os.fsencode(tmp_path) + b"/caf\xe9.py"
    try:
        Path(os.fsdecode(odd)).write_text("x = 1\n")
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    assert names(tmp_path) == []
    assert reasons(tmp_path) == {"caf\\xe9.py": "its name is not UTF-8", "pipe": "not a regular file"}


@pytest.mark.skipif(os.getuid() == 0, reason="root may read everything")
def test_survives_a_folder_it_may_not_read(tmp_path: Path, write: Callable[..., Path]) -> None:
    write("a.py")
    write("closed/b.py").parent.chmod(0)
    try:
        assert names(tmp_path) == ["a.py"]
        assert reasons(tmp_path) == {"closed/": "permission denied"}
    finally:
        (tmp_path / "closed").chmod(0o700)
