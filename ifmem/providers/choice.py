"""Which provider a shard's setting names, and with which model and settings.

`auto` is Claude where there is a key (or a server of one's own in `base_url`), and extractive where there is neither.
`anthropic:MODEL`, `openai:MODEL` and `gemini:MODEL` name vendor and model, `command:PROGRAM` an agent program.
`extractive` needs nothing. `python:package.module:name` is a provider of the user's own: a callable that is given the search and returns
an object of the contract.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, cast

from ifmem.config import Config
from ifmem.config.folders import FILE
from ifmem.core.domains import Domain
from ifmem.errors import Exit, IfmemError
from ifmem.providers.anthropic import Anthropic
from ifmem.providers.anthropic_settings import VENDOR, Settings
from ifmem.providers.command import Command, command_in
from ifmem.providers.contract import Provider
from ifmem.providers.extractive import Extractive, Search
from ifmem.providers.failover import Failover, Unavailable
from ifmem.providers.gemini import GOOGLE, Gemini
from ifmem.providers.numbered_anthropic import NumberedAnthropic, is_numbered
from ifmem.providers.numbered_failures import is_installed
from ifmem.providers.numbered_settings import ServerSettings, own_rates
from ifmem.providers.openai_compatible import OPENAI, OpenAICompatible
from ifmem.providers.spending import Purse, Unlimited

EXTRACTIVE = "extractive"
COMMAND = "command"
OF_ONE_VENDOR = frozenset({"model", "base_url", "effort", "thinking", "cache_ttl", "citations", "price"})
NO_KEY = "none"  # what a server that asks for no key is given
SDKS = {"anthropic": "anthropic", "openai": "openai", "gemini": "google.genai"}  # the package behind a vendor


def provider_for(domain: Domain, config: Config, search: Search, purse: Purse) -> Provider:
    """The provider of a shard, with those behind it that answer when it cannot (`failover`).

    Raises IfmemError for a name that is no provider, a vendor without a key, a setting it does not take.
    """
    first, behind = chosen(domain, config), tuple(setting(domain.name, config, "failover"))
    if not behind:
        return _provider(first, domain, config, search, purse)
    others = _without_server(domain.name, config)
    tried = [_tried(first, domain, config, search, purse)]
    return Failover([*tried, *(_tried(name, domain, others, search, purse) for name in behind)])


def _without_server(shard: str, config: Config) -> Config:
    """What a shard's table says of one vendor's server and model is not said of another's, and that server gets no other key."""
    table = {key: value for key, value in config.shards.get(shard, {}).items() if key not in OF_ONE_VENDOR}
    return replace(config, shards={**config.shards, shard: table})


def listing(domain: Domain, config: Config) -> OpenAICompatible | Gemini | None:
    """The domain's provider, if its server tells for nothing which models it has; Claude's tells more (`anthropic_models.look_up`)."""
    vendor, _, model = chosen(domain, config).partition(":")
    if vendor == "openai":
        return _openai(domain, config, model, Unlimited())
    return _gemini(domain, config, model, Unlimited()) if vendor == "gemini" else None


def _tried(name: str, domain: Domain, config: Config, search: Search, purse: Purse) -> Provider:
    """The provider, or what says why there is none: the next one answers then. A name that is no provider is always an error."""
    try:
        return _provider(name, domain, config, search, purse)
    except IfmemError as error:
        if name.partition(":")[0] not in (*_VENDORS, "python", COMMAND):
            raise
        return Unavailable(name, error)


def _provider(name: str, domain: Domain, config: Config, search: Search, purse: Purse) -> Provider:
    vendor, _, rest = name.partition(":")
    if name == EXTRACTIVE:
        return Extractive(search)
    if vendor == "python":
        return _own(name, search)
    if vendor == COMMAND:
        return _command(rest, config, purse)
    if make := _VENDORS.get(vendor):
        return make(domain, config, rest, purse)
    raise IfmemError(
        f"{name!r} is not a provider.",
        why=f"known are: auto, {EXTRACTIVE}, {', '.join(f'{one}:MODEL' for one in _VENDORS)}, "
        f"python:package.module:name, {COMMAND}:PROGRAM",
        fix='Set provider = "auto" for the shard in ifmem.toml',
        exit_code=Exit.USAGE,
    )


def chosen(domain: Domain, config: Config) -> str:
    """The provider's name once `auto` is resolved."""
    name = domain.provider if domain.provider != "auto" else config.provider
    if name != "auto":
        return name
    return "anthropic" if "anthropic" in config.keys or setting(domain.name, config, "base_url") else EXTRACTIVE


