from __future__ import annotations

import os
from pathlib import Path

from ifmem.config import SOCKET_PATH_LIMIT
from ifmem.config.loading import load


def test_sockets_live_where_their_path_is_short_enough(tmp_path: Path) -> None:
    near = load("/", env={"IFMEM_HOME": "/short"})
    assert near.run_dir == Path("/short/run")
    deep = load(tmp_path, env={"IFMEM_HOME": str(tmp_path / ("d" * SOCKET_PATH_LIMIT))})
    other = load(tmp_path, env={"IFMEM_HOME": str(tmp_path / ("e" * SOCKET_PATH_LIMIT))})
    assert len(os.fsencode(deep.run_dir / "bus.sock")) <= SOCKET_PATH_LIMIT
    assert deep.run_dir != other.run_dir
