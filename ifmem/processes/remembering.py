"""Answers that were given before: looked up before anybody is asked, kept when they cost something."""

from __future__ import annotations

import contextlib
import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ifmem import prompts
from ifmem.config import Config
from ifmem.core.answers import Answer
from ifmem.core.domains import Domain
from ifmem.core.findings import Finding
from ifmem.core.keys import Keys
from ifmem.core.queries import Query
from ifmem.core.stored_answers import Kept, digest_of_asking, may_be_reused, repeated, worth_keeping
from ifmem.providers.choice import EXTRACTIVE, chosen
from ifmem.stores.answer_cache import AnswerCache
from ifmem.stores.bus import Bus
from ifmem.stores.bus_errors import BusLost

SETTINGS = ("model", "coordinator_model", "effort", "thinking", "synthesis", "base_url", "citations", "margin")


class Remembering:
    """Off by itself where no shard asks a model: what costs nothing is made anew. A bus that is lost has nothing stored."""

    def __init__(self, bus: Bus, keys: Keys, config: Config, domains: Sequence[Domain]) -> None:
        self._cache = AnswerCache(bus, keys)
        self._manner = manner_of(config, domains)
        self._useful = any(chosen(domain, config) != EXTRACTIVE for domain in domains)

    async def recall(self, query: Query, first: Sequence[str], versions: Mapping[str, str]) -> Answer | None:
        """The stored answer, if the shards that would be asked `first` are the same and no text it was made from has changed."""
        started = time.perf_counter()
        if not self._useful or query.fresh or not may_be_reused(query):
            return None
        with contextlib.suppress(BusLost):
            kept = await self._cache.find(digest_of_asking(query, self._manner))
            if kept and kept.holds(first, versions):
                return repeated(kept.answer, query, (time.perf_counter() - started) * 1000)
        return None

    async def keep(
        self,
        query: Query,
        answer: Answer,
        first: Sequence[str],
        versions: Mapping[str, str],
        findings: Sequence[Finding],
    ) -> None:
        """Keep an answer for the next one who asks, if it is worth it."""
        if not self._useful or not may_be_reused(query) or not worth_keeping(answer, findings):
            return
        read = {finding.shard: finding.version or versions.get(finding.shard, "") for finding in findings}
        with contextlib.suppress(BusLost):
            asking = digest_of_asking(query, self._manner)
            await self._cache.keep(asking, Kept(replace(answer, digest=""), tuple(first), read))


def manner_of(config: Config, domains: Sequence[Domain]) -> str:
    """A digest of how answers are made: models, their settings, and what they are told."""
    told = [(domain.name, domain.instructions, chosen(domain, config)) for domain in domains]
    settings = [getattr(config, name) for name in SETTINGS]
    tables = {name: dict(table) for name, table in config.shards.items()}
    made = json.dumps([told, settings, tables, prompts.instructions("coordinator")], sort_keys=True)
    return hashlib.sha256(made.encode()).hexdigest()
