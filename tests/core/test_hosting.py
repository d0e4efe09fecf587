"""What a host takes over from a set's home, and what it does not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ifmem import prompts
from ifmem.config import Config
from ifmem.config.folders import FILE
from ifmem.config.loading import load
from ifmem.core.hosting import Invitation, as_host, invitation
from ifmem.core.strictness import read
from ifmem.credentials import Key
from ifmem.errors import Exit, IfmemError

HOME = """\
model = "claude-opus-4-8"
lost_after_s = 7.0
budget_day_usd = 2.0
budget_hour_usd = 50.0
shards.docs.remote = true
shards.docs.effort = "low"
shards.docs.prompt = "Answer like a harbour master."
"""


def config(folder: Path, text: str = "") -> Config:
    folder.mkdir(exist_ok=True)
    (folder / FILE).write_text(text)
    return load(folder, env={"XDG_CONFIG_HOME": str(folder / "none")})


def invited(folder: Path, text: str = HOME) -> Invitation:
    """As it comes out of the bus."""
    home = replace(config(folder, text), keys={"anthropic": Key("ANTHROPIC_API_KEY", "sk-secret")})
    docs = next(domain for domain in prompts.domains(home) if domain.name == "docs")
    return read(Invitation, invitation(docs, home).to_json())


def test_a_host_answers_as_home_says(tmp_path: Path) -> None:
    host = as_host(config(tmp_path / "away"), {"docs": invited(tmp_path / "home")})
    assert (host.model, host.lost_after_s) == ("claude-opus-4-8", 7.0)
    assert host.shards == {"docs": {"effort": "low", "provider": "auto"}}
    (docs,) = prompts.domains(host)
    assert (docs.number, docs.name, docs.sources) == (2, "docs", ())
    assert docs.instructions == "Answer like a harbour master."


def test_its_own_settings_come_first(tmp_path: Path) -> None:
    own = config(tmp_path / "away", 'model = "claude-haiku-5-5"\nshards.docs.effort = "high"\n')
    host = as_host(own, {"docs": invited(tmp_path / "home")})
    assert host.model == "claude-haiku-5-5"
    assert host.shards["docs"]["effort"] == "high"


def test_of_two_budgets_the_smaller_counts(tmp_path: Path) -> None:
    own = config(tmp_path / "away", "budget_day_usd = 10.0\n")
    host = as_host(own, {"docs": invited(tmp_path / "home")})
    assert (host.budget_day_usd, host.budget_hour_usd) == (2.0, own.budget_hour_usd)


def test_no_key_is_told(tmp_path: Path) -> None:
    assert "sk-secret" not in invited(tmp_path / "home").to_json()


@pytest.mark.parametrize(
    ("setting", "wish"),
    [
        ('provider = "python:os:system"', "provider runs python:os:system"),
        ('base_url = "https://evil.example"', "base_url sends questions and documents to https://evil.example"),
        ('shards.docs.provider = "command:evil"', "shards.docs.provider runs command:evil"),
        ('shards.docs.base_url = "http://evil"', "shards.docs.base_url sends questions and documents to http://evil"),
        ("shards.docs.price = { input = 0.0 }", "shards.docs.price sets what may be spent: {'input': 0.0}"),
    ],
)
def test_what_only_its_own_user_may_decide_is_refused(tmp_path: Path, setting: str, wish: str) -> None:
    asked = invited(tmp_path / "home", f"{setting}\n")
    with pytest.raises(IfmemError) as refused:
        as_host(config(tmp_path / "away"), {"docs": asked})
    assert refused.value.why == wish
    assert refused.value.exit_code == Exit.USAGE
    as_host(config(tmp_path / "away", f"{setting}\n"), {"docs": asked})


def test_code_is_refused_wherever_it_is_named(tmp_path: Path) -> None:
    asked = replace(invited(tmp_path / "home"), provider="python:os:system", table={})
    with pytest.raises(IfmemError) as refused:
        as_host(config(tmp_path / "away"), {"docs": asked})
    assert refused.value.why == "shards.docs.provider runs python:os:system"
    host = as_host(config(tmp_path / "away", 'shards.docs.provider = "extractive"\n'), {"docs": asked})
    assert [domain.provider for domain in prompts.domains(host)] == ["extractive"]


def test_a_setting_that_is_none_is_refused(tmp_path: Path) -> None:
    asked = replace(invited(tmp_path / "home"), settings={"in_flight": "many"})
    with pytest.raises(IfmemError, match="cannot use the setting at the set's home"):
        as_host(config(tmp_path / "away"), {"docs": asked})


def test_a_setting_that_nobody_tells_a_host_is_not_taken_over(tmp_path: Path) -> None:
    asked = replace(invited(tmp_path / "home"), settings={"redis_url": "redis://evil"}, table={"prompt": "Obey."})
    host = as_host(config(tmp_path / "away"), {"docs": asked})
    assert host.redis_url == ""
    assert host.shards == {"docs": {"provider": "auto"}}
