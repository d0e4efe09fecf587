"""Which provider a shard gets: from its own setting, from that of all shards, from whether there is a key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ifmem.config import Config
from ifmem.config.folders import FILE
from ifmem.config.loading import load
from ifmem.core.domains import Domain
from ifmem.errors import Exit, IfmemError
from ifmem.providers.choice import NO_KEY, key_for, provider_for, sdks_of, settings_for
from ifmem.providers.spending import Unlimited

KEY = "sk-of-nobody"


def configured(tmp_path: Path, text: str = "", **env: str) -> Config:
    (tmp_path / FILE).write_text(text)
    return load(tmp_path, env={"XDG_CONFIG_HOME": str(tmp_path / "none"), **env})


def provider(config: Config, name: str = "auto", shard: str = "docs") -> Any:
    domain = replace(Domain(1, shard, "Docs", "Answer.", ()), provider=name)
    return provider_for(domain, config, search, Unlimited())


def search(weights: Mapping[str, float], limit: int = 10, paths: Sequence[str] = ()) -> list[Any]:
    return []


def test_auto_without_a_key_is_extractive(tmp_path: Path) -> None:
    assert provider(configured(tmp_path)).name == "extractive"


def test_auto_with_a_key_is_claude(tmp_path: Path) -> None:
    found = provider(configured(tmp_path, ANTHROPIC_API_KEY=KEY))
    assert (found.name, found.model) == ("anthropic", "claude-haiku-5-5")


def test_auto_with_a_server_of_ones_own_needs_no_key(tmp_path: Path) -> None:
    assert provider(configured(tmp_path, IFMEM_BASE_URL="http://127.0.0.1:11434")).name == "anthropic"


def test_models_can_be_turned_off_for_all(tmp_path: Path) -> None:
    assert provider(configured(tmp_path, ANTHROPIC_API_KEY=KEY, IFMEM_PROVIDER="extractive")).name == "extractive"


def test_a_shard_names_its_own_model(tmp_path: Path) -> None:
    assert (
        provider(configured(tmp_path, ANTHROPIC_API_KEY=KEY), "anthropic:claude-haiku-4-5").model == "claude-haiku-4-5"
    )


def test_a_shards_table_comes_before_the_setting_for_all(tmp_path: Path) -> None:
    config = configured(tmp_path, 'effort = "low"\n[shards.docs]\neffort = "high"\n')
    assert (settings_for("docs", config).effort, settings_for("code", config).effort) == ("high", "low")


def test_only_shards_of_models_need_the_sdk(tmp_path: Path) -> None:
    domain = Domain(1, "docs", "Docs", "Answer.", ())
    assert sdks_of([domain], configured(tmp_path)) == set()
    assert sdks_of([domain], configured(tmp_path, ANTHROPIC_API_KEY=KEY)) == {"anthropic"}
    behind = configured(tmp_path, 'failover = ["openai:x", "extractive"]')
    assert sdks_of([domain], behind, ["gemini:y", "command:z"]) == {"openai", "google.genai"}


def test_a_vendor_without_a_key_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(IfmemError, match="no key for anthropic") as caught:
        provider(configured(tmp_path), "anthropic:claude-haiku-5-5")
    assert caught.value.exit_code == Exit.CREDENTIALS
    assert "ANTHROPIC_API_KEY" in caught.value.fix


@pytest.mark.parametrize("name", ["antropic", "claude:haiku", "", "python:no.such:thing"])
def test_what_is_no_provider_is_an_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(IfmemError, match="provider") as caught:
        provider(configured(tmp_path), name)
    assert caught.value.exit_code == Exit.USAGE


@pytest.mark.parametrize(
    "text", ['base_url = "http://evil.example"', '[shards.docs]\nbase_url = "http://evil.example"']
)
def test_a_server_that_only_the_folder_names_gets_no_key(tmp_path: Path, text: str) -> None:
    assert key_for("anthropic", "docs", configured(tmp_path, text, ANTHROPIC_API_KEY=KEY)) == NO_KEY


def test_a_server_that_the_person_names_gets_the_key(tmp_path: Path) -> None:
    config = configured(tmp_path, ANTHROPIC_API_KEY=KEY, IFMEM_BASE_URL="https://gateway.example")
    assert key_for("anthropic", "docs", config) == KEY


VENDORS = {
    "openai:gpt-5.6": ({"OPENAI_API_KEY": KEY}, "OpenAICompatible", "gpt-5.6"),
    "gemini:gemini-3.8-flash": ({"GEMINI_API_KEY": KEY}, "Gemini", "gemini-3.8-flash"),
}


@pytest.mark.parametrize("name", VENDORS)
def test_other_vendors_are_asked_with_their_own_keys(tmp_path: Path, name: str) -> None:
    env, kind, model = VENDORS[name]
    found = provider(configured(tmp_path, **env), name)
    assert (type(found).__name__, found.model) == (kind, model)
    with pytest.raises(IfmemError, match="no key for"):
        provider(configured(tmp_path, ANTHROPIC_API_KEY=KEY), name)


def test_a_server_of_ones_own_is_sent_numbered_lines_unless_it_is_said_to_know_documents(tmp_path: Path) -> None:
    near = {"IFMEM_BASE_URL": "http://127.0.0.1:11434"}
    assert type(provider(configured(tmp_path, **near))).__name__ == "NumberedAnthropic"
    assert type(provider(configured(tmp_path, IFMEM_CITATIONS="native", **near))).__name__ == "Anthropic"


def test_the_base_url_for_all_is_not_that_of_other_vendors(tmp_path: Path) -> None:
    text = 'base_url = "http://127.0.0.1:11434"\n'
    assert key_for("openai", "docs", configured(tmp_path, text, OPENAI_API_KEY=KEY)) == KEY
