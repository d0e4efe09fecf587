from __future__ import annotations

import pytest

from ifmem.core.outline import LONGEST_TITLE, constants, outline


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
    ],
)
def test_finds_definitions_of_many_languages(path: str, line: str, name: str) -> None:
    assert [mark.name for mark in outline(path, f"{line}\n")] == [name]


def test_a_definition_starts_at_its_decorators() -> None:
    marks = outline("a.py", "x = 1\n@dataclass(frozen=True)\nclass Page:\n    @property\n    def text(self): ...\n")
    assert [(mark.line, mark.depth, mark.name) for mark in marks] == [(1, 1, "Page"), (3, 5, "text")]


def test_names_assigned_at_the_start_of_a_line_are_constants() -> None:
    text = "LIMIT = 3\nname: str = 'x'\n  inner = 1\nif a == b:\nconst PORT = 80\n"
    assert [(mark.line, mark.name) for mark in constants("a.py", text)] == [(0, "LIMIT"), (1, "name"), (4, "PORT")]


def test_indented_names_in_capitals_are_constants_and_others_are_variables() -> None:
    text = "class Retry:\n    DEFAULT_MAX = 120\n    LIMIT: int = 3\n    total = 1\n"
    assert [(mark.line, mark.name) for mark in constants("a.py", text)] == [(1, "DEFAULT_MAX"), (2, "LIMIT")]


@pytest.mark.parametrize("path", ["README.md", "notes.txt", "git:log/1", "data.csv"])
def test_prose_and_records_have_no_constants(path: str) -> None:
    assert constants(path, "a = b\n") == []


def test_records_have_no_outline() -> None:
    assert outline("data.json", '{"a": 1}\n') == []


def test_a_title_is_kept_short() -> None:
    assert len(outline("a.md", "# " + "x" * 10_000)[0].title) == LONGEST_TITLE
