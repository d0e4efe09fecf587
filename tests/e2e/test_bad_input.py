"""What a person can get wrong: what, why, what to do, the right exit code, and never a trace."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from e2e_cli import Serve, ifmem
from running_set import RunningSet, eventually, make_project


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return make_project(tmp_path)


def test_no_folder(tmp_path: Path) -> None:
    ran = ifmem("up", "-C", str(tmp_path / "nowhere"))
    assert ran.explained(2, "cannot read", "no such folder", "Name a readable folder")


def test_a_file_for_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert ifmem("up", "-C", str(tmp_path / "file")).explained(2, "it is a file", "Name a readable folder")


@pytest.mark.skipif(os.getuid() == 0, reason="root may read everything")
def test_an_unreadable_folder(tmp_path: Path) -> None:
    folder = tmp_path / "closed"
    folder.mkdir(mode=0)
    assert ifmem("up", "-C", str(folder)).explained(2, "permission denied", "Name a readable folder")


def test_an_empty_folder(tmp_path: Path) -> None:
    ran = ifmem("up", "-C", str(tmp_path))
    assert ran.explained(1, "there is nothing to remember", "the folder is empty", "Put documents there")


def test_a_folder_without_git_works(tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text("The cable car stops when the wind is above sixty knots.\n")
    try:
        assert ifmem("up", "-C", str(tmp_path)).code == 0
        ran = ifmem("ask", "When does the cable car stop?", "-C", str(tmp_path))
        assert "sixty knots" in ran.out
    finally:
        assert ifmem("down", "-C", str(tmp_path)).code == 0


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("beat_every_s = = 1\n", ("ifmem.toml", "at line 1, column 16")),
        ("\nbeat_evry_s = 1\n", ("ifmem.toml:2", "'beat_evry_s' is not a setting", "did you mean beat_every_s?")),
        ('in_flight = "many"\n', ("ifmem.toml:1", "in_flight takes a whole number, not 'many'")),
        ("in_flight = 0\n", ("ifmem.toml:1", "in_flight must be from 1 to 1000, not 0")),
        ("[shards.docs]\nglobs = []\n", ("ifmem.toml:2", "'globs' is not a key of [shards.docs]", "Allowed: ")),
    ],
)
def test_a_broken_configuration(project: Path, text: str, parts: tuple[str, ...]) -> None:
    (project / "ifmem.toml").write_text(text)
    assert ifmem("up", "-C", str(project)).explained(2, *parts)


def test_nothing_runs(project: Path) -> None:
    assert ifmem("ask", "anything", "-C", str(project)).explained(3, "not running", "Start it: ifmem up")
    assert ifmem("status", "-C", str(project)).explained(3, "nothing is running", "ifmem up")
    down = ifmem("down", "-C", str(project))
    assert (down.code, down.out) == (0, "nothing was running. Start: ifmem up\n")


def test_an_empty_question(project: Path) -> None:
    assert ifmem("ask", "  ", "-C", str(project)).explained(2, "the question is empty", "ifmem ask")


def test_a_question_of_a_megabyte(project: Path) -> None:
    ran = ifmem("ask", "-", "-C", str(project), stdin=b"why " * 262_144)
    assert ran.explained(2, "the question is too long", "100,000", "Put the text into a file")


def test_an_unknown_shard(project: Path) -> None:
    ran = ifmem("ask", "--shard", "dogs", "anything", "-C", str(project))
    assert ran.explained(2, "there is no shard 'dogs'", "history, docs, code, working")


@pytest.mark.parametrize("url", ["redis://127.0.0.1:1", "unix:///nowhere/bus.sock"])
def test_a_redis_that_is_not_there(project: Path, url: str) -> None:
    env = {"IFMEM_REDIS_URL": url}
    assert ifmem("up", "-C", str(project), env=env).explained(1, f"cannot reach Redis at {url}", "redis-cli ping")
    assert ifmem("ask", "anything", "-C", str(project), env=env).explained(1, f"cannot reach Redis at {url}")


def test_an_address_that_is_none(project: Path) -> None:
    ran = ifmem("up", "-C", str(project), env={"IFMEM_REDIS_URL": "http://127.0.0.1"})
    assert ran.explained(2, "cannot use the Redis address", "redis://host:port")


def test_a_wrong_password(project: Path, server: Serve) -> None:
    url = server(password="swordfish").replace("redis://", "redis://:guess@")
    for command in (("up",), ("ask", "anything"), ("status",)):
        ran = ifmem(*command, "-C", str(project), env={"IFMEM_REDIS_URL": url})
        assert ran.explained(4, "refused the password", "IFMEM_REDIS_URL=redis://user:password@host:port")
        assert "guess" not in ran.err + ran.out


def test_no_password_where_one_is_wanted(project: Path, server: Serve) -> None:
    ran = ifmem("up", "-C", str(project), env={"IFMEM_REDIS_URL": server(password="swordfish")})
    assert ran.explained(4, "password", "IFMEM_REDIS_URL=redis://user:password@host:port")


def test_a_state_folder_that_cannot_be_written(project: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    ran = ifmem("up", "-C", str(project), env={"IFMEM_HOME": str(tmp_path / "file" / "state")})
    assert ran.explained(1, "cannot use", "for ifmem's state", "IFMEM_HOME=/some/writable/folder")


@pytest.mark.skipif(os.getuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder(project: Path) -> None:
    project.chmod(0o500)
    try:
        assert ifmem("up", "-C", str(project)).explained(1, "Permission denied", "IFMEM_HOME=/some/writable/folder")
    finally:
        project.chmod(0o700)


def test_two_versions_on_one_bus(project: Path, server: Serve) -> None:
    env = {"IFMEM_REDIS_URL": server()}
    other = RunningSet(project, settings="", redis_url=env["IFMEM_REDIS_URL"])
    other.on_bus("HSET", other.keys.set_info, "protocol", 99, "version", "9.9.9")
    ran = ifmem("up", "-C", str(project), env=env)
    assert ran.explained(1, "9.9.9", "it speaks protocol 99", "IFMEM_NAMESPACE=name ifmem up")
    assert ifmem("up", "-C", str(project), env={**env, "IFMEM_NAMESPACE": "mine"}).code == 0
    assert ifmem("down", "-C", str(project), env={**env, "IFMEM_NAMESPACE": "mine"}).code == 0
    other.memory.close()
    eventually(lambda: not other.left())
