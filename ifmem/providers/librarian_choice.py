"""Who reads for the librarians: what is configured, in its order; else Gemini where there is a key, and extractive where there is none."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ifmem.config import Config
from ifmem.core.domains import Domain
from ifmem.providers.choice import EXTRACTIVE, provider_for
from ifmem.providers.contract import Provider
from ifmem.providers.extractive import Search
from ifmem.providers.spending import Purse

MODEL = "gemini:gemini-3.8-flash"
SERVER = "librarian_base_url"


def librarian_domain(name: str, instructions: str, config: Config) -> Domain:
    title = name.replace("-", " ").capitalize()
    return Domain(0, name, title, instructions, (), names_of(config)[0], config.librarian_tokens)


def names_of(config: Config) -> tuple[str, ...]:
    """The providers by name, in their order."""
    return config.librarian_providers or ((MODEL,) if "gemini" in config.keys else (EXTRACTIVE,))


def librarian_provider(domain: Domain, config: Config, search: Search, purse: Purse) -> Provider:
    """Raises IfmemError as `provider_for` does. No shard's settings hold for a librarian."""
    first, *behind = names_of(config)
    table: dict[str, Any] = {"provider": first, "failover": tuple(behind), "base_url": config.librarian_base_url}
    origins = {**config.origins, "shards": config.origins.get(SERVER, "")}  # who named the server that may get a key
    return provider_for(
        domain, replace(config, shards={**config.shards, domain.name: table}, origins=origins), search, purse
    )
