"""Completion bias: a reply that takes leave instead of answering. Known by how it begins, so that other text need not wait."""

from __future__ import annotations

LONGEST = 400  # characters: who writes more has said something
_OPENERS = (
    "all done",
    "all set",
    "all tasks",
    "done.",
    "done!",
    "glad i could help",
    "goodbye",
    "happy to help",
    "have a great",
    "i am done",
    "i have completed",
    "i have finished",
    "i've completed",
    "i've finished",
    "i'm done",
    "is there anything else",
    "let me know if",
    "my work here is",
    "session complete",
    "task complete",
    "thank you for",
    "that completes",
    "that concludes",
    "the session is",
    "the task is complete",
    "this completes",
    "this concludes",
    "you're welcome",
)


def may_be_sign_off(text: str) -> bool:
    """Whether a reply that begins with `text` may still turn out to be one."""
    said = _plain(text)
    return len(text) <= LONGEST and any(said.startswith(o) or o.startswith(said) for o in _OPENERS)


def is_sign_off(text: str) -> bool:
    """Whether a whole reply that cites nothing is a sign-off, or nothing at all."""
    said = _plain(text)
    return len(text) <= LONGEST and (not said or said.startswith(_OPENERS))


def _plain(text: str) -> str:
    return text.lstrip(" \t\r\n*#_").replace("’", "'").casefold()
