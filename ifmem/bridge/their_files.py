"""Files of somebody else's: a host's settings, the folder's ifmem.toml. Changed whole or not at all, with the mode they had."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path


def replace(path: Path, text: str) -> None:
    """Raises OSError. A link stays one."""
    path = path.resolve()
    part = path.with_name(f".{path.name}.{os.getpid()}")
    part.write_text(text, encoding="utf-8")
    if path.exists():
        shutil.copymode(path, part)
    part.replace(path)


def back_up(path: Path) -> Path:
    """A copy beside it, named by the time. Raises OSError."""
    backup = path.with_name(f"{path.name}.{time.strftime('%Y%m%d-%H%M%S')}.bak")
    shutil.copy2(path, backup)
    return backup
