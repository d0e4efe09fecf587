"""Many conversations at once over a few servers that are killed at random: everything arrives, in order, repeats marked by id."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import shlex
import signal
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.shared.exceptions import MCPError
from running_set import PATIENCE_S

from ifmem.bridge.hosts import command_line

CONVERSATIONS, MESSAGES, SERVERS, KILLS = 50, 20, 3, 3
LOST = (MCPError, anyio.ClosedResourceError, anyio.BrokenResourceError, OSError)


class Slot:
    """A host that starts its server again whenever that dies."""

    def __init__(self, folder: Path, number: int, env: dict[str, str]) -> None:
        self._pid_file = folder / f"server-{number}.pid"
        script = f"echo $$ > {shlex.quote(str(self._pid_file))}; exec {shlex.join(command_line(folder))}"
        self._server = StdioServerParameters(command="/bin/sh", args=["-c", script], env=env)
        self._client: Client | None = None
        self._up, self._down = asyncio.Event(), asyncio.Event()
        self.lives = 0

    async def host(self) -> None:
        while True:
            with contextlib.suppress(*LOST, ExceptionGroup):
                async with Client(stdio_client(self._server)) as client:
                    self.lives += 1
                    self._client = client
                    self._down.clear()
                    self._up.set()
                    await self._down.wait()

    async def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """The result of a call, made again if the server died before it answered."""
        while True:
            await self._up.wait()
            client = self._client
            assert client is not None
            try:
                found = await client.call_tool(tool, arguments)
            except LOST:
                if client is self._client:
                    self._up.clear()
                    self._down.set()
                continue
            assert not found.is_error, found.content
            return found.structured_content or {}

    def kill(self) -> None:
        os.kill(int(self._pid_file.read_text()), signal.SIGKILL)


@dataclass
class Exchange:
    """One conversation: `read` are id and text in the order of their first arrival, `repeats` the ids that came again."""

    sender: Slot
    reader: Slot
    made: dict[str, str]
    read: dict[int, str] = field(default_factory=dict)
    repeats: list[int] = field(default_factory=list)

    async def send(self, messages: int) -> None:
        ours = {"conversation_id": self.made["conversation_id"], "token": self.made["token"]}
        for number in range(messages):
            await self.sender.call("send_to_partner", message=f"message {number}", **ours)

    async def receive(self, messages: int) -> None:
        theirs = {"conversation_id": self.made["conversation_id"], "token": self.made["partner_token"]}
        while f"message {messages - 1}" not in self.read.values():
            inbox = await self.reader.call("check_messages", wait_seconds=5, **theirs)
            for one in inbox["messages"]:
                if one["id"] in self.read:
                    assert one["repeat"], "what comes again says so"
                    self.repeats.append(one["id"])
                self.read.setdefault(one["id"], one["message"])

    def arrived(self) -> list[str]:
        """The texts in order. A message whose sender never heard that it was stored may be sent, and come, twice in a row."""
        texts = list(self.read.values())
        return [text for text, before in zip(texts, [None, *texts], strict=False) if text != before]


async def exchange(folder: Path, env: dict[str, str], messages: int, kills: int) -> list[Exchange]:
    slots = [Slot(folder, number, env) for number in range(SERVERS)]
    hosts = [asyncio.create_task(slot.host()) for slot in slots]
    exchanges = []
    for number in range(CONVERSATIONS):
        sender, reader = slots[number % SERVERS], slots[(number + 1) % SERVERS]
        made = await sender.call("create_conversation", my_role="sender", partner_role="reader")
        exchanges.append(Exchange(sender, reader, made))
    choose = random.Random(4711)
    talking = asyncio.gather(*(work for one in exchanges for work in (one.send(messages), one.receive(messages))))
    for _ in range(kills):
        victim = choose.choice(slots)
        lives = victim.lives
        victim.kill()
        while victim.lives == lives and not talking.done():  # a host notices when somebody calls
            await asyncio.sleep(0.02)
    await talking
    for host in hosts:
        host.cancel()
    await asyncio.gather(*hosts, return_exceptions=True)
    return exchanges


def test_all_arrives_in_order_though_servers_are_killed(tmp_path: Path) -> None:
    store = tmp_path / "state" / "bridge.db"
    limits = {"IFMEM_BRIDGE_PER_MINUTE": "100000", "IFMEM_BRIDGE_PER_HOUR": "100000"}
    env = {"IFMEM_BRIDGE_STORE": str(store), "HOME": str(tmp_path), "PATH": os.environ["PATH"], **limits}
    exchanges = asyncio.run(asyncio.wait_for(exchange(tmp_path, env, MESSAGES, KILLS), 2 * PATIENCE_S))
    expected = [f"message {number}" for number in range(MESSAGES)]
    assert [one.arrived() for one in exchanges] == [expected] * CONVERSATIONS
    assert all(list(one.read) == sorted(one.read) for one in exchanges), "ids grow in the order of sending"
