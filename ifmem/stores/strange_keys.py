"""What lies under a name of ours and is of another type than we would have put there: removed, and counted as refused.

Only on a server of our own. On somebody else's it may be of use to them; there it stays, and a person is told.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

from ifmem.core.keys import counts_beside, type_of
from ifmem.stores.script_digests import Command

log = logging.getLogger("ifmem")
Ask = Callable[[Sequence[Command]], Awaitable[list[Any]]]
NOTHING = "none"  # how the server calls the type of a key that is not there
AT_ONCE = 1_000
REFUSED = "refused"  # the field of set:counts


async def clear(ask: Ask, command: Command) -> None:
    """Remove what stands in the way of a command, so that it may be sent again. Nothing, if another has removed it meanwhile."""
    strange = [name async for names in _names(ask, command) for name in await _strange(ask, names)]
    if strange:
        log.warning("removed what was no %s of ours: %s", type_of(strange[0]), ", ".join(strange)[:300])
        await ask((("UNLINK", *strange), ("HINCRBY", counts_beside(strange[0]), REFUSED, len(strange))))


async def _names(ask: Ask, command: Command) -> AsyncIterator[Sequence[str]]:
    """The names that a command has to do with, some at a time; a script is also told how names begin."""
    ours = [part for part in command[1:] if isinstance(part, str) and type_of(part)]
    yield [part for part in ours if not part.endswith(":")]
    for part in ours:
        cursor = "" if part.endswith(":") else "0"
        while cursor != "0":
            [[found, names]] = await ask((("SCAN", cursor or "0", "MATCH", f"{_literal(part)}*", "COUNT", AT_ONCE),))
            cursor = str(found)
            yield names


async def _strange(ask: Ask, names: Sequence[str]) -> list[str]:
    """Those that are of another type than ours, found out in one round trip."""
    types = await ask([("TYPE", name) for name in names]) if names else []
    return [name for name, found in zip(names, types, strict=True) if found not in (NOTHING, type_of(name))]


def _literal(text: str) -> str:
    return "".join(f"\\{c}" if c in "*?[]\\" else c for c in text)
