from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

import pytest

from ifmem.cli.app import run
from ifmem.core.answers import Answer, Progress
from ifmem.errors import Exit, IfmemError

from .conftest import Puts, Terminal, Typed
from .fakes import SpokenMemory, an_answer

Capture = pytest.CaptureFixture[str]


class Talking(SpokenMemory):
    """Answers the first question as `q_1`, the second as `q_2`; what stands in `says` for an id happens instead."""

    def __init__(self, **says: BaseException) -> None:
        super().__init__()
        self.says = says

    def submit(self, question: str, **options: Any) -> str:
        self.calls.append(("submit", {"question": question, **options}))
        asked = f"q_{len(self.submitted)}"
        if isinstance(wrong := self.says.get(f"put_{asked}"), BaseException):
            raise wrong
        return asked

    def answer(self, query_id: str, **_: Any) -> Answer:
        if wrong := self.says.get(query_id):
            raise wrong
        return an_answer(f"answer to {query_id}", id=query_id)

    @property
    def submitted(self) -> list[Any]:
        return [arguments for name, arguments in self.calls if name == "submit"]

    @property
    def followed(self) -> list[tuple[str, str]]:
        return [(one["question"], one["follows"]) for one in self.submitted]


def chatted(monkeypatch: pytest.MonkeyPatch, typed: str, *arguments: str, **says: BaseException) -> tuple[int, Talking]:
    monkeypatch.setattr(sys, "stdin", Typed(typed.encode()))
    memory = Talking(**says)
    return run(["chat", *arguments], memory), memory


def test_each_question_follows_the_last(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    code, memory = chatted(monkeypatch, "Who counts?\n\n  And when?\n")
    assert code == 0 and memory.followed == [("Who counts?", ""), ("And when?", "q_1")]
    assert capsys.readouterr().out == "answer to q_1\nanswer to q_2\n"


def test_new_starts_over(monkeypatch: pytest.MonkeyPatch) -> None:
    _, memory = chatted(monkeypatch, "Who?\n/new\nWhen?\n")
    assert memory.followed == [("Who?", ""), ("When?", "")]


def test_a_conversation_can_be_taken_up_again(monkeypatch: pytest.MonkeyPatch) -> None:
    _, memory = chatted(monkeypatch, "When?\n", "--resume", "q_9")
    assert memory.followed == [("When?", "q_9")]


def test_json_is_one_object_a_line_an_error_included(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    wrong = IfmemError("no answer in time.", exit_code=Exit.TIMED_OUT)
    code, _ = chatted(monkeypatch, "One?\nTwo?\nThree?\n", "--json", q_2=wrong)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line.get("id") for line in lines] == ["q_1", None, "q_3"]
    assert lines[1]["error"]["what"] == "no answer in time." and code == 124


def test_after_a_failure_the_last_answer_is_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    _, memory = chatted(monkeypatch, "One?\nTwo?\nThree?\n", q_2=IfmemError("no answer in time."))
    assert memory.followed[-1] == ("Three?", "q_1")


def test_nothing_running_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = IfmemError("not running.", exit_code=Exit.NOTHING_RUNNING)
    code, memory = chatted(monkeypatch, "One?\nTwo?\n", put_q_1=wrong)
    assert code == 3 and len(memory.submitted) == 1


def test_what_is_not_text_is_wrong_usage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Typed(b"\xff\xfe\n"))
    assert run(["chat"], Talking()) == 2


class Person(Terminal):
    """Types a line for each prompt; an exception in place of a line is what Ctrl-C or Ctrl-D do."""

    def __init__(self, *lines: str | BaseException) -> None:
        super().__init__()
        self.lines = list(lines)

    def readline(self, *_: Any) -> str:
        line = self.lines.pop(0) if self.lines else ""
        if isinstance(line, BaseException):
            raise line
        return line


def sit_down(monkeypatch: pytest.MonkeyPatch, *lines: str | BaseException) -> None:
    monkeypatch.setattr(sys, "stdin", Person(*lines))


def test_an_interrupted_answer_returns_to_the_prompt_and_is_followed(
    monkeypatch: pytest.MonkeyPatch, terminal: Puts
) -> None:
    stdout, stderr = terminal("stdout"), terminal("stderr")
    sit_down(monkeypatch, "One?\n", "Two?\n")
    memory = Talking(q_1=KeyboardInterrupt())
    assert run(["chat"], memory) == 0
    assert memory.followed == [("One?", ""), ("Two?", "q_1")]
    assert "ifmem ask --resume q_1" in stderr.getvalue() and "answer to q_2" in stdout.getvalue()


def test_an_interrupt_at_the_prompt_drops_the_line(monkeypatch: pytest.MonkeyPatch, terminal: Puts) -> None:
    terminal("stdout")
    sit_down(monkeypatch, KeyboardInterrupt(), "One?\n")
    memory = Talking()
    assert run(["chat"], memory) == 0 and memory.followed == [("One?", "")]


def test_a_person_sees_an_error_and_goes_on(monkeypatch: pytest.MonkeyPatch, terminal: Puts) -> None:
    stdout, stderr = terminal("stdout"), terminal("stderr")
    sit_down(monkeypatch, "One?\n", "Two?\n")
    assert run(["chat"], Talking(q_1=IfmemError("no shard answered."))) == 0
    assert "no shard answered." in stderr.getvalue() and "answer to q_2" in stdout.getvalue()


def test_the_prompt_is_not_among_answers_that_go_to_a_file(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    sit_down(monkeypatch, "One?\n")
    assert run(["chat"], Talking()) == 0
    out, err = capsys.readouterr()
    assert "> " not in out and "> " in err


def test_what_was_said_stays_on_the_screen_when_it_is_interrupted(
    monkeypatch: pytest.MonkeyPatch, terminal: Puts
) -> None:
    class Interrupted(Talking):
        def answer(self, query_id: str, *, on_progress: Callable[[Progress], None], **_: Any) -> Answer:
            on_progress(Progress("text", "half of"))
            raise KeyboardInterrupt

    stdout = terminal("stdout")
    sit_down(monkeypatch, "One?\n")
    assert run(["chat"], Interrupted()) == 0
    assert "half of\n" in stdout.getvalue()
