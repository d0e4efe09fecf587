"""Chunks and errors of generate_content in no vendor's terms. Fields that are not known are passed over, missing ones are unknown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ifmem.core.findings import Usage
from ifmem.providers.endpoint import Ended, Heard, Said, Used
from ifmem.providers.numbered_failures import UNREADABLE, Failed, seconds_to_wait

STOPS = {"STOP": "complete", "MAX_TOKENS": "truncated"}
REFUSALS = frozenset({"SAFETY", "RECITATION", "LANGUAGE", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII"})


class ReplyEvents:
    """The events of one reply. `begun`: a chunk of a reply has come."""

    def __init__(self) -> None:
        self.begun = False

    def of(self, chunk: Any) -> Iterator[Heard]:
        if blocked := _word(getattr(getattr(chunk, "prompt_feedback", None), "block_reason", None)):
            self.begun = True
            yield Ended("refused", blocked.lower())
        for candidate in _listed(chunk, "candidates")[:1]:
            self.begun = True
            yield Said("".join(_texts(getattr(candidate, "content", None))))
            reason = _word(getattr(candidate, "finish_reason", None))
            if reason in REFUSALS:
                yield Ended("refused", reason.lower())
            elif reason in STOPS:
                yield Ended(STOPS[reason])
        if (used := _used(getattr(chunk, "usage_metadata", None))) is not None:
            yield used


def failure_of(error: Exception, key: str) -> Failed:
    """What an error of the SDK or of its connection is, without the key."""
    import httpx2
    from google.genai import errors

    if not isinstance(error, errors.APIError):
        said = f"{type(error).__name__}: {error}".replace(key, "(the key)")
        foreign = isinstance(error, UNREADABLE) and not isinstance(error, httpx2.HTTPError)
        return Failed(said, timed_out=isinstance(error, httpx2.TimeoutException), foreign=foreign)
    status = error.code if isinstance(error.code, int) else 0
    details = _details(error)
    if not details and status in (400, 404, 405):
        return Failed(type(error).__name__, status, foreign=True)
    reasons = {str(one.get("reason")) for one in details.get("details", ()) if isinstance(one, Mapping)}
    return Failed(
        str(error.message or error.status).replace(key, "(the key)"),
        status,
        after_s=_retry_delay(details),
        spent=status == 429 and "PerDay" in str(details),
        bad_key="API_KEY_INVALID" in reasons,
    )


def _details(error: Any) -> Mapping[str, Any]:
    """The error as Google's servers give it: code, message, status and details; empty if it is not in that form."""
    found = error.details.get("error") if isinstance(error.details, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _retry_delay(details: Mapping[str, Any]) -> float | None:
    delays = (one.get("retryDelay") for one in details.get("details", ()) if isinstance(one, Mapping))
    return next((seconds_to_wait(delay) for delay in delays if delay), None)


def _used(usage: Any) -> Used | None:
    """Our token classes. The vendor's prompt count includes what was read from the cache, ours does not; thoughts are output."""
    prompt = _count(usage, "prompt_token_count")
    if prompt is None:
        return None
    read = _count(usage, "cached_content_token_count")
    output = (_count(usage, "candidates_token_count") or 0) + (_count(usage, "thoughts_token_count") or 0)
    return Used(Usage(max(0, prompt - (read or 0)), 0, read or 0, output), caches=True)


def _listed(part: Any, name: str) -> list[Any]:
    found = getattr(part, name, None)
    return found if isinstance(found, list) else []


def _count(usage: Any, name: str) -> int | None:
    count = getattr(usage, name, None)
    return count if isinstance(count, int) else None


def _texts(content: Any) -> Iterator[str]:
    """What is said, without what is only thought."""
    for part in _listed(content, "parts"):
        if isinstance(text := getattr(part, "text", None), str) and not getattr(part, "thought", None):
            yield text


def _word(value: Any) -> str:
    """An enumerated value as the vendor writes it."""
    return str(getattr(value, "value", value) or "")
