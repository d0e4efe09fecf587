from __future__ import annotations

import re

import pytest

from ifmem.core import keys
from ifmem.core.keys import Keys, worker_id

SPECIFIED = {
    "finding:abc": Keys().finding("abc"),
    "context:active": Keys().context_active,
    "context:shard:3:capacity": Keys().shard_capacity(3),
    "context:shard:3:active": Keys().shard_active(3),
    "worker:status:code.7": Keys().worker_status(worker_id("code", 7)),
    "worker:tasks:code.7": Keys().worker_tasks(worker_id("code", 7)),
    "worker:context:code.7": Keys().worker_context(worker_id("code", 7)),
    "channel:findings": Keys().channel_findings,
}


@pytest.mark.parametrize(("specified", "ours"), SPECIFIED.items())
def test_the_specification_s_names_are_spelled_as_it_spells_them(specified: str, ours: str) -> None:
    assert ours == specified


def test_a_namespace_goes_in_front_of_every_name_and_keeps_them_in_one_slot() -> None:
    spaced, plain = Keys("mine"), Keys()
    for name in _without_argument():
        assert getattr(spaced, name) == "{mine}:" + getattr(plain, name)
    for name in _with_argument():
        assert getattr(spaced, name)("1") == "{mine}:" + getattr(plain, name)("1")


def test_no_two_names_are_the_same() -> None:
    made = [getattr(Keys(), name) for name in _without_argument()]
    made += [getattr(Keys(), name)("1") for name in _with_argument()]
    assert len(set(made)) == len(made)


def test_every_name_is_in_the_table() -> None:
    rows = (keys.__doc__ or "").splitlines()
    listed = {line.split("  ")[0] for line in rows if re.match(r"[a-z]+(:|  )", line)}
    made = [getattr(Keys(), name) for name in _without_argument()]
    made += [getattr(Keys(), name)("[x]") for name in _with_argument()]
    assert {re.sub(r"\[\w+\]", "[]", one) for one in made} <= {re.sub(r"\[\w+\]", "[]", one) for one in listed} | {
        "queue:[]"
    }


def test_every_name_has_the_type_of_the_table() -> None:
    words = {"list": "list", "hash": "hash", "stream": "stream", "pub/sub": ""}
    rows = [re.split(r"  +", line)[:2] for line in (keys.__doc__ or "").splitlines() if re.match(r"[a-z]+(:|  )", line)]
    for name, kind in rows[1:]:
        given = "" if kind == "pub/sub" else words.get(kind, "string")
        assert (keys.type_of(name), keys.type_of(f"{{mine}}:{name}")) == (given, given), name
    assert keys.type_of("somebody:else") == keys.type_of('{"id": "queue:x"}') == ""


def _without_argument() -> list[str]:
    return [name for name, member in vars(Keys).items() if isinstance(member, property)]


def _with_argument() -> list[str]:
    return [name for name, member in vars(Keys).items() if callable(member) and not name.startswith("__")]
