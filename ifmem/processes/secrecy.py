"""Whether what shards read can leave this machine: then secrets are masked before anyone reads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ifmem.config import Config
from ifmem.core.domains import Domain
from ifmem.providers.choice import EXTRACTIVE, chosen


def as_read(config: Config, domains: Sequence[Domain]) -> Config:
    """The configuration that sources are read by. One model among the shards, a key for one, or a shard on another machine (who knows
    what reads there), and all of them are masked: findings of one shard are read by the models of others."""
    leaves = bool(config.keys) or any(domain.remote or chosen(domain, config) != EXTRACTIVE for domain in domains)
    return replace(config, mask_secrets=config.mask_secrets and leaves)
