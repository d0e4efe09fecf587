from __future__ import annotations

import pytest

from ifmem.core.documents import Document


@pytest.mark.parametrize(
    ("text", "lines"),
    [("", []), ("a", ["a"]), ("a\n", ["a"]), ("a\n\n", ["a", ""]), ("a\r\nb\x0cc\n", ["a\r", "b\x0cc"])],
)
def test_only_a_line_feed_ends_a_line(text: str, lines: list[str]) -> None:
    assert Document("a", text, "").lines() == lines
