"""Transcripts of agents' sessions, as their command lines and exports write them, read as sessions.

The vendors call their formats internal: what is not known is counted and said, never guessed at, and one strange line spoils no session.
Known are: Claude Code and Codex (JSON lines), Gemini CLI (one JSON object), the export of ChatGPT's conversations, lists of messages with
`role` and `content` (JSON or JSON lines, of the OpenAI and Anthropic APIs), and Markdown or plain text, kept as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ifmem.core.sessions import Session, Utterance
from ifmem.corpus.transcript_records import Collected, Fields, blocks_of, epoch_of, fields_of, parsed


def read_transcript(content: str) -> tuple[Session, ...]:
    """Every session in a file's text; none if nobody says anything in it."""
    sessions = tuple(_sessions(content))
    return tuple(session for session in sessions if session.utterances)


def _sessions(content: str) -> Iterator[Session]:
    whole = parsed(content)
    if isinstance(whole, Mapping):
        yield _of_object(whole) if not _is_record(whole) else _of_records([whole], 0)
    elif isinstance(whole, list) and whole and all(isinstance(one, Mapping) and "mapping" in one for one in whole):
        yield from map(_of_chatgpt, whole)
    elif isinstance(whole, list):
        records = [one for one in whole if isinstance(one, Mapping)]
        yield _of_records(records, len(whole) - len(records))
    else:
        lines = [parsed(line) for line in content.split("\n") if line.strip()]  # a text may hold other line ends
        records = [line for line in lines if isinstance(line, Mapping)]
        if len(records) * 2 > len(lines):  # most of them: the last line of a session that goes on may be half written
            yield _of_records(records, len(lines) - len(records))
        elif content.strip():
            yield Session("Agent", (Utterance("transcript", content),))


def _is_record(record: Fields) -> bool:
    return "payload" in record or "message" in record or "role" in record


def _of_object(whole: Fields) -> Session:
    """One JSON object: a conversation of ChatGPT, a session of the Gemini CLI, or a request with `messages`."""
    if "mapping" in whole:
        return _of_chatgpt(whole)
    messages = whole.get("messages") or whole.get("history")
    session = _of_records([one for one in blocks_of(messages) if isinstance(one, Mapping)], 0)
    agent = "Gemini CLI" if "sessionId" in whole and "projectHash" in whole else session.agent
    found = str(whole.get("sessionId") or whole.get("id") or "")
    return Session(agent, session.utterances, found, str(whole.get("title") or ""), session.not_kept)


def _of_records(records: Iterable[Fields], unreadable: int) -> Session:
    collected = Collected()
    if unreadable:
        collected.not_kept["unreadable records"] += unreadable
    for record in records:
        collected.take(record)
    return Session(
        collected.agent, tuple(collected.utterances), collected.id, collected.title, dict(collected.not_kept)
    )


def _of_chatgpt(conversation: Fields) -> Session:
    """The branch that ends in the current node; what was regenerated or edited away is counted."""
    nodes = {str(name): fields_of(node) for name, node in fields_of(conversation.get("mapping")).items()}
    leaf = next((name for name, node in nodes.items() if not node.get("children")), "")
    chosen: dict[str, Fields] = {}
    name = str(conversation.get("current_node") or leaf)
    while name in nodes and name not in chosen:
        chosen[name] = nodes[name]
        name = str(nodes[name].get("parent"))
    collected = Collected(agent="ChatGPT")
    for node in reversed(chosen.values()):
        if message := fields_of(node.get("message")):
            author = str(fields_of(message.get("author")).get("role") or "unknown")
            collected.add(author, fields_of(message.get("content")).get("parts"), epoch_of(message.get("create_time")))
    if others := sum(1 for name, node in nodes.items() if name not in chosen and node.get("message")):
        collected.not_kept["messages of other branches"] += others
    found = str(conversation.get("conversation_id") or conversation.get("id") or "")
    title = str(conversation.get("title") or "")
    return Session("ChatGPT", tuple(collected.utterances), found, title, dict(collected.not_kept))
