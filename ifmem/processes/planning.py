"""A plan's facts: what each shard holds and which model reads it. Nothing is asked of a model; loading is done if it was not yet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from ifmem import prompts
from ifmem.config import Config
from ifmem.core.domains import Domain
from ifmem.core.plan import Habits, Holding, Plan
from ifmem.core.tokens import estimate_tokens
from ifmem.errors import Exit, IfmemError
from ifmem.processes.launching import check_folder
from ifmem.processes.loading import count, load
from ifmem.processes.page_sizes import counted_sizing, model_of, sizing_of
from ifmem.providers.choice import setting
from ifmem.stores.page_files import read_manifest

OWN_TOKENS = 60  # what the provider adds to a shard's instructions, and the shape of a request


def make_plan(config: Config, questions_per_day: int, *, measure: bool, progress: Callable[[str], None]) -> Plan:
    """The plan for this many questions a day. `measure`: let the vendor count the pages, which is free but needs a key.

    Raises IfmemError for a folder or configuration that cannot be used, and for `measure` without a key.
    """
    domains = prompts.domains(config)
    if measure and "anthropic" not in config.keys and not any(_has_server(domain, config) for domain in domains):
        raise IfmemError(
            "the pages cannot be measured.",
            why="the vendor's token count is free, but asks for a key",
            fix="Set ANTHROPIC_API_KEY, or plan with estimates: ifmem plan",
            exit_code=Exit.CREDENTIALS,
        )
    if any(read_manifest(config.pages, domain.name) is None for domain in domains):
        check_folder(config)
    told = estimate_tokens(prompts.instructions("coordinator")) + OWN_TOKENS
    return Plan(
        holdings=tuple(_holding(domain, domains, config, measure, progress) for domain in domains),
        habits=replace(Habits(), questions_per_day=questions_per_day),
        synthesiser=config.coordinator_model if config.synthesis else "",
        synthesiser_instructions=told,
        kept_warm=config.keep_warm,
        budget_day_usd=config.budget_day_usd,
    )


def _holding(
    domain: Domain, domains: Sequence[Domain], config: Config, measure: bool, progress: Callable[[str], None]
) -> Holding:
    """Pages that are there are taken as they are: a set that runs may be answering from them."""

    def tell(text: str) -> None:
        progress(f"{domain.name}: {text}")

    sizing = counted_sizing(domain, config) if measure else sizing_of(domain, config)
    loaded = load(domain, domains, config, fresh=False, progress=tell, sizing=sizing)
    if measure:
        tell(f"counting {len(loaded.pages):,} pages")
        loaded = count(domain, config, loaded, sizing)
    model = model_of(domain, config)
    return Holding(
        shard=domain.name,
        model=model,
        ttl=setting(domain.name, config, "cache_ttl"),
        instructions=estimate_tokens(domain.instructions) + OWN_TOKENS,
        pages=tuple(page.tokens for page in loaded.pages),
        measured=bool(model) and loaded.manifest.counted_by == model,
    )


def _has_server(domain: Domain, config: Config) -> bool:
    return bool(setting(domain.name, config, "base_url"))
