"""A Status as a person sees it: one line about the set, the table of its processes, and under it why and what to do."""

from __future__ import annotations

import textwrap
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from rich.text import Text

from ifmem.cli.table import Column, layout
from ifmem.cli.text import count, dollars, duration, latency, one_line, plural
from ifmem.core.lifecycle import BUSY, FAILED, LOST, READY, SERVING, STALLED, TOO_SLOW, UNREACHABLE
from ifmem.core.status import ProcessStatus, Status

STYLES = {READY: "green", BUSY: "cyan", **dict.fromkeys((FAILED, LOST, STALLED, TOO_SLOW, UNREACHABLE, "dead"), "red")}
ON_THE_WAY = "yellow"
NOTHING = "-"


def render(status: Status, width: int, *, wide: bool = False) -> list[Text]:
    """The lines for a terminal `width` columns wide: shards, librarians, and whatever is not ready. `wide` adds columns, and all other
    processes."""
    others = [p for p in status.processes if wide or p.state not in SERVING or p.quota is not None]
    shown = (*status.shards, *others)
    whole = headline(status)
    fitting = whole if len(whole) <= width else headline(status, tokens=False)
    lines = [Text(line) for line in textwrap.wrap(fitting, width)]
    if shown:
        lines += [Text(), *layout(_columns(shown, wide), width)]
    return lines + _remarks(status, shown, width)


def headline(status: Status, *, tokens: bool = True) -> str:
    parts = ["ifmem " + ("up" if status.state == READY else status.state)]
    if status.since:
        parts[0] += f" {duration(time.time() - status.since)}"
    if (ping := status.bus.get("ms")) is not None:
        parts.append(f"{'valkey' if status.bus.get('embedded') else 'redis'} {ping:.1f} ms")
    accessible = sum(shard.tokens for shard in status.shards if shard.state in SERVING)
    if tokens and accessible:
        parts.append(f"{count(accessible)} tokens")
    parts.append(plural(status.findings, "finding"))
    parts.append(f"today {plural(status.asks_today, 'ask')}, {dollars(status.spent_today_usd)}")
    if status.dead:
        parts.append(f"{plural(status.dead, 'question')} given up")
    return " · ".join(parts)


def state(process: ProcessStatus) -> str:
    """The state as one word, and for how long it has been busy."""
    if process.state in SERVING and process.in_flight:
        return f"{BUSY} {duration(process.busy_s)}"
    return process.state


def style(process: ProcessStatus) -> str:
    return STYLES.get(state(process).split()[0], ON_THE_WAY)


def _context(process: ProcessStatus) -> str:
    if not process.capacity:
        return count(process.tokens) if process.tokens else NOTHING
    return f"{count(process.tokens)} {process.tokens / process.capacity:>3.0%}"


def _optional(value: float | None, form: Callable[[float], str]) -> str:
    return NOTHING if value is None else form(value)


class _Form(NamedTuple):
    title: str
    rank: int
    right: bool
    cell: Callable[[ProcessStatus], str]


FORMS = (
    _Form("#", 3, False, lambda p: str(p.number or "")),
    _Form("SHARD", 0, False, lambda p: one_line(p.name)),
    _Form("STATE", 0, False, state),
    _Form("CONTEXT", 1, True, _context),
    _Form("QUEUE", 2, True, lambda p: str(p.queue)),
    _Form("DONE", 5, True, lambda p: str(p.answered)),
    _Form("P50", 7, True, lambda p: _optional(p.p50_ms, latency)),
    _Form("RESTARTS", 4, True, lambda p: str(p.restarts)),
    _Form("BEAT", 8, True, lambda p: _optional(p.last_beat_s, duration)),
    _Form("UP", 6, True, lambda p: _optional(p.uptime_s, duration)),
    _Form("TEXT", 9, False, lambda p: one_line(p.freshness) or NOTHING),
)
QUOTA = _Form("QUOTA", 3, True, lambda p: NOTHING if p.quota is None else f"{p.quota:,}")
WIDE_FORMS = (
    _Form("PAGES", 9, True, lambda p: str(p.pages)),
    _Form("WARM", 13, True, lambda p: str(p.warm)),
    _Form("PID", 10, True, lambda p: str(p.pid or NOTHING)),
    _Form("INCARNATION", 12, True, lambda p: str(p.incarnation)),
    _Form("HOST", 11, False, lambda p: one_line(p.host) or NOTHING),
)


def _columns(processes: Sequence[ProcessStatus], wide: bool) -> list[Column]:
    """What is left of the quota of a day has a column if there are librarians."""
    quota = (QUOTA,) if any(process.quota is not None for process in processes) else ()
    return [
        Column(
            form.title,
            form.rank,
            [form.cell(process) for process in processes],
            form.right,
            [style(process) for process in processes] if form.title == "STATE" else (),
        )
        for form in (*FORMS, *quota, *(WIDE_FORMS if wide else ()))
    ]


def _remarks(status: Status, processes: Sequence[ProcessStatus], width: int) -> list[Text]:
    """Reasons and fixes in free text, indented under the name they belong to."""
    named = [(f"{p.number or ''}".ljust(2) + one_line(p.name), p.reason, p.fix) for p in processes if p.reason or p.fix]
    indent = max((len(name) for name, _, _ in named), default=0) + 2
    lines: list[Text] = []
    if note := status.budget.get("note"):
        lines += [Text(), *_wrapped("", str(note), "", 0, width)]
    if status.reason or status.fix:
        lines += [Text(), *_wrapped("", status.reason, status.fix, 0, width)]
    if named:
        lines.append(Text())
    for name, reason, fix in named:
        lines += _wrapped(name, reason, fix, indent, width)
    return lines


def _wrapped(name: str, reason: str, fix: str, indent: int, width: int) -> list[Text]:
    room = max(width - indent, 20)
    texts = [line for text in (reason, fix) for line in textwrap.wrap(one_line(text), room, break_on_hyphens=False)]
    return [Text((name if row == 0 else "").ljust(indent) + line) for row, line in enumerate(texts)]
