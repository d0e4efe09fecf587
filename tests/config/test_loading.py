from __future__ import annotations

from pathlib import Path

import pytest

from ifmem.config.loading import load
from ifmem.errors import IfmemError


def test_everything_has_a_default(tmp_path: Path) -> None:
    config = load(tmp_path, env={})
    assert (config.folder, config.home) == (tmp_path.resolve(), tmp_path.resolve() / ".ifmem")
    assert config.capacity_tokens == 2_000_000
    assert set(config.origins.values()) == {"default"}


def test_option_before_environment_before_project_before_user(tmp_path: Path) -> None:
    user = tmp_path / "user/ifmem/ifmem.toml"
    user.parent.mkdir(parents=True)
    user.write_text("in_flight = 2\nmargin = 0.2\nbeat_every_s = 2\npage_tokens = 2000\n")
    env = {"XDG_CONFIG_HOME": str(tmp_path / "user"), "IFMEM_BEAT_EVERY_S": "4", "IFMEM_PAGE_TOKENS": "4000"}
    (tmp_path / "ifmem.toml").write_text("margin = 0.3\nbeat_every_s = 3\npage_tokens = 3000\n")
    config = load(tmp_path, env=env, options={"page_tokens": 5000})
    assert (config.in_flight, config.margin, config.beat_every_s, config.page_tokens) == (2, 0.3, 4.0, 5000)
    origins = [config.origins[name] for name in ("in_flight", "margin", "beat_every_s", "page_tokens", "preload")]
    assert origins == [
        str(user),
        str(tmp_path.resolve() / "ifmem.toml"),
        "IFMEM_BEAT_EVERY_S",
        "--page-tokens",
        "default",
    ]


def test_reads_lists_and_an_own_home_from_the_environment(tmp_path: Path) -> None:
    config = load(tmp_path, env={"IFMEM_PRELOAD": "json, email", "IFMEM_HOME": str(tmp_path / "state")})
    assert config.preload == ("json", "email")
    assert config.home == tmp_path / "state"


def test_names_the_line_of_broken_toml(tmp_path: Path) -> None:
    (tmp_path / "ifmem.toml").write_text("margin = 0.5\nmargin =\n")
    with pytest.raises(IfmemError) as caught:
        load(tmp_path, env={})
    assert "line 2" in caught.value.why


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ifmem.toml").write_bytes(b"margin = '\xff'\n")
    with pytest.raises(IfmemError, match=r"ifmem\.toml"):
        load(tmp_path, env={})
