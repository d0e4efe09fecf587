"""Which provider a shard's setting names.

`auto` and `extractive` need no key. `python:package.module:name` is a provider of the user's own: a callable that is given the search
and returns an object of the contract.
"""

from __future__ import annotations

import importlib
from typing import cast

from ifmem.errors import Exit, IfmemError
from ifmem.providers.contract import Provider
from ifmem.providers.extractive import Extractive, Search


def provider_named(name: str, search: Search) -> Provider:
    """Raises IfmemError for a name that is no provider."""
    if name in ("auto", "extractive"):
        return Extractive(search)
    if name.startswith("python:"):
        return _own(name, search)
    raise IfmemError(
        f"{name!r} is not a provider.",
        why="known are: auto, extractive, python:package.module:name",
        fix='Set provider = "auto" for the shard in ifmem.toml',
        exit_code=Exit.USAGE,
    )


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
