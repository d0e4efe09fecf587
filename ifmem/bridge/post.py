"""The conversations as one server sees them: its sessions, which side each is, and waiting for mail.

Every step on the file is taken in a thread, so that a file that is busy stops no other call. The stores are imported when a call needs
them: many servers are never used for conversations, and all have to answer `initialize` at once.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

import anyio
from anyio.to_thread import run_sync

from ifmem.bridge.waiting import Waiting
from ifmem.config import Config
from ifmem.core.correspondence import Conversation, Presence, Tokens, Window, refusal

if TYPE_CHECKING:
    from ifmem.stores.bridge_file import BridgeFile
    from ifmem.stores.conversations import Conversations, Participant
    from ifmem.stores.messages import Batch, Messages, Sent

MINUTE_S, HOUR_S = 60.0, 3_600.0


class Post:
    """`session` in the calls below names the session of this server that calls; empty if it cannot be told from others."""

    def __init__(self, config: Config) -> None:
        self.alive_s = config.bridge_alive_s
        self._config = config
        self._nonce = secrets.token_hex(8)
        self._bound: dict[str, tuple[str, str]] = {}

    @cached_property
    def _file(self) -> BridgeFile:
        from ifmem.stores.bridge_file import BridgeFile

        return BridgeFile(self._config.bridge)

    @cached_property
    def _conversations(self) -> Conversations:
        from ifmem.stores.conversations import Conversations

        return Conversations(self._file, expiry_s=self._config.bridge_expiry_s)

    @cached_property
    def _messages(self) -> Messages:
        from ifmem.stores.messages import Messages

        windows = (Window(MINUTE_S, self._config.bridge_per_minute), Window(HOUR_S, self._config.bridge_per_hour))
        return Messages(self._file, windows)

    @cached_property
    def _waiting(self) -> Waiting:
        return Waiting(self._config.bridge)

    def session(self, name: str) -> str:
        """A name that no session of another server, or of this one after a restart, has."""
        return f"{self._nonce}:{name}"

    async def create(self, session: str, my_role: str, partner_role: str) -> tuple[Conversation, Tokens]:
        """Begin a conversation; the session is its side a from now on."""
        made, tokens = await run_sync(self._conversations.create, my_role, partner_role)
        if session:
            self._bound[session] = made.id, tokens.a
        return made, tokens

    async def enter(self, session: str, conversation_id: str, token: str, side: str) -> Participant:
        """The side that speaks: that of the token, else the one this session has spoken for before, or is configured for."""
        if not (conversation_id and token):
            conversation_id, token = self._remembered(session, conversation_id)
        who = await run_sync(self._conversations.enter, conversation_id, token, side)
        if session:
            self._bound.setdefault(session, (conversation_id, token))
        return who

    def _remembered(self, session: str, conversation_id: str) -> tuple[str, str]:
        given = self._config.bridge_token
        configured = (self._config.bridge_conversation, given.value) if given else ("", "")
        known = self._bound.get(session) or configured
        if not known[0] or conversation_id not in ("", known[0]):
            raise refusal(
                "it is not known which conversation is meant.",
                fix="Give conversation_id and token, or begin one: create_conversation",
            )
        return known

    async def send(self, who: Participant, kind: str, text: str, files: Sequence[str]) -> Sent:
        return await run_sync(self._messages.send, who, kind, text, files)

    async def receive(
        self, who: Participant, session: str, acknowledge: Sequence[int], limit: int, wait_s: float
    ) -> Batch:
        """The messages that wait; if there are none, those that come within `wait_s` seconds."""
        until = time.monotonic() + wait_s
        batch = await self._hand_out(who, session, acknowledge, limit)
        while not batch.messages and time.monotonic() < until and await self._mail_came(who, until):
            later = await self._hand_out(who, session, (), limit)
            batch = replace(later, acknowledged=batch.acknowledged)
        return batch

    async def _hand_out(self, who: Participant, session: str, acknowledge: Sequence[int], limit: int) -> Batch:
        """A call that is cancelled meanwhile has delivered nothing: the next one must not acknowledge it."""
        with anyio.CancelScope(shield=True):
            batch = await run_sync(self._messages.hand_out, who, session, acknowledge, limit)
        try:
            await anyio.lowlevel.checkpoint_if_cancelled()
        except anyio.get_cancelled_exc_class():
            with anyio.CancelScope(shield=True):
                await run_sync(self._messages.take_back, session, [message.id for message in batch.messages])
            raise
        return batch

    async def _mail_came(self, who: Participant, until: float) -> bool:
        """Whether there is mail before `until` (monotonic)."""
        with self._waiting.for_mail(who.conversation.id, who.partner) as came:
            if await run_sync(self._messages.unread, who):
                return True
            with anyio.move_on_after(until - time.monotonic()):
                await came.wait()
            return came.is_set()

    async def update_status(self, who: Participant, status: str) -> int:
        """Say how this side is; returns how many messages wait for it."""
        await run_sync(self._conversations.update_status, who, status)
        return await run_sync(self._messages.unread, who)

    async def partner(self, who: Participant) -> tuple[Presence, int]:
        """The other side, and how many messages wait for this one."""
        presence = await run_sync(self._conversations.partner_of, who)
        return presence, await run_sync(self._messages.unread, who)

    async def tidy(self) -> None:
        """Forget what has expired, if anybody has ever used the bridge."""
        if self._config.bridge.exists():
            await run_sync(self._conversations.forget_expired)

    def close(self) -> None:
        """Let go of the file, if it was ever used."""
        if "_file" in self.__dict__:
            self._file.close()
