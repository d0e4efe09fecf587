from __future__ import annotations

import json
import sys

import pytest

from ifmem.cli.app import run
from ifmem.core.answers import Progress, ShardUse
from ifmem.errors import Exit, IfmemError

from .conftest import Puts, Typed
from .fakes import SpokenMemory, an_answer

Capture = pytest.CaptureFixture[str]
PLAIN = {"follows": "", "fresh": False, "model": "", "synthesis": True, "stream": False}


def asked(answer: object, *arguments: str) -> tuple[int, SpokenMemory]:
    memory = SpokenMemory(submit="q_1", answer=answer)
    return run(["ask", *arguments], memory), memory


def test_the_answer_alone_is_on_stdout_and_its_receipt_on_stderr(capsys: Capture) -> None:
    code, _ = asked(an_answer(), "Where?")
    out, err = capsys.readouterr()
    assert (code, out) == (0, "Retries are in bus.py.\n")
    assert err == "  src/bus.py:10-18  verified  code\nasked code, not docs · 812ms · $0.00 · extractive\n"


def test_a_supervisor_that_stands_still_is_told_of_beside_the_answer(capsys: Capture) -> None:
    memory = SpokenMemory(standstill="it stands still. Replace it: ifmem up", submit="q_1", answer=an_answer())
    assert run(["ask", "Where?"], memory) == 0
    out, err = capsys.readouterr()
    assert out == "Retries are in bus.py.\n"
    assert err.startswith("ifmem: it stands still. Replace it: ifmem up\n")


def test_quiet_leaves_the_answer_and_verbose_adds_the_scores(capsys: Capture) -> None:
    asked(an_answer(), "Where?", "-q")
    assert capsys.readouterr().err == ""
    asked(an_answer(), "Where?", "-v")
    assert "code: score 3.20" in capsys.readouterr().err


def test_json_is_one_object_on_stdout_and_nothing_else(capsys: Capture) -> None:
    code, _ = asked(an_answer("\x9b"), "Where?", "--json")
    out, err = capsys.readouterr()
    assert (code, err) == (0, "")
    assert json.loads(out) == an_answer("\x9b").to_dict()
    assert "\x9b" not in out


def test_options_reach_the_memory() -> None:
    _, memory = asked(an_answer(), "Where is", "it?", "--shard", "code", "--shard", "docs", "--timeout", "3")
    assert memory.argument("submit") == PLAIN | {
        "question": "Where is it?",
        "shards": ("code", "docs"),
        "timeout": 3.0,
    }
    assert memory.argument("answer") == {"id": "q_1", "timeout": 3.0}


@pytest.mark.parametrize("arguments", [[], ["-"]])
def test_a_piped_question_is_read(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Typed("Wo ist Köln?\n".encode()))
    _, memory = asked(an_answer(), *arguments)
    assert memory.argument("submit")["question"] == "Wo ist Köln?"


