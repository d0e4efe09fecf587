"""`ifmem mcp` and `ifmem bridge` as a person types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from e2e_cli import ifmem

from ifmem.config.loading import load
from ifmem.core.correspondence import Window
from ifmem.stores.bridge_file import BridgeFile
from ifmem.stores.conversations import Conversations
from ifmem.stores.messages import Messages


@pytest.fixture
def conversation(project: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """The id of one with a message in it, in a store of its own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    file = BridgeFile(load(project).bridge)
    conversations = Conversations(file, expiry_s=600.0)
    made, tokens = conversations.create("backend [bold]", "frontend")
    Messages(file, (Window(60.0, 9),)).send(conversations.enter(made.id, tokens.a), "info", "what nobody else may read")
    file.close()
    return made.id


def test_list_and_show_say_who_talks_and_never_what(conversation: str) -> None:
    listed, shown = ifmem("bridge"), ifmem("bridge", "show", conversation)
    assert f"{conversation}  backend [bold] and frontend  1 messages  expires in" in listed.out
    assert "sent 0, has 1 to read" in shown.out
    assert "nobody else" not in listed.out + shown.out
    facts = json.loads(ifmem("bridge", "list", "--json").out)["conversations"]
    assert (facts[0]["conversation"]["id"], facts[0]["unread"]) == (conversation, {"a": 0, "b": 1})


def test_audit_says_whether_the_record_was_touched(conversation: str, project: Path) -> None:
    untouched = ifmem("bridge", "audit", conversation)
    assert untouched.code == 0
    assert [line.split("\t")[4] for line in untouched.out.splitlines()] == ["ACTION", "created", "sent"]
    file = BridgeFile(load(project).bridge)
    with file.changing() as connection:
        connection.execute("DELETE FROM audit WHERE id = 1")
        connection.execute("UPDATE audit SET side = 'b' WHERE id = 2")
    file.close()
    touched = ifmem("bridge", "audit")
    assert (touched.code, "touched" in touched.err) == (1, True)


def test_tokens_and_cleanup(conversation: str) -> None:
    tokens = json.loads(ifmem("bridge", "tokens", conversation, "--json").out)["tokens"]
    assert {len(token) for token in tokens.values()} == {64}
    assert ifmem("bridge", "cleanup").out == "forgot 0 expired conversations and 0 old audit entries\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("bridge", "burn"), "cannot 'burn'"),
        (("bridge", "show"), "needs a name"),
        (("bridge", "show", "conv_0000000000000000"), "no such conversation"),
        (("bridge", "prompt", "docs"), "no session is attached"),
        (("mcp", "remove"), "cannot 'remove'"),
        (("mcp", "install"), "no host is named"),
        (("mcp", "install", "emacs"), "no host 'emacs'"),
    ],
)
def test_a_mistake_is_told_in_a_line_with_what_to_do(arguments: tuple[str, ...], said: str, tmp_path: Path) -> None:
    done = ifmem(*arguments, "-C", str(tmp_path))
    assert done.code in (1, 2)
    assert said in done.err and "Traceback" not in done.err
    assert done.err.count("\n") >= 2


def test_install_prints_and_writes_once(project: Path) -> None:
    printed = ifmem("mcp", "install", "claude", "-C", str(project))
    first = ifmem("mcp", "install", "claude", "--write", "-C", str(project))
    second = ifmem("mcp", "install", "claude", "--write", "-C", str(project))
    assert json.loads((project / ".mcp.json").read_text()) == json.loads(printed.out)
    assert "registered in" in first.out
    assert "has it already" in second.out


def test_check_lists_what_a_host_sees(project: Path) -> None:
    done = ifmem("mcp", "check", "-C", str(project))
    assert done.code == 0, done
    assert "10 tools" in done.out and "ask_memory: Ask this project's memory" in done.out
    assert "stopped" in done.out.splitlines()[-1], "looking has started nothing"


def test_attaching_names_the_session_in_the_settings_and_prints_what_to_paste(
    project: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    attached = ifmem("bridge", "attach", "docs", "-C", str(project))
    assert attached.code == 0, attached
    prompt = ifmem("bridge", "prompt", "docs", "-C", str(project)).out
    assert "a long-running service" in prompt and "conv_" in prompt and str(project) in prompt
    assert "python:ifmem.bridge.partner:conv_" in (project / "ifmem.toml").read_text()
    assert ifmem("bridge", "detach", "docs", "-C", str(project)).code == 0
    assert "partner" not in (project / "ifmem.toml").read_text()
