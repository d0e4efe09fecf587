"""`doctor --online` against simulated servers of every vendor: what it finds, and that it neither pays nor shows a key."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import simulator_gemini.server as google
import simulator_openai.server as openai
from simulator import vendor as claude
from simulator.background import serving_in_background

from ifmem.config import Config
from ifmem.config.loading import load
from ifmem.core.checkup import NOTE, OK, SKIPPED, Check
from ifmem.errors import Exit, IfmemError
from ifmem.processes.doctor_models import model

KEYS = {"anthropic": claude.KEY, "openai": openai.KEY, "gemini": google.KEY}
MODELS = {"anthropic": "claude-haiku-5-5", "openai": "gpt-simulated", "gemini": "gemini-simulated"}


class Served(NamedTuple):
    vendor: str
    server: Any
    url: str


@pytest.fixture(params=KEYS)
def served(request: pytest.FixtureRequest) -> Iterator[Served]:
    vendor = request.param
    server = {"anthropic": claude.Vendor, "openai": openai.Server, "gemini": google.Server}[vendor]()
    with serving_in_background(server) as url:
        yield Served(vendor, server, url + "/v1" * (vendor == "openai"))


def configured(home: Path, served: Served, *, named: str = "", key: str = "", url: str = "") -> Config:
    """All shards ask the one server; the user's own file says so."""
    name = f"{served.vendor}:{named or MODELS[served.vendor]}"
    tables = [
        f"[shards.{shard}]\nprovider = {json.dumps(name)}\nbase_url = {json.dumps(url or served.url)}\n"
        for shard in ("history", "docs", "code", "working")
    ]
    (home / "ifmem").mkdir()
    (home / "ifmem" / "ifmem.toml").write_text("\n".join(tables))
    (home / "folder").mkdir()
    env = {"XDG_CONFIG_HOME": str(home), f"{served.vendor.upper()}_API_KEY": key or KEYS[served.vendor]}
    return load(home / "folder", env=env)


def looked(config: Config, *, online: bool = True) -> Check:
    return asyncio.run(model(config, online=online))


def test_a_model_that_is_there_is_said_to_be_and_nothing_is_paid(served: Served, tmp_path: Path) -> None:
    check = looked(configured(tmp_path, served))
    assert (check.state, check.found.split(":")[0]) == (OK, MODELS[served.vendor]), check
    assert {request.method for request in served.server.requests} == {"GET"}


def test_nobody_is_asked_without_online(served: Served, tmp_path: Path) -> None:
    check = looked(configured(tmp_path, served), online=False)
    assert (check.state, check.found) == (SKIPPED, f"not asked: {served.vendor}")
    assert served.server.requests == []


def test_a_refused_key_is_told_and_not_shown(served: Served, tmp_path: Path) -> None:
    with pytest.raises(IfmemError, match="refused") as raised:
        looked(configured(tmp_path, served, key="key-of-nobody-0123456789"))
    assert raised.value.exit_code == Exit.CREDENTIALS
    assert "key-of-nobody" not in repr(raised.value) + str(vars(raised.value))


def test_a_model_that_is_not_there_is_told_with_those_that_are(served: Served, tmp_path: Path) -> None:
    with pytest.raises(IfmemError, match="there is no model") as raised:
        looked(configured(tmp_path, served, named=f"{MODELS[served.vendor]}-9"))
    assert MODELS[served.vendor] in raised.value.fix


def test_a_server_that_is_not_there_is_told(served: Served, tmp_path: Path) -> None:
    config = configured(tmp_path, served, url="http://127.0.0.1:9")
    try:
        check = looked(config)
    except IfmemError as error:
        assert "127.0.0.1:9" in error.what
    else:
        assert check.state == NOTE
        assert "nobody answers" in check.found


def test_a_program_of_ones_own_can_only_be_asked_with_a_question(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    config = load(tmp_path / "folder", env={"IFMEM_PROVIDER": "command:true", "XDG_CONFIG_HOME": str(tmp_path)})
    check = looked(config)
    assert (check.state, check.means) == (NOTE, "command cannot be asked without cost")
