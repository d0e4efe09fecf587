"""Records from bytes that anyone may have written: read whole and of the declared types, or refused with the reason. Pure.

What a record's own `from_json` does not ask: sizes, types in depth, numbers that arithmetic survives, text that can be written again.
"""

from __future__ import annotations

import json
import types
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from ifmem.core.protocol import PROTOCOL
from ifmem.core.record import Record

R = TypeVar("R", bound=Record)
Check = Callable[[Any], bool]
Checks = tuple[tuple[str, Check], ...]  # each with the name of its field
LARGEST_MESSAGE = 16_000_000  # characters of JSON; a finding quotes pages at most
LONGEST_QUESTION = 100_000  # characters; more is a document, not a question
FARTHEST = 1e15  # of any number: times, tokens and scores are far below, and floats still count by ones


class Refused(ValueError):
    """Nothing that a process of ours would have sent."""


def read(kind: type[R], text: str | bytes, within: str = "") -> R:
    """The record that `text` is, or that it holds in its field `within`. Raises Refused."""
    values = read_object(text)
    return take(kind, values.get(within) if within else values)


def read_object(text: str | bytes) -> dict[str, Any]:
    """A JSON object. Raises Refused."""
    if len(text) > LARGEST_MESSAGE:
        raise Refused(f"{len(text):,} characters, over {LARGEST_MESSAGE:,}")
    try:
        values = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Refused(f"not JSON: {error}") from None
    if not isinstance(values, dict):
        raise Refused(f"not an object: {type(values).__name__}")
    return values


def take(kind: type[R], values: Any) -> R:
    """The record of these values, which JSON gave. Raises Refused."""
    if not isinstance(values, Mapping):
        raise Refused(f"not a {kind.__name__.lower()}: {type(values).__name__}")
    given = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
    try:
        record = kind.from_dict(given)
    except (TypeError, ValueError, KeyError, AttributeError, IndexError) as error:
        raise Refused(f"not a {kind.__name__.lower()}: {error}") from None
    found = record.__dict__
    if wrong := [name for name, check in _checks(kind) if not check(found[name])]:
        raise Refused(f"not a {kind.__name__.lower()}: {', '.join(wrong)} cannot be that")
    if getattr(record, "protocol", PROTOCOL) != PROTOCOL:
        raise Refused(f"of protocol {getattr(record, 'protocol', None)}, not {PROTOCOL}")
    if len(getattr(record, "question", "")) > LONGEST_QUESTION:
        raise Refused(f"a question of over {LONGEST_QUESTION:,} characters")
    return record


def _checks(kind: type[Record]) -> Checks:
    """What each field must be; looked up once for each kind."""
    if kind not in _KNOWN:
        hints = get_type_hints(kind)
        _KNOWN[kind] = tuple((field.name, _check(hints[field.name])) for field in fields(kind))
    return _KNOWN[kind]


def _check(hint: Any) -> Check:
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        options = [_check(one) for one in inner]
        return lambda value: any(option(value) for option in options)
    if origin is tuple:
        each = _check(inner[0])
        return lambda value: isinstance(value, tuple) and all(map(each, value))
    if origin in (dict, Mapping):
        of_value = _check(inner[1])
        return lambda value: isinstance(value, dict) and all(_is_text(k) and of_value(v) for k, v in value.items())
    if isinstance(hint, type) and issubclass(hint, Record):
        checks = _checks(hint)
        return lambda value: isinstance(value, hint) and all(check(value.__dict__[name]) for name, check in checks)
    return _PLAIN.get(hint, lambda _: False)


def _is_text(value: Any) -> bool:
    if not isinstance(value, str):
        return False
    if value.isascii():
        return True
    try:
        value.encode()
    except UnicodeEncodeError:  # half a surrogate pair
        return False
    return True


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and -FARTHEST <= value <= FARTHEST  # false for NaN


_KNOWN: dict[type[Record], Checks] = {}
_PLAIN: Mapping[Any, Check] = {
    str: _is_text,
    int: lambda value: type(value) is int and _is_number(value),
    float: _is_number,
    bool: lambda value: isinstance(value, bool),
    type(None): lambda value: value is None,
    Any: lambda value: _is_text(json.dumps(value, ensure_ascii=False, default=vars)),
}
