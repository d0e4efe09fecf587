"""`ifmem bridge attach`, `detach` and `prompt`: a session of the user's own as a shard."""

from __future__ import annotations

from ifmem.bridge import attaching
from ifmem.cli.session import Session
from ifmem.errors import Exit

AT_START = "It counts from the next start on: ifmem down && ifmem up"


def act(session: Session, action: str, shard: str) -> Exit:
    config = session.config()
    if action == "prompt":
        text = attaching.prompt(config, shard)
        facts, note = {"prompt": text}, "Paste this into the session. A session that had an older one is shut out."
    elif action == "attach":
        attachment = attaching.attach(config, shard)
        text = f"a session answers for {shard} in {attachment.conversation}. What to paste into it: ifmem bridge prompt {shard}"
        facts, note = {"shard": shard, "conversation": attachment.conversation}, AT_START
    else:
        attaching.detach(config, shard)
        text, facts, note = f"{shard} answers for itself again.", {"shard": shard}, AT_START
    if session.as_json:
        session.screen.json({"schema": 1, **facts})
    else:
        session.screen.data(text)
        session.screen.note(note)
    return Exit.DONE
