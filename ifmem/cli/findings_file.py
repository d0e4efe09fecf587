"""Findings to and from a file of JSON lines."""

from __future__ import annotations

import os
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from ifmem.cli.session import Session
from ifmem.cli.text import plural
from ifmem.errors import Exit, IfmemError

if TYPE_CHECKING:
    from ifmem.client import Memory

PIPE = "-"


def export(session: Session, memory: Memory, file: str) -> None:
    """All findings, oldest first; a new file is readable by its owner alone."""
    findings = memory.findings(limit=None)[::-1]
    if file == PIPE:
        for finding in findings:
            session.screen.json(finding.to_dict())
    else:
        with _new_file(Path(file)) as stream:
            stream.writelines(f"{finding.to_json()}\n" for finding in findings)
    where = "" if file == PIPE else f" to {file}"
    session.screen.note(f"exported {plural(len(findings), 'finding')}{where}")


def take_in(session: Session, memory: Memory, file: str) -> None:
    with _lines_of(file) as lines:
        new, known = memory.import_findings(lines, "standard input" if file == PIPE else file)
    if session.as_json:
        session.screen.json({"schema": 1, "imported": new, "known": known})
    else:
        session.screen.data(f"imported {plural(new, 'finding')}; {known:,} known already")


def _new_file(path: Path) -> IO[str]:
    try:
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8")
    except OSError as error:
        raise _cannot("write", path, error) from None


def _lines_of(file: str) -> Any:
    if file == PIPE:
        return nullcontext(sys.stdin)
    try:
        return Path(file).open(encoding="utf-8", errors="replace")
    except OSError as error:
        raise _cannot("read", Path(file), error) from None


def _cannot(what: str, path: Path, error: OSError) -> IfmemError:
    why = (error.strerror or str(error)).lower()
    return IfmemError(f"cannot {what} {path}.", why=why, fix="Name another file", exit_code=Exit.USAGE)
