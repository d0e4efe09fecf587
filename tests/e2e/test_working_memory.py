"""What a person puts into a running memory is answered from at once."""

from __future__ import annotations

import json

from e2e_cli import ifmem
from running_set import RunningSet, eventually

SAID = {
    "role": "assistant",
    "content": "We moved the anchor windlass to starboard.",
    "timestamp": "2025-11-19T10:02:11Z",
}


def test_a_note_is_answered_from_and_forgotten_when_it_is_removed(running: RunningSet) -> None:
    noted = ifmem("note", "-C", str(running.folder), "Zoltan repairs the crane on Thursday.")
    assert (noted.code, noted.out) == (0, "noted as note-1\n")
    assert "read by working" in noted.err
    answer = running.memory.ask("Who repairs the crane?")
    assert answer.found and answer.citations[0].path == ".ifmem/working/note-1.md"
    assert answer.citations[0].verification == "verified"
    assert ifmem("note", "-C", str(running.folder), "--remove", "1").code == 0
    eventually(lambda: not running.memory.ask("Who repairs the crane?").found, what="the note forgotten")


def test_a_session_is_found_by_what_was_said_and_by_its_day(running: RunningSet) -> None:
    path = running.folder.parent / "session.jsonl"
    path.write_text(json.dumps(SAID) + "\n")
    remembered = ifmem("remember", "-C", str(running.folder), str(path))
    assert remembered.code == 0 and remembered.out.startswith("new  2025-11-19  Agent  1 utterance")
    answer = running.memory.ask("What happened to the anchor windlass in the 2025-11-19 session?")
    assert answer.found and answer.citations[0].path.startswith(".ifmem/history/2025-11-19-agent-")
    assert "starboard" in answer.answer


def test_a_finding_is_answered_from_as_soon_as_it_is_stored(running: RunningSet) -> None:
    """Nothing in the folder changes: it is the archive that tells of it."""
    place = "README.md:3-3"
    running.memory.store_finding("The capstan on the north mole squeaks.", sources=[place], author="tester")

    def cited() -> set[str]:
        answer = running.memory.ask("Which capstan squeaks?", shards=["working"])
        return {citation.path for citation in answer.citations} if answer.found else set()

    assert eventually(cited, what="the finding answered") == {"findings:recent"}


def test_what_is_not_committed_is_answered_from_with_what_it_replaces(running: RunningSet) -> None:
    path = running.folder / "src" / "ledger.py"
    path.write_text(path.read_text().replace("len(boats)", "sum(1 for trawler in boats)"))

    def told() -> str:
        answer = running.memory.ask("What counts each trawler in boats?", shards=["working"])
        return "\n".join(one.quote for one in answer.citations if one.path == "git:diff")

    quote = eventually(told, what="the difference answered")
    assert "-    return len(boats)" in quote
    assert "+    return sum(1 for trawler in boats)" in quote
