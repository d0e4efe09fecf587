"""The folder a server is about: told, or the client's, or the one it was started in."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from bridge.conftest import Desk
from mcp import Client
from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp.types import ListRootsResult, Root

from ifmem.bridge.place import Place
from ifmem.config import Config
from ifmem.errors import IfmemError

pytestmark = pytest.mark.filterwarnings("ignore::mcp.shared.exceptions.MCPDeprecationWarning")


def found_by(place: Place, **options: Any) -> str:
    """The folder that a call finds, or the error it gets."""
    server: MCPServer[Any] = MCPServer("test")

    @server.tool()
    async def where(ctx: Context[Any, Any]) -> str:
        try:
            return str(await place.folder(ctx))
        except IfmemError as error:
            return error.what

    async def ask() -> str:
        async with Client(server, mode="legacy", **options) as client:
            found = await client.call_tool("where", {})
            return str(found.content[0].text)  # type: ignore[union-attr]

    return asyncio.run(ask())


def roots(*uris: str) -> Any:
    async def answer(_: Any) -> ListRootsResult:
        return ListRootsResult(roots=[Root(uri=uri) for uri in uris])

    return answer


def test_an_argument_wins_over_everything(tmp_path: Path) -> None:
    place = Place(str(tmp_path / "named"), started_in=tmp_path)
    assert found_by(place, list_roots_callback=roots(tmp_path.as_uri())) == str(tmp_path / "named")


@pytest.mark.parametrize(
    ("name", "value"), [("IFMEM_FOLDER", "{folder}/project"), ("IFMEM_HOME", "{folder}/project/.ifmem")]
)
def test_the_environment_names_a_folder(name: str, value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value.format(folder=tmp_path))
    assert found_by(Place(None, started_in=tmp_path)) == str(tmp_path / "project")


def test_the_client_is_asked_for_its_folder(tmp_path: Path) -> None:
    inner = tmp_path / "with space" / "src"
    inner.mkdir(parents=True)
    (tmp_path / "with space" / "ifmem.toml").touch()
    place = Place(None, started_in=Path("/"))
    assert found_by(place, list_roots_callback=roots("file:///missing", inner.as_uri())) == str(inner.parent)


def test_without_roots_the_nearest_known_folder_upwards_counts(tmp_path: Path) -> None:
    (tmp_path / ".ifmem").mkdir()
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    assert found_by(Place(None, started_in=inner)) == str(tmp_path)


@pytest.mark.parametrize("folder", [Path("/"), None])
def test_nobody_means_the_whole_disk_or_a_home(folder: Path | None) -> None:
    assert "not known which folder" in found_by(Place(None, started_in=folder or Path.home()))


def test_conversations_need_no_folder(config: Config) -> None:
    desk = Desk(config, "legacy", folder=None)
    assert desk.facts("create_conversation", my_role="backend", partner_role="frontend")["session_id"] == "a"
