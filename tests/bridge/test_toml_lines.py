"""One value changes, every other byte stays."""

from __future__ import annotations

import pytest

from ifmem.bridge.toml_lines import with_value

BEFORE = '# mine\nmargin = 0.5\n\n[shards.docs]  # the docs\ninclude = ["*.md"]\n\n[shards.code]\nenabled = true\n'


def test_a_value_is_put_in_changed_and_taken_out_again() -> None:
    put = with_value(BEFORE, "shards.docs", "provider", "a")
    assert put == BEFORE.replace("# the docs\n", '# the docs\nprovider = "a"\n')
    changed = with_value(put, "shards.docs", "provider", 'b"')
    assert changed == put.replace('"a"', '"b\\""')
    assert with_value(changed, "shards.docs", "provider", "") == BEFORE


def test_a_table_that_is_missing_is_added_at_the_end() -> None:
    assert with_value(BEFORE, "shards.history", "provider", "a") == f'{BEFORE}\n[shards.history]\nprovider = "a"\n'
    assert with_value("", "shards.docs", "provider", "a") == '[shards.docs]\nprovider = "a"\n'
    assert with_value(BEFORE, "shards.history", "provider", "") == BEFORE


@pytest.mark.parametrize("text", ["shards.docs.enabled = true\n", 'shards.docs = { include = ["*.md"] }\n'])
def test_a_table_in_another_form_is_not_touched(text: str) -> None:
    assert with_value(text, "shards.docs", "provider", "a") is None
