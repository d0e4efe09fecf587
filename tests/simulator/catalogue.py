"""The models this vendor serves: their windows, and what its Models API says of them. Behaviour and prices are `core.prices`'."""

from __future__ import annotations

import math
from typing import Any

from ifmem.core.prices import MODELS, Behaviour, model_named

EFFORTS = ("low", "medium", "high", "xhigh", "max")
THINKING = ("adaptive", "between_tools", "disabled", "enabled")
WINDOWS = {"claude-haiku-4-5": (200_000, 64_000), "claude-sonnet-4-5": (200_000, 64_000)}
LARGE = (1_000_000, 128_000)


def window(model: str) -> tuple[int, int]:
    """The most input and output tokens of a model."""
    return next((size for name, size in WINDOWS.items() if model.startswith(name)), LARGE)


def tokens_of(text: str, model: str) -> int:
    """How many tokens this vendor counts: by rule of thumb, but always the same."""
    row = model_named(model)
    return math.ceil(len(text) / (2.5 if row is None or row.new_tokenizer else 3.4))


def listed() -> list[dict[str, Any]]:
    return [model_info(name) for name in MODELS]


def model_info(model: str) -> dict[str, Any]:
    """What `GET /v1/models/{id}` says."""
    row = model_named(model)
    most_input, most_output = window(model)
    return {
        "type": "model",
        "id": model,
        "display_name": model.replace("-", " ").title(),
        "created_at": "2026-01-01T00:00:00Z",
        "line": model.split("-")[1],
        "lifecycle": "active",
        "max_input_tokens": most_input,
        "max_tokens": most_output,
        "capabilities": _capabilities(row.behaviour if row else None),
    }


def _capabilities(behaviour: Behaviour | None) -> dict[str, Any]:
    efforts = behaviour.efforts if behaviour else ()
    types = behaviour.thinking if behaviour else ()
    return {
        "citations": {"supported": True},
        "effort": {"supported": bool(efforts), **{effort: {"supported": effort in efforts} for effort in EFFORTS}},
        "thinking": {"supported": bool(types), "types": {kind: {"supported": kind in types} for kind in THINKING}},
    }
