"""Real files of other kinds than text, on their way to documents."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from office_files import docx, notebook, pdf

from ifmem import prompts
from ifmem.config import Config
from ifmem.config.loading import load
from ifmem.core.documents import Document
from ifmem.core.manifest import LeftOut
from ifmem.corpus.collect import collect
from ifmem.corpus.converting import read_or_convert
from ifmem.corpus.listing import Listed
from ifmem.corpus.present import digest_now, present
from ifmem.corpus.survey import survey

Write = Callable[..., Path]


@pytest.fixture
def settings(tmp_path: Path) -> Config:
    return load(tmp_path, env={})


def read(path: Path, settings: Config) -> Document | LeftOut:
    return read_or_convert(str(path), Listed(path.name, path.stat().st_size, ()), settings)


def text_of(path: Path, settings: Config) -> str:
    document = read(path, settings)
    assert isinstance(document, Document), document
    assert document.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    return document.text


def test_a_pdf_has_its_pages_marked(write: Write, settings: Config) -> None:
    lines = text_of(write("rules.pdf", pdf("The lamp is green.", "", "The lamp is red.")), settings).splitlines()
    assert "PDF file converted by kreuzberg" in lines[0] and "lines are those of this text" in lines[0]
    assert lines[2:] == ["[page 1]", "", "The lamp is green.", "", "[page 3]", "", "The lamp is red."]


def test_a_word_document_is_its_paragraphs(write: Write, settings: Config) -> None:
    text = text_of(write("Rules.DOCX", docx("The gate opens at dawn.", "It closes at dusk.")), settings)
    assert text.splitlines()[2:] == ["The gate opens at dawn.", "", "It closes at dusk."]


def test_a_notebook_is_its_cells_and_what_they_printed(write: Write, settings: Config) -> None:
    text = text_of(write("count.ipynb", notebook("# Boats", "print(6 * 7)", "42")), settings)
    assert [line for line in text.splitlines()[2:] if line] == ["# Boats", "```", "print(6 * 7)", "```", "42"]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("bad.pdf", b"no PDF at all", "PDF: "),
        ("bad.docx", b"PK\x03\x04 no archive", "Word: "),
        ("scan.pdf", pdf(""), "PDF: no text in it"),
    ],
)
def test_what_gives_no_text_is_left_out_with_a_reason(
    write: Write, settings: Config, name: str, content: bytes, reason: str
) -> None:
    left_out = read(write(name, content), settings)
    assert isinstance(left_out, LeftOut)
    assert left_out.reason.startswith(reason) and "\n" not in left_out.reason


def test_what_was_converted_is_kept_by_content(write: Write, settings: Config) -> None:
    first = read(write("a.pdf", pdf("The lamp is green.")), settings)
    (kept,) = (settings.home / "converted").iterdir()
    kept.write_text(kept.read_text().replace("green", "blue"))
    assert "blue" in text_of(write("b.pdf", pdf("The lamp is green.")), settings)
    assert isinstance(first, Document) and "green" in first.text
    assert "red" in text_of(write("a.pdf", pdf("The lamp is red.")), settings)


def test_a_large_file_is_not_converted(write: Write, settings: Config) -> None:
    path = write("large.pdf", pdf("x"))
    left_out = read_or_convert(str(path), Listed("large.pdf", 3_000_000, ()), settings)
    assert isinstance(left_out, LeftOut) and "max_file_bytes" in left_out.reason


def test_the_docs_shard_reads_them_and_a_quote_is_found_in_the_file_again(write: Write, settings: Config) -> None:
    path = write("rules.pdf", pdf("The lamp is green."))
    write("README.md", "# Read me\n")
    every = prompts.domains(settings)
    docs = next(domain for domain in every if domain.name == "docs")
    collected = {document.path: document for document in collect(survey(docs, every, settings)).documents}
    assert sorted(collected) == ["README.md", "rules.pdf"]
    assert present("rules.pdf", settings) == collected["rules.pdf"]
    assert digest_now("rules.pdf", settings) == hashlib.sha256(path.read_bytes()).hexdigest()
