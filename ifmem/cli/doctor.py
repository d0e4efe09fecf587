"""`ifmem doctor`: every check on a line, under what is wrong what that means and what mends it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Annotated

import typer

from ifmem.cli.session import Session
from ifmem.cli.text import one_line
from ifmem.core.checkup import OK, SKIPPED, WRONG, Check, Checkup
from ifmem.errors import Exit

EXAMPLES = """
ifmem doctor
ifmem doctor --audit --noted DIGEST     is all there that was there when DIGEST was noted?
ifmem doctor --json | jq '.checks[] | select(.state == "wrong")'
"""
WIDTH = 110


def command(
    ctx: typer.Context,
    audit: Annotated[
        bool, typer.Option("--audit", help="Also look whether any archived row was altered, removed or put in.")
    ] = False,
    noted: Annotated[
        str, typer.Option("--noted", metavar="DIGEST", help="With --audit: a digest that an earlier audit printed.")
    ] = "",
    online: Annotated[
        bool, typer.Option("--online", help="Also ask the vendor whether the model is there; free.")
    ] = False,
) -> Exit:
    """Changes nothing, and asks nobody outside without --online. Exit code 1 if something is wrong."""
    session: Session = ctx.obj
    with session.memory() as memory:
        checkup = memory.doctor(audit=audit or bool(noted), noted=noted, online=online)
    if session.as_json:
        session.screen.json({**checkup.to_dict(), "healthy": checkup.healthy})
    elif session.screen.on_terminal:
        session.screen.data("\n".join(lines(checkup)))
    else:
        session.screen.rows(
            [("CHECK", "STATE", "FOUND", "MEANS", "FIX"), *(tuple(vars(one).values()) for one in checkup.checks)]
        )
    return Exit.DONE if checkup.healthy else Exit.DID_NOT_HAPPEN


def lines(checkup: Checkup) -> Iterator[str]:
    """The checks for a person, and the sum of them."""
    for check in checkup.checks:
        yield f"{check.state:8} {check.name:12} {one_line(check.found)}"
        if check.state not in (OK, SKIPPED):
            yield from _remarks(check)
    wrong = [check.name for check in checkup.checks if check.state == WRONG]
    yield f"\nwrong: {', '.join(wrong)}" if wrong else "\nnothing is wrong"


def _remarks(check: Check) -> Iterator[str]:
    for text in filter(None, (check.means, check.fix)):
        yield from textwrap.wrap(one_line(text), WIDTH, initial_indent=" " * 22, subsequent_indent=" " * 22)
