"""`ifmem config`: each setting, its value and where that came from; passwords are never shown."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from ifmem.cli.session import Session
from ifmem.cli.table import Column, layout
from ifmem.cli.text import one_line
from ifmem.config import SETTINGS, Config
from ifmem.config.folders import FILE
from ifmem.core.addresses import masked

EXAMPLES = """
ifmem config
ifmem config --paths
IFMEM_PAGE_TOKENS=50000 ifmem config --json
"""


def command(
    ctx: typer.Context,
    paths: Annotated[bool, typer.Option("--paths", help="Where ifmem keeps its files.")] = False,
) -> None:
    """First wins: an option, an IFMEM_ variable, the folder's ifmem.toml, the user's ifmem.toml, the default."""
    session: Session = ctx.obj
    config = session.config()
    screen = session.screen
    if session.as_json:
        screen.json({"schema": 1, "settings": settings(config), "paths": _paths(config)})
    elif paths:
        screen.rows(_paths(config).items())
    elif screen.on_terminal:
        cells = [[one_line(text) for text in column] for column in zip(*_rows(config), strict=True)]
        titles = ("SETTING", "VALUE", "FROM")
        columns = [Column(title, 0, column) for title, column in zip(titles, cells, strict=True)]
        screen.lines(layout(columns, screen.console(sys.stdout).width))
    else:
        screen.rows([("SETTING", "VALUE", "FROM"), *_rows(config)])


def settings(config: Config) -> dict[str, dict[str, Any]]:
    """Every setting by its name: value (passwords masked), origin and meaning."""
    return {
        name: {"value": _shown(config, name), "from": config.origins[name], "meaning": known.metadata["meaning"]}
        for name, known in SETTINGS.items()
    }


def _shown(config: Config, name: str) -> Any:
    value = getattr(config, name)
    return masked(value) if SETTINGS[name].metadata.get("secret") else value


def _rows(config: Config) -> list[tuple[str, str, str]]:
    rows = []
    for name, known in settings(config).items():
        value = known["value"]
        if isinstance(value, Mapping | tuple):
            value = ", ".join(value)
        rows.append((name, str(value) or "-", str(known["from"])))
    return rows


def _paths(config: Config) -> dict[str, str]:
    return {
        "folder": str(config.folder),
        "settings": str(config.folder / FILE),
        "home": str(config.home),
        "run": str(config.run_dir),
        "logs": str(config.logs),
        "pages": str(config.pages),
        "index": str(config.index),
        "archive": str(config.archive),
    }
