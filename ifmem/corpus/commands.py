"""Running a program for its output: with a time limit and a cap, in a process group of its own, so that all it started ends with it."""

from __future__ import annotations

import contextlib
import hashlib
import os
import selectors
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, NamedTuple

from ifmem.core.documents import Document
from ifmem.core.domains import Source
from ifmem.core.manifest import LeftOut

CHUNK = 1 << 16
Gathered = tuple[list[Document], list[LeftOut]]


class Captured(NamedTuple):
    """`code` is None when the time was up. `cut`: there was more output than allowed. `error`: the last line on standard error."""

    output: bytes
    code: int | None
    error: str
    cut: bool


def capture(
    command: Sequence[str] | str,
    folder: Path,
    *,
    timeout_s: float,
    max_bytes: int,
    env: Mapping[str, str] | None = None,
) -> Captured:
    """Run `command` (a text goes to the shell) in `folder`. Raises OSError if it cannot be started."""
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            command,
            shell=isinstance(command, str),
            cwd=folder,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            process_group=0,  # not a session: whoever ends the session of its shard reaches it too
        )
        deadline = time.monotonic() + timeout_s
        try:
            output = _read(process, deadline, max_bytes)
            code = _code(process, deadline) if len(output) <= max_bytes else 0
        finally:
            _end(process)
        return Captured(output[:max_bytes], code, _last_line(errors), len(output) > max_bytes)


def _read(process: subprocess.Popen[bytes], deadline: float, max_bytes: int) -> bytes:
    """What it prints until it ends, the deadline, or one byte more than allowed."""
    assert process.stdout is not None
    output = bytearray()
    with selectors.DefaultSelector() as waiting:
        waiting.register(process.stdout, selectors.EVENT_READ)
        while len(output) <= max_bytes and waiting.select(max(0.0, deadline - time.monotonic())):
            chunk = os.read(process.stdout.fileno(), CHUNK)
            if not chunk:
                break
            output += chunk
    return bytes(output[: max_bytes + 1])


def _code(process: subprocess.Popen[bytes], deadline: float) -> int | None:
    try:
        return process.wait(max(0.0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        return None


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    if process.stdout is not None:
        process.stdout.close()


def _last_line(errors: IO[bytes]) -> str:
    size = errors.seek(0, os.SEEK_END)
    errors.seek(max(0, size - 4096))
    lines = errors.read().decode(errors="replace").strip().splitlines()
    return lines[-1].strip() if lines else ""


def command_documents(source: Source, folder: Path) -> Gathered:
    """A `command` source's output as one document, or why there is none. An exit code other than 0 is its last line."""
    path = f"command:{source.name or source.command}"
    try:
        captured = capture(source.command, folder, timeout_s=source.timeout_s, max_bytes=source.max_bytes)
    except OSError as error:
        return [], [LeftOut(path, (error.strerror or str(error)).lower())]
    if captured.code is None:
        return [], [LeftOut(path, f"not done after {source.timeout_s:g} s, stopped")]
    if not captured.output:
        reason = f"exit code {captured.code}, no output" + (f": {captured.error}" if captured.error else "")
        return [], [LeftOut(path, reason)]
    text = captured.output.decode(errors="replace")
    if captured.code:
        text = text.removesuffix("\n") + f"\n[ended with exit code {captured.code}]\n"
    return text_documents(path, text, cut_at=source.max_bytes if captured.cut else None)


def text_documents(path: str, text: str, *, cut_at: int | None = None) -> Gathered:
    """Output as a document; what was cut off (after `cut_at` bytes) is listed as left out, from a line's start on."""
    left_out = []
    if cut_at is not None:
        text = text[: text.rfind("\n") + 1] or text
        left_out.append(LeftOut(f"{path} after line {text.count(chr(10))}", f"over max_bytes ({cut_at:,})"))
    return [Document(path, text, hashlib.sha256(text.encode()).hexdigest())], left_out
