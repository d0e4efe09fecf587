from __future__ import annotations

import pytest

from ifmem.core.stitching import is_stitched

TEXTS = ["the keeper counts the herring boats every morning", "the ledger is green and older than the harbour"]


@pytest.mark.parametrize(
    "quote",
    [
        "the keeper counts the ledger is green",
        "the keeper counts ... boats every morning the ledger is green",
        "the ledger is [...] the herring boats every morning",
        "counts the herring … and older than",
        "the herring boats every morning the keeper counts",
        "the keeper counts the herring the herring boats every",
    ],
)
def test_true_pieces_joined_are_stitched(quote: str) -> None:
    assert is_stitched(quote, TEXTS)


@pytest.mark.parametrize(
    "quote",
    [
        "",
        "the herring boats",
        "the keeper counts the trawlers every morning",
        "the keeper counts is green",
        "keeper the boats green",
        "the keeper coun ... the ledger is green",
        "counts the herring ... green",
    ],
)
def test_what_has_one_piece_or_a_word_in_none_is_not(quote: str) -> None:
    assert not is_stitched(quote, TEXTS)


def test_without_a_text_nothing_is_stitched() -> None:
    assert not is_stitched("the keeper counts the ledger is green", [])
