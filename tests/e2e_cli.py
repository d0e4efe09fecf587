"""Running the command line in a process of its own, as a user does: `python -m ifmem`."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass

from running_set import PATIENCE_S

Serve = Callable[..., str]


@dataclass(frozen=True)
class Ran:
    """What a command left: exit code, stdout, stderr."""

    code: int
    out: str
    err: str

    def explained(self, code: int, *parts: str) -> bool:
        """Whether it failed with this exit code and told what, why and what to do, without a trace."""
        assert "Traceback" not in self.err + self.out
        assert self.code == code, self
        assert all(part in self.err for part in parts), self
        return self.err.startswith("ifmem: ")


def ifmem(*arguments: str, env: dict[str, str] | None = None, stdin: bytes = b"", within_s: float = PATIENCE_S) -> Ran:
    done = subprocess.run(
        (sys.executable, "-m", "ifmem", *arguments),
        env={**os.environ, "NO_COLOR": "1", **(env or {})},
        input=stdin,
        capture_output=True,
        check=False,
        timeout=within_s,
    )
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())
