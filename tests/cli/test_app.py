from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from running_set import PATIENCE_S

from ifmem.cli.app import COMMANDS, run
from ifmem.errors import Exit, IfmemError

from .fakes import READY, SpokenMemory

ROOT = Path(__file__).parents[2]
Capture = pytest.CaptureFixture[str]
ERROR = IfmemError(
    "cannot reach Redis.", why="Looked in:\x1b[2J\n--redis-url", fix="Start one", exit_code=Exit.CREDENTIALS
)


def test_an_error_is_what_why_and_fix_on_stderr(capsys: Capture) -> None:
    assert run(["status"], SpokenMemory(status=ERROR)) == 4
    expected = "ifmem: cannot reach Redis.\n  Looked in:[2J\n  --redis-url\n  Start one\n"
    assert capsys.readouterr() == ("", expected)


def test_an_error_with_json_also_parses(capsys: Capture) -> None:
    assert run(["status", "--json"], SpokenMemory(status=ERROR)) == 4
    assert json.loads(capsys.readouterr().out)["error"]["fix"] == "Start one"


def test_an_unexpected_error_is_one_line_that_names_the_log(folder: Path, capsys: Capture) -> None:
    assert run(["status"], SpokenMemory(status=KeyError("x"))) == 1
    err = capsys.readouterr().err
    log = folder / ".ifmem" / "logs" / "cli.log"
    assert err == f"ifmem: unexpected KeyError: 'x'; its trace is in {log}; --debug shows it\n"
    assert "Traceback" in log.read_text(encoding="utf-8")
    assert log.stat().st_mode & 0o077 == 0


def test_debug_shows_the_trace(capsys: Capture) -> None:
    assert run(["--debug", "status"], SpokenMemory(status=KeyError("x"))) == 1
    assert "Traceback" in capsys.readouterr().err


def test_an_unexpected_error_without_a_place_for_a_log_is_still_one_line(folder: Path, capsys: Capture) -> None:
    (folder / ".ifmem").write_text("a file where the folder belongs", encoding="utf-8")
    assert run(["status"], SpokenMemory(status=KeyError("x"))) == 1
    assert capsys.readouterr().err == "ifmem: unexpected KeyError: 'x'; --debug shows its trace\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["status", "--bogus"], "No such option: --bogus"),
        (["sttus"], "Did you mean status?"),
        (["findings", "-n", "many"], "-n"),
        (["findings", "-n", "0"], "greater than or equal to 1"),
        (["status", "--color", "pink"], "Allowed: auto, always, never"),
        (["down", "now"], "unexpected extra argument"),
    ],
)
def test_wrong_usage_is_exit_2_without_a_traceback(arguments: list[str], said: str, capsys: Capture) -> None:
    assert run(arguments, SpokenMemory(status=READY)) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.startswith("ifmem: ") and said in err and "Traceback" not in err


@pytest.mark.parametrize("arguments", [["-C", "/f", "status"], ["status", "-C", "/f"]])
def test_shared_options_stand_before_or_after_the_command(arguments: list[str]) -> None:
    memory = SpokenMemory(status=READY)
    run([*arguments, "--redis-url", "redis://h", "--namespace", "n"], memory)
    assert memory.argument("connect") == {"folder": "/f", "redis_url": "redis://h", "namespace": "n"}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_examples_and_variables(name: str, capsys: Capture) -> None:
    assert run([name, "-h"]) == 0
    out = capsys.readouterr().out
    assert COMMANDS[name] in " ".join(out.split())
    assert "[env: IFMEM_REDIS_URL]" in out
    examples = out.partition("Examples:\n")[2].strip().splitlines()
    assert 2 <= len(examples) <= 4 and any(f"ifmem {name}" in line for line in examples)


def test_no_command_is_the_help(capsys: Capture) -> None:
    assert run([]) == 0
    out = capsys.readouterr().out
    assert [name for name in COMMANDS if f"\n  {name} " not in out] == []


def config_into(stdout: int, unbuffered: str) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-m", "ifmem", "config"]
    environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    return subprocess.run(
        program,
        cwd=ROOT,
        env=environment,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_leaves_early_is_no_error(unbuffered: str) -> None:
    read, write = os.pipe()
    os.close(read)
    done = config_into(write, unbuffered)
    os.close(write)
    assert (done.returncode, done.stderr) == (1, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_an_output_that_cannot_be_written_is_said(unbuffered: str) -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    done = config_into(full, unbuffered)
    os.close(full)
    assert (done.returncode, done.stderr) == (1, "ifmem: cannot write the output (No space left on device).\n")


def test_a_bad_folder_is_wrong_usage(folder: Path, capsys: Capture) -> None:
    assert run(["config", "-C", str(folder / "missing")]) == 2
    assert "no such folder" in capsys.readouterr().err


def test_a_password_in_an_option_is_refused_and_not_repeated(capsys: Capture) -> None:
    assert run(["status", "--redis-url", "redis://me:hunter2@localhost"], SpokenMemory()) == 2
    err = capsys.readouterr().err
    assert "IFMEM_REDIS_URL" in err and "hunter2" not in err
