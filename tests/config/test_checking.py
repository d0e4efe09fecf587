from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ifmem.config.loading import load
from ifmem.errors import Exit, IfmemError


def refusal(folder: Path, text: str, env: dict[str, str] | None = None, **options: Any) -> IfmemError:
    (folder / "ifmem.toml").write_text(text)
    with pytest.raises(IfmemError) as caught:
        load(folder, env=env or {}, options=options)
    assert caught.value.exit_code is Exit.USAGE
    assert caught.value.fix
    return caught.value


def test_names_file_line_and_key_of_a_setting_that_does_not_exist(tmp_path: Path) -> None:
    error = refusal(tmp_path, "# first\n\npage_token = 5000\n")
    assert f"{tmp_path.resolve()}/ifmem.toml:3" in error.what
    assert error.why == "'page_token' is not a setting; did you mean page_tokens?"
    assert "capacity_tokens" in error.fix


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("page_tokens = 10\n", "page_tokens must be from 1000 to 900000, not 10"),
        ("margin = 1.5\n", "margin must be from 0.0 to 1.0, not 1.5"),
        ("lost_after_s = 0\n", "lost_after_s must be at least 0.2, not 0.0"),
        ("in_flight = true\n", "in_flight takes a whole number, not True"),
        ("page_tokens = 'many'\n", "page_tokens takes a whole number, not 'many'"),
        ("redis_url = 6379\n", "redis_url takes a text, not 6379"),
        ("preload = 'json'\n", "preload takes a list of texts, not 'json'"),
        ("namespace = 'a:b'\n", "namespace takes letters, digits, '.', '_' and '-', not 'a:b'"),
        ("shards = 4\n", "shards takes tables: [shards.NAME]"),
    ],
)
def test_says_what_a_setting_takes(tmp_path: Path, text: str, why: str) -> None:
    error = refusal(tmp_path, text)
    assert error.why == why
    assert f"ifmem.toml:{text.count(chr(10))}." in error.what


def test_names_the_variable_or_option_that_cannot_be_used(tmp_path: Path) -> None:
    assert "IFMEM_IN_FLIGHT" in refusal(tmp_path, "", {"IFMEM_IN_FLIGHT": "several"}).what
    assert "IFMEM_SHARDS" in refusal(tmp_path, "", {"IFMEM_SHARDS": "docs"}).what
    assert "--in-flight" in refusal(tmp_path, "", in_flight=0).what
