from __future__ import annotations

import stat
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from ifmem.core.concepts import search_terms
from ifmem.core.documents import Document
from ifmem.core.pages import Page, page_of
from ifmem.core.routing import term_weights
from ifmem.core.text import question_terms
from ifmem.errors import IfmemError
from ifmem.stores.index import Index, build_index, index_version

DOCUMENTS = {
    "docs/bus.md": "# Bus\n\nThe embedded bus is a Valkey server on a unix socket.\n\n## Hand-off\n\nA claim is moved to a list.\n",
    "docs/shards.md": "# Shards\n\nA shard that beats and makes no progress is stalled.\n" + "filler\n" * 30,
    "core/verdicts.py": "import time\n" * 9 + "\ndef verdict(beat, now):\n    return 'stalled'\n",
    "core/uses.py": "from core.verdicts import verdict\n" + "x = 1\n" * 9 + "state = verdict(beat, now)\n",
}


def page(*paths: str) -> Page:
    return page_of(Document(path, DOCUMENTS[path], f"sha of {path}") for path in paths)


DOCS, CODE = page("docs/bus.md", "docs/shards.md"), page("core/verdicts.py", "core/uses.py")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "index" / "docs.db"


@pytest.fixture
def index(path: Path) -> Iterator[Index]:
    build_index(path, "v1", [DOCS, CODE])
    opened = Index(path)
    yield opened
    opened.close()


def weights(question: str, *indexes: Index) -> Mapping[str, float]:
    terms = question_terms(question)
    return term_weights([one.frequencies(terms) for one in indexes], sum(one.passages for one in indexes))


def paths(index: Index, question: str, **options: object) -> list[str]:
    found = index.search(weights(question, index), limit=5, **options)  # type: ignore[arg-type]
    return list(dict.fromkeys(hit.path for hit in found))


def test_finds_the_passage_with_its_place(index: Index) -> None:
    best = index.search(weights("Is the bus a valkey server?", index), limit=1)[0]
    assert (best.page, best.path, best.sha256) == (DOCS.digest, "docs/bus.md", "sha of docs/bus.md")
    assert (best.start_line, best.end_line) == (1, 4)
    assert best.matched == {"bus", "valkey", "server"}


def test_finds_a_passage_by_its_heading(index: Index) -> None:
    assert paths(index, "hand-off on the bus") == ["docs/bus.md"]


def test_a_definition_goes_before_its_uses(index: Index) -> None:
    assert paths(index, "where is verdict defined?")[0] == "core/verdicts.py"


def test_searches_only_the_pages_named(index: Index) -> None:
    both = {"docs/shards.md", "core/verdicts.py"}
    assert set(paths(index, "stalled")) == both
    assert set(paths(index, "stalled", pages=[CODE.digest])) == {"core/verdicts.py"}
    assert set(paths(index, "stalled", pages=[DOCS.digest, CODE.digest])) == both


@pytest.mark.parametrize("pages", [[], ["no such page"]])
def test_finds_nothing_in_no_page(index: Index, pages: list[str]) -> None:
    assert paths(index, "stalled", pages=pages) == []


def test_counts_the_passages_that_hold_a_term(index: Index) -> None:
    assert index.frequencies(["valkey", "postgresql"]) == {"valkey": 1, "postgresql": 0}
    assert index.frequencies([]) == {}


def test_a_common_term_alone_still_finds_something(path: Path) -> None:
    many = page_of(Document(f"{n}.md", "common\n" * 8, "") for n in range(5_000))
    build_index(path, "v1", [many])
    index = Index(path)
    assert len(index.search({"common": 0.1}, limit=5)) == 5


def test_the_same_passage_scores_the_same_in_any_index(index: Index, tmp_path: Path) -> None:
    build_index(tmp_path / "alone.db", "v1", [page("docs/shards.md")])
    alone = Index(tmp_path / "alone.db")
    asked = weights("a stalled shard makes no progress", index, alone)
    best, other = index.search(asked, limit=1)[0], alone.search(asked, limit=1)[0]
    assert best.score == other.score > 0


