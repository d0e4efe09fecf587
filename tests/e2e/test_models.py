"""Sets whose shards are models: a real set, the real SDK, the simulated vendor on loopback, and a key of nobody."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from e2e_cli import Ran, ifmem
from running_set import RunningSet, make_project
from simulator.background import serving_in_background
from simulator.refusals import Refused
from simulator.vendor import KEY, Vendor

QUESTION = "Who counts the herring boats?"


@dataclass
class Claude:
    """A set over a small project, and the vendor that answers for it."""

    vendor: Vendor
    env: dict[str, str]
    set: RunningSet

    def run(self, *arguments: str, **env: str) -> Ran:
        return ifmem("-C", str(self.set.folder), *arguments, env={**self.env, **env})

    def ask(self, *arguments: str) -> dict[str, object]:
        asked = self.run("ask", "--json", *arguments)
        assert asked.code == 0, asked
        found: dict[str, object] = json.loads(asked.out)
        return found


def project(folder: Path, url: str, **env: str) -> Claude:
    told = {"ANTHROPIC_API_KEY": KEY, "IFMEM_BASE_URL": url, "IFMEM_CITATIONS": "native", **env}
    return Claude(Vendor(), told, RunningSet(make_project(folder), settings=""))


@pytest.fixture(scope="module")
def claude(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Claude]:
    vendor = Vendor()
    with serving_in_background(vendor) as url:
        found = project(tmp_path_factory.mktemp("claude"), url)
        found.vendor = vendor
        try:
            up = found.run("up")
            assert up.code == 0, up
            yield found
        finally:
            found.set.end()


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Claude]:
    """A set that is not up yet."""
    vendor = Vendor()
    with serving_in_background(vendor) as url:
        found = project(tmp_path, url)
        found.vendor = vendor
        try:
            yield found
        finally:
            found.set.end()


def test_an_answer_of_a_model_is_verified_and_paid_for(claude: Claude) -> None:
    before = len(claude.vendor.bills)
    answer = claude.ask("--shard", "docs", "--fresh", QUESTION)
    [bill] = claude.vendor.bills[before:]
    assert answer["found"]
    assert (answer["provider"], answer["model"]) == ("anthropic", "claude-haiku-5-5")
    assert [(c["path"], c["start_line"], c["verification"]) for c in answer["citations"]] == [
        ("README.md", 1, "verified")
    ]  # type: ignore[attr-defined, index]
    assert answer["usage"] == bill.usage.to_dict()
    assert answer["cost_usd"] == pytest.approx(bill.cost_usd)
    assert answer["prices_as_of"]


def test_the_page_is_kept_hot(claude: Claude) -> None:
    claude.ask("--shard", "code", "--fresh", "What does count_boats return?")
    again = claude.ask("--shard", "code", "--fresh", "Which ledger is green?")
    assert [page["cache"] for shard in again["shards"] for page in shard["pages"]] == ["warm"]  # type: ignore[attr-defined]


def test_the_key_is_nowhere(claude: Claude) -> None:
    """Not in what was written, not in what `ps` shows, not in what a process that ifmem started has in its environment."""
    told = [claude.run(*line) for line in (("config", "--json"), ("status", "--json"), ("logs",), ("ask", QUESTION))]
    assert not any(KEY in ran.out + ran.err for ran in told)
    assert [path for path, content in files_below(claude.set.config.home) if KEY.encode() in content] == []
    everyone = claude.set.left()
    assert len(everyone) > 5
    for process in everyone:
        assert KEY not in " ".join(process.info["cmdline"])
        assert KEY not in environment_of(process)


def environment_of(process: psutil.Process) -> str:
    """As another process of the same user sees it; nothing, if it has left."""
    try:
        return json.dumps(process.environ())
    except psutil.NoSuchProcess:
        return ""


def files_below(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Path and content of what is there; a set that runs makes and removes files meanwhile."""
    for place, _, names in os.walk(folder):
        for path in (Path(place, name) for name in names):
            if path.is_file():
                with suppress(FileNotFoundError):
                    yield str(path), path.read_bytes()


def test_without_a_key_it_is_extractive_and_says_so_once(fresh: Claude) -> None:
    up = ifmem("-C", str(fresh.set.folder), "up")
    assert up.code == 0
    assert up.err.count("ANTHROPIC_API_KEY") == 1
    asked = ifmem("-C", str(fresh.set.folder), "ask", QUESTION)
    assert "extractive" in asked.err
    assert "ANTHROPIC_API_KEY" not in asked.err
    assert fresh.vendor.requests == []


BAD = {
    "a bad key": ({"ANTHROPIC_API_KEY": "sk-of-nobody"}, 4, ("refused the key", "ANTHROPIC_API_KEY")),
    "no key at all": ({"ANTHROPIC_API_KEY": "two words"}, 4, ("is not a key",)),
    "a key file that is not there": (
        {"ANTHROPIC_API_KEY": "", "ANTHROPIC_API_KEY_FILE": "/no/such/file"},
        4,
        ("key file",),
    ),
    "a misspelt model": ({"IFMEM_MODEL": "claude-hiaku-5-5"}, 2, ("claude-hiaku-5-5", "claude-haiku-5-5")),
    "an effort it does not take": ({"IFMEM_EFFORT": "enormous"}, 2, ("enormous", "medium")),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_work_is_said_at_up(fresh: Claude, case: str) -> None:
    env, code, said = BAD[case]
    up = fresh.run("up", "-q", **env)
    assert up.explained(code, *said)
    assert "sk-of-nobody" not in up.err + up.out


def test_a_key_without_the_model_is_said(fresh: Claude) -> None:
    fresh.vendor.forbidden = frozenset({"claude-haiku-5-5"})
    assert fresh.run("up").code == 0
    assert fresh.run("ask", "--shard", "docs", QUESTION).explained(4, "claude-haiku-5-5", "workspace")


def test_a_key_may_come_from_a_file(fresh: Claude, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(KEY + "\n")
    assert fresh.run("up", ANTHROPIC_API_KEY="", ANTHROPIC_API_KEY_FILE=str(file)).code == 0
    assert fresh.ask(QUESTION)["provider"] == "anthropic"


def test_a_server_that_only_the_folder_names_is_not_given_the_key(fresh: Claude) -> None:
    """Who can write the folder's file must not get the key of who runs it."""
    url = fresh.env.pop("IFMEM_BASE_URL")
    (fresh.set.folder / "ifmem.toml").write_text(f'base_url = "{url}"\n')
    fresh.run("up")
    fresh.run("ask", QUESTION)
    assert fresh.vendor.requests
    assert not any(KEY in value for asked in fresh.vendor.requests for value in asked.headers.values())


def test_a_refused_key_is_said_by_ask_with_what_to_do(fresh: Claude) -> None:
    assert fresh.run("up").code == 0
    fresh.vendor.faults = [Refused(401, "revoked")] * 8
    asked = fresh.run("ask", "--shard", "docs", QUESTION)
    assert asked.explained(4, "refused the key", "ANTHROPIC_API_KEY")


def test_nothing_asks_when_the_budget_is_zero(fresh: Claude) -> None:
    assert fresh.run("up", IFMEM_BUDGET_DAY_USD="0").code == 0
    asked = fresh.run("ask", "--shard", "docs", QUESTION)
    assert "budget" in asked.err
    assert "lighthouse keeper" in asked.out
    assert fresh.vendor.bills == []
