from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from ifmem.core.documents import Document
from ifmem.core.manifest import LeftOut
from ifmem.corpus.files import decode, read_file
from ifmem.corpus.listing import Listed, list_folder


def read(path: Path, content: bytes, *, listed_size: int | None = None) -> Document | LeftOut:
    path.write_bytes(content)
    return read_file(str(path), Listed(path.name, len(content) if listed_size is None else listed_size, ()), 1_000)


@pytest.mark.parametrize(
    "content",
    [
        b"plain\n",
        "naïve\n".encode(),
        "\ufeffmark\n".encode(),
        "sixteen\n".encode("utf-16"),
        "32\n".encode("utf-32"),
        b"",
    ],
)
def test_reads_unicode_with_and_without_a_mark(content: bytes) -> None:
    assert decode(content) in {"plain\n", "naïve\n", "mark\n", "sixteen\n", "32\n", ""}


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("café\n", "latin-1"),
        ("def f():\n    # naïve façade\n    return 1\n", "cp1252"),
        ("Müller schrieb: Grüße aus Köln.\n", "latin-1"),
        ("Привет, это русский текст для проверки.\n" * 3, "cp1251"),
        ("これは日本語のテキストです。ファイルの読み込み。\n" * 5, "shift_jis"),
    ],
)
def test_reads_other_encodings_that_can_be_told(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


def test_keeps_line_ends_and_hashes_the_bytes_on_disk(tmp_path: Path) -> None:
    content = "\ufeffone\r\ntwo\rthree\n".encode()
    document = read(tmp_path / "a.txt", content)
    assert document == Document("a.txt", "one\r\ntwo\rthree\n", hashlib.sha256(content).hexdigest())


def test_leaves_out_binary_and_large_files_with_the_reason(tmp_path: Path) -> None:
    assert read(tmp_path / "a.bin", b"\x7fELF\0\1") == LeftOut("a.bin", "binary")
    assert read(tmp_path / "b", b"x" * 1_001) == LeftOut("b", "1,001 bytes, over max_file_bytes (1,000)")
    grown = read(tmp_path / "c", b"x" * 1_001, listed_size=5)
    assert grown == LeftOut("c", "grew over max_file_bytes (1,000) while it was read")


def test_leaves_out_a_file_that_vanished_or_became_something_else(tmp_path: Path) -> None:
    gone = read_file(str(tmp_path / "gone"), Listed("gone", 5, ()), 1_000)
    assert gone == LeftOut("gone", "no such file or directory")
    (tmp_path / "folder").mkdir()
    assert read_file(str(tmp_path / "folder"), Listed("folder", 5, ()), 1_000) == LeftOut("folder", "is a directory")
    os.mkfifo(tmp_path / "pipe")
    assert read_file(str(tmp_path / "pipe"), Listed("pipe", 5, ()), 1_000) == LeftOut("pipe", "not a regular file")


def test_a_file_that_became_a_link_out_of_the_folder_since_it_was_listed_is_not_read(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    (folder / "sub").mkdir(parents=True)
    secret = tmp_path / "secret.md"
    secret.write_text("outside\n")
    (folder / "sub" / "a.md").write_text("inside\n")
    (folder / "b.md").write_text("inside too\n")
    listed = {one.path: one for one in list_folder(folder, folder / ".ifmem").files}

    def now(path: str) -> Document | LeftOut:
        return read_file(f"{folder}/{path}", listed[path], 1_000)

    (folder / "b.md").rename(folder / "c.md")
    (folder / "b.md").symlink_to(secret)
    (folder / "sub").rename(folder / "old")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "a.md").write_text("outside\n")
    (folder / "sub").symlink_to(tmp_path / "elsewhere")
    reason = "became a link out of its folder since it was listed"
    assert [now("b.md"), now("sub/a.md")] == [LeftOut("b.md", reason), LeftOut("sub/a.md", reason)]
    (folder / "b.md").unlink()
    (folder / "b.md").write_text("saved by an editor\n")
    assert isinstance(now("b.md"), Document)
