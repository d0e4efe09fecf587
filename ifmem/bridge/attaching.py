"""Makes a session of the user's own the one that answers for a shard, tells it what to do, and takes the shard back."""

from __future__ import annotations

import contextlib
import tomllib
from collections.abc import Iterator

from ifmem import prompts
from ifmem.bridge import their_files
from ifmem.bridge.hosts import command_line
from ifmem.bridge.toml_lines import with_value
from ifmem.config import Config
from ifmem.config.folders import FILE
from ifmem.config.loading import load
from ifmem.core.partner_talk import PARTNER, Attachment
from ifmem.errors import Exit, IfmemError
from ifmem.stores import attachments
from ifmem.stores.bridge_file import BridgeFile
from ifmem.stores.conversations import Conversations
from ifmem.stores.trust import is_trusted, trust

LIVES_S = 30 * 86_400.0  # a shard's conversation; an agent's own is over after hours


def attach(config: Config, shard: str) -> Attachment:
    """Let side b of a new conversation answer for a shard, from the next start of the set on. Raises IfmemError."""
    known = {domain.name for domain in prompts.domains(config)}
    if shard not in known:
        raise IfmemError(
            f"there is no shard {shard!r}.",
            why=f"the shards are: {', '.join(sorted(known))}",
            fix=f"A new one needs a table [shards.{shard}] in {FILE} that says what it reads",
            exit_code=Exit.USAGE,
        )
    before = str(config.shards.get(shard, {}).get("provider", ""))
    if before.startswith(PARTNER):
        raise IfmemError(f"a session is attached as {shard!r} already.", fix=f"ifmem bridge prompt {shard}")
    with _conversations(config) as conversations:
        made, tokens = conversations.create(f"shard {shard}", f"session for {shard}", LIVES_S)
        try:
            _name_provider(config, shard, f"{PARTNER}{made.id}")
        except IfmemError:
            conversations.end(made.id)
            raise
    attachment = Attachment(
        shard, str(config.folder), made.id, tokens.a, str(config.bridge), config.bridge_alive_s, before
    )
    attachments.save(config, attachment)
    return attachment


def detach(config: Config, shard: str) -> None:
    """Give the shard back to the provider it had, and end the conversation."""
    attachment = attachments.of_shard(config, shard)
    _name_provider(config, shard, attachment.before)
    with _conversations(config) as conversations:
        conversations.end(attachment.conversation)
    attachments.remove(config, attachment)


def prompt(config: Config, shard: str) -> str:
    """What to paste into the session. It holds a new token: a session that had an older one is shut out."""
    attachment = attachments.of_shard(config, shard)
    with _conversations(config) as conversations:
        token = conversations.renew_token(attachment.conversation, "b")
    return prompts.instructions("partner").format(
        shard=shard,
        folder=attachment.folder,
        conversation=attachment.conversation,
        token=token,
        server=" ".join(command_line(config.folder)),
        alive_s=attachment.alive_s,
    )


@contextlib.contextmanager
def _conversations(config: Config) -> Iterator[Conversations]:
    file = BridgeFile(config.bridge)
    try:
        yield Conversations(file, expiry_s=config.bridge_expiry_s)
    finally:
        file.close()


def _provider_in(text: str, shard: str) -> str | None:
    """The provider that a shard's table names, "" for none; None for TOML that cannot be read."""
    try:
        return str(tomllib.loads(text).get("shards", {}).get(shard, {}).get("provider", ""))
    except tomllib.TOMLDecodeError:
        return None


def _name_provider(config: Config, shard: str, provider: str) -> None:
    """Write `provider` into the shard's table in ifmem.toml, or take it out; the rest of the file stays as it is.

    A file that its user trusts stays trusted: the change is the user's own.
    """
    path, trusted = config.folder / FILE, is_trusted(config)
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    after = with_value(before, f"shards.{shard}", "provider", provider)
    if after is None or _provider_in(after, shard) != provider:
        line = f'provider = "{provider}"' if provider else "no provider"
        raise IfmemError(f"cannot change {path}.", fix=f"Put {line} into its table [shards.{shard}] by hand")
    try:
        their_files.replace(path, after)
    except OSError as error:
        raise IfmemError(f"cannot write {path}.", why=error.strerror or str(error)) from None
    if trusted:
        trust(load(config.folder))
