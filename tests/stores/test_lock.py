from __future__ import annotations

import fcntl
import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ifmem.errors import IfmemError
from ifmem.stores.lock import (
    LOCK_FILE,
    AlreadyRunning,
    hold_lock,
    is_locked,
    read_state,
    show_life,
    still_for_s,
    write_state,
)

HOLDER = """
import sys
import time
from pathlib import Path
from ifmem.stores.lock import hold_lock
with hold_lock(Path(sys.argv[1]), 0):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_it_is_held_for_as_long_as_it_is_needed(tmp_path: Path) -> None:
    assert not is_locked(tmp_path)
    with hold_lock(tmp_path, 0):
        assert is_locked(tmp_path)
    assert not is_locked(tmp_path)


def test_a_second_holder_is_refused(tmp_path: Path) -> None:
    with hold_lock(tmp_path, 0), pytest.raises(AlreadyRunning, match="running here already"), hold_lock(tmp_path, 0.05):
        raise AssertionError


def test_a_holder_that_shows_no_life_has_stood_still_for_as_long_by_a_clock_that_nobody_sets(tmp_path: Path) -> None:
    assert still_for_s(tmp_path) == 0.0
    with hold_lock(tmp_path, 0):
        assert still_for_s(tmp_path) < 5.0
        then = time.monotonic() - 60.0
        os.utime(tmp_path / LOCK_FILE, (then, then))
        assert still_for_s(tmp_path) >= 60.0
        show_life(tmp_path)
        assert still_for_s(tmp_path) < 5.0


def test_a_holder_goes_on_though_it_cannot_show_life(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    show_life(tmp_path / "file")
    assert still_for_s(tmp_path / "file") == 0.0


def test_looking_at_it_does_not_take_it(tmp_path: Path) -> None:
    with hold_lock(tmp_path, 0):
        pass
    assert not is_locked(tmp_path)
    with hold_lock(tmp_path, 0):
        assert is_locked(tmp_path)


def test_it_ends_with_its_process_however_that_went(tmp_path: Path) -> None:
    command = (sys.executable, "-c", HOLDER, str(tmp_path))
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        assert is_locked(tmp_path)
        holder.kill()
        holder.wait()
    assert not is_locked(tmp_path)
    with hold_lock(tmp_path, 0):
        assert is_locked(tmp_path)


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(IfmemError, match="cannot use") as refused, hold_lock(tmp_path / "file", 0):
        raise AssertionError
    assert "IFMEM_HOME" in refused.value.fix


def test_what_the_supervisor_says_of_itself_is_read_back(tmp_path: Path) -> None:
    assert read_state(tmp_path) == {}
    write_state(tmp_path, {"state": "ready", "pid": 7})
    assert read_state(tmp_path) == {"state": "ready", "pid": 7}
    assert [stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()] == [0o600]


@pytest.mark.parametrize("text", ["", "{", "[1]", "\x00"])
def test_a_damaged_state_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "supervisor.json").write_text(text)
    assert read_state(tmp_path) == {}


def test_nothing_is_left_of_a_lock_that_was_let_go(tmp_path: Path) -> None:
    with hold_lock(tmp_path, 0.0):
        assert (tmp_path / "supervisor.lock").exists()
    assert not (tmp_path / "supervisor.lock").exists()
    with hold_lock(tmp_path, 0.0):
        assert is_locked(tmp_path)


def test_a_file_that_its_holder_removed_is_no_lock(tmp_path: Path) -> None:
    """Somebody opened the file before it was removed: what is locked then is nothing that others would see."""
    with hold_lock(tmp_path, 0.0):
        late = (tmp_path / "supervisor.lock").open("a")
    with hold_lock(tmp_path, 0.0), late:
        fcntl.flock(late, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with pytest.raises(AlreadyRunning), hold_lock(tmp_path, 0.0):
            pass
