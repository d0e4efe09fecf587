"""`ifmem verify`: whether a receipt is genuine, and what became of its sources since."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ifmem.cli.session import Session
from ifmem.cli.text import one_line
from ifmem.core.receipts import ALTERED, INTACT, NO_DIGEST, read_receipt
from ifmem.core.rechecks import NOT_HELD, NOT_KEPT, UNCHANGED, QuoteCheck, SourceCheck, Verdict
from ifmem.errors import Exit, IfmemError

if TYPE_CHECKING:
    from ifmem.client import Memory

EXAMPLES = """
ifmem ask --json "Where are retries decided?" | ifmem verify -
ifmem verify receipt.json
ifmem verify --json q_0199e1b2c3d4e5f6a7b8c
"""
DIGEST = {
    INTACT: "intact: no field was altered since it was given",
    ALTERED: "ALTERED: its digest does not fit what it says",
    NO_DIGEST: "no digest: it was given by an older ifmem, or its digest was taken out; alterations cannot be seen",
}


def command(
    ctx: typer.Context,
    receipt: Annotated[
        str, typer.Argument(metavar="ID|FILE|-", help="What `ifmem ask --json` printed, or a question's id.")
    ],
) -> Exit:
    """Nothing has to run: the receipt's digest, the loaded text and the files are enough. Exit code 1 if a field was altered or a
    quote does not stand in the text that it names, 5 if a quote that was found then can no longer be found in its source.
    """
    session: Session = ctx.obj
    with session.memory() as memory:
        verdict = memory.verify(_receipt(receipt, memory))
    if session.as_json:
        flags = {"genuine": verdict.genuine, "current": verdict.current}
        session.screen.json({**verdict.to_dict(), **flags})
    else:
        session.screen.data("\n".join(_lines(verdict)))
    if not verdict.genuine:
        return Exit.DID_NOT_HAPPEN
    return Exit.DONE if verdict.current else Exit.PARTIAL


def _receipt(name: str, memory: Memory) -> dict[str, Any]:
    """The receipt on stdin, in a file, or of a question that was asked here."""
    if name != "-" and not Path(name).exists():
        return memory.answer(name).to_dict()
    try:
        return read_receipt((sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()).decode("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise IfmemError(f"cannot read {name}.", why=str(why), exit_code=Exit.USAGE) from None


def _lines(verdict: Verdict) -> Iterator[str]:
    yield f"{one_line(verdict.id)}  {DIGEST[verdict.digest]}"
    yield from (f"  {_quote(check)}" for check in verdict.citations)
    if not verdict.citations:
        yield "  it cites nothing"
    yield from (f"source {_source(check)}" for check in verdict.sources if check.now != UNCHANGED)


def _quote(check: QuoteCheck) -> str:
    lines = f"{check.start_line}" if check.start_line == check.end_line else f"{check.start_line}-{check.end_line}"
    said = [check.now + (f" to {check.place}" if check.place else "")]
    if check.loaded == NOT_HELD:
        said.append("FALSE: the text that it names does not say this there")
    elif check.loaded == NOT_KEPT and check.now != UNCHANGED:
        said.append("the text it was taken from is no longer kept")
    return one_line(f"{check.path}:{lines}") + "  " + one_line("; ".join(said))


def _source(check: SourceCheck) -> str:
    return one_line(f"{check.path}: {check.now}" + (f" to {check.place}" if check.place else " since it was read"))
