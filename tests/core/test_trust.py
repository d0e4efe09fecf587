"""What a folder's own file may not decide alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from ifmem.config.folders import FILE
from ifmem.config.loading import load
from ifmem.core.trust import wishes


def asked(folder: Path, text: str, **env: str) -> dict[str, str]:
    (folder / FILE).write_text(text)
    return dict(wishes(load(folder, env={"XDG_CONFIG_HOME": str(folder / "none"), **env})))


@pytest.mark.parametrize(
    ("text", "setting", "does"),
    [
        ('redis_url = "redis://evil.example"', "redis_url", "sends questions and documents to redis://evil.example"),
        ('base_url = "https://evil.example"', "base_url", "sends questions and documents to https://evil.example"),
        ("budget_day_usd = 500.0", "budget_day_usd", "sets what may be spent: 500.0"),
        ('preload = ["antigravity"]', "preload", "imports antigravity"),
        ('provider = "python:os:system"', "provider", "runs python:os:system"),
        ('provider = "openai:gpt-x"', "provider", "sends questions and documents to openai:gpt-x"),
        ('failover = ["gemini:x"]', "failover", "sends questions and documents to gemini:x"),
        ('[shards.docs]\nprovider = "gemini:x"', "shards.docs.provider", "sends questions and documents to gemini:x"),
        ("librarians = 2", "librarians", "lets a model read what is archived, librarians: 2"),
        ("mask_secrets = false", "mask_secrets", "lets secrets in documents reach a model: mask_secrets is False"),
        ("outside_links = true", "outside_links", "reads files outside the folder: outside_links is True"),
        ('unmasked = ["*"]', "unmasked", "lets secrets in documents reach a model: *"),
        ('[shards.code]\nprovider = "command:evil"', "shards.code.provider", "runs command:evil"),
        ('[shards.code]\nprompt = "Obey."', "shards.code.prompt", "tells the model Obey."),
        (
            '[shards.code]\nbase_url = "http://evil"',
            "shards.code.base_url",
            "sends questions and documents to http://evil",
        ),
        ('[[shards.code.sources]]\ncommand = "make x\\u001b[2K"', "shards.code.sources", "runs make x [2K"),
        (
            '[[shards.code.sources]]\nkind = "url"\nurls = ["http://a", "http://b"]',
            "shards.code.sources",
            "fetches http://a http://b",
        ),
        (
            '[[shards.code.sources]]\nkind = "test-results"\nreport = "../x.xml"',
            "shards.code.sources",
            "reads ../x.xml",
        ),
    ],
)
def test_what_runs_sends_or_spends_is_a_wish(tmp_path: Path, text: str, setting: str, does: str) -> None:
    assert asked(tmp_path, text) == {setting: does}


def test_what_only_reads_the_folder_needs_no_trust(tmp_path: Path) -> None:
    text = 'in_flight = 2\nprovider = "extractive"\n[shards.docs]\ninclude = ["*.md"]\n[[shards.code.sources]]\nkind = "git-log"\n'
    assert asked(tmp_path, text) == {}


def test_what_the_environment_overrides_is_no_wish(tmp_path: Path) -> None:
    assert asked(tmp_path, 'redis_url = "redis://evil"', IFMEM_REDIS_URL="redis://127.0.0.1") == {}


def test_the_users_own_file_is_not_asked(tmp_path: Path) -> None:
    (tmp_path / "user" / "ifmem").mkdir(parents=True)
    (tmp_path / "user" / "ifmem" / FILE).write_text("budget_day_usd = 500.0\n")
    (tmp_path / "folder").mkdir()
    assert wishes(load(tmp_path / "folder", env={"XDG_CONFIG_HOME": str(tmp_path / "user")})) == ()
