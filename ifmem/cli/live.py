"""A status that redraws itself in place, on a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from rich.live import Live
from rich.text import Text

from ifmem.cli.screen import Screen
from ifmem.cli.status_table import render
from ifmem.core.status import Status


@contextmanager
def live_status(screen: Screen, stream: TextIO, *, wide: bool = False) -> Iterator[Callable[[Status], None]]:
    """Yields a function that draws one status over the last; the last one stays."""
    console = screen.console(stream)
    with Live(console=console, auto_refresh=False, vertical_overflow="crop") as live:

        def draw(status: Status) -> None:
            lines = render(status, console.width, wide=wide)
            live.update(Text("\n", no_wrap=True, overflow="crop").join(lines), refresh=True)

        yield draw
