"""The main job from end to end: up, ask, status, the other views, down."""

from __future__ import annotations

import hashlib
import json
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from e2e_cli import ifmem
from running_set import PATIENCE_S, RunningSet, eventually, make_project

QUESTION = "Who counts the herring boats?"


def told(running: RunningSet, *arguments: str) -> Any:
    """What a command says with --json."""
    ran = ifmem(*arguments, "--json", "-C", str(running.folder))
    assert ran.code == 0, ran
    return json.loads(ran.out)


def test_ask_answers_on_stdout_and_names_its_sources_on_stderr(running: RunningSet) -> None:
    ran = ifmem("ask", "-C", str(running.folder), QUESTION)
    assert ran.code == 0
    assert "lighthouse keeper counts the herring boats" in ran.out
    assert "README.md:1-3  verified  docs" in ran.err


def test_ask_with_json_gives_the_receipt_and_every_quote_stands_in_its_file(running: RunningSet) -> None:
    answer = told(running, "ask", QUESTION)
    assert (answer["schema"], answer["found"], answer["question"]) == (1, True, QUESTION)
    in_files = [one for one in answer["citations"] if not one["path"].startswith("git:")]
    assert in_files
    for citation in in_files:
        content = (running.folder / citation["path"]).read_bytes()
        lines = content.decode().splitlines()[citation["start_line"] - 1 : citation["end_line"]]
        assert citation["quote"].splitlines() == lines
        assert citation["sha256"] == hashlib.sha256(content).hexdigest()
        assert citation["verification"] == "verified"
    assert {shard["name"] for shard in answer["shards"]} == {"history", "docs", "code", "working"}


def test_a_question_that_the_folder_does_not_support_says_so(running: RunningSet) -> None:
    answer = told(running, "ask", "Which orchestra plays symphonies in Vienna?")
    assert (answer["found"], answer["citations"], answer["error"]) == (False, [], None)


def test_a_question_comes_from_standard_input(running: RunningSet) -> None:
    ran = ifmem("ask", "-", "-C", str(running.folder), stdin=QUESTION.encode())
    assert ran.code == 0
    assert "herring boats" in ran.out


def test_eight_questions_at_once(running: RunningSet) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: told(running, "ask", QUESTION), range(8)))
    assert all(answer["found"] for answer in answers)
    assert len({answer["id"] for answer in answers}) == 8
    eventually(lambda: running.each_answered_once(*(answer["id"] for answer in answers)))


def test_a_question_asked_without_waiting_is_fetched_later_and_again(running: RunningSet) -> None:
    asked = ifmem("ask", "--no-wait", QUESTION, "-C", str(running.folder))
    assert asked.code == 0
    query_id = asked.out.strip()
    assert told(running, "ask", "--resume", query_id)["id"] == query_id
    assert told(running, "ask", "--resume", query_id)["found"]


def test_one_shard_is_asked_on_request(running: RunningSet) -> None:
    answer = told(running, "ask", "--shard", "code", "How are boats counted?")
    assert [shard["name"] for shard in answer["shards"] if shard["asked"]] == ["code"]
    assert answer["citations"][0]["path"] == "src/ledger.py"


def test_status_knows_every_process(running: RunningSet) -> None:
    status = told(running, "status")
    assert (status["schema"], status["state"]) == (1, "ready")
    assert [shard["name"] for shard in status["shards"]] == ["history", "docs", "code", "working"]
    assert [process["name"] for process in status["processes"]] == ["archivist", "coordinator", "watcher"]
    assert ifmem("status", "--check", "-C", str(running.folder)).code == 0


def test_findings_are_remembered(running: RunningSet) -> None:
    answer = told(running, "ask", QUESTION)
    used = {shard["finding"] for shard in answer["shards"] if shard["asked"]}
    eventually(lambda: used <= {finding["id"] for finding in told(running, "findings")["findings"]})
    assert told(running, "findings", "--search", "herring keeper")["findings"]


def test_every_file_is_accounted_for_exactly_once(running: RunningSet) -> None:
    shards = told(running, "corpus")["shards"]
    rows = [row["path"] for shard in shards for row in (*shard["entries"], *shard["left_out"])]
    listed = subprocess.run(("git", "-C", str(running.folder), "ls-files"), check=True, capture_output=True, text=True)
    for path in listed.stdout.splitlines():
        assert rows.count(path) == 1


def test_logs_show_every_process(running: RunningSet) -> None:
    ran = ifmem("logs", "-n", "200", "-C", str(running.folder))
    assert ran.code == 0
    assert {"supervisor", "docs", "coordinator"} <= {line.split(" ")[0] for line in ran.out.splitlines()}


def test_a_restarted_shard_is_a_new_incarnation(running: RunningSet) -> None:
    before = eventually(lambda: running.serving("docs"))
    ran = ifmem("restart", "docs", "-C", str(running.folder))
    assert ran.code == 0
    after = eventually(lambda: running.serving("docs"))
    assert after.incarnation > before.incarnation
    assert after.last_exit == "stopped"


def test_up_again_says_what_it_found(running: RunningSet) -> None:
    before = running.supervisor
    ran = ifmem("up", "-C", str(running.folder))
    assert ran.code == 0
    assert running.supervisor == before


def test_up_in_the_foreground_stays_until_interrupted(tmp_path: Path) -> None:
    """In a folder with a package called ifmem of its own, which must not be run in place of ours."""
    found = RunningSet(make_project(tmp_path), settings="")
    (found.folder / "ifmem").mkdir()
    (found.folder / "ifmem" / "__init__.py").write_text("raise SystemExit('not this one')\n")
    command = [sys.executable, "-P", "-m", "ifmem", "up", "--foreground"]
    with subprocess.Popen(command, cwd=found.folder, stderr=subprocess.PIPE) as process:
        try:
            eventually(lambda: found.memory.status().ready, what="ready")
            assert found.memory.ask("anything at all").error is None
            process.send_signal(signal.SIGINT)
            assert process.wait(PATIENCE_S) == 0
            assert found.memory.status().state == "stopped"
        finally:
            process.kill()
            found.end()
