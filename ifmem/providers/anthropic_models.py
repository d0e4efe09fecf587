"""What the vendor says of a model and of a prompt before anything is asked: the Models API, and its own token count. Both are free."""

from __future__ import annotations

import asyncio
import difflib
import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from ifmem.core.pages import Page
from ifmem.core.prices import MODELS
from ifmem.errors import Exit, IfmemError
from ifmem.providers.anthropic_errors import explain, is_passing, not_the_api
from ifmem.providers.anthropic_prompt import lay_out_page
from ifmem.providers.anthropic_settings import Settings

log = logging.getLogger("ifmem")
PATIENCE_S = 10.0
AT_ONCE = 4  # pages counted at the same time
UNSAID = "?"  # stands for the question, which a prompt needs


@dataclass(frozen=True)
class ModelFacts:
    """A model as its vendor describes it; None for what a compatible server leaves out. `lifecycle` is `active`, `deprecated` or
    `retired`."""

    id: str
    display_name: str | None = None
    max_input_tokens: int | None = None
    max_tokens: int | None = None
    lifecycle: str | None = None
    citations: bool | None = None


async def look_up(api_key: str, settings: Settings) -> ModelFacts | None:
    """What is known of the settings' model; None if nobody answers now, or a server of one's own has no Models API.

    Raises IfmemError for what waiting will not mend: a refused key, a model that does not exist, an address that is no such server.
    """
    import anthropic

    async with _connected(api_key, settings) as client:
        try:
            said = await client.models.retrieve(settings.model)
        except anthropic.NotFoundError as error:
            if not error.type:
                return None
            told = _no_such_model(settings.model, await _listed(client))
        except anthropic.APIError as error:
            if is_passing(error):
                log.info("%s says nothing of %s for now: %s", settings.base_url, settings.model, type(error).__name__)
                return None
            told = explain(error, settings.model, settings.base_url)
        else:
            if not _text(said, "id"):
                raise not_the_api(settings.base_url)
            return _facts(settings.model, said)
    told.why = told.why.replace(api_key, "(the key)")
    raise told  # out here, as the SDK's error holds the request with its headers


async def count_pages(api_key: str, settings: Settings, pages: Sequence[Page]) -> tuple[int, ...] | None:
    """What each page adds to a prompt, as the vendor counts; None if it does not count them now."""
    import anthropic

    turns = asyncio.Semaphore(AT_ONCE)
    async with _connected(api_key, settings) as client:

        async def count(page: Page | None) -> int:
            async with turns:
                counted = await client.messages.count_tokens(**_prompt(settings, page))
            if not isinstance(tokens := getattr(counted, "input_tokens", None), int):
                raise not_the_api(settings.base_url)
            return tokens

        try:
            without, *counts = await asyncio.gather(*map(count, (None, *pages)))
        except (anthropic.APIError, IfmemError) as error:
            log.warning("%s does not count tokens: %s", settings.base_url, type(error).__name__)
            return None
    return tuple(tokens - without for tokens in counts)


def _prompt(settings: Settings, page: Page | None) -> dict[str, Any]:
    """What is counted: the page as it is sent with a question, or nothing in its place."""
    blocks = lay_out_page(page, settings.ttl).blocks if page else ()
    asked = {name: value for name, value in settings.fields(0).items() if name != "max_tokens"}
    return {**asked, "messages": [{"role": "user", "content": [*blocks, {"type": "text", "text": UNSAID}]}]}


@asynccontextmanager
async def _connected(api_key: str, settings: Settings) -> AsyncGenerator[Any, None]:
    import anthropic

    client = anthropic.AsyncAnthropic(
        api_key=api_key, base_url=settings.base_url, max_retries=0, timeout=PATIENCE_S, open_telemetry=False
    )
    async with client:
        yield client


async def _listed(client: Any) -> list[str]:
    """The ids that the key can use; empty if they cannot be had."""
    import anthropic

    try:
        return [model.id async for model in client.models.list(limit=100)]
    except anthropic.APIError:
        return []


def _no_such_model(model: str, known: Sequence[str]) -> IfmemError:
    names = list(known) or list(MODELS)
    near = difflib.get_close_matches(model, names, n=3, cutoff=0.5) or names[:5]
    return IfmemError(
        f"there is no model {model!r}.",
        why="the vendor does not know it, or the key may not use it",
        fix=f"Set one of: {', '.join(near)}",
        exit_code=Exit.USAGE,
    )


def _facts(model: str, said: Any) -> ModelFacts:
    cites = getattr(getattr(getattr(said, "capabilities", None), "citations", None), "supported", None)
    return ModelFacts(
        id=_text(said, "id") or model,
        display_name=_text(said, "display_name"),
        max_input_tokens=_size(said, "max_input_tokens"),
        max_tokens=_size(said, "max_tokens"),
        lifecycle=_text(said, "lifecycle"),
        citations=cites if isinstance(cites, bool) else None,
    )


def _text(said: Any, name: str) -> str | None:
    value = getattr(said, name, None)
    return value if isinstance(value, str) and value else None


def _size(said: Any, name: str) -> int | None:
    value = getattr(said, name, None)
    return value if isinstance(value, int) and value > 0 else None
