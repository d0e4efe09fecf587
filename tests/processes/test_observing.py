from __future__ import annotations

import os
import subprocess
import sys

from ifmem.processes.observing import lives


def test_a_process_lives_until_it_ends_whether_its_parent_takes_note_or_not() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        assert lives(process.pid)
        assert process.stdin is not None
        process.stdin.close()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # it has ended, and stays to be noted
        assert not lives(process.pid)
    assert not lives(process.pid)


def test_what_is_no_process_does_not_live() -> None:
    assert not lives(None)
    assert not lives("")
