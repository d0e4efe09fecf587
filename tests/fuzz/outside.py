"""What may come from outside, as hypothesis makes it, and how many cases are tried: few with every check, many by `make fuzz`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

CASES = int(os.environ.get("FUZZ_CASES", "40"))  # of each test
fuzzed = settings(max_examples=CASES, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)

TEXT = st.text(st.characters(codec=None), max_size=80)  # half surrogate pairs among it: JSON can say them
NUMBERS = st.one_of(
    st.integers(), st.floats(), st.sampled_from([0, -1, 10**400, 2**63, 1e308, float("nan"), float("-inf")])
)


def json_like(keys: Sequence[str], words: Sequence[str] = ()) -> st.SearchStrategy[Any]:
    """Values as JSON gives them, whose objects like to have these keys and whose texts like to be these words."""
    names = st.one_of(st.sampled_from(keys), st.text(max_size=8))
    texts = st.one_of(st.sampled_from(words), TEXT) if words else TEXT
    plain = st.one_of(st.none(), st.booleans(), NUMBERS, texts)
    return st.recursive(
        plain,
        lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(names, inner, max_size=6)),
        max_leaves=8,
    )


def as_object(value: Any) -> Any:
    """JSON as an SDK hands it on: attributes in place of keys."""
    if isinstance(value, dict):
        return SimpleNamespace(**{str(name): as_object(one) for name, one in value.items()})
    return [as_object(one) for one in value] if isinstance(value, list) else value


def spliced(pieces: Sequence[str], max_size: int = 12) -> st.SearchStrategy[str]:
    """Text made of pieces that mean something, and of anything between them."""
    return st.lists(st.one_of(st.sampled_from(pieces), st.text(max_size=6)), max_size=max_size).map("".join)
