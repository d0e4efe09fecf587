from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from ifmem.config import SOCKET_PATH_LIMIT, Config, load
from ifmem.errors import Exit, IfmemError


def with_file(folder: Path, text: str, env: dict[str, str] | None = None, **options: Any) -> Config:
    (folder / "ifmem.toml").write_text(text)
    return load(folder, env=env or {}, options=options)


def refusal(folder: Path, text: str, env: dict[str, str] | None = None, **options: Any) -> IfmemError:
    with pytest.raises(IfmemError) as caught:
        with_file(folder, text, env, **options)
    assert caught.value.exit_code is Exit.USAGE
    assert caught.value.fix
    return caught.value


def test_everything_has_a_default(tmp_path: Path) -> None:
    config = load(tmp_path, env={})
    assert (config.folder, config.home) == (tmp_path.resolve(), tmp_path.resolve() / ".ifmem")
    assert config.capacity_tokens == 2_000_000
    assert set(config.origins.values()) == {"default"}


@pytest.mark.parametrize("mark", ["ifmem.toml", ".ifmem/"])
def test_finds_the_nearest_folder_upwards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mark: str) -> None:
    inside = tmp_path / "a/b"
    inside.mkdir(parents=True)
    (tmp_path / ".ifmem").mkdir()
    if mark.endswith("/"):
        (tmp_path / "a" / mark).mkdir()
    else:
        (tmp_path / "a" / mark).touch()
    monkeypatch.chdir(inside)
    assert load(env={}).folder == (tmp_path / "a").resolve()
    assert load(env={"IFMEM_FOLDER": str(inside)}).folder == inside.resolve()


def test_option_before_environment_before_project_before_user(tmp_path: Path) -> None:
    user = tmp_path / "user/ifmem/ifmem.toml"
    user.parent.mkdir(parents=True)
    user.write_text("in_flight = 2\nmargin = 0.2\nbeat_every_s = 2\npage_tokens = 2000\n")
    env = {"XDG_CONFIG_HOME": str(tmp_path / "user"), "IFMEM_BEAT_EVERY_S": "4", "IFMEM_PAGE_TOKENS": "4000"}
    config = with_file(tmp_path, "margin = 0.3\nbeat_every_s = 3\npage_tokens = 3000\n", env, page_tokens=5000)
    assert (config.in_flight, config.margin, config.beat_every_s, config.page_tokens) == (2, 0.3, 4.0, 5000)
    origins = [config.origins[name] for name in ("in_flight", "margin", "beat_every_s", "page_tokens", "preload")]
    assert origins == [
        str(user),
        str(tmp_path.resolve() / "ifmem.toml"),
        "IFMEM_BEAT_EVERY_S",
        "--page-tokens",
        "default",
    ]


def test_reads_lists_and_an_own_home_from_the_environment(tmp_path: Path) -> None:
    config = load(tmp_path, env={"IFMEM_PRELOAD": "json, email", "IFMEM_HOME": str(tmp_path / "state")})
    assert config.preload == ("json", "email")
    assert config.home == tmp_path / "state"


def test_names_file_line_and_key_of_a_setting_that_does_not_exist(tmp_path: Path) -> None:
    error = refusal(tmp_path, "# first\n\npage_token = 5000\n")
    assert f"{tmp_path.resolve()}/ifmem.toml:3" in error.what
    assert error.why == "'page_token' is not a setting; did you mean page_tokens?"
    assert "capacity_tokens" in error.fix


def test_names_the_line_of_broken_toml(tmp_path: Path) -> None:
    assert "line 2" in refusal(tmp_path, "margin = 0.5\nmargin =\n").why


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("page_tokens = 10\n", "page_tokens must be from 1000 to 900000, not 10"),
        ("margin = 1.5\n", "margin must be from 0.0 to 1.0, not 1.5"),
        ("lost_after_s = 0\n", "lost_after_s must be at least 0.2, not 0.0"),
        ("in_flight = true\n", "in_flight takes a whole number, not True"),
        ("page_tokens = 'many'\n", "page_tokens takes a whole number, not 'many'"),
        ("redis_url = 6379\n", "redis_url takes a text, not 6379"),
        ("preload = 'json'\n", "preload takes a list of texts, not 'json'"),
        ("namespace = 'a:b'\n", "namespace takes letters, digits, '.', '_' and '-', not 'a:b'"),
        ("shards = 4\n", "shards takes tables: [shards.NAME]"),
        ("[shards.Docs]\n", "'Docs' cannot name a shard: lower-case letters, digits and '-', a letter first"),
        ("[shards.docs]\nincluded = []\n", "'included' is not a key of [shards.docs]"),
        ("[shards.docs]\ninclude = '*.md'\n", "include in [shards.docs] cannot be '*.md'"),
        ("[shards.docs]\ninclude = [1]\n", "include in [shards.docs] takes a list of texts"),
        ("[shards.docs]\ncapacity_tokens = true\n", "capacity_tokens in [shards.docs] cannot be True"),
        ("[shards.docs]\nsources = ['*.md']\n", "shards.docs.sources takes tables"),
        ("[[shards.docs.sources]]\nkin = 'files'\n", "'kin' is not a key of [shards.docs.sources]"),
    ],
)
def test_says_what_a_setting_takes(tmp_path: Path, text: str, why: str) -> None:
    error = refusal(tmp_path, text)
    assert error.why == why
    assert f"ifmem.toml:{text.count(chr(10))}." in error.what


def test_names_the_line_in_the_right_table(tmp_path: Path) -> None:
    text = "[shards.docs]\ninclude = []\n[shards.code]\ntitle = 'x'\ninclude = 'all'\n"
    assert "ifmem.toml:5." in refusal(tmp_path, text).what


def test_names_the_variable_or_option_that_cannot_be_used(tmp_path: Path) -> None:
    assert "IFMEM_IN_FLIGHT" in refusal(tmp_path, "", {"IFMEM_IN_FLIGHT": "several"}).what
    assert "IFMEM_SHARDS" in refusal(tmp_path, "", {"IFMEM_SHARDS": "docs"}).what
    assert "--in-flight" in refusal(tmp_path, "", in_flight=0).what


@pytest.mark.parametrize(("name", "why"), [("nowhere", "no such folder"), ("file", "it is a file, not a folder")])
def test_refuses_a_folder_that_is_none(tmp_path: Path, name: str, why: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(IfmemError) as caught:
        load(tmp_path / name, env={})
    assert (caught.value.why, caught.value.exit_code) == (why, Exit.USAGE)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ifmem.toml").write_bytes(b"margin = '\xff'\n")
    with pytest.raises(IfmemError, match=r"ifmem\.toml"):
        load(tmp_path, env={})


def test_sockets_live_where_their_path_is_short_enough(tmp_path: Path) -> None:
    near = load("/", env={"IFMEM_HOME": "/short"})
    assert near.run_dir == Path("/short/run")
    deep = load(tmp_path, env={"IFMEM_HOME": str(tmp_path / ("d" * SOCKET_PATH_LIMIT))})
    other = load(tmp_path, env={"IFMEM_HOME": str(tmp_path / ("e" * SOCKET_PATH_LIMIT))})
    assert len(os.fsencode(deep.run_dir / "bus.sock")) <= SOCKET_PATH_LIMIT
    assert deep.run_dir != other.run_dir
