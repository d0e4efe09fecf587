"""Which model makes one answer of several findings."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from ifmem.config import Config
from ifmem.core.domains import Domain
from ifmem.core.passages import Hit
from ifmem.errors import IfmemError
from ifmem.providers.choice import key_for, provider_for, settings_for
from ifmem.providers.contract import Synthesiser
from ifmem.providers.spending import Purse

EVERYWHERE = ""  # no shard's table: the coordinator is asked by the settings for all


def synthesiser_for(config: Config, purse: Purse, model: str = "") -> Synthesiser:
    """The synthesiser for `model`, or the one configured: a Claude model, or `VENDOR:MODEL`.

    Raises IfmemError if it cannot be asked. Findings are cited natively where the server can, else as the documents of a page.
    """
    named = model or config.coordinator_model
    provider = named if ":" in named else f"anthropic:{named}"
    vendor, _, name = provider.partition(":")
    if vendor == "anthropic" and not config.base_url and vendor not in config.keys:
        raise IfmemError(
            "there is no key for anthropic, whose model would make one answer of them.",
            why="synthesis = false turns this note off",
            fix="Set ANTHROPIC_API_KEY, or synthesis = false",
        )
    if vendor == "anthropic" and (config.citations == "native" or (config.citations == "auto" and not config.base_url)):
        from ifmem.providers.anthropic_synthesis import AnthropicSynthesiser

        return AnthropicSynthesiser(key_for(vendor, EVERYWHERE, config), settings_for(EVERYWHERE, config, name), purse)
    from ifmem.providers.synthesis_by_page import ByPage, ForSynthesis

    domain = Domain(0, EVERYWHERE, "coordinator", "", (), provider)
    return ByPage(provider_for(domain, config, _no_search, ForSynthesis(purse)))


def _no_search(weights: Mapping[str, float], *, limit: int, pages: Collection[str] | None = None) -> Sequence[Hit]:
    """There is no index of findings."""
    return ()
