"""The two streams: data on stdout, everything else on stderr. Everything printed passes through here and is cleaned here."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TextIO

from ifmem.cli.text import clean

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

# Legal in JSON, but a terminal may act on the first and no encoding can write the second: written as escapes.
UNPRINTABLE = re.compile(r"[\x7f-\x9f\ud800-\udfff]")


class OutputLost(Exception):
    """Standard output cannot be written. No OSError: typer would take that for its own affair and exit."""

    def __init__(self, cause: OSError) -> None:
        super().__init__(cause.strerror or str(cause))
        self.reader_left = isinstance(cause, BrokenPipeError)  # as `| head -1` does when it has what it wanted


@dataclass(frozen=True)
class Screen:
    """`color` is `auto`, `always` or `never`; `quiet` silences notes, `verbose` adds details to them."""

    color: str = "auto"
    quiet: bool = False
    verbose: bool = False

    @property
    def on_terminal(self) -> bool:
        return sys.stdout.isatty()

    @property
    def notes_on_terminal(self) -> bool:
        return sys.stderr.isatty() and not self.quiet

    def data(self, text: str, end: str = "\n") -> None:
        self._write(clean(text) + end)

    def json(self, value: Any) -> None:
        """One JSON value on one line."""
        text = json.dumps(value, ensure_ascii=False)
        self._write(UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n")

    def rows(self, rows: Iterable[Sequence[object]]) -> None:
        """Tab-separated, for other programs: nothing shortened, `None` empty, line ends and tabs inside a cell written as escapes."""
        for row in rows:
            self.data("\t".join("" if cell is None else _cell(str(cell)) for cell in row))

    def lines(self, lines: Iterable[Text]) -> None:
        """Styled lines, for a person."""
        console = self.console(sys.stdout)
        for line in lines:
            console.print(line, soft_wrap=True)

    def flush(self) -> None:
        try:
            sys.stdout.flush()
        except OSError as error:
            raise OutputLost(error) from None

    def _write(self, text: str) -> None:
        try:
            sys.stdout.write(text)
        except OSError as error:
            raise OutputLost(error) from None

    def note(self, text: str) -> None:
        if not self.quiet:
            self.error(text)

    def error(self, text: str) -> None:
        print(clean(text), file=sys.stderr, flush=True)

    def console(self, stream: TextIO) -> Console:
        """A rich console on which `[bold]` in a text is printed as it stands."""
        from rich.console import Console

        return Console(
            file=stream,
            markup=False,
            highlight=False,
            emoji=False,
            force_terminal=True if self.color == "always" else None,
            color_system=None if self.color == "never" else "auto",
        )


def _cell(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\r", "\\r").replace("\n", "\\n")
