from __future__ import annotations

import pytest

from ifmem.core.named_lines import constants, descriptions


def test_names_assigned_at_the_start_of_a_line_are_constants() -> None:
    text = "LIMIT = 3\nname: str = 'x'\n  inner = 1\nif a == b:\nconst PORT = 80\n"
    assert [(mark.line, mark.name) for mark in constants("a.py", text)] == [(0, "LIMIT"), (1, "name"), (4, "PORT")]


def test_indented_names_in_capitals_are_constants_and_others_are_variables() -> None:
    text = "class Retry:\n    DEFAULT_MAX = 120\n    LIMIT: int = 3\n    total = 1\n"
    assert [(mark.line, mark.name) for mark in constants("a.py", text)] == [(1, "DEFAULT_MAX"), (2, "LIMIT")]


@pytest.mark.parametrize("path", ["README.md", "notes.txt", "git:log/1", "data.csv"])
def test_prose_and_records_have_no_constants(path: str) -> None:
    assert constants(path, "a = b\n") == []


@pytest.mark.parametrize(
    ("path", "line", "name"),
    [
        ("a.h", "#define PAGE_SIZE 8", "PAGE_SIZE"),
        ("a.sh", "cache_get () {", "cache_get"),
        ("a.js", "const ask = async (question) => {", "ask"),
        ("a.py", "@click.option('--quiet', is_flag=True)", "--quiet"),
        ("a.py", 'parser.add_argument("-q", "--quiet")', "--quiet"),
    ],
)
def test_finds_macros_shell_functions_and_options(path: str, line: str, name: str) -> None:
    assert [mark.name for mark in constants(path, f"{line}\n")] == [name]


@pytest.mark.parametrize("line", ["const Page = require('./page')", "const page = await import('./page.js')"])
def test_what_is_imported_is_defined_elsewhere(line: str) -> None:
    assert constants("a.js", f"{line}\n") == []


@pytest.mark.parametrize(
    ("path", "text", "name"),
    [
        ("a.rst", ".. py:function:: flask.abort(code)\n", "abort"),
        ("a.rst", ".. option:: --no-cache, -n\n", "--no-cache"),
        ("a.rst", ".. py:data:: SECRET_KEY\n", "SECRET_KEY"),
        ("a.rst", "``task_queue``\n~~~~~~~~~~~~~~\n", "task_queue"),
        ("a.md", "#### `ignore-scripts`\n", "ignore-scripts"),
    ],
)
def test_a_manual_describes_names_by_directives_and_headings(path: str, text: str, name: str) -> None:
    assert [(mark.line, mark.name) for mark in descriptions(path, f"\n{text}")] == [(1, name)]


@pytest.mark.parametrize(
    ("path", "text"),
    [("a.rst", ".. autofunction:: flask.abort\n"), ("a.md", "## `load` a page\n"), ("a.py", ".. option:: --quiet\n")],
)
def test_a_reference_a_sentence_and_a_program_describe_nothing(path: str, text: str) -> None:
    assert descriptions(path, text) == []
