from __future__ import annotations

import stat
from pathlib import Path

import pytest

from ifmem import config
from ifmem.config import Config
from ifmem.errors import IfmemError
from ifmem.stores.bus import Bus
from ifmem.stores.bus_server import BusServer, bus_url, find_program, make_private_folder, write_private


@pytest.fixture
def settings(tmp_path: Path) -> Config:
    return config.load(tmp_path, env={"IFMEM_HOME": str(tmp_path / 'a "quoted" home')})


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_it_listens_on_a_socket_that_only_its_user_reaches(settings: Config) -> None:
    server = BusServer.of(settings)
    program, file = server.prepare()
    text = Path(file).read_text()
    assert Path(program) == find_program()
    assert "\nport 0\n" in text
    assert "\nappendonly yes\n" in text
    assert "\nmaxmemory-policy noeviction\n" in text
    assert mode(server.config_file) == 0o600
    assert {mode(folder) for folder in (server.socket.parent, server.folder, server.log.parent)} == {0o700}


def test_a_path_with_quotes_is_written_so_that_the_server_reads_it(settings: Config) -> None:
    server = BusServer.of(settings)
    server.prepare()
    assert r"a \"quoted\" home" in server.config_file.read_text()


def test_a_deep_folder_gets_its_socket_elsewhere(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["a-long-name"] * 12)
    deep.mkdir(parents=True)
    server = BusServer.of(config.load(deep, env={}))
    assert len(str(server.socket)) <= config.SOCKET_PATH_LIMIT
    assert server.folder.is_relative_to(deep)


def test_an_address_of_somebody_else_s_server_is_used_as_it_is(tmp_path: Path) -> None:
    mine = config.load(tmp_path, env={})
    other = config.load(tmp_path, env={"IFMEM_REDIS_URL": "redis://host:1"})
    assert bus_url(mine) == BusServer.of(mine).url
    assert bus_url(other) == "redis://host:1"


@pytest.mark.parametrize(("text", "pid"), [(None, None), ("", None), ("x", None), ("123\n", 123)])
def test_the_pid_of_the_last_server(settings: Config, text: str | None, pid: int | None) -> None:
    server = BusServer.of(settings)
    server.prepare()
    if text is not None:
        server.pid_file.write_text(text)
    assert server.recorded_pid() == pid


def test_what_the_real_server_was_given_is_what_it_runs_with(on_bus: object) -> None:
    async def work(bus: Bus) -> list[str]:
        names = ("appendonly", "appendfsync", "maxmemory-policy", "port", "save")
        return [(await bus.call("CONFIG", "GET", name))[1] for name in names]

    assert on_bus(work) == ["yes", "everysec", "noeviction", "0", ""]  # type: ignore[operator]


def test_a_folder_that_others_could_enter_is_closed(tmp_path: Path) -> None:
    (tmp_path / "open").mkdir(mode=0o755)
    make_private_folder(tmp_path / "open")
    assert mode(tmp_path / "open") == 0o700


def test_a_file_where_a_folder_is_wanted_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(IfmemError, match="cannot use") as refused:
        make_private_folder(tmp_path / "file")
    assert "IFMEM_HOME" in refused.value.fix


def test_a_private_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_private(path, "a long first text")
    write_private(path, "second")
    assert path.read_text() == "second"
    assert mode(path) == 0o600
    assert list(tmp_path.iterdir()) == [path]
