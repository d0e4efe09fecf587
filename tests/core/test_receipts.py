from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from ifmem.core.answers import Answer, ShardUse
from ifmem.core.documents import Citation, Spot
from ifmem.core.findings import PageUse, Usage
from ifmem.core.receipts import ALTERED, INTACT, NO_DIGEST, read_receipt, seal_of, sealed
from ifmem.errors import Exit, IfmemError

CITATION = Citation("a.md", 3, 4, "so it is", "ab" * 32, "docs", "verified", 1.25, (Spot("b.md", 1, 1),))
ANSWER = sealed(
    Answer(
        "q_1", "Why?", "So.", found=True, citations=(CITATION,), usage=Usage(1, 2, 3, 4), cost_usd=0.1 + 0.2, asked_at=1.5e9 + 0.1,
        shards=(ShardUse("docs", True, 0.5, pages=(PageUse("cd" * 32),)), ShardUse("code", False)), notes=("a note",),
    )
)  # fmt: skip


def leaves(value: Any, change: Callable[[Any], None]) -> Iterator[tuple[Any, Callable[[Any], None]]]:
    """Every value of a JSON document that is no object or list, with what puts another in its place."""
    if isinstance(value, dict | list):
        for key, item in list(value.items() if isinstance(value, dict) else enumerate(value)):
            yield from leaves(item, lambda other, key=key: value.__setitem__(key, other))  # type: ignore[misc]
    else:
        yield value, change


def another(value: Any) -> Any:
    match value:
        case bool():
            return not value
        case str():
            return value + "x" if value else "x"
        case None:
            return 0.0
        case _:
            return value + 1


def test_a_receipt_is_intact_after_a_journey_as_json() -> None:
    assert seal_of(json.loads(ANSWER.to_json())) == INTACT
    assert seal_of(json.loads(json.dumps(ANSWER.to_dict(), indent=4, sort_keys=True))) == INTACT
    assert seal_of(Answer.from_json(ANSWER.to_json()).to_dict()) == INTACT


def test_any_altered_field_is_noticed() -> None:
    count = len(list(leaves(ANSWER.to_dict(), lambda _: None)))
    assert count > 40
    for number in range(count):
        receipt = ANSWER.to_dict()
        value, change = list(leaves(receipt, lambda _: None))[number]
        change(another(value))
        assert seal_of(receipt) == ALTERED, (number, value)


def test_any_field_that_is_taken_out_or_put_in_is_noticed() -> None:
    for name, value in ANSWER.to_dict().items():
        if value or value is None:
            receipt = ANSWER.to_dict()
            del receipt[name]
            assert seal_of(receipt) == (NO_DIGEST if name == "digest" else ALTERED), name
    assert seal_of({**ANSWER.to_dict(), "put_in": "x"}) == ALTERED


def test_citations_in_another_order_are_noticed() -> None:
    answer = sealed(replace(ANSWER, citations=(CITATION, replace(CITATION, path="b.md"))))
    turned = {**answer.to_dict(), "citations": answer.to_dict()["citations"][::-1]}
    assert seal_of(turned) == ALTERED


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"error": {"what": "ifmem is not running in here."}}', "ifmem is not running in here."),
        ('{"id": "q_1"}', "it has no answer"),
        ("[]", "it is no JSON object"),
        ("", "it is not JSON"),
    ],
)
def test_what_is_no_receipt_says_why(text: str, why: str) -> None:
    with pytest.raises(IfmemError, match="no receipt") as error:
        read_receipt(text)
    assert error.value.why == why


def test_a_field_of_a_later_version_is_empty_in_an_older_receipt() -> None:
    assert seal_of({**ANSWER.to_dict(), "invented_later": "", "and_this": [], "and_that": 0.0}) == INTACT


def test_whole_numbers_may_lose_their_fraction_as_in_other_languages() -> None:
    answer = sealed(replace(ANSWER, duration_ms=12.0))
    assert seal_of({**answer.to_dict(), "duration_ms": 12}) == INTACT
    assert seal_of({**answer.to_dict(), "duration_ms": 12.5}) == ALTERED


def test_a_path_that_is_not_utf8_can_be_sealed() -> None:
    answer = sealed(replace(ANSWER, citations=(replace(CITATION, path="caf\udce9.md"),)))
    assert seal_of(json.loads(json.dumps(answer.to_dict()))) == INTACT


def test_a_receipt_without_a_digest_says_so() -> None:
    assert seal_of({**ANSWER.to_dict(), "digest": ""}) == NO_DIGEST


@pytest.mark.parametrize(
    "text",
    [
        "", "no JSON", "[]", "3", '"x"', "null", "{}", '{"id": "q"}', "[" * 100_000,
        json.dumps({**ANSWER.to_dict(), "citations": ["x"]}),
        json.dumps({**ANSWER.to_dict(), "citations": [{"path": "a"}]}),
        json.dumps({**ANSWER.to_dict(), "citations": [{**CITATION.to_dict(), "start_line": "3"}]}),
        json.dumps({**ANSWER.to_dict(), "citations": [{**CITATION.to_dict(), "path": None}]}),
        json.dumps({**ANSWER.to_dict(), "shards": [{"name": "docs"}]}),
        ANSWER.to_json() * 2,
    ],
)  # fmt: skip
def test_what_is_no_receipt_is_refused_with_what_to_do(text: str) -> None:
    with pytest.raises(IfmemError) as caught:
        read_receipt(text)
    assert caught.value.exit_code == Exit.USAGE
    assert "ifmem ask --json" in caught.value.fix