@pytest.mark.parametrize(("typed", "said"), [(b" \n", "empty"), (b"\xff\xfe\x00", "UTF-8")])
def test_a_pipe_without_a_question_is_wrong_usage(
    typed: bytes, said: str, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setattr(sys, "stdin", Typed(typed))
    code, memory = asked(an_answer())
    assert code == 2 and said in capsys.readouterr().err and memory.calls == []


def test_an_empty_question_is_wrong_usage() -> None:
    assert asked(an_answer(), "  ")[0] == 2


def test_nothing_running_says_how_to_start(capsys: Capture) -> None:
    error = IfmemError("nothing is running.", fix="Start it: ifmem up", exit_code=Exit.NOTHING_RUNNING)
    assert run(["ask", "Where?"], SpokenMemory(submit=error)) == 3
    assert capsys.readouterr().err == "ifmem: nothing is running.\n  Start it: ifmem up\n"


def test_an_answer_that_was_not_found_is_said_with_exit_0(capsys: Capture) -> None:
    code, _ = asked(an_answer("", found=False, citations=()), "Where?")
    assert code == 0 and capsys.readouterr().out.startswith("Not found")


def test_a_partial_answer_names_what_is_missing_and_fails_only_if_strict(capsys: Capture) -> None:
    answer = an_answer(partial=True, shards=(ShardUse("docs", True, error="it did not answer in time"),))
    assert asked(answer, "Where?")[0] == 0
    assert "docs could not answer: it did not answer in time\npartial" in capsys.readouterr().err
    assert asked(answer, "Where?", "--strict")[0] == 5


FAILED = an_answer(
    "", found=False, error={"what": "gave up.", "why": "three times", "fix": "ask again", "exit_code": 124}
)


def test_an_error_in_the_answer_is_printed_like_any_other(capsys: Capture) -> None:
    assert asked(FAILED, "Where?")[0] == 124
    assert capsys.readouterr() == ("", "ifmem: gave up.\n  three times\n  ask again\n")


def test_an_error_in_the_answer_leaves_json_one_object(capsys: Capture) -> None:
    assert asked(FAILED, "Where?", "--json")[0] == 124
    assert json.loads(capsys.readouterr().out)["error"]["what"] == "gave up."


def test_no_wait_prints_the_id_and_resume_waits_for_it(capsys: Capture) -> None:
    code, memory = asked(an_answer(), "Where?", "--no-wait")
    assert (code, capsys.readouterr().out) == (0, "q_1\n")
    assert "answer" not in [name for name, _ in memory.calls]
    code, memory = asked(an_answer(), "--resume", "q_9")
    assert code == 0 and memory.argument("answer")["id"] == "q_9"
    assert "submit" not in [name for name, _ in memory.calls]


def test_resume_with_a_question_follows_up() -> None:
    code, memory = asked(an_answer(), "Where?", "--resume", "q_9")
    assert code == 0 and memory.argument("submit")["follows"] == "q_9"
    assert memory.argument("answer")["id"] == "q_1"


@pytest.mark.parametrize("option", ["--fresh", "--no-synthesis", "--no-wait", "--model=m", "--shard=docs"])
def test_fetching_an_answer_takes_nothing_that_is_for_asking(option: str) -> None:
    assert asked(an_answer(), "--resume", "q_9", option)[0] == 2


def test_how_to_answer_reaches_the_memory() -> None:
    _, memory = asked(an_answer(), "Where?", "--fresh", "--model", "claude-opus-5-5", "--no-synthesis")
    said = memory.argument("submit")
    assert (said["fresh"], said["model"], said["synthesis"]) == (True, "claude-opus-5-5", False)


def test_an_interrupt_leaves_the_question_running_and_prints_how_to_fetch_it(capsys: Capture) -> None:
    assert asked(KeyboardInterrupt(), "Where?")[0] == 130
    assert "ifmem ask --resume q_1" in capsys.readouterr().err


def test_markup_of_a_document_is_printed_as_it_stands(terminal: Puts) -> None:
    stdout = terminal("stdout")
    asked(an_answer("[bold]x[/y]\x1b[31m"), "Where?")
    assert stdout.getvalue() == "[bold]x[/y][31m\n"


def test_text_is_streamed_to_a_terminal_and_not_printed_twice(terminal: Puts) -> None:
    stdout = terminal("stdout")
    stderr = terminal("stderr")
    memory = SpokenMemory(submit="q_1", answer=an_answer("one two"))
    memory.progress = [Progress("state", "docs thinking\x1b 6 s"), Progress("text", "one "), Progress("text", "two")]
    run(["ask", "Where?"], memory)
    assert stdout.getvalue() == "one two\n"
    assert stderr.getvalue().startswith("\r\x1b[Kdocs thinking 6 s\r\x1b[K")


def test_streamed_text_that_is_taken_back_does_not_count(terminal: Puts) -> None:
    stdout, stderr = terminal("stdout"), terminal("stderr")
    memory = SpokenMemory(submit="q_1", answer=an_answer("at last"))
    memory.progress = [Progress("text", "too so"), Progress("restart", "it broke off"), Progress("text", "at last")]
    run(["ask", "Where?"], memory)
    assert stdout.getvalue() == "too so\nat last\n"
    assert "taken back: it broke off" in stderr.getvalue()
    assert memory.argument("submit")["stream"] is True


def test_there_is_nothing_to_take_back_before_anything_was_shown(terminal: Puts) -> None:
    stderr = terminal("stderr")
    memory = SpokenMemory(submit="q_1", answer=an_answer("at last"))
    memory.progress = [Progress("restart", "not there; asking code")]
    run(["ask", "Where?", "-q"], memory)
    assert stderr.getvalue() == ""


def test_a_final_answer_other_than_what_was_streamed_is_printed(terminal: Puts) -> None:
    stdout = terminal("stdout")
    memory = SpokenMemory(submit="q_1", answer=an_answer("the merged answer"))
    memory.progress = [Progress("text", "a first piece")]
    run(["ask", "Where?"], memory)
    assert stdout.getvalue() == "a first piece\nthe merged answer\n"


def test_without_a_terminal_there_is_no_progress_and_no_stream(capsys: Capture) -> None:
    memory = SpokenMemory(submit="q_1", answer=an_answer("the answer"))
    memory.progress = [Progress("state", "docs thinking"), Progress("text", "the")]
    run(["ask", "Where?"], memory)
    out, err = capsys.readouterr()
    assert out == "the answer\n" and "thinking" not in err and "\x1b" not in err
