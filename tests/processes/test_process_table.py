from __future__ import annotations

import subprocess
import uuid

from ifmem.processes.process_table import with_marks


def test_processes_are_found_by_what_stands_in_their_command_line() -> None:
    mark = uuid.uuid4().hex
    process = subprocess.Popen(("sh", "-c", "read nothing", mark), stdin=subprocess.PIPE)
    try:
        (found,) = with_marks(mark)
        assert found.startswith(f"{process.pid} sh")
    finally:
        process.kill()
        process.communicate()
    assert with_marks(mark) == []
