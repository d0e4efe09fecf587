"""`ifmem verify`: whether a receipt is genuine, and what became of its sources since."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ifmem.cli.session import Session
from ifmem.cli.text import one_line
from ifmem.core.receipts import ALTERED, INTACT, NO_DIGEST, lines_of, read_receipt
from ifmem.core.rechecks import NOT_HELD, NOT_KEPT, UNCHANGED, QuoteCheck, SourceCheck, Verdict
from ifmem.errors import Exit, IfmemError

if TYPE_CHECKING:
    from ifmem.client import Memory

EXAMPLES = """
ifmem ask --json "Where are retries decided?" | ifmem verify -
ifmem verify receipt.json
ifmem verify receipts.jsonl            a receipt on each line, a verdict on each
ifmem verify --json q_0199e1b2c3d4e5f6a7b8c
"""
DIGEST = {
    INTACT: "intact: no field was altered since it was given",
    ALTERED: "ALTERED: its digest does not fit what it says",
    NO_DIGEST: "no digest: it was given by an older ifmem, or its digest was taken out; alterations cannot be seen",
}


WORST = (Exit.DID_NOT_HAPPEN, Exit.USAGE, Exit.PARTIAL, Exit.DONE)


def command(
    ctx: typer.Context,
    receipt: Annotated[
        str,
        typer.Argument(
            metavar="ID|FILE|-", help="What `ifmem ask --json` printed, once or a line each; or a question's id."
        ),
    ],
) -> Exit:
    """Nothing has to run: the receipt's digest, the loaded text and the files are enough. Exit code 1 if a field was altered or a
    quote does not stand in the text that it names, 5 if a quote that was found then can no longer be found in its source; of several
    receipts the worst counts, and 2 if a line is none.
    """
    session: Session = ctx.obj
    with session.memory() as memory:
        if receipt != "-" and not Path(receipt).exists():
            return _one(memory.answer(receipt).to_dict(), session, memory)
        text = _text(receipt)
        lines = lines_of(text)
        if not lines:
            return _one(read_receipt(text), session, memory)
        codes = {_line(number, line, session, memory) for number, line in lines}
    return min(codes, key=WORST.index)


def _text(name: str) -> str:
    """What is on stdin or in a file."""
    try:
        return (sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()).decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise IfmemError(f"cannot read {name}.", why=str(why), exit_code=Exit.USAGE) from None


def _one(receipt: dict[str, Any], session: Session, memory: Memory) -> Exit:
    verdict = memory.verify(receipt)
    if session.as_json:
        session.screen.json(_told(verdict))
    else:
        session.screen.data("\n".join(_lines(verdict)))
    return _code(verdict)


def _line(number: int, line: str, session: Session, memory: Memory) -> Exit:
    """One of several: a line for it, also if it is no receipt."""
    try:
        verdict = memory.verify(read_receipt(line))
    except IfmemError as error:
        if session.as_json:
            session.screen.json({"schema": 1, "line": number, "error": error.to_dict()})
        else:
            session.screen.data(f"line {number}  {one_line(f'{error.what} {error.why}')}")
        return Exit.USAGE
    if session.as_json:
        session.screen.json({**_told(verdict), "line": number})
    else:
        session.screen.data(f"{one_line(verdict.id)}  {_summary(verdict)}")
    return _code(verdict)


def _told(verdict: Verdict) -> dict[str, Any]:
    return {**verdict.to_dict(), "genuine": verdict.genuine, "current": verdict.current}


def _code(verdict: Verdict) -> Exit:
    if not verdict.genuine:
        return Exit.DID_NOT_HAPPEN
    return Exit.DONE if verdict.current else Exit.PARTIAL


def _summary(verdict: Verdict) -> str:
    counts = Counter("FALSE" if one.loaded == NOT_HELD else one.now for one in verdict.citations)
    quotes = ", ".join(f"{number} {kind}" for kind, number in sorted(counts.items())) or "it cites nothing"
    return f"{DIGEST[verdict.digest].partition(':')[0]}; {quotes}"


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
