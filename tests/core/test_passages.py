from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ifmem.core.documents import Document
from ifmem.core.passages import CHARACTERS, LINES, OVERLAP, cut_passages
from ifmem.core.text import LONGEST_WORD

LINE = st.sampled_from(
    ["", "text", "commit 0123abcd", "# Part", "def work():", "    x = 1", "class A:", "y" * 700, "z " * 2_000]
)
LINES_OF_A_FILE = st.lists(LINE, max_size=80)


def document(text: str, path: str = "a.md", first_line: int = 1) -> Document:
    return Document(path, text, "0" * 64, first_line)


@given(LINES_OF_A_FILE, st.sampled_from(["a.md", "a.py", "a.rst", "a.json", "git:log/1"]), st.integers(1, 1_000))
def test_every_line_is_in_a_passage(lines: list[str], path: str, first_line: int) -> None:
    part = document("\n".join(lines), path, first_line)
    covered = {line for passage in cut_passages(part) for line in range(passage.start_line, passage.end_line + 1)}
    assert covered == set(range(first_line, first_line + len(part.lines())))


@given(LINES_OF_A_FILE, st.sampled_from(["a.md", "a.py"]))
def test_a_passage_holds_the_text_of_its_lines(lines: list[str], path: str) -> None:
    whole = document("\n".join(lines), path)
    for passage in cut_passages(whole):
        text = "\n".join(whole.lines()[passage.start_line - 1 : passage.end_line])
        assert passage.text in text
        assert passage.text == text or len(text) > CHARACTERS
        assert passage.end_line - passage.start_line < LINES


def test_overlaps_where_nothing_natural_ends_a_passage() -> None:
    text = "\n".join(f"line {number}" for number in range(1, 21))
    first, second, *_ = cut_passages(document(text))
    assert (first.start_line, first.end_line) == (1, LINES)
    assert second.start_line == LINES - OVERLAP + 1


def test_a_section_starts_a_passage_and_gives_it_its_headings() -> None:
    text = "# Title\n" + "a\n" * 5 + "## Part\n" + "b\n" * 5
    first, second, *_ = cut_passages(document(text))
    assert first.end_line == 6
    assert (second.start_line, second.context) == (7, ("Title", "Part"))


def test_a_class_is_not_torn_from_its_first_method() -> None:
    text = "import a\n" * 6 + "class Shard:\n    def serve(self):\n        pass\n"
    second = list(cut_passages(document(text, "a.py")))[1]
    assert second.start_line == 7
    assert second.defines == ("Shard", "serve")


@given(st.lists(st.integers(0, 30), min_size=1, max_size=20))
def test_no_passage_runs_from_the_end_of_a_commit_into_the_next(sizes: list[int]) -> None:
    log = document("".join(f"commit {n:08x} Ann\n" + "mend\n" * size for n, size in enumerate(sizes)), "git:log/1-20")
    passages = [passage.text.splitlines() for passage in cut_passages(log)]
    torn = [
        lines for lines in passages if not lines[0].startswith("commit") and any("commit" in line for line in lines)
    ]
    assert torn == []


def test_a_passage_inside_a_function_knows_where_it_stands() -> None:
    text = "class Shard:\n    def serve(self):\n" + "        step()\n" * 20
    last = list(cut_passages(document(text, "a.py")))[-1]
    assert last.context == ("class Shard", "def serve(self)")


def test_a_minified_line_is_cut_without_losing_a_word() -> None:
    words = [f"word{number}" for number in range(50_000)]
    pieces = list(cut_passages(document(" ".join(words), "a.js")))
    assert {(piece.start_line, piece.end_line) for piece in pieces} == {(1, 1)}
    assert max(len(piece.text) for piece in pieces) <= CHARACTERS + LONGEST_WORD
    assert {word for piece in pieces for word in piece.text.split()} >= set(words)


def test_an_empty_document_has_no_passages() -> None:
    assert list(cut_passages(document(""))) == []


def test_a_passage_tells_names_alone_and_with_what_they_belong_to() -> None:
    [passage] = cut_passages(document("class A:\n    def f(self): ...\n", "a.py"))
    assert passage.names == ("A", "f", "A.f")


def test_what_a_manual_describes_is_named_but_not_defined() -> None:
    [passage] = cut_passages(document(".. option:: --quiet\n\n   Says nothing.\n", "a.rst"))
    assert (passage.names, passage.defines) == (("--quiet",), ())
