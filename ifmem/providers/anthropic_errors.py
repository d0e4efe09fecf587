"""The vendor's errors: which are worth another attempt, how long to wait, and what a person is told."""

from __future__ import annotations

import difflib
from typing import Any

from tenacity import RetryCallState, wait_exponential_jitter

from ifmem.core.prices import MODELS
from ifmem.errors import Exit, IfmemError

_back_off = wait_exponential_jitter(max=8.0)


def is_passing(error: BaseException) -> bool:
    """Whether the same request may succeed later. A spend limit, a bad key or a bad request will not go away by asking again."""
    import anthropic

    if isinstance(error, anthropic.APIConnectionError):
        return True
    if not isinstance(error, anthropic.APIStatusError) or _is_spend_limit(error):
        return False
    return error.status_code in (408, 409, 429) or error.status_code >= 500


def wait_s(state: RetryCallState) -> float:
    """How long to wait before the next attempt: what the vendor asks for, else growing pauses with jitter."""
    error = state.outcome.exception() if state.outcome else None
    asked = _retry_after_s(error)
    return _back_off(state) if asked is None else asked


def explain(error: Exception, model: str, base_url: str) -> IfmemError:
    """What a person is told about a request that failed for good."""
    import anthropic

    if isinstance(error, anthropic.APITimeoutError):
        return IfmemError(
            f"{base_url} did not answer in time.", fix="Ask again, or with more patience: --timeout SECONDS"
        )
    if isinstance(error, anthropic.APIConnectionError):
        why = str(error.__cause__ or error)
        if "certificate" in why.lower():
            return IfmemError(
                f"the certificate of {base_url} is not accepted.",
                why=why,
                fix="Is this machine's clock right (date -u)? Does a proxy stand in between? Then ask again",
            )
        return IfmemError(f"cannot reach {base_url}.", why=why, fix="Check the network and the provider's base_url")
    # A server that does not know the path also says 404, but not in the vendor's form.
    if isinstance(error, anthropic.APIStatusError) and error.type:
        return _explain_status(error, model)
    return not_the_api(base_url)


def not_the_api(base_url: str) -> IfmemError:
    return IfmemError(
        f"{base_url} does not answer as a Messages API.",
        why="what it sent is not in the vendor's form",
        fix="Check the provider's base_url: it goes without /v1",
    )


def _explain_status(error: Any, model: str) -> IfmemError:
    why = f"the vendor says: {error.api_message or error.type} (HTTP {error.status_code})"
    if error.status_code == 401:
        fix = "Set a valid key in ANTHROPIC_API_KEY, then: ifmem down; ifmem up"
        return IfmemError("Anthropic refused the key.", why=why, fix=fix, exit_code=Exit.CREDENTIALS)
    if error.status_code == 403:
        fix = "Use a key of a workspace that has the model, or set another model"
        return IfmemError(f"the key may not use {model}.", why=why, fix=fix, exit_code=Exit.CREDENTIALS)
    if error.status_code == 404:
        near = difflib.get_close_matches(model, MODELS, n=3) or list(MODELS)
        return IfmemError(
            f"there is no model {model!r}.", why=why, fix=f"Set one of: {', '.join(near)}", exit_code=Exit.USAGE
        )
    if _is_spend_limit(error):
        return IfmemError(
            "the account's spend limit is reached.", why=why, fix="Raise it in the vendor's console, or wait"
        )
    if error.status_code == 413 or "prompt is too long" in why:
        return IfmemError(
            f"a page is too large for {model}.", why=why, fix="Set a smaller page_tokens, then: ifmem restart"
        )
    if error.status_code == 429:
        wait = _retry_after_s(error)
        later = f"Ask again in {wait:.0f} s" if wait is not None else "Ask again later"
        return IfmemError("the vendor's rate limit is reached.", why=why, fix=later)
    if error.status_code >= 500:
        return IfmemError("the vendor is in trouble.", why=why, fix="Ask again later")
    return IfmemError(f"the vendor refused the request to {model}.", why=why, fix="See what it was: ifmem logs")


def _is_spend_limit(error: Any) -> bool:
    """Limits that somebody has to raise: `enforced_spend_limit_reached` and its like. A ramp limit passes."""
    return error.status_code == 402 or str(error.error_code or "").endswith("spend_limit_reached")


def _retry_after_s(error: Any) -> float | None:
    response = getattr(error, "response", None)
    try:
        return max(0.0, float(response.headers["retry-after"])) if response is not None else None
    except (KeyError, ValueError):
        return None
