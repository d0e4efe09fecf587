"""Scripts are sent whole once and by their digest from then on, which is shorter, and spares the server to digest them at every call."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Any

Command = tuple[Any, ...]


class KnownScripts:
    """What one server has been sent whole. It forgets when it is started anew, and may when others send it many scripts."""

    def __init__(self) -> None:
        self._known = set[str]()

    def forget(self) -> None:
        self._known.clear()

    def shortened(self, command: Command) -> Command:
        """The command as it is to be sent: EVAL of a script that the server knows becomes EVALSHA."""
        if command[0] != "EVAL":
            return command
        script = command[1]
        if script in self._known:
            return ("EVALSHA", _digest(script), *command[2:])
        self._known.add(script)
        return command


@cache
def _digest(script: str) -> str:
    return hashlib.sha1(script.encode(), usedforsecurity=False).hexdigest()
