"""What documents, git and other programs put into files: text, or a reason; and quotes that are looked up in it."""

from __future__ import annotations

import contextlib
import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from ifmem.core.citations import verify
from ifmem.core.document_masking import mask_lines
from ifmem.core.documents import Citation, Document
from ifmem.core.notes import read_note
from ifmem.core.questions import read_questions
from ifmem.core.receipts import read_receipt
from ifmem.core.run_history import Outcome
from ifmem.core.verification import STANDING
from ifmem.corpus.fetching import Fetched, NotFetched
from ifmem.corpus.files import decode
from ifmem.corpus.git import _commits
from ifmem.corpus.test_results import NoRun, _outcomes
from ifmem.corpus.transcripts import read_transcript
from ifmem.corpus.urls import readable
from ifmem.errors import IfmemError

from .outside import NUMBERS, TEXT, fuzzed, json_like, spliced

ENCODED = st.builds(
    lambda mark, text, encoding: mark + text.encode(encoding, errors="replace"),
    st.sampled_from([b"", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\xff\xfe\0\0", b"\0\0\xfe\xff"]),
    st.text(max_size=60),
    st.sampled_from(["utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "cp1252", "shift_jis", "koi8-r"]),
)
GIT = [
    "\0",
    "\x01",
    "A",
    "M",
    "R100",
    "C75",
    "T",
    "U",
    "X",
    "\n",
    "a.py",
    "b.py",
    "2026-01-01T00:00:00Z",
    "message",
    "ab" * 20,
]
SECRETS = [
    *(
        "-----BEGIN RSA PRIVATE KEY-----",
        "-----END RSA PRIVATE KEY-----",
        "\n",
        "A1b2" * 12,
        "token",
        "=",
        ": ",
        '"',
        "'",
        "password",
    ),
    *(
        "ghp_",
        "sk-",
        "AKIA",
        "AccountKey=",
        "eyJa.b",
        "xoxb-1-",
        "123456789:",
        "aws",
        "Private-Lines: 1",
        "://me:",
        "@host",
        "Bearer ",
        "eyJ",
        ".",
        "\r\n",
        "\\n",
        "\u2028",
        "secret_key",
        "İ",
    ),
]
RECORDS = [
    "type",
    "message",
    "role",
    "content",
    "text",
    "timestamp",
    "sessionId",
    "mapping",
    "parent",
    "create_time",
    "uuid",
    "author",
    "parts",
]


@fuzzed
@given(st.one_of(st.binary(max_size=200), ENCODED))
def test_encodings(content: bytes) -> None:
    text = decode(content)
    assert text is None or isinstance(text.encode(), bytes)


@fuzzed
@example("\x01")
@example("\x01a\0date\0name\0text\0\0R100\0a.py")
@given(spliced(GIT, 40))
def test_the_output_of_git(output: str) -> None:
    assert all(commit.startswith("commit ") for commit in _commits(output))


@fuzzed
@given(spliced(SECRETS, 40))
def test_masking_keeps_every_line_and_finds_nothing_twice(text: str) -> None:
    masked = mask_lines(text)
    assert masked.text.count("\n") == text.count("\n")
    assert (masked.text == text) == (masked.secrets == 0)


@fuzzed
@given(
    st.builds(
        Citation,
        st.sampled_from(["a.md", "b.md", ""]),
        st.integers(-5, 10**9),
        st.integers(-5, 10**9),
        spliced(["one", "two", " ", "\n", "…", "..."]),
    ),
    st.lists(spliced(["one", "two", "\n", " ", "\r\n", "\0"]), min_size=1, max_size=3),
)
def test_citations(citation: Citation, texts: list[str]) -> None:
    documents = [Document("a.md", text, "1" * 64, part=n, parts=len(texts)) for n, text in enumerate(texts, 1)]
    checked = verify(citation, documents)
    assert checked.quote == citation.quote
    if checked.verification in STANDING:
        assert checked.path == "a.md"
        assert 1 <= checked.start_line <= checked.end_line


@fuzzed
@given(
    st.one_of(
        TEXT,
        json_like(["schema", "id", "answer", "citations", "digest", "shards", "question", "expected", "path"]).map(
            json.dumps
        ),
    )
)
def test_receipts_and_questions(text: str) -> None:
    with contextlib.suppress(IfmemError):
        read_receipt(text)
    with contextlib.suppress(IfmemError):
        list(read_questions(text, "questions.jsonl"))


@fuzzed
@example('{}\n{"type":[]}')
@example('{}\n{"create_time": 1' + "0" * 400 + "}")
@given(
    st.one_of(
        TEXT,
        st.lists(json_like(RECORDS, ["user", "assistant", "summary"]), max_size=5).map(
            lambda rows: "\n".join(map(json.dumps, rows))
        ),
    )
)
def test_transcripts(text: str) -> None:
    with contextlib.suppress(IfmemError):
        for session in read_transcript(text):
            assert session is not None


@fuzzed
@given(spliced(["<!--", "-->", "until", "2026-11-21", "T", ":", "Z", " ", "\n", "note", "-1", "9" * 30]), NUMBERS)
def test_notes(content: str, modified_at: Any) -> None:
    note = read_note("note-1", content, 0.0)
    assert isinstance(note.text, str)


XML = [
    "<testsuites>",
    "<testsuite name='a' tests='x' time='nan'>",
    "<testcase name='a' classname='b' time='1'>",
    "</testcase>",
    "<testcase/>",
]
XML += [
    "<failure message='m'>",
    "</failure>",
    "<skipped/>",
    "<error/>",
    "</testsuite>",
    "</testsuites>",
    "<?xml version='1.0'?>",
    "&lt;",
    "&x;",
    "<!--",
]


@fuzzed
@given(st.one_of(st.binary(max_size=80), spliced(XML, 20).map(lambda text: text.encode(errors="replace"))))
def test_reports_of_tests(content: bytes) -> None:
    with tempfile.NamedTemporaryFile(suffix=".xml") as file:
        Path(file.name).write_bytes(content)
        with contextlib.suppress(NoRun):
            assert all(isinstance(outcome, Outcome) for outcome in _outcomes(Path(file.name), 1_000_000))


HTML = [
    "<html>",
    "<body>",
    "<p>",
    "The keeper counts. ",
    "</p>",
    "<title>T</title>",
    "<script>",
    "</script>",
    "<a href='",
    "'>",
    "&amp;",
    "<table><tr><td>",
    "\x00",
]


@fuzzed
@given(
    st.one_of(st.binary(max_size=80), spliced(HTML, 20).map(lambda text: text.encode(errors="replace"))),
    st.sampled_from(["text/html", "text/plain", "", "image/png"]),
)
def test_pages_of_the_web(content: bytes, kind: str) -> None:
    with contextlib.suppress(NotFetched):
        assert readable(Fetched("http://a.example/", 200, {"content-type": kind}, content)).strip()
