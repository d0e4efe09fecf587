"""Which settings a folder's own `ifmem.toml` may only have once its user trusts it: those that run, send, spend or write something. Pure.

Whoever can put a file into the folder, by a pull or in an archive, can write that file; only what it asks for beyond reading the
folder needs trust. The same settings count at once from an option, the environment or the user's own `ifmem.toml`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Any, NamedTuple

from ifmem.config import Config
from ifmem.config.folders import FILE

SENDS, SPENDS, RUNS = "sends questions and documents to", "sets what may be spent:", "runs"
SETTINGS: Mapping[str, str] = {
    "redis_url": SENDS,
    "redis_insecure": "lets a server be reached without encryption:",
    "namespace": "shares a server under the name",
    "preload": "imports",
    "base_url": SENDS,
    "librarian_base_url": SENDS,
    "budget_day_usd": SPENDS,
    "budget_hour_usd": SPENDS,
    "budget_question_usd": SPENDS,
    "bridge_store": "writes to",
    "outside_links": "reads files outside the folder: outside_links is",
    "mask_secrets": "lets secrets in documents reach a model: mask_secrets is",
    "unmasked": "lets secrets in documents reach a model:",
}
OF_SHARDS: Mapping[str, str] = {
    "base_url": SENDS,
    "price": SPENDS,
    "prompt": "tells the model",
}
OF_SOURCES: Mapping[str, str] = {"command": RUNS, "urls": "fetches"}
OWN_CODE = ("python:", "command:")  # providers that are code of somebody's own
AS_USUAL = ("auto", "extractive", "anthropic")  # where text goes anyway, if there is a key, and where it goes nowhere
SHOWN = 120  # characters of a value


class Wish(NamedTuple):
    """Something that the folder's own file asks for: which setting, and what it does there."""

    setting: str
    does: str


def wishes(config: Config) -> tuple[Wish, ...]:
    """What the folder's own file asks for that needs trust; nothing where another origin overrides it."""
    return wishes_from(str(config.folder / FILE), config)


def wishes_from(source: str, config: Config) -> tuple[Wish, ...]:
    """What the settings of one origin ask for that needs trust."""
    return tuple(_wishes({name for name, origin in config.origins.items() if origin == source}, config))


def _wishes(own: set[str], config: Config) -> Iterator[Wish]:
    for name, does in SETTINGS.items():
        if name in own:
            yield _wish(name, does, getattr(config, name))
    for name in ("provider", "failover", "librarian_providers"):
        if name in own:
            yield from _of_providers(name, getattr(config, name))
    if "librarians" in own and config.librarians:
        yield _wish("librarians", "lets a model read what is archived, librarians:", config.librarians)
    for shard, table in config.shards.items() if "shards" in own else ():
        yield from _of_shard(f"shards.{shard}", table)


def _of_shard(where: str, table: Mapping[str, Any]) -> Iterator[Wish]:
    for key, does in OF_SHARDS.items():
        if key in table:
            yield _wish(f"{where}.{key}", does, table[key])
    for key in ("provider", "failover"):
        yield from _of_providers(f"{where}.{key}", table.get(key, ()))
    for source in table.get("sources", ()):
        for key, does in OF_SOURCES.items():
            if source.get(key):
                yield _wish(f"{where}.sources", does, source[key])
        if _leads_out(str(source.get("report", ""))):
            yield _wish(f"{where}.sources", "reads", source["report"])


def _of_providers(where: str, named: Any) -> Iterator[Wish]:
    """Providers that are code of somebody's own, and vendors that would not be asked without this file."""
    names = [named] if isinstance(named, str) else [str(name) for name in named]
    if code := [name for name in names if name.startswith(OWN_CODE)]:
        yield _wish(where, RUNS, code)
    if vendors := [name for name in names if not name.startswith(OWN_CODE) and name.partition(":")[0] not in AS_USUAL]:
        yield _wish(where, SENDS, vendors)


def _leads_out(path: str) -> bool:
    return path.startswith(("/", "~")) or ".." in PurePath(path).parts


def _wish(setting: str, does: str, value: Any) -> Wish:
    text = " ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    shown = "".join(c if c.isprintable() else " " for c in text)
    return Wish(setting, f"{does} {shown if len(shown) <= SHOWN else shown[: SHOWN - 1] + '…'}")
