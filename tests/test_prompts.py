from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ifmem import prompts
from ifmem.config.loading import load
from ifmem.core.domains import Domain, Source
from ifmem.corpus.globs import is_readable
from ifmem.errors import Exit, IfmemError

Shards = Callable[[str], dict[str, Domain]]


@pytest.fixture
def shards(tmp_path: Path) -> Shards:
    """The domains of a folder with this `ifmem.toml`."""

    def read(text: str) -> dict[str, Domain]:
        (tmp_path / "ifmem.toml").write_text(text)
        return {domain.name: domain for domain in prompts.domains(load(tmp_path, env={}))}

    return read


def test_four_domains_are_shipped(shards: Shards) -> None:
    found = shards("capacity_tokens = 5000")
    assert [(one.number, one.name) for one in found.values()] == [
        (1, "history"),
        (2, "docs"),
        (3, "code"),
        (4, "working"),
    ]
    kinds = {name: [source.kind for source in one.sources] for name, one in found.items()}
    assert kinds == {
        "history": ["git-log", "sessions", "files"],
        "docs": ["files"],
        "code": ["tree", "files"],
        "working": ["git-diff", "git-untracked", "notes", "findings"],
    }
    assert {one.capacity_tokens for one in found.values()} == {5000}


@pytest.mark.parametrize("folder", ["shards", "presets/roles"])
def test_every_prompt_says_what_a_shard_must_know(folder: str) -> None:
    found = prompts.read_domains(prompts.prompts_folder() / folder)
    assert [domain.number for domain in found] == [1, 2, 3, 4]
    for domain in found:
        told = domain.instructions
        assert (
            "only from the documents" in told
            and "is data" in told
            and "never sign off" in told
            and "Not in the corpus" in told
        )
        for globs in (globs for source in domain.sources for globs in (source.include, source.exclude)):
            assert all(map(is_readable, globs)) and len(set(globs)) == len(globs)


@pytest.mark.parametrize("name", ["coordinator", "shard"])
def test_instructions_without_a_domain(name: str) -> None:
    assert "never sign off" in prompts.instructions(name)


def test_globs_replace_those_of_the_files_source_only(shards: Shards) -> None:
    found = shards('[shards.history]\ninclude = ["LOG*"]\n[shards.docs]\nexclude = ["drafts/"]\n')
    assert found["history"].sources == (Source("git-log"), Source("sessions"), Source("files", include=("LOG*",)))
    assert found["docs"].sources[0].exclude == ("drafts/",)
    assert "*.md" in found["docs"].sources[0].include


def test_globs_add_a_files_source_where_there_is_none(shards: Shards) -> None:
    found = shards('[shards.working]\ninclude = ["plans/"]\n')
    assert found["working"].sources[-1] == Source("files", include=("plans/",))


def test_sources_replace_all_sources(shards: Shards) -> None:
    found = shards('[[shards.history.sources]]\nkind = "command"\ncommand = "git log -50"\ntimeout_s = 3\n')
    assert found["history"].sources == (Source("command", command="git log -50", timeout_s=3),)


def test_addresses_make_a_source_of_the_kind_url(shards: Shards) -> None:
    found = shards('[shards.web]\nsources = [{ urls = ["https://example.invalid/a"], max_bytes = 9 }]\n')
    assert found["web"].sources == (Source("url", urls=("https://example.invalid/a",), max_bytes=9),)


def test_title_provider_and_capacity_are_replaced(shards: Shards) -> None:
    docs = shards('[shards.docs]\ntitle = "Handbook"\nprovider = "extractive"\ncapacity_tokens = 7000\n')["docs"]
    assert (docs.title, docs.provider, docs.capacity_tokens) == ("Handbook", "extractive", 7000)


def test_a_disabled_shard_is_gone_and_the_others_keep_their_numbers(shards: Shards) -> None:
    found = shards("[shards.docs]\nenabled = false\n")
    assert [one.number for one in found.values()] == [1, 3, 4]


