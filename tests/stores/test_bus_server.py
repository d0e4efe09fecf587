from __future__ import annotations

import asyncio
import os
import socket
import stat
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from ifmem.config import SOCKET_PATH_LIMIT, Config
from ifmem.config.loading import load
from ifmem.errors import IfmemError
from ifmem.stores.bus import Bus
from ifmem.stores.bus_server import (
    PASSWORD_FILE,
    BusServer,
    bus_url,
    find_program,
    known_password,
    make_private_folder,
    write_private,
)


@pytest.fixture
def settings(tmp_path: Path) -> Config:
    return load(tmp_path, env={"IFMEM_HOME": str(tmp_path / 'a "quoted" home')})


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
    server = BusServer.of(load(deep, env={}))
    assert len(str(server.socket)) <= SOCKET_PATH_LIMIT
    assert server.folder.is_relative_to(deep)


def test_an_address_of_somebody_else_s_server_is_used_as_it_is(tmp_path: Path) -> None:
    mine = load(tmp_path, env={})
    other = load(tmp_path, env={"IFMEM_REDIS_URL": "redis://host:1"})
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

    assert on_bus(work) == ["yes", "no", "noeviction", "0", ""]  # type: ignore[operator]


def test_the_password_is_new_at_every_start_and_only_its_digest_is_configured(settings: Config) -> None:
    server = BusServer.of(settings)
    passwords = []
    for _ in range(2):
        command = server.prepare()
        passwords.append(known_password(server.url))
        assert (
            passwords[-1] not in server.config_file.read_text() + " ".join(command) + server.url + server.operator_url
        )
    assert len(set(passwords)) == 2
    assert len(passwords[0]) >= 32
    assert mode(server.socket.with_name(PASSWORD_FILE)) == 0o600


def attempt(url: str, *command: object) -> object:
    async def call() -> object:
        bus = Bus(url)
        try:
            return await bus.call(*command)
        finally:
            await bus.close()

    return asyncio.run(call())


def test_nobody_is_let_in_without_the_password(valkey: str) -> None:
    path = Path(urlsplit(valkey).path)
    for stranger in (f"unix://:wrong@{path}", f"unix://ifmem:wrong@{path}", f"unix://default:wrong@{path}"):
        with pytest.raises(IfmemError, match="refused the password"):
            attempt(stranger, "PING")
    with socket.socket(socket.AF_UNIX) as plain:
        plain.connect(str(path))
        plain.sendall(b"PING\r\n")
        assert plain.recv(100).startswith(b"-NOAUTH")


@pytest.mark.parametrize(
    "command",
    [
        ("CONFIG", "GET", "dir"),
        ("FLUSHALL",),
        ("MODULE", "LIST"),
        ("REPLICAOF", "evil", "1"),
        ("SHUTDOWN",),
        ("KEYS", "*"),
    ],
)
def test_a_process_may_not_do_what_only_an_operator_does(valkey: str, command: tuple[str, ...]) -> None:
    url = valkey.replace("operator@", "")
    assert attempt(url, "PING")
    with pytest.raises(IfmemError) as refused:
        attempt(url, *command)
    assert "NOPERM" in refused.value.why or "no permissions" in refused.value.why
    assert attempt(url, "PING")


def test_a_server_out_there_is_refused_without_encryption(tmp_path: Path) -> None:
    def url_of(url: str, **env: str) -> str:
        return bus_url(load(tmp_path, env={"IFMEM_REDIS_URL": url, **env}))

    with pytest.raises(IfmemError, match="is not encrypted") as refused:
        url_of("redis://me:secret@redis.example.com")
    assert "secret" not in str(refused.value.to_dict())
    assert url_of("rediss://redis.example.com") == "rediss://redis.example.com"
    assert url_of("redis://redis.example.com", IFMEM_REDIS_INSECURE="1") == "redis://redis.example.com"


def test_a_password_can_be_kept_apart_from_the_address(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("p@ss/word\n")
    env = {"IFMEM_REDIS_URL": "rediss://me@host:6380/2", "IFMEM_REDIS_PASSWORD_FILE": str(tmp_path / "password")}
    found = load(tmp_path, env=env)
    assert bus_url(found) == "rediss://me:p%40ss%2Fword@host:6380/2"
    assert "p@ss" not in repr(found)


def test_a_folder_that_others_could_enter_is_closed(tmp_path: Path) -> None:
    (tmp_path / "open").mkdir(mode=0o755)
    make_private_folder(tmp_path / "open")
    assert mode(tmp_path / "open") == 0o700


@pytest.mark.skipif(os.getuid() != 0, reason="only root can make what belongs to somebody else")
def test_a_link_of_somebody_else_does_not_choose_the_folder(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "link").symlink_to("mine")
    make_private_folder(tmp_path / "link")
    os.chown(tmp_path / "link", 12_345, 12_345, follow_symlinks=False)
    with pytest.raises(IfmemError, match="cannot use"):
        make_private_folder(tmp_path / "link")


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
