from __future__ import annotations

import os
import select
from pathlib import Path

import pytest
from running_set import PATIENCE_S

from ifmem.core.domains import Source
from ifmem.core.manifest import LeftOut
from ifmem.corpus.commands import capture, command_documents


def run(command: str, folder: Path, **limits: float) -> tuple[list[str], list[LeftOut]]:
    documents, left_out = command_documents(Source("command", name="it", command=command, **limits), folder)  # type: ignore[arg-type]
    return [document.text for document in documents], left_out


def test_takes_the_output_of_a_shell_command_in_the_folder(tmp_path: Path) -> None:
    (tmp_path / "a.txt").touch()
    assert run("ls | cat", tmp_path) == (["a.txt\n"], [])


def test_keeps_the_output_of_a_failed_command_and_says_that_it_failed(tmp_path: Path) -> None:
    assert run("echo 1 failed; exit 3", tmp_path) == (["1 failed\n[ended with exit code 3]\n"], [])


def test_lists_a_command_without_output(tmp_path: Path) -> None:
    assert run("echo no such thing >&2; exit 2", tmp_path) == (
        [],
        [LeftOut("command:it", "exit code 2, no output: no such thing")],
    )


def test_cuts_at_a_line_end_and_lists_the_rest(tmp_path: Path) -> None:
    texts, left_out = run("yes 12345678", tmp_path, max_bytes=100)
    assert texts == ["12345678\n" * 11]
    assert left_out == [LeftOut("command:it after line 11", "over max_bytes (100)")]


def test_stops_a_command_with_all_it_started_when_its_time_is_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "alive")
    reader = os.open(tmp_path / "alive", os.O_RDONLY | os.O_NONBLOCK)
    texts, left_out = run("exec 3>alive; echo x >&3; sleep 60 & wait", tmp_path, timeout_s=1.0)
    assert (texts, left_out) == ([], [LeftOut("command:it", "not done after 1 s, stopped")])
    assert os.read(reader, 10) == b"x\n"
    ended, _, _ = select.select([reader], [], [], PATIENCE_S)  # readable at its end: nobody holds it open any more
    assert ended
    os.close(reader)


def test_raises_for_a_program_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        capture(["no-such-program"], tmp_path, timeout_s=1, max_bytes=10, env=dict(os.environ))
