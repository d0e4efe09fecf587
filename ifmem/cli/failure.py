"""The one place that prints what went wrong: what, why, fix; and an unexpected error in one line with the place of its trace."""

from __future__ import annotations

import json
import time
import traceback
from pathlib import Path

from ifmem.cli.session import Session
from ifmem.errors import Exit, IfmemError


def show(error: IfmemError, session: Session) -> int:
    """Print `error` to stderr (with --json also as an object on stdout, so that the output parses) and return its exit code."""
    lines = [f"ifmem: {error.what}"]
    lines += [f"  {line}" for text in (error.why, error.fix) for line in text.splitlines()]
    session.screen.error("\n".join(lines))
    if session.as_json:
        session.screen.json({"schema": 1, "error": error.to_dict()})
    return int(error.exit_code)


def show_unexpected(error: Exception, session: Session) -> int:
    """One line for an error that nobody foresaw. Its trace goes to a log file, with --debug also to stderr."""
    trace = "".join(traceback.format_exception(error))
    if session.debug:
        session.screen.error(trace)
    log = _log(trace, session)
    where = f"its trace is in {log}; --debug shows it" if log else "--debug shows its trace"
    what = f"unexpected {type(error).__name__}: {' '.join(str(error).split()) or 'no message'}; {where}"
    return show(IfmemError(what, exit_code=Exit.DID_NOT_HAPPEN), session)


def _log(trace: str, session: Session) -> Path | None:
    """The file the trace was added to; None where there is none to be had (no usable folder, a full or read-only disk)."""
    try:
        log = session.config().logs / "cli.log"
        log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        log.touch(mode=0o600)
        with log.open("a", encoding="utf-8") as stream:
            stream.write(f"{stamp} cli {json.dumps(trace.splitlines()[-1])}\n{trace}")
    except (OSError, UnicodeError, IfmemError):
        return None
    return log
