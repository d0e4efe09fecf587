"""`ifmem bridge`: the conversations of agents, seen by the person they work for."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated, Any

import typer

from ifmem.cli.session import Session
from ifmem.cli.text import duration, one_line, timestamp
from ifmem.core.correspondence import SIDES
from ifmem.errors import Exit, IfmemError
from ifmem.stores.bridge_file import BridgeFile
from ifmem.stores.conversations import Conversations
from ifmem.stores.overviews import Overview

EXAMPLES = """
ifmem bridge list
ifmem bridge show conv_0123456789abcdef
ifmem bridge audit -n 20
ifmem bridge attach docs && ifmem bridge prompt docs
"""
PARTNERS = ("attach", "detach", "prompt")
ACTIONS = {"list": "", "show": "ID", "tokens": "ID", "audit": "", "cleanup": "", **dict.fromkeys(PARTNERS, "SHARD")}
Told = tuple[dict[str, Any], str]


def command(
    ctx: typer.Context,
    action: Annotated[
        str, typer.Argument(metavar="[list|show|tokens|audit|cleanup|attach|detach|prompt]", show_default=False)
    ] = "list",
    name: Annotated[str, typer.Argument(metavar="[ID|SHARD]", show_default=False)] = "",
    limit: Annotated[int, typer.Option("-n", "--limit", min=1, metavar="N", help="audit: the last N entries.")] = 50,
) -> Exit:
    """list and show say who talks and how much, never what; tokens issues new ones and makes the old ones worthless; audit says
    who did what and whether the record was touched; cleanup forgets what has expired. attach makes a session of your own the
    shard SHARD, prompt prints what to paste into that session, detach gives the shard back.
    """
    session: Session = ctx.obj
    if action not in ACTIONS:
        raise IfmemError(f"ifmem bridge cannot {action!r}.", fix=f"It can: {', '.join(ACTIONS)}", exit_code=Exit.USAGE)
    if ACTIONS[action] and not name:
        raise IfmemError(
            f"{action} needs a name.", fix=f"ifmem bridge {action} {ACTIONS[action]}", exit_code=Exit.USAGE
        )
    if action in PARTNERS:
        from ifmem.cli.bridge_partner import act

        return act(session, action, name)
    config = session.config()
    file = BridgeFile(config.bridge)
    try:
        return _look(session, action, Conversations(file, expiry_s=config.bridge_expiry_s), name, limit)
    finally:
        file.close()


def _look(session: Session, action: str, conversations: Conversations, name: str, limit: int) -> Exit:
    if action == "audit":
        return _audit(session, conversations, name, limit)
    facts, text = LOOKS[action](conversations, name)
    if session.as_json:
        session.screen.json({"schema": 1, **facts})
    else:
        session.screen.data(text)
    return Exit.DONE


def _list(conversations: Conversations, _: str) -> Told:
    found = conversations.overviews()
    lines = [_line(overview) for overview in found]
    text = "\n".join(lines) or "no conversations. Agents begin them with create_conversation: ifmem mcp"
    return {"conversations": [asdict(overview) for overview in found]}, text


def _line(overview: Overview) -> str:
    one = overview.conversation
    roles = f"{one_line(one.role_a)} and {one_line(one.role_b)}"
    left = duration(one.expires_at - time.time())
    return f"{one.id}  {roles}  {sum(overview.sent.values())} messages  expires in {left}"


def _show(conversations: Conversations, name: str) -> Told:
    overview = conversations.overview(name)
    lines = [_line(overview)]
    for side in SIDES:
        who = overview.sides[side]
        heard = f"heard of {duration(time.time() - who.heard_at)} ago" if who.heard_at else "never heard of"
        counts = f"sent {overview.sent[side]}, has {overview.unread[side]} to read"
        lines.append(f"  {side}  {one_line(who.role)}: {who.status or 'no status'}, {heard}, {counts}")
    return {"conversation": asdict(overview)}, "\n".join(lines)


def _tokens(conversations: Conversations, name: str) -> Told:
    tokens = {side: conversations.renew_token(name, side) for side in SIDES}
    lines = [f"{side}  {token}" for side, token in tokens.items()]
    text = "\n".join([*lines, "The old ones open nothing any more. These are shown only now."])
    return {"conversation": name, "tokens": tokens}, text


def _cleanup(conversations: Conversations, _: str) -> Told:
    gone, entries = conversations.forget_expired()
    text = f"forgot {gone} expired conversations and {entries} old audit entries"
    return {"conversations": gone, "audit_entries": entries}, text


def _audit(session: Session, conversations: Conversations, name: str, limit: int) -> Exit:
    """Exit code 1 if the chain is broken."""
    entries, broken = conversations.audit(name)
    shown = entries[-limit:]
    if session.as_json:
        session.screen.json({"schema": 1, "entries": [entry.to_dict() for entry in shown], "broken_at": broken})
    else:
        rows = [
            (
                entry.id,
                timestamp(entry.at),
                entry.conversation,
                entry.side or "-",
                entry.action,
                _details(entry.details),
            )
            for entry in shown
        ]
        session.screen.rows([("ID", "AT", "CONVERSATION", "SIDE", "ACTION", "DETAILS"), *rows])
        last = entries[-1].digest if entries and not name else ""
        note = f"the chain is unbroken{f'; its last digest: {last}' if last else ''}"
        session.screen.note(
            note if broken is None else f"entry {broken} does not fit the chain: the record was touched"
        )
    return Exit.DONE if broken is None else Exit.DID_NOT_HAPPEN


def _details(details: dict[str, Any]) -> str:
    return one_line(", ".join(f"{key} {value}" for key, value in details.items()))


LOOKS: dict[str, Callable[[Conversations, str], Told]] = {
    "list": _list,
    "show": _show,
    "tokens": _tokens,
    "cleanup": _cleanup,
}
