"""Registration leaves everything else in a host's file as it was, and does nothing twice."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from ifmem.bridge.hosts import HOSTS, command_line, host_named, merged, snippet, write
from ifmem.errors import IfmemError


def test_the_command_is_absolute_and_names_the_folder(tmp_path: Path) -> None:
    program, *arguments = command_line(tmp_path)
    assert Path(program).is_absolute()
    assert arguments[-3:] == ["mcp", "-C", str(tmp_path)]


@pytest.mark.parametrize("name", HOSTS)
def test_every_host_gets_an_entry_that_it_can_read(name: str, tmp_path: Path) -> None:
    host = host_named(name)
    text = snippet(host, tmp_path)
    read = tomllib.loads(text) if name == "codex" else json.loads(text)
    entry = read[host.key]["ifmem"]
    assert entry["args"][-2:] == ["-C", str(tmp_path)]
    assert entry.get("type") == ("stdio" if name == "vscode" else None)


def test_other_servers_and_settings_are_kept(tmp_path: Path) -> None:
    path = tmp_path / ".mcp.json"
    before = {"mcpServers": {"other": {"command": "x"}}, "theme": "dark"}
    path.write_text(json.dumps(before))
    written, backup = write(HOSTS["claude"], tmp_path)
    after = json.loads(path.read_text())
    assert written == path
    assert after["theme"] == "dark" and after["mcpServers"]["other"] == {"command": "x"}
    assert backup is not None and json.loads(backup.read_text()) == before


def test_writing_twice_changes_nothing_the_second_time(tmp_path: Path) -> None:
    path, first = write(HOSTS["cursor"], tmp_path)
    before = path.read_bytes()
    assert (first, write(HOSTS["cursor"], tmp_path)[1]) == (None, None)
    assert path.read_bytes() == before
    assert len(list(path.parent.iterdir())) == 1


def test_toml_keeps_its_comments_and_an_older_entry_is_replaced(tmp_path: Path) -> None:
    text = (
        '# mine\nmodel = "x"\n\n[mcp_servers.ifmem]\ncommand = "old"\nargs = []\n\n[mcp_servers.other]\ncommand = "y"\n'
    )
    after = merged(text, HOSTS["codex"], tmp_path, tmp_path / "config.toml")
    read = tomllib.loads(after)
    assert after.startswith('# mine\nmodel = "x"\n')
    assert read["mcp_servers"]["other"] == {"command": "y"}
    assert read["mcp_servers"]["ifmem"]["args"][-1] == str(tmp_path)
    assert merged(after, HOSTS["codex"], tmp_path, tmp_path / "config.toml") == after


@pytest.mark.parametrize(
    ("name", "text"),
    [("claude", "{ // a comment\n}"), ("claude", '{"mcpServers": []}'), ("claude", "[]"), ("codex", "= broken")],
)
def test_a_file_that_cannot_be_read_is_left_alone(name: str, text: str, tmp_path: Path) -> None:
    with pytest.raises(IfmemError, match="cannot add an entry"):
        merged(text, HOSTS[name], tmp_path, HOSTS[name].file(tmp_path, tmp_path))


def test_a_strange_host_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(IfmemError) as refused:
        host_named("emacs")
    assert "codex" in refused.value.fix
