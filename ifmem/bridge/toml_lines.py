"""Changes one value in TOML that a person wrote, and nothing else: comments and order stay. Pure."""

from __future__ import annotations

import json
import re


def with_value(text: str, table: str, key: str, value: str) -> str | None:
    """`text` with `key` in `[table]` set to the text `value`, or taken out if that is empty; None where it is not written plainly.

    Whoever calls reads the result back: a table that is written inline or with dotted keys cannot be changed here.
    """
    lines = text.splitlines()
    head = next((n for n, line in enumerate(lines) if re.fullmatch(rf"\s*\[{re.escape(table)}\]\s*(#.*)?", line)), None)
    if head is None:
        return _with_table(text, table, key, value)
    end = next((n for n in range(head + 1, len(lines)) if re.match(r"\s*\[", lines[n])), len(lines))
    there = next((n for n in range(head + 1, end) if re.match(rf"\s*{re.escape(key)}\s*=", lines[n])), None)
    new = [_line(key, value)] if value else []
    if there is None:
        lines[head + 1 : head + 1] = new
    else:
        lines[there : there + 1] = new
    return "\n".join(lines) + "\n"


def _with_table(text: str, table: str, key: str, value: str) -> str | None:
    if not value:
        return text
    if re.search(rf"^\s*\[?{re.escape(table)}\b\s*[.=]", text, re.MULTILINE):
        return None
    return f"{text.rstrip()}\n\n[{table}]\n{_line(key, value)}\n".lstrip()


def _line(key: str, value: str) -> str:
    return f"{key} = {json.dumps(value, ensure_ascii=False)}"