@pytest.mark.parametrize("term", ['"', "a OR b", "NEAR(", "*", ""])
def test_a_term_is_never_read_as_syntax(index: Index, term: str) -> None:
    assert index.search({term: 1.0, "valkey": 1.0}, limit=1)[0].path == "docs/bus.md"


def test_finds_nothing_for_no_terms(index: Index) -> None:
    assert index.search({}, limit=5) == []


def test_a_corpus_without_passages_has_an_index(path: Path) -> None:
    build_index(path, "empty", [page_of([])])
    index = Index(path)
    assert (index.passages, index.version, index.search({"a": 1.0}, limit=1)) == (0, "empty", [])


def test_keeps_serving_the_old_file_while_a_new_one_takes_its_place(index: Index, path: Path) -> None:
    build_index(path, "v2", [CODE])
    assert (index.version, paths(index, "valkey")) == ("v1", ["docs/bus.md"])
    renewed = Index(path)
    assert (renewed.version, paths(renewed, "valkey")) == ("v2", [])


def test_the_file_is_private_and_alone(index: Index, path: Path) -> None:
    kept = [path.with_name(path.name + ending) for ending in ("", "-shm", "-wal")]
    assert sorted(path.parent.iterdir()) == kept
    assert {stat.S_IMODE(one.stat().st_mode) for one in kept} == {0o600}


def test_removes_what_a_killed_build_left(path: Path) -> None:
    path.parent.mkdir()
    (path.parent / f".{path.name}.abandoned").write_bytes(b"half")
    build_index(path, "v1", [DOCS])
    assert list(path.parent.iterdir()) == [path]


def test_a_failed_build_leaves_the_old_index(index: Index, path: Path) -> None:
    with pytest.raises(ValueError, match="not a page"):
        build_index(path, "v2", [Page("broken", 0, b"{}\n")])
    assert index_version(path) == "v1"
    assert not list(path.parent.glob(f".{path.name}.*"))


@pytest.mark.parametrize("content", [None, b"", b"not a database " * 100])
def test_what_is_no_index_has_no_version_and_says_what_to_do(path: Path, content: bytes | None) -> None:
    path.parent.mkdir()
    if content is not None:
        path.write_bytes(content)
    assert index_version(path) is None
    with pytest.raises(IfmemError) as raised:
        Index(path)
    assert "restart" in raised.value.fix


def test_a_place_that_cannot_be_written_is_an_error_to_act_on(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(IfmemError) as raised:
        build_index(tmp_path / "file" / "docs.db", "v1", [DOCS])
    assert "IFMEM_HOME" in raised.value.fix


def test_finds_a_passage_by_a_related_word(tmp_path: Path) -> None:
    build_index(tmp_path / "i.db", "v", [page_of([Document("a.md", "How to remove a directory.\n", "1")])])
    index = Index(tmp_path / "i.db")
    question = search_terms("delete the folder")
    [found] = index.search(term_weights([index.frequencies(question)], index.passages), limit=5)
    assert {"delet", "folder"} <= found.matched
    index.close()


def test_finds_the_one_definition_among_the_uses_of_a_name_that_is_everywhere(tmp_path: Path) -> None:
    uses = "Flask = flask(Flask)\nprint(Flask.flask, Flask)\n" * 2_000
    documents = [
        Document("uses.py", uses.replace("Flask =", "app ="), ""),
        Document("app.py", "class Flask(App):\n    pass\n", ""),
    ]
    build_index(tmp_path / "code.db", "v1", [page_of(documents)])
    with closing(Index(tmp_path / "code.db")) as index:
        counts = [index.frequencies(search_terms("Where is class Flask defined?"))]
        [best] = index.search(term_weights(counts, index.passages), limit=1)
    assert best.path == "app.py"
