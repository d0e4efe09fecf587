"""A conversation as the messages of a request: earlier questions and answers as proper turns, oldest first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ifmem.core.queries import Turn

Block = dict[str, Any]


def turns(
    history: Sequence[Turn], question: str, *, opening: Sequence[Block] = (), closing: Sequence[Block] = ()
) -> list[dict[str, Any]]:
    """The messages of `question` after its history.

    `opening` blocks stand in front of everything and stay where they are however long the conversation gets: that is what the
    vendor caches. `closing` blocks belong to this question alone and stand right before it.
    """
    messages: list[dict[str, Any]] = []
    for turn in history:
        messages += [_message("user", turn.question), _message("assistant", turn.answer)]
    messages.append({"role": "user", "content": [*closing, _text(question)]})
    messages[0]["content"] = [*opening, *messages[0]["content"]]
    return messages


def _message(role: str, text: str) -> dict[str, Any]:
    return {"role": role, "content": [_text(text)]}


def _text(text: str) -> Block:
    return {"type": "text", "text": text}