def test_a_new_name_is_a_further_shard(shards: Shards) -> None:
    found = shards('[shards.test-results]\nsources = [{command = "make test"}]\n[shards.web]\ninclude = ["web/"]\n')
    five, six = found["test-results"], found["web"]
    assert (five.number, five.title, six.number) == (5, "Test results", 6)
    assert five.sources == (Source("command", command="make test"),)
    assert five.instructions == prompts.instructions("shard")


def test_a_prompt_is_a_text_or_a_file(shards: Shards, tmp_path: Path) -> None:
    (tmp_path / "docs.md").write_text("From a file.\n")
    assert shards('[shards.docs]\nprompt = "docs.md"\n')["docs"].instructions == "From a file.\n"
    assert shards('[shards.docs]\nprompt = "Answer briefly."\n')["docs"].instructions == "Answer briefly."


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ('\n[[shards.docs.sources]]\nkind = "file"\n', 2, "a source cannot be of kind 'file'"),
        ('[[shards.docs.sources]]\nkind = "command"\n', 1, "a source of kind 'command' needs 'command'"),
        ('[[shards.docs.sources]]\nkind = "url"\n', 1, "a source of kind 'url' needs 'urls'"),
        ('[[shards.docs.sources]]\nkind = "git-file-log"\n', 1, "a source of kind 'git-file-log' needs 'include'"),
        (
            '[[shards.docs.sources]]\nkind = "test-results"\n',
            1,
            "a source of kind 'test-results' needs 'command' or 'report'",
        ),
        ('[[shards.docs.sources]]\nkind = "findings"\nnewest = 0\n', 1, "newest must be at least 1"),
        (
            '[[shards.docs.sources]]\nurls = "https://example.invalid"\n',
            2,
            "urls in [shards.docs.sources] cannot be 'https://example.invalid'",
        ),
        (
            '[[shards.docs.sources]]\nkind = "url"\nallow_private = 1\n',
            3,
            "allow_private in [shards.docs.sources] cannot be 1",
        ),
        ("\n\n[shards.own]\n", 3, "shard 'own' has no sources"),
        (
            "".join(f"[shards.{n}]\nenabled = false\n" for n in ("history", "docs", "code", "working")),
            2,
            "every shard is disabled",
        ),
    ],
)
def test_refuses_a_table_with_its_place(shards: Shards, text: str, line: int, why: str) -> None:
    with pytest.raises(IfmemError) as caught:
        shards(text)
    assert (caught.value.why, caught.value.exit_code) == (why, Exit.USAGE)
    assert f"ifmem.toml:{line}." in caught.value.what


def test_refuses_a_prompt_file_that_does_not_exist(shards: Shards) -> None:
    with pytest.raises(IfmemError) as caught:
        shards('[shards.docs]\n\nprompt = "gone.md"\n')
    assert "gone.md" in caught.value.what and "ifmem.toml:3" in caught.value.fix


@pytest.mark.parametrize(
    ("text", "place", "why"),
    [
        ("No front matter.\n", "1-a.md:1.", "TOML between two lines of +++"),
        ('+++\ntitle = "A"\n+++\n', "1-a.md:1.", "TOML between two lines of +++"),
        ("+++\ntitle =\n+++\nTold.\n", "1-a.md.", "line 2"),
        ('+++\ntitle = "A"\nnumber = 1\n+++\nTold.\n', "1-a.md:3.", "'number' is not a key of [a]"),
        ("+++\ntitle = 1\n+++\nTold.\n", "1-a.md:2.", "title in [a] cannot be 1"),
        ('+++\n[[sources]]\nkind = "x"\n+++\nTold.\n', "1-a.md:3.", "cannot be of kind 'x'"),
        (
            '+++\n[[sources]]\nkind = "files"\nglobs = []\n+++\nTold.\n',
            "1-a.md:4.",
            "'globs' is not a key of [a.sources]",
        ),
        ('+++\nsources = ["*.md"]\n+++\nTold.\n', "1-a.md:2.", "takes tables"),
    ],
)
def test_refuses_broken_front_matter_with_its_place(tmp_path: Path, text: str, place: str, why: str) -> None:
    (tmp_path / "1-a.md").write_text(text)
    with pytest.raises(IfmemError) as caught:
        prompts.read_domains(tmp_path)
    assert place in caught.value.what and why in caught.value.why and caught.value.fix
