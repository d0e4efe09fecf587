"""Which folders' own `ifmem.toml` their user has trusted, each with the sha256 of the very file: another content is another decision.

One small private file a folder, in the user's state and not in the folder: what is in the folder came with it.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ifmem.config import Config
from ifmem.config.folders import FILE
from ifmem.config.loading import load
from ifmem.core.addresses import masked
from ifmem.core.trust import Wish, wishes
from ifmem.errors import IfmemError
from ifmem.stores.bus_server import make_private_folder, write_private

NAMED = 3  # wishes that a refusal tells in full


def is_trusted(config: Config) -> bool:
    """Whether all that the folder's own file says counts."""
    if config.ignored:
        return False
    resolved = (folder.resolve() for folder in config.trusts)
    if not wishes(config) or any(config.folder.is_relative_to(folder) for folder in resolved):
        return True
    return _recorded(config) == config.own_digest


def refusal(config: Config) -> IfmemError | None:
    """Why the folder's own file does not count in full; None if it does."""
    if is_trusted(config):
        return None
    asked = wishes(config)
    told = "; ".join(f"{wish.setting} {masked(wish.does)}" for wish in asked[:NAMED])
    more = f"; and {len(asked) - NAMED} more" if len(asked) > NAMED else ""
    return IfmemError(
        f"{config.folder / FILE} is not trusted.",
        why=f"it asks for what only you may decide: {told}{more}",
        fix=f"Read it. If it is yours, or you agree with it: ifmem trust -C {config.folder}",
    )


def settled(folder: Path | str | None, options: Mapping[str, Any]) -> tuple[Config, IfmemError | None]:
    """The settings that count for a folder, and why some of its own file do not, if it is not trusted."""
    config = load(folder, options=options)
    refused = refusal(config)
    if refused is None:
        return config, None
    ignored = frozenset(wish.setting.partition(".")[0] for wish in wishes(config))
    return load(folder, options=options, ignored=ignored), refused


def trust(config: Config) -> tuple[Wish, ...]:
    """Let the file count as it was read; returns what it asks for."""
    place = _place(config)
    for folder in (config.user_state, place.parent):
        make_private_folder(folder)
    write_private(place, f"{config.own_digest}\n{config.folder}\n")
    return wishes(config)


def withdraw(config: Config) -> bool:
    """Forget that the folder's file was trusted; False if it was not."""
    try:
        _place(config).unlink()
    except FileNotFoundError:
        return False
    return True


def _recorded(config: Config) -> str:
    """The digest that was trusted; "" if there is none, or if somebody else could have written it."""
    place = _place(config)
    try:
        with place.open(encoding="utf-8") as file:
            found = os.fstat(file.fileno())
            ours = found.st_uid == os.getuid() and not found.st_mode & 0o022
            digest, folder = (*file.read().split("\n"), "", "")[:2]
    except (OSError, UnicodeDecodeError):
        return ""
    return digest if ours and folder == str(config.folder) else ""


def _place(config: Config) -> Path:
    name = hashlib.sha256(os.fsencode(config.folder)).hexdigest()[:32]
    return config.user_state / "trusted" / name
