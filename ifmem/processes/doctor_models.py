"""Whether the models that are to answer can be reached: asked only when somebody wants to know, and free."""

from __future__ import annotations

from ifmem import prompts
from ifmem.config import Config
from ifmem.core.checkup import NOTE, OK, SKIPPED, Check
from ifmem.processes.page_sizes import model_of
from ifmem.providers.choice import EXTRACTIVE, chosen, key_for, settings_for

ANTHROPIC = "anthropic"


async def model(config: Config, *, online: bool) -> Check:
    """What the vendor says of each model that a shard names. Raises IfmemError for the first that cannot be used."""
    asked = {d.name: chosen(d, config).partition(":")[0] for d in prompts.domains(config)}
    if set(asked.values()) == {EXTRACTIVE}:
        return Check("model", OK, "none is asked: the shards are extractive")
    if not online:
        return Check(
            "model", SKIPPED, f"not asked: {', '.join(sorted(set(asked.values())))}", fix="ifmem doctor --online"
        )
    from ifmem.providers.anthropic_models import look_up

    said: dict[str, str] = {}
    for domain in prompts.domains(config):
        if asked[domain.name] == ANTHROPIC:
            name = model_of(domain, config)
            key, settings = key_for(ANTHROPIC, domain.name, config), settings_for(domain.name, config, name)
            facts = await look_up(key, settings)
            said[name] = (facts.lifecycle or "there") if facts else "nobody answers"
    told = ", ".join(f"{name}: {words}" for name, words in said.items())
    others = sorted(set(asked.values()) - {ANTHROPIC, EXTRACTIVE})
    if "nobody answers" in said.values() or "deprecated" in said.values() or others:
        means = "; ".join([told, *(f"{vendor} cannot be asked without cost" for vendor in others)])
        return Check("model", NOTE, told or "not asked", means)
    return Check("model", OK, told)
