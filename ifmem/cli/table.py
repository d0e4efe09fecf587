"""Tables without boxes. Where the terminal is narrow whole columns are left out, the least important first; no cell is ever squeezed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.text import Text

GAP = 2


@dataclass(frozen=True)
class Column:
    """`rank` 0 is always shown; the highest rank is the first to go. `cells` are one line each, top to bottom."""

    title: str
    rank: int
    cells: Sequence[str]
    right: bool = False
    styles: Sequence[str] = ()

    @property
    def width(self) -> int:
        return max(map(cell_len, (self.title, *self.cells)))

    def line(self, row: int) -> Text:
        """The cell of a row, the title above row 0 being row -1, padded to the column's width."""
        text = self.title if row < 0 else self.cells[row]
        padding = " " * (self.width - cell_len(text))
        style = self.styles[row] if row >= 0 and self.styles else ""
        return Text.assemble(*((padding, (text, style)) if self.right else ((text, style), padding)))


def fitting(columns: Sequence[Column], width: int) -> list[Column]:
    """The columns that fit `width`, in their order."""
    kept = list(columns)
    while sum(column.width + GAP for column in kept) - GAP > width:
        last = max(kept, key=lambda column: column.rank)
        if last.rank == 0:
            break
        kept.remove(last)
    return kept


def layout(columns: Sequence[Column], width: int) -> list[Text]:
    """The lines of a table, titles first."""
    kept = fitting(columns, width)
    lines = []
    for row in range(-1, len(columns[0].cells)):
        line = Text(" " * GAP).join(column.line(row) for column in kept)
        line.rstrip()
        lines.append(line)
    return lines
