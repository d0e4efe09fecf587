"""`ifmem remember`: what agents said and did in earlier sessions, kept as history."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from ifmem.cli.session import Session
from ifmem.cli.text import one_line, plural

if TYPE_CHECKING:
    from ifmem.stores.sessions import Remembered

EXAMPLES = """
ifmem remember ~/.claude/projects/*/*.jsonl
ifmem remember ~/.codex/sessions/2026/11/21/rollout-*.jsonl
ifmem remember meeting-notes.md
"""


def command(
    ctx: typer.Context,
    transcripts: Annotated[
        list[str], typer.Argument(metavar="TRANSCRIPT...", help="Files: JSON lines, JSON, Markdown.")
    ],
) -> None:
    """Reads the transcripts of Claude Code, Codex and Gemini CLI, ChatGPT's export, lists of messages with role and content, and
    Markdown. The same transcript is kept once, one that has grown is replaced. What people and models said is kept whole; long inputs
    and outputs of tools are shortened, which the text says where it happens. Transcripts may hold secrets: look before you remember
    one, since where a model answers, it gets to see them.
    """
    session: Session = ctx.obj
    with session.memory() as memory:
        kept, read_by = memory.remember(transcripts)
    if session.as_json:
        session.screen.json({"schema": 1, "sessions": [asdict(one) for one in kept], "read_by": list(read_by)})
        return
    for one in kept:
        session.screen.data(_line(one))
    states = Counter(one.state for one in kept)
    known = f"; read by {', '.join(read_by)}" if read_by else ""
    said = ", ".join(f"{count} {state}" for state, count in states.items())
    session.screen.note(f'{plural(len(kept), "session")}: {said}{known}. Ask: ifmem ask --shard history "…"')


def _line(one: Remembered) -> str:
    told = plural(one.utterances, "utterance")
    return "  ".join(map(one_line, (one.state, one.day, one.agent, told, ", ".join(one.paths), f"from {one.source}")))
