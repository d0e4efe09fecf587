"""`ifmem trust`: lets a folder's own ifmem.toml run commands, name servers and set budgets; once for each content of the file."""

from __future__ import annotations

from typing import Annotated

import typer

from ifmem.cli.session import Session
from ifmem.cli.text import one_line, plural
from ifmem.config.folders import FILE
from ifmem.config.loading import load
from ifmem.core.addresses import masked
from ifmem.core.trust import Wish, wishes
from ifmem.errors import Exit, IfmemError
from ifmem.stores.trust import is_trusted, trust, withdraw

EXAMPLES = """
ifmem trust --show             what the file asks for; changes nothing
ifmem trust -C ~/src/project
ifmem trust --withdraw
"""


def command(
    ctx: typer.Context,
    show: Annotated[bool, typer.Option("--show", help="Only show what the file asks for.")] = False,
    withdrawn: Annotated[bool, typer.Option("--withdraw", help="Trust it no longer.")] = False,
) -> None:
    """Only some settings need it: commands, providers of one's own, prompts, servers, addresses, budgets, secrets. What `ifmem init` writes
    asks for none of them. When the file changes, it is asked for again. [env: IFMEM_TRUST: folders, separated by `:`]
    """
    session: Session = ctx.obj
    if show and withdrawn:
        raise IfmemError("--show and --withdraw do not go together.", exit_code=Exit.USAGE)
    config = load(session.folder)
    path = config.folder / FILE
    if not config.own_digest and not withdrawn:
        raise IfmemError(f"there is no {path}.", why="only that file needs trust", fix="ifmem config")
    asked = wishes(config)
    if withdrawn:
        said = f"{path} is trusted no longer" if withdraw(config) else f"{path} was not trusted"
    elif show:
        said = f"{path} is {'trusted' if is_trusted(config) else 'not trusted'}"
    else:
        asked = trust(config)
        said = f"trusted {path}"
    if session.as_json:
        listed = [{"setting": wish.setting, "does": masked(wish.does)} for wish in asked]
        session.screen.json({"schema": 1, "file": str(path), "trusted": is_trusted(config), "asks_for": listed})
    else:
        session.screen.data("\n".join([f"{one_line(said)}: it asks for {plural(len(asked), 'thing')}", *_lines(asked)]))


def _lines(asked: tuple[Wish, ...]) -> list[str]:
    return [f"  {one_line(wish.setting)}  {one_line(masked(wish.does))}" for wish in asked]
