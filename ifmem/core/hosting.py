"""What a set tells another machine that serves one of its shards, and how much of it counts there. Pure.

A setting of that machine's own counts first; what it leaves open is as at home. What would run code, send text elsewhere or let more
be spent is never taken over from the bus: that machine's user has to say it too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ifmem.config import Config
from ifmem.config.loading import filled
from ifmem.config.shard_tables import SHARD_KEYS, check_shard
from ifmem.core.domains import Domain
from ifmem.core.protocol import PROTOCOL
from ifmem.core.record import Record
from ifmem.core.status import ProcessStatus
from ifmem.core.trust import Wish, wishes_from
from ifmem.errors import Exit, IfmemError

HOME = "the set's home"  # as an origin of settings
SETTINGS = (
    *("provider", "failover", "model", "effort", "thinking", "cache_ttl", "keep_warm", "base_url", "citations"),
    *("in_flight", "ask_timeout_s", "beat_every_s", "lost_after_s", "stall_margin_s", "start_timeout_s"),
    *("load_timeout_s", "restart_ceiling_s", "stop_grace_s"),
)
LIMITS = ("budget_day_usd", "budget_hour_usd", "budget_question_usd")  # of two the smaller counts
OF_SHARD = ("provider", "failover", "model", "effort", "thinking", "cache_ttl", "base_url", "citations", "price")


@dataclass(frozen=True)
class Invitation(Record):
    """A remote shard as its home describes it: who it is, and the settings that it answers by. Never a key, a password or a source."""

    number: int
    name: str
    title: str
    instructions: str
    capacity_tokens: int
    provider: str
    settings: dict[str, Any]
    limits: dict[str, float]
    table: dict[str, Any]
    protocol: int = PROTOCOL

    @property
    def facts(self) -> dict[str, Any]:
        """The fields of its domain, but for its sources, which stay at home, and its provider, which that machine's user may not want."""
        named = ("number", "name", "title", "instructions", "capacity_tokens")
        return {name: getattr(self, name) for name in named}


@dataclass(frozen=True)
class Presence:
    """The machine that serves a shard, as it was last heard: `owner` is empty once it has left, `at` changes with every sign of life."""

    owner: str
    at: str
    said: ProcessStatus


def invitation(domain: Domain, config: Config) -> Invitation:
    table = config.shards.get(domain.name, {})
    return Invitation(
        domain.number,
        domain.name,
        domain.title,
        domain.instructions,
        domain.capacity_tokens,
        domain.provider,
        settings={name: getattr(config, name) for name in SETTINGS if config.origins[name] != "default"},
        limits={name: getattr(config, name) for name in LIMITS},
        table={key: table[key] for key in OF_SHARD if key in table},
    )


def as_host(own: Config, invitations: Mapping[str, Invitation]) -> Config:
    """The settings of a machine that serves these shards of one set. Raises IfmemError for what only its own user may decide."""
    one = next(iter(invitations.values()))
    tables = {name: _checked(name, {**asked.table, "provider": asked.provider}) for name, asked in invitations.items()}
    config = filled(own, {name: value for name, value in one.settings.items() if name in SETTINGS}, HOME)
    _agree(own, replace(config, shards=tables, origins={**config.origins, "shards": HOME}))
    shards = {name: {**table, **own.shards.get(name, {})} for name, table in tables.items()}
    smaller = {name: min(getattr(own, name), limit) for name, limit in one.limits.items() if name in LIMITS}
    return replace(
        config,
        **smaller,
        shards=shards,
        guests={name: {**asked.facts, "provider": shards[name]["provider"]} for name, asked in invitations.items()},
        librarians=0,
    )


def _checked(name: str, table: Mapping[str, Any]) -> dict[str, Any]:
    """What home says of the shard's own settings, as far as a host takes any of it over."""
    known = {key: list(value) if isinstance(value, tuple) else value for key, value in table.items() if key in OF_SHARD}
    check_shard(known, SHARD_KEYS, f"shards.{name}", "", Path(HOME))
    return known


def _agree(own: Config, told: Config) -> None:
    missing = [wish for wish in wishes_from(HOME, told) if not _says_too(own, wish)]
    if missing:
        raise IfmemError(
            "the set's home asks for what only this machine's user may decide.",
            why="; ".join(f"{wish.setting} {wish.does}" for wish in missing),
            fix=f"If you agree, set {missing[0].setting} in this folder's own ifmem.toml, as it is at home",
            exit_code=Exit.USAGE,
        )


def _says_too(own: Config, wish: Wish) -> bool:
    """Whether this machine has a setting of its own there, which counts instead."""
    first, _, rest = wish.setting.partition(".")
    if not rest:
        return own.origins[first] != "default"
    shard, _, key = rest.partition(".")
    return key in own.shards.get(shard, {})
