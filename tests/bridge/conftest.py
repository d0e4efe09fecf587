"""A server in this process, and clients of both protocol eras that talk to it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import pytest
from mcp import Client
from mcp.server import MCPServer
from running_set import FAST, PATIENCE_S, RunningSet, make_project

from ifmem.bridge.folders import Folders
from ifmem.bridge.place import Place
from ifmem.bridge.post import Post
from ifmem.bridge.server import build
from ifmem.config import Config
from ifmem.config.loading import load

T = TypeVar("T")
ERAS = ("legacy", "auto")  # with a handshake, and stateless
LINES = 3_000  # of the long file in the folder of `running`


class Desk:
    """One server over one folder, in one protocol era. `talk` runs a conversation with it."""

    def __init__(self, config: Config, era: str, *, folder: str | None, may_start: bool = False) -> None:
        self.config = config
        self.era = era
        self.post = Post(config)
        self.server: MCPServer[Any] = build(Folders(Place(folder), may_start=may_start), self.post)

    def talk(self, work: Callable[[Client], Awaitable[T]], **options: Any) -> T:
        async def run() -> T:
            async with Client(self.server, mode=self.era, **options) as client:
                return await work(client)

        return asyncio.run(run())

    def call(self, tool: str, **arguments: Any) -> Any:
        return self.talk(lambda client: client.call_tool(tool, arguments))

    def facts(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """The structure of a result that is no error."""
        found = self.call(tool, **arguments)
        assert not found.is_error, found.content[0].text
        facts: dict[str, Any] = found.structured_content
        return facts

    def refused(self, tool: str, **arguments: Any) -> str:
        """The text of a result that is an error."""
        found = self.call(tool, **arguments)
        assert found.is_error, found.content[0].text
        text: str = found.content[0].text
        return text

    def restarted(self) -> Desk:
        """Another server process on the same store, as far as the store can tell."""
        return Desk(self.config, self.era, folder=str(self.config.folder))


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSet]:
    """A real set over a small project, with one file that is too long to be told in one piece."""
    found = RunningSet(make_project(tmp_path_factory.mktemp("running")), FAST)
    (found.folder / "long.md").write_text("".join(f"Line {n} of the long ballad.\n" for n in range(1, LINES + 1)))
    try:
        found.memory.up(timeout=PATIENCE_S)
        yield found
    finally:
        found.end()


@pytest.fixture(params=ERAS)
def memory(request: pytest.FixtureRequest, running: RunningSet) -> Desk:
    return Desk(load(running.folder), request.param, folder=str(running.folder))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "README.md").write_text("# Harbour\n\nThe lighthouse keeper counts the herring boats every morning.\n")
    return folder


@pytest.fixture
def config(project: Path, tmp_path: Path) -> Config:
    return replace(load(project), bridge_store=str(tmp_path / "state" / "bridge.db"))


@pytest.fixture(params=ERAS)
def desk(request: pytest.FixtureRequest, config: Config) -> Iterator[Desk]:
    desk = Desk(config, request.param, folder=str(config.folder))
    yield desk
    desk.post.close()
