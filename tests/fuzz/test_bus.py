"""Whatever lies on the bus is a record of ours or is refused; and what is taken can be written again."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ifmem.core.answers import Answer
from ifmem.core.beat import Beat
from ifmem.core.findings import Finding
from ifmem.core.hosting import Invitation
from ifmem.core.queries import Query
from ifmem.core.record import Record
from ifmem.core.status import ProcessStatus
from ifmem.core.strictness import Refused, read
from ifmem.core.tasks import Task
from ifmem.stores.inquiries import _message
from ifmem.stores.registry import _order

from .outside import fuzzed, json_like

KINDS = (Query, Finding, Answer, Beat, ProcessStatus, Task, Invitation)
FIELDS = sorted(
    {name for kind in KINDS for name in kind.__dataclass_fields__} | {"input", "quote", "start_line", "digest", "path"}
)
VALUES = json_like(FIELDS, ["query", "verified", "q_1", "\ud800"])


@fuzzed
@given(st.sampled_from(KINDS), st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=25))
def test_records(kind: type[Record], values: dict[str, Any]) -> None:
    with contextlib.suppress(Refused):
        record = read(kind, json.dumps(values))
        assert read(kind, record.to_json()) == record
        record.to_json().encode()


@fuzzed
@given(st.one_of(st.text(max_size=80), VALUES.map(json.dumps)))
def test_messages_and_orders(text: str) -> None:
    message = _message(("reply", text))
    assert message is None or isinstance(message["kind"], str)
    with contextlib.suppress(Refused):
        order = _order(text)
        assert all(isinstance(name, str) for name in order.get("names", []))


@fuzzed
@given(st.sampled_from(KINDS), st.binary(max_size=60))
def test_bytes(kind: type[Record], content: bytes) -> None:
    with pytest.raises(Refused):
        read(kind, content)
