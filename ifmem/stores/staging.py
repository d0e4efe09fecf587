"""Files that are there whole or not at all: written beside their folder, where nobody reads them, then moved to their place."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from ifmem.stores.bus_server import make_private_folder


@contextlib.contextmanager
def staged(folder: Path, content: bytes) -> Iterator[Path]:
    """A file (mode 0600) with `content`, to be moved or linked into `folder` of the state. Raises IfmemError or OSError."""
    make_private_folder(folder.parent)
    make_private_folder(folder)
    with tempfile.NamedTemporaryFile(dir=folder.parent, prefix=f"{folder.name}-", suffix=".tmp", delete=False) as file:
        path = Path(file.name)
        try:
            file.write(content)
            file.flush()
            yield path
        finally:
            path.unlink(missing_ok=True)
