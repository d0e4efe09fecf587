"""The tables `[shards.NAME]` of an `ifmem.toml`, and of a domain's front matter: which keys they may have, and what those take."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ifmem.config.checking import bad_setting, line_of

SHARD_KEYS = {
    "title": str,
    "provider": str,
    "failover": list,
    "model": str,
    "effort": str,
    "thinking": bool,
    "cache_ttl": str,
    "base_url": str,
    "citations": str,
    "price": dict,
    "prompt": str,
    "include": list,
    "exclude": list,
    "sources": list,
    "capacity_tokens": int,
    "enabled": bool,
    "remote": bool,
}
SOURCE_KEYS = {
    "kind": str,
    "include": list,
    "exclude": list,
    "name": str,
    "command": str,
    "timeout_s": (int, float),
    "max_bytes": int,
    "every_s": (int, float),
    "urls": list,
    "allow_private": bool,
    "report": str,
    "newest": int,
}


def check_shards(tables: Mapping[str, Mapping[str, Any]], text: str, path: Path) -> None:
    """Refuse a name or a table that no shard can have. `text` is what `path` holds."""
    for shard, table in tables.items():
        if not re.fullmatch(r"[a-z][a-z0-9-]{0,30}", shard):
            raise bad_setting(
                f"{path}:{line_of(text, shard)}",
                f"{shard!r} cannot name a shard: lower-case letters, digits and '-', a letter first",
            )
        check_shard(table, SHARD_KEYS, f"shards.{shard}", text, path)


def check_shard(table: Mapping[str, Any], allowed: Mapping[str, Any], where: str, text: str, path: Path) -> None:
    """Refuse a key or value that a shard's table cannot have. `text` is what `path` holds, `where` the table's name in it."""
    _check_table(table, allowed, where, text, path)
    for source in table.get("sources", ()):
        if not isinstance(source, Mapping):
            raise bad_setting(f"{path}:{line_of(text, 'sources', where)}", f"{where}.sources takes tables")
        _check_table(source, SOURCE_KEYS, f"{where}.sources", text, path)


def _check_table(table: Mapping[str, Any], allowed: Mapping[str, Any], where: str, text: str, path: Path) -> None:
    for key, value in table.items():
        place = f"{path}:{line_of(text, key, where)}"
        if key not in allowed:
            raise bad_setting(place, f"{key!r} is not a key of [{where}]", f"Allowed: {', '.join(allowed)}")
        if not isinstance(value, allowed[key]) or (isinstance(value, bool) and allowed[key] is not bool):
            raise bad_setting(place, f"{key} in [{where}] cannot be {value!r}")
        if isinstance(value, list) and key != "sources" and not all(isinstance(one, str) for one in value):
            raise bad_setting(place, f"{key} in [{where}] takes a list of texts")
