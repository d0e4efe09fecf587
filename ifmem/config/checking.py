"""Whether a value can be that of a setting; what cannot is refused with the place where it stands."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from typing import Any

from ifmem.config import SETTINGS
from ifmem.config.folders import FILE
from ifmem.errors import Exit, IfmemError

BOOLEANS = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}


def check(name: str, value: Any, where: str) -> Any:
    """The value in the setting's type, within its limits. Raises IfmemError with exit code 2, and so do all here."""
    if name not in SETTINGS:
        near = difflib.get_close_matches(name, SETTINGS, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise bad_setting(where, f"{name!r} is not a setting{hint}", f"Allowed: {', '.join(SETTINGS)}")
    known = SETTINGS[name]
    default = known.metadata["default"]
    if isinstance(default, tuple):
        if not (isinstance(value, list | tuple) and all(isinstance(one, str) for one in value)):
            raise bad_setting(where, f"{name} takes a list of texts, not {value!r}")
        return tuple(value)
    if isinstance(default, Mapping):
        if not isinstance(value, Mapping) or not all(isinstance(one, Mapping) for one in value.values()):
            raise bad_setting(where, f"{name} takes tables: [{name}.NAME]")
        return value
    if isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if type(value) is not type(default):
        kind = {"str": "a text", "int": "a whole number", "float": "a number", "bool": "true or false"}[
            type(default).__name__
        ]
        raise bad_setting(where, f"{name} takes {kind}, not {value!r}")
    low, high = known.metadata.get("low"), known.metadata.get("high")
    if (low is not None and value < low) or (high is not None and value > high):
        bounds = f"at least {low}" if high is None else f"from {low} to {high}"
        raise bad_setting(where, f"{name} must be {bounds}, not {value}")
    if (choices := known.metadata.get("choices")) and value not in choices:
        raise bad_setting(where, f"{name} takes {', '.join(choices)}, not {value!r}")
    if name == "namespace" and value and not re.fullmatch(r"[A-Za-z0-9._-]{1,64}", value):
        raise bad_setting(where, f"namespace takes letters, digits, '.', '_' and '-', not {value!r}")
    return value


def from_text(name: str, text: str) -> Any:
    """The value that an environment variable spells."""
    default, where = SETTINGS[name].metadata["default"], f"IFMEM_{name.upper()}"
    if isinstance(default, tuple):
        return tuple(part.strip() for part in text.split(",") if part.strip())
    if isinstance(default, Mapping):
        raise bad_setting(where, f"{name} can only be set in {FILE}")
    try:
        value = BOOLEANS.get(text.lower(), text) if isinstance(default, bool) else type(default)(text)
    except ValueError:
        value = text
    return check(name, value, where)


def bad_setting(where: str, why: str, fix: str = "") -> IfmemError:
    return IfmemError(
        f"cannot use the setting at {where}.",
        why=why,
        fix=fix or "See what is allowed: ifmem config    A fresh, commented file: ifmem init",
        exit_code=Exit.USAGE,
    )


def line_of(text: str, name: str, table: str = "") -> int:
    """The 1-based line on which TOML `text` sets `name`, from the head of `table` on if it has one; 1 if it cannot be told."""
    key = re.compile(rf"^\s*(\[+\s*([\w-]+\.)*)?[\"']?{re.escape(name)}[\"']?\s*([=\].]|$)")
    head = re.compile(rf"^\s*\[+\s*{re.escape(table)}\s*\]")
    lines = text.splitlines()
    start = next((n for n, line in enumerate(lines) if table and head.match(line)), 0)
    return next((n for n, line in enumerate(lines[start:], start + 1) if key.match(line)), 1)
