"""Sessions of agents as text to remember: who said what and when, one heading for each utterance. Pure.

Every heading carries the day, so that a question about the session of a day finds any part of it. What people and models said is kept
whole; what tools were given and gave back is shortened in the middle, and says so.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ifmem.core.notes import in_calendar, moment

TOOL_HEAD_CHARACTERS = 1_500
TOOL_TAIL_CHARACTERS = 1_000
DATE = re.compile(r"(?<!\d)\d{4}-\d\d-\d\d(?!\d)")
TOOLS = frozenset({"tool call", "tool output"})


@dataclass(frozen=True)
class Utterance:
    """`who` is `user`, `assistant`, `system`, `tool call` or `tool output`, or a part of a session such as `subagent`. `at`: epoch
    seconds, 0 where the transcript does not say."""

    who: str
    text: str
    at: float = 0.0


@dataclass(frozen=True)
class Session:
    """`id` is the agent's own name for it, empty where the transcript has none. `not_kept` counts what was not taken over, by kind."""

    agent: str
    utterances: tuple[Utterance, ...]
    id: str = ""
    title: str = ""
    not_kept: dict[str, int] = field(default_factory=dict)

    def began_at(self, otherwise: float) -> float:
        """When the first utterance with a time was made; `otherwise` if none has one."""
        return min((one.at for one in self.utterances if one.at), default=otherwise)


def day(epoch: float) -> str:
    return in_calendar(epoch, "%Y-%m-%d")


def date_in(text: str) -> float:
    """The first day that `text` names, as `2025-11-19`, in epoch seconds (UTC); 0 if it names none."""
    for found in DATE.finditer(text):
        with contextlib.suppress(ValueError):
            return datetime.strptime(found[0], "%Y-%m-%d").replace(tzinfo=UTC).timestamp()
    return 0.0


def parts(session: Session, source: str, digest: str, otherwise: float, max_bytes: int) -> list[str]:
    """The session as one text, or, above `max_bytes` of UTF-8, as several cut between utterances. A longer utterance stays whole.

    `source` names the transcript's file, `digest` is its sha256, `otherwise` the time to give it if it has none of its own.
    """
    began_at = session.began_at(otherwise)
    head = _head(session, source, digest, began_at)
    texts, blocks, size = list[str](), list[str](), len(head.encode())
    for utterance in session.utterances:
        block = "\n" + _block(utterance, source, began_at)
        if blocks and size + len(block.encode()) > max_bytes:
            texts.append(head + "".join(blocks))
            head = _continued(session, began_at, len(texts) + 1)
            blocks, size = [], len(head.encode())
        blocks.append(block)
        size += len(block.encode())
    return [*texts, head + "".join(blocks)]


def _head(session: Session, source: str, digest: str, began_at: float) -> str:
    last = max((one.at for one in session.utterances), default=0.0)
    said = len(session.utterances)
    span = f"{moment(began_at)} to {moment(last)}" if last > began_at else moment(began_at)
    lines = [
        f"# {session.agent} session of {moment(began_at)}" + (f": {session.title}" if session.title else ""),
        "",
        f"{said} utterance{'s' * (said != 1)}, {span}. Remembered from {source}, sha256 {digest}.",
    ]
    if session.not_kept:
        kinds = ", ".join(f"{kind} ({count})" for kind, count in sorted(session.not_kept.items()))
        lines.append(f"Of the transcript these are not kept: {kinds}.")
    return "\n".join(lines) + "\n"


def _continued(session: Session, began_at: float, part: int) -> str:
    return f"# {session.agent} session of {moment(began_at)}, part {part}\n"


def _block(utterance: Utterance, source: str, began_at: float) -> str:
    when = moment(utterance.at) if utterance.at else f"in the session of {day(began_at)}"
    text = utterance.text.strip()
    if utterance.who in TOOLS:
        text = "\n".join(_shortened(text, source))
    return f"## {utterance.who}, {when}\n\n{text}\n"


def _shortened(text: str, source: str) -> Iterator[str]:
    """Beginning and end of what a tool was given or gave back; a text only a little longer than that stays whole."""
    left_out = len(text) - TOOL_HEAD_CHARACTERS - TOOL_TAIL_CHARACTERS
    if left_out <= 200:
        yield text
        return
    yield text[:TOOL_HEAD_CHARACTERS]
    yield f"[shortened: {left_out:,} characters are left out here; all of it is in {source}]"
    yield text[-TOOL_TAIL_CHARACTERS:]
