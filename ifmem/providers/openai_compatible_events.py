"""Chunks and errors of chat completions in no vendor's terms. Fields that are not known are passed over, missing ones are unknown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ifmem.core.findings import Usage
from ifmem.providers.endpoint import Ended, Heard, Said, Used
from ifmem.providers.numbered_failures import IN_THE_STREAM, UNREADABLE, Failed, seconds_to_wait

STOPS = {"length": "truncated", "content_filter": "refused"}
SPENT = ("insufficient_quota", "billing_hard_limit_reached", "billing_not_active")


class ReplyEvents:
    """The events of one reply. `begun`: a chunk of a chat completion has come."""

    def __init__(self) -> None:
        self.begun = False
        self._refused = False

    def of(self, chunk: Any) -> Iterator[Heard]:
        choices = getattr(chunk, "choices", None)
        for choice in choices[:1] if isinstance(choices, list) else ():
            self.begun = True
            delta = getattr(choice, "delta", None)
            refusal = _text(delta, "refusal")
            self._refused = self._refused or bool(refusal)
            yield Said(_text(delta, "content") + refusal)
            if reason := _text(choice, "finish_reason"):
                stop = "refused" if self._refused else STOPS.get(reason, "complete")
                yield Ended(stop, reason if stop == "refused" else "")
        if (used := _used(getattr(chunk, "usage", None))) is not None:
            yield used


def failure_of(error: Exception, key: str) -> Failed:
    """What an error of the SDK is, without the key."""
    import openai

    said = str(error.__cause__ or error).replace(key, "(the key)")
    if isinstance(error, UNREADABLE):
        return Failed(said, foreign=True)
    if isinstance(error, openai.APITimeoutError):
        return Failed(said, timed_out=True)
    if isinstance(error, openai.APIError) and not isinstance(error, openai.APIConnectionError | openai.APIStatusError):
        return Failed(said, IN_THE_STREAM)
    if not isinstance(error, openai.APIStatusError):
        return Failed(said)
    body = error.body if isinstance(error.body, Mapping) else {}
    message = body.get("message")
    if not isinstance(message, str) and error.status_code in (400, 404, 405):
        return Failed(said, error.status_code, foreign=True)
    return Failed(
        message.replace(key, "(the key)") if isinstance(message, str) else type(error).__name__,
        error.status_code,
        after_s=seconds_to_wait(error.response.headers.get("retry-after")),
        spent=error.status_code == 402 or error.code in SPENT or error.type in SPENT,
    )


def _used(usage: Any) -> Used | None:
    """Our token classes. OpenAI's and DeepSeek's `prompt_tokens` include what was read from the cache, ours do not."""
    prompt, output = _count(usage, "prompt_tokens"), _count(usage, "completion_tokens")
    if prompt is None:
        return None
    details = getattr(usage, "prompt_tokens_details", None)
    read = _count(details, "cached_tokens")
    if read is None:
        read = _count(usage, "prompt_cache_hit_tokens")
    written = _count(details, "cache_write_tokens") or 0
    plain = max(0, prompt - (read or 0) - written)
    return Used(Usage(plain, written, read or 0, output or 0), caches=read is not None)


def _count(usage: Any, name: str) -> int | None:
    count = getattr(usage, name, None)
    return count if isinstance(count, int) else None


def _text(part: Any, name: str) -> str:
    text = getattr(part, name, None)
    return text if isinstance(text, str) else ""
