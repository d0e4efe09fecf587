from __future__ import annotations

import pytest

from ifmem.core.folding import fold, occurrences


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        (" one\t two\r\nthree\u00a0four ", "one two three four"),
        ("“quoted” ‘so’ «and» so", '"quoted" \'so\' "and" so'),
        ("1–2 — 3 ‑ 4 − 5", "1-2 - 3 - 4 - 5"),
        ("ﬁnd the oﬃce…", "find the office..."),
        ("soft\u00adhyphen zero\u200bwidth", "softhyphen zerowidth"),
        ("e\u0301", "\u00e9"),
    ],
)
def test_white_space_and_typography_are_folded(written: str, folded: str) -> None:
    assert fold(written) == folded


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("10²", "102"),
        ("Shard", "shard"),
        ("a < b", "a <= b"),
        ("a b", "ab"),
        ("½", "1/2"),
        ("x.", "x"),
        ("naïve", "naive"),
    ],
)
def test_nothing_that_could_mean_something_is_folded(one: str, other: str) -> None:
    assert fold(one) != fold(other)


def test_occurrences_are_of_whole_words() -> None:
    assert list(occurrences("cat, concat cat_ (cat)", "cat")) == [0, 18]
    assert list(occurrences("((x)) ((x))", "(x)")) == [1, 7]
