"""What a shard and the session that answers for it write to each other. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ifmem.core.queries import Turn
from ifmem.core.record import Record

if TYPE_CHECKING:  # `status` need not load it
    from ifmem.core.correspondence import Presence

# The provider of a shard that a session answers for; a conversation's id follows.
PARTNER = "python:ifmem.bridge.partner:"
QUERY, RESPONSE, CONTROL = "query", "response", "control"
MENTION = re.compile(r"q_[0-9a-z_]{3,64}")
LOOKED_AT = 300  # characters of a plain answer in which the question's id may stand
AGAIN = "Your last response had no answer in it. You are a long-running service: answer the query, or say: Not in the corpus."


@dataclass(frozen=True)
class Attachment(Record):
    """A shard of a folder that is answered for by side b of a conversation. `token` is that of side a: the shard's own key.

    `before` is the provider that the shard's table named until then ("" for none).
    """

    shard: str
    folder: str
    conversation: str
    token: str
    store: str
    alive_s: float
    before: str = ""


@dataclass(frozen=True)
class Response:
    """`query_id` is empty if the answer does not say which question it is for."""

    query_id: str
    text: str


def query_body(query_id: str, question: str, within_s: float, history: Sequence[Turn]) -> str:
    body = {"query": query_id, "question": question, "answer_within_s": int(within_s)}
    if history:
        body["earlier"] = [{"question": turn.question, "answer": turn.answer} for turn in history]
    return json.dumps(body, ensure_ascii=False)


def read_response(text: str) -> Response:
    """The JSON that was asked for, or plain text with the question's id near its beginning, or without."""
    try:
        body = json.loads(text)
    except ValueError:
        body = None
    if isinstance(body, dict) and isinstance(body.get("answer"), str):
        return Response(str(body.get("query") or ""), body["answer"].strip())
    mention = MENTION.search(text[:LOOKED_AT])
    return Response(mention[0] if mention else "", text.strip())


def again_body(query_id: str) -> str:
    return json.dumps({"query": query_id, "note": AGAIN}, ensure_ascii=False)


def silence(attachment: Attachment, session: Presence, now: float) -> tuple[str, str]:
    """Why a session counts as gone, and what to do about it."""
    never = session.heard_at is None
    heard = "it was never there" if never else f"it was last heard of {now - (session.heard_at or now):.0f} s ago"
    shard = attachment.shard
    return (
        heard,
        f"Paste into a session: ifmem bridge prompt {shard}    Or take the shard back: ifmem bridge detach {shard}",
    )
