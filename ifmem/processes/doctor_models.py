"""Whether the models that are to answer can be reached: asked only when somebody wants to know, and free."""

from __future__ import annotations

import difflib

from ifmem import prompts
from ifmem.config import Config
from ifmem.core.checkup import NOTE, OK, SKIPPED, Check
from ifmem.core.domains import Domain
from ifmem.errors import Exit, IfmemError
from ifmem.processes.page_sizes import model_of
from ifmem.providers.choice import EXTRACTIVE, chosen, key_for, listing, settings_for

ANTHROPIC = "anthropic"
NOBODY = "nobody answers"
WORTH_KNOWING = (NOBODY, "deprecated")


async def model(config: Config, *, online: bool) -> Check:
    """What the vendor says of each model that a shard names. Raises IfmemError for the first that cannot be used."""
    domains = prompts.domains(config)
    vendors = {domain.name: chosen(domain, config).partition(":")[0] for domain in domains}
    asked = sorted({*vendors.values()} - {EXTRACTIVE})
    if not asked:
        return Check("model", OK, "none is asked: the shards are extractive")
    if not online:
        return Check("model", SKIPPED, f"not asked: {', '.join(asked)}", fix="ifmem doctor --online")
    said: dict[str, str] = {}
    silent: set[str] = set()  # vendors that can only be asked with a question
    for domain in domains:
        if vendors[domain.name] == ANTHROPIC:
            said |= await _of_anthropic(domain, config)
        elif vendors[domain.name] != EXTRACTIVE:
            listed = await _of_list(domain, config)
            said |= listed
            silent |= set() if listed else {vendors[domain.name]}
    told = ", ".join(f"{name}: {words}" for name, words in said.items())
    if silent or any(words in WORTH_KNOWING for words in said.values()):
        means = "; ".join(
            filter(None, (told, *(f"{vendor} cannot be asked without cost" for vendor in sorted(silent))))
        )
        return Check("model", NOTE, told or "not asked", means, "Ask it something: ifmem ask QUESTION")
    return Check("model", OK, told)


async def _of_anthropic(domain: Domain, config: Config) -> dict[str, str]:
    from ifmem.providers.anthropic_models import look_up

    name = model_of(domain, config)
    facts = await look_up(key_for(ANTHROPIC, domain.name, config), settings_for(domain.name, config, name))
    return {name: (facts.lifecycle or "there") if facts else NOBODY}


async def _of_list(domain: Domain, config: Config) -> dict[str, str]:
    """What the list of models says of the domain's; nothing where nobody has such a list."""
    provider = listing(domain, config)
    if provider is None:
        return {}
    try:
        models = await provider.models()
    finally:
        await provider.close()
    if models and provider.model not in models:
        near = difflib.get_close_matches(provider.model, models, n=3) or models[:3]
        raise IfmemError(
            f"there is no model {provider.model!r}.",
            why=f"it is none of the {len(models)} that its server lists",
            fix=f"Set one of: {', '.join(near)}",
            exit_code=Exit.USAGE,
        )
    return {provider.model: "there" if models else "its server answers, and lists no models"}
