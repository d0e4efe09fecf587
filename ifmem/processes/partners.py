"""Shards that a session answers for: their process lives, but what counts is whether the session does. Its silence is a lost beat."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from ifmem.config import Config
from ifmem.core import lifecycle
from ifmem.core.partner_talk import PARTNER, silence
from ifmem.core.status import ProcessStatus, Status
from ifmem.errors import IfmemError
from ifmem.stores import attachments
from ifmem.stores.bridge_file import BridgeFile
from ifmem.stores.conversations import Conversations


def with_partners(status: Status, config: Config) -> Status:
    """The status in which each such shard is as its session is. Nothing is said of a set that does not run."""
    shards = tuple(_as_its_session(shard, config) for shard in status.shards)
    lost = any(shard.state == lifecycle.LOST for shard in shards)
    return replace(status, shards=shards, state="degraded" if lost and status.ready else status.state)


def _as_its_session(shard: ProcessStatus, config: Config) -> ProcessStatus:
    provider = str(config.shards.get(shard.name, {}).get("provider", ""))
    if not provider.startswith(PARTNER) or shard.state not in lifecycle.SERVING:
        return shard
    now = time.time()
    try:
        attachment = attachments.of_conversation(config, provider.removeprefix(PARTNER))
        conversations = Conversations(BridgeFile(Path(attachment.store)), expiry_s=1.0)
        session = conversations.overview(attachment.conversation).sides["b"]
        conversations.file.close()
    except IfmemError as error:
        return replace(shard, state=lifecycle.LOST, reason=f"{error.what} {error.why}".strip(), fix=error.fix)
    beat_s = None if session.heard_at is None else round(now - session.heard_at, 1)
    if session.is_alive(now, attachment.alive_s):
        return replace(shard, detail=session.status, last_beat_s=beat_s)
    why, fix = silence(attachment, session, now)
    return replace(shard, state=lifecycle.LOST, reason=f"its session is silent: {why}", fix=fix, last_beat_s=beat_s)
