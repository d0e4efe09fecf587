from __future__ import annotations

from pathlib import Path

import pytest

from ifmem.config.loading import load
from ifmem.errors import Exit, IfmemError


def refusal(folder: Path, text: str) -> IfmemError:
    (folder / "ifmem.toml").write_text(text)
    with pytest.raises(IfmemError) as caught:
        load(folder, env={})
    assert caught.value.exit_code is Exit.USAGE
    assert caught.value.fix
    return caught.value


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[shards.Docs]\n", "'Docs' cannot name a shard: lower-case letters, digits and '-', a letter first"),
        ("[shards.docs]\nincluded = []\n", "'included' is not a key of [shards.docs]"),
        ("[shards.docs]\ninclude = '*.md'\n", "include in [shards.docs] cannot be '*.md'"),
        ("[shards.docs]\ninclude = [1]\n", "include in [shards.docs] takes a list of texts"),
        ("[shards.docs]\ncapacity_tokens = true\n", "capacity_tokens in [shards.docs] cannot be True"),
        ("[shards.docs]\nsources = ['*.md']\n", "shards.docs.sources takes tables"),
        ("[[shards.docs.sources]]\nkin = 'files'\n", "'kin' is not a key of [shards.docs.sources]"),
    ],
)
def test_says_what_a_table_of_a_shard_takes(tmp_path: Path, text: str, why: str) -> None:
    error = refusal(tmp_path, text)
    assert error.why == why
    assert f"ifmem.toml:{text.count(chr(10))}." in error.what


def test_names_the_line_in_the_right_table(tmp_path: Path) -> None:
    text = "[shards.docs]\ninclude = []\n[shards.code]\ntitle = 'x'\ninclude = 'all'\n"
    assert "ifmem.toml:5." in refusal(tmp_path, text).what
