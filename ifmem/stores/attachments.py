"""Which shards are answered for by a session, and through which conversation: one private file each, in the user's state.

The file holds the token of the shard's side, as a key file does; that of the session is never kept.
"""

from __future__ import annotations

from pathlib import Path

from ifmem.config import Config
from ifmem.core.partner_talk import Attachment
from ifmem.errors import Exit, IfmemError
from ifmem.stores.bus_server import make_private_folder, write_private

FOLDER = "attached"


def save(config: Config, attachment: Attachment) -> None:
    make_private_folder(config.user_state / FOLDER)
    write_private(_path(config, attachment.conversation), attachment.to_json())


def of_conversation(config: Config, conversation: str) -> Attachment:
    """Raises IfmemError if there is none."""
    found = _read(_path(config, conversation))
    if found is None:
        raise IfmemError(
            f"no session is attached by {conversation!r}.",
            why="it was detached, or by another user",
            fix="Attach one: ifmem bridge attach SHARD",
        )
    return found


def of_shard(config: Config, shard: str) -> Attachment:
    """Raises IfmemError if the shard is not answered for by a session."""
    for path in sorted((config.user_state / FOLDER).glob("conv_*.json")):
        found = _read(path)
        if found and found.shard == shard and found.folder == str(config.folder):
            return found
    raise IfmemError(
        f"no session is attached as {shard!r}.", fix=f"Attach one: ifmem bridge attach {shard}", exit_code=Exit.USAGE
    )


def remove(config: Config, attachment: Attachment) -> None:
    _path(config, attachment.conversation).unlink(missing_ok=True)


def _path(config: Config, conversation: str) -> Path:
    return config.user_state / FOLDER / f"{conversation}.json"


def _read(path: Path) -> Attachment | None:
    try:
        return Attachment.from_json(path.read_bytes())
    except (OSError, ValueError, TypeError):
        return None
