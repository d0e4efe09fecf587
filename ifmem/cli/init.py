"""`ifmem init`: writes an ifmem.toml that says everything and changes nothing: each line is a comment with the default."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import Field
from pathlib import Path
from typing import Annotated, Any

import typer

from ifmem.cli.session import Session
from ifmem.config import SETTINGS
from ifmem.config.folders import FILE
from ifmem.errors import IfmemError

EXAMPLES = """
ifmem init
ifmem init -C ~/src/project
"""
HEAD = """\
# Settings of ifmem for this folder. Every line is a comment that shows the default: take away a `#` to change it.
# An option on the command line or an IFMEM_… variable wins over this file. What counts now: ifmem config
"""
SHARDS = """\
# A shard owns one domain. This redefines what `code` reads; another name makes another shard.
# Globs as in .gitignore, relative to this folder. A command's output becomes one document.
# [shards.code]
# title = "Source code"
# include = ["src/**/*.py", "*.toml"]
# exclude = ["src/vendored/"]
# capacity_tokens = 2_000_000
# sources = [{ kind = "command", name = "tests", command = "pytest --collect-only -q", timeout_s = 20 }]
"""


def command(
    ctx: typer.Context,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file that is there.")] = False,
) -> None:
    """A folder needs none: without a file the defaults count."""
    session: Session = ctx.obj
    path = Path(session.folder or ".").expanduser().absolute() / FILE
    _write(path, force=force)
    if session.as_json:
        session.screen.json({"schema": 1, "wrote": str(path)})
    else:
        session.screen.data(f"wrote {path}; it changes nothing until you edit it. What counts now: ifmem config")


def _write(path: Path, *, force: bool) -> None:
    try:
        with path.open("w" if force else "x", encoding="utf-8") as stream:
            stream.write(template())
    except FileExistsError:
        raise IfmemError(f"{path} is there already.", fix="Overwrite it: ifmem init --force") from None
    except OSError as error:
        why = error.strerror or str(error)
        raise IfmemError(f"cannot write {path}.", why=why, fix="Name a folder: ifmem init -C FOLDER") from None


def template() -> str:
    """The text of the file."""
    entries = ("\n".join(_entry(name, known)) for name, known in SETTINGS.items() if name != "shards")
    return "\n\n".join([HEAD.rstrip(), *entries, SHARDS])


def _entry(name: str, known: Field[Any]) -> Iterator[str]:
    limits = _limits(known.metadata)
    meaning = known.metadata["meaning"] + (f" ({limits})" if limits else "")
    yield from textwrap.wrap(meaning[0].upper() + meaning[1:] + ".", 100, initial_indent="# ", subsequent_indent="# ")
    yield f"# {name} = {_toml(known.metadata['default'])}"


def _limits(metadata: Mapping[str, Any]) -> str:
    low, high = metadata.get("low"), metadata.get("high")
    if low is None:
        return ""
    return f"at least {low}" if high is None else f"{low} to {high}"


def _toml(value: Any) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(value)
