"""What is allowed in a conversation, decided without a store."""

from __future__ import annotations

import pytest

from ifmem.core.correspondence import (
    LONGEST_MESSAGE,
    Window,
    check_message,
    check_role,
    digest_of,
    new_token,
    pause_for,
    side_of,
)
from ifmem.errors import IfmemError

WINDOWS = (Window(60.0, 2), Window(3600.0, 3))


def test_a_token_opens_its_own_side_and_no_other() -> None:
    a, b = new_token(), new_token()
    assert side_of(a, digest_of(a), digest_of(b)) == "a"
    assert side_of(b, digest_of(a), digest_of(b)) == "b"
    assert side_of(digest_of(a), digest_of(a), digest_of(b)) is None, "what is stored opens nothing"


@pytest.mark.parametrize("token", ["", "ü" * 64, "\ud800", "x" * 100_000])
def test_a_strange_token_is_an_ordinary_refusal(token: str) -> None:
    assert side_of(token, digest_of("a"), digest_of("b")) is None


@pytest.mark.parametrize(
    ("sent_at", "pause"),
    [
        ([], 0.0),
        ([990.0], 0.0),
        ([980.0, 990.0], 40.0),
        ([700.0, 800.0, 900.0], 3300.0),
        ([980.0, 990.0, 2_000.0], 40.0),  # one from the future: the clock was put back
        ([2_000.0, 3_000.0], 0.0),
    ],
)
def test_the_pause_ends_when_there_is_room(sent_at: list[float], pause: float) -> None:
    assert pause_for(sent_at, 1_000.0, WINDOWS) == pytest.approx(pause)


@pytest.mark.parametrize(
    ("kind", "text", "files", "field"),
    [
        ("shout", "text", [], "action_type"),
        ("info", "  ", [], "message"),
        ("info", "x" * (LONGEST_MESSAGE + 1), [], "message"),
        ("info", "text", ["f"] * 21, "files_involved"),
        ("info", "text", ["f" * 1_001], "files_involved"),
    ],
)
def test_a_refusal_names_the_field_and_repeats_nothing(kind: str, text: str, files: list[str], field: str) -> None:
    with pytest.raises(IfmemError) as refused:
        check_message(kind, text, files)
    assert field in refused.value.what
    assert len(str(refused.value.to_dict())) < 400


def test_a_role_has_three_to_a_hundred_characters() -> None:
    assert check_role("my_role", "  reviewer ") == "reviewer"
    for role in ("ab", "r" * 101):
        with pytest.raises(IfmemError, match="my_role"):
            check_role("my_role", role)
