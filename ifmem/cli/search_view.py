"""A search while it goes on: a table of its passes that redraws itself on a terminal, a line a pass elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.live import Live
from rich.text import Text

from ifmem.cli.screen import Screen
from ifmem.cli.table import Column, layout
from ifmem.cli.text import dollars, one_line
from ifmem.core.searches import DONE, WAITING, WORKING, PassState, Search

STYLES = {DONE: "green", WORKING: "cyan"}


@contextmanager
def following(screen: Screen) -> Iterator[Callable[[Search], None]]:
    """Yields a function that is told how the search stands. Everything goes to stderr: stdout is the report's."""
    if not screen.notes_on_terminal:
        yield _Lines(screen).tell
        return
    console = screen.console(sys.stderr)
    with Live(console=console, auto_refresh=False, vertical_overflow="crop") as live:

        def draw(search: Search) -> None:
            live.update(Text("\n", no_wrap=True, overflow="crop").join(table(search, console.width)), refresh=True)

        yield draw


def table(search: Search, width: int) -> list[Text]:
    passes = search.passes
    columns = [
        Column("PASS", 0, [one_line(one.name) for one in passes]),
        Column("STATE", 0, [one.state for one in passes], styles=[STYLES.get(one.state, "") for one in passes]),
        Column("WORKERS", 2, [_workers(one) for one in passes], right=True),
        Column("FINDINGS", 1, [_or_nothing(one, len(one.found)) for one in passes], right=True),
        Column("NEW", 3, [_or_nothing(one, one.new) for one in passes], right=True),
        Column("SPLIT BY", 4, [one.derived or "-" for one in passes]),
    ]
    return [*layout(columns, width), Text(f"{search.id} · {_cost(search)}")]


def _workers(one: PassState) -> str:
    return f"{len(one.findings)}/{len(one.tasks)}" if one.tasks else "-"


def _or_nothing(one: PassState, number: int) -> str:
    return "-" if one.state == WAITING else str(number)


def _cost(search: Search) -> str:
    if search.budget_usd is None:
        return "no model is asked: nothing is spent"
    return f"{dollars(search.spent_usd)} of at most {dollars(search.budget_usd)}"


class _Lines:
    """A line for each pass that is done."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._told = 0

    def tell(self, search: Search) -> None:
        done = [one for one in search.passes if one.state == DONE]
        for one in done[self._told :]:
            said = f"{one_line(one.name)}: {len(one.found)} of {len(one.tasks)} found something, {one.new} new places"
            self._screen.note(said)
        self._told = len(done)
