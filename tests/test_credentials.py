from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from ifmem.credentials import Key, read_keys, read_redis_password, without_keys
from ifmem.errors import Exit, IfmemError

SECRET = "sk-of-nobody-123"


def test_reads_the_keys_of_vendors() -> None:
    keys = read_keys({"ANTHROPIC_API_KEY": SECRET, "OPENAI_API_KEY": f" {SECRET}\n", "HOME": "/"})
    assert {vendor: (key.value, key.origin) for vendor, key in keys.items()} == {
        "anthropic": (SECRET, "ANTHROPIC_API_KEY"),
        "openai": (SECRET, "OPENAI_API_KEY"),
    }


def test_an_empty_variable_is_no_key() -> None:
    assert read_keys({"ANTHROPIC_API_KEY": ""}) == {}


def test_the_first_name_of_a_vendor_wins() -> None:
    assert read_keys({"GOOGLE_API_KEY": "other", "GEMINI_API_KEY": SECRET})["gemini"].value == SECRET


def test_reads_a_key_from_the_file_that_is_named(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(f"{SECRET}\n")
    assert read_keys({"ANTHROPIC_API_KEY_FILE": str(file)})["anthropic"] == Key("ANTHROPIC_API_KEY_FILE", SECRET)


@pytest.mark.parametrize("text", ["two words", "sk-\u00fc", "a\nb"])
def test_what_can_be_no_key_is_refused_and_not_shown(text: str) -> None:
    with pytest.raises(IfmemError, match="ANTHROPIC_API_KEY") as caught:
        read_keys({"ANTHROPIC_API_KEY": text})
    assert caught.value.exit_code == Exit.CREDENTIALS
    assert text not in caught.value.what + caught.value.why + caught.value.fix


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "key"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(IfmemError, match="ANTHROPIC_API_KEY_FILE") as caught:
        read_keys({"ANTHROPIC_API_KEY_FILE": str(file)})
    assert caught.value.exit_code == Exit.CREDENTIALS
    assert caught.value.why


def test_a_key_does_not_show_itself() -> None:
    key = Key("ANTHROPIC_API_KEY", SECRET)
    assert SECRET not in f"{key} {key!r}"
    assert pickle.loads(pickle.dumps(key)).value == SECRET


def test_the_environment_of_others_has_no_key() -> None:
    env = {"ANTHROPIC_API_KEY": SECRET, "GOOGLE_API_KEY_FILE": "/key", "PATH": "/bin"}
    assert without_keys(env) == {"PATH": "/bin"}


def test_the_password_of_a_server_is_kept_from_programs_and_from_sight(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("swordfish\n")
    env = {"IFMEM_REDIS_PASSWORD_FILE": str(tmp_path / "password"), "IFMEM_REDIS_URL": "redis://u:p@h", "PATH": "/bin"}
    password = read_redis_password(env)
    assert password is not None
    assert (password.origin, password.value) == ("IFMEM_REDIS_PASSWORD_FILE", "swordfish")
    assert "swordfish" not in repr(password)
    assert without_keys(env) == {"PATH": "/bin"}