def sdks_of(domains: Iterable[Domain], config: Config, others: Iterable[str] = ()) -> set[str]:
    """The packages worth importing before processes are forked: importing one in a process that serves stops its beat. `others` are
    providers that no shard names."""
    behind = [
        name for domain in domains for name in (chosen(domain, config), *setting(domain.name, config, "failover"))
    ]
    named = {SDKS.get(name.partition(":")[0], "") for name in (*behind, *others)}
    return {package for package in named if package and is_installed(package)}


def setting(shard: str, config: Config, name: str) -> Any:
    """What a shard's own table says, else the setting for all."""
    return config.shards.get(shard, {}).get(name, getattr(config, name))


def settings_for(shard: str, config: Config, model: str = "") -> Settings:
    """How a shard's model is asked. Raises IfmemError (exit code 2) for what the model does not accept."""
    return Settings(
        model=model or setting(shard, config, "model"),
        effort=setting(shard, config, "effort"),
        thinking=setting(shard, config, "thinking"),
        ttl=setting(shard, config, "cache_ttl"),
        base_url=setting(shard, config, "base_url") or VENDOR,
    )


def key_for(vendor: str, shard: str, config: Config) -> str:
    """The vendor's key, for the server that the shard is to ask.

    A server that only the folder's own file names is not given the person's key: who can write that file must not get it. Raises
    IfmemError (exit code 4) if there is no key and it is the vendor's own server that is asked.
    """
    elsewhere, origin = _server_of(vendor, shard, config)
    if elsewhere and origin == str(config.folder / FILE):
        return NO_KEY
    if key := config.keys.get(vendor):
        return key.value
    if elsewhere:
        return NO_KEY
    raise IfmemError(
        f"there is no key for {vendor}.",
        why="a shard's provider names it, and the environment holds none",
        fix=f'Set {vendor.upper()}_API_KEY (or {vendor.upper()}_API_KEY_FILE), or provider = "auto"',
        exit_code=Exit.CREDENTIALS,
    )


def _server_of(vendor: str, shard: str, config: Config) -> tuple[str, str]:
    """The address that was set for the shard ("": the vendor's own) and which file or variable set it. `base_url` for all is Claude's."""
    if own := config.shards.get(shard, {}).get("base_url"):
        return own, config.origins.get("shards", "")
    if vendor == "anthropic":
        return config.base_url, config.origins.get("base_url", "")
    return "", ""


def _server_settings(vendor: str, home: str, shard: str, config: Config, model: str) -> ServerSettings:
    own = config.shards.get(shard, {})
    base_url = _server_of(vendor, shard, config)[0] or home
    price = own.get("price", {})
    rates = own_rates(price) if "price" in own else None
    model = model or own.get("model", "")
    return ServerSettings(model, base_url, own.get("effort", ""), rates, price.get("cache_storage"))


def _anthropic(domain: Domain, config: Config, model: str, purse: Purse) -> Provider:
    key, settings = key_for("anthropic", domain.name, config), settings_for(domain.name, config, model)
    if is_numbered(setting(domain.name, config, "citations"), settings.base_url):
        server = _server_settings("anthropic", VENDOR, domain.name, config, settings.model)
        return NumberedAnthropic(key, settings, server, purse)
    return Anthropic(key, settings, purse, keep_warm=config.keep_warm)


def _openai(domain: Domain, config: Config, model: str, purse: Purse) -> OpenAICompatible:
    settings = _server_settings("openai", OPENAI, domain.name, config, model)
    return OpenAICompatible(key_for("openai", domain.name, config), settings, purse)


def _gemini(domain: Domain, config: Config, model: str, purse: Purse) -> Gemini:
    settings = _server_settings("gemini", GOOGLE, domain.name, config, model)
    return Gemini(key_for("gemini", domain.name, config), settings, purse)


def _command(line: str, config: Config, purse: Purse) -> Provider:
    return Command(command_in(line), config, purse)


def _own(name: str, search: Search) -> Provider:
    module, _, attribute = name.removeprefix("python:").partition(":")
    try:
        make = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise IfmemError(
            f"cannot import the provider {name!r}.",
            why=str(error),
            fix="Name it as python:package.module:name, and let PYTHONPATH lead to the package",
            exit_code=Exit.USAGE,
        ) from None
    return cast(Provider, make(search))


_VENDORS: dict[str, Callable[[Domain, Config, str, Purse], Provider]] = {
    "anthropic": _anthropic,
    "openai": _openai,
    "gemini": _gemini,
}
