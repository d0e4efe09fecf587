from __future__ import annotations

import pytest

from ifmem.core.outline import LONGEST_TITLE, outline, owned_names


def told(path: str, text: str) -> list[tuple[int, int, str]]:
    return [(mark.line, mark.depth, mark.title) for mark in outline(path, text)]


def test_reads_markdown_headings_but_not_comments_in_fences() -> None:
    text = "# Title\n```sh\n# a comment\n```\n## Part ##\n"
    assert told("a.md", text) == [(0, 1, "Title"), (4, 2, "Part")]


def test_reads_underlined_markdown_headings_but_no_rules_tables_and_front_matter() -> None:
    text = "---\nname: x\n---\nTitle\n=====\n\n2.6.0 (2015-03-14)\n---\ntext\n\n---\n- item\n---\n|a|\n|---|\n"
    assert told("a.md", text) == [(3, 1, "Title"), (6, 2, "2.6.0 (2015-03-14)")]


def test_reads_asciidoc_headings_but_not_listings() -> None:
    assert told("a.adoc", "= Title\n----\n== no\n----\n== Part\n") == [(0, 1, "Title"), (4, 2, "Part")]


def test_ranks_underlined_headings_by_first_use() -> None:
    text = "Title\n=====\n\nPart\n----\ntext\n\nOther\n-----\n"
    assert told("a.rst", text) == [(0, 1, "Title"), (3, 2, "Part"), (7, 2, "Other")]


def test_reads_commits_of_a_log() -> None:
    assert told("git:log/00001-00200", "commit 0123abcd 2026-11-20 Ann\nmend it\n") == [
        (0, 1, "0123abcd 2026-11-20 Ann")
    ]


@pytest.mark.parametrize(
    ("path", "line", "name"),
    [
        ("a.py", "class Shard(Program):", "Shard"),
        ("a.py", "    async def serve(self) -> None:", "serve"),
        ("a.go", "func (s *Server) Run(port int) error {", "Run"),
        ("a.rs", "pub(crate) struct Page {", "Page"),
        ("a.ts", "export default async function ask(question) {", "ask"),
        ("a.java", "public abstract class Bus {", "Bus"),
        ("a.java", "  private static int countOf(String word) {", "countOf"),
        ("a.js", "  async #load (path) {", "load"),
        ("a.ts", "  get size(): number {", "size"),
        ("a.c", "static void wait_for(int *done)", "wait_for"),
        ("a.h", "struct page {", "page"),
        ("a.pm", "sub visible_width {", "visible_width"),
    ],
)
def test_finds_definitions_of_many_languages(path: str, line: str, name: str) -> None:
    assert [mark.name for mark in outline(path, f"{line}\n")] == [name]


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("a.py", "    class of its own"),
        ("a.py", "type checking is left out"),
        ("a.js", "  if (ready) {"),
        ("a.js", "  while (waiting()) {"),
        ("a.js", "  describe('a page', () => {"),
        ("a.c", "void wait_for(int *done);"),
        ("a.c", "\treturn count_of(word)"),
    ],
)
def test_takes_no_prose_statement_or_declaration_for_a_definition(path: str, line: str) -> None:
    assert outline(path, f"{line}\n") == []


def test_a_name_belongs_to_the_definition_around_it() -> None:
    text = "class A:\n    def f(self): ...\n    class B:\n        def g(self): ...\ndef h(): ...\n"
    assert owned_names(outline("a.py", text)) == {1: "A.f", 2: "A.B", 3: "B.g"}


def test_a_definition_starts_at_its_decorators() -> None:
    marks = outline("a.py", "x = 1\n@dataclass(frozen=True)\nclass Page:\n    @property\n    def text(self): ...\n")
    assert [(mark.line, mark.depth, mark.name) for mark in marks] == [(1, 1, "Page"), (3, 5, "text")]


def test_records_have_no_outline() -> None:
    assert outline("data.json", '{"a": 1}\n') == []


def test_a_title_is_kept_short() -> None:
    assert len(outline("a.md", "# " + "x" * 10_000)[0].title) == LONGEST_TITLE
