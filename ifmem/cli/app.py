"""The command `ifmem`: finds the module of the command that was typed, runs it, and turns what happened into an exit code.

A command's module is imported when it is called and not before. It has a function `command`, whose docstring is the help text, and
`EXAMPLES`. What it returns is the exit code; None means done.
"""

from __future__ import annotations

import difflib
import inspect
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import fields
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from ifmem.cli.coercion import Command, unhurried
from ifmem.cli.failure import show, show_unexpected
from ifmem.cli.screen import OutputLost
from ifmem.cli.session import Session, shared_options
from ifmem.errors import Exit, IfmemError

if TYPE_CHECKING:
    from ifmem.client import Memory

COMMANDS = {
    "up": "Start what is missing and show each shard until it is ready.",
    "ask": "Ask a question; the answer comes with checked citations.",
    "chat": "Ask question after question, each a follow-up of the last.",
    "search": "Search in passes of many workers, each building on the last; a report with sources.",
    "task": "Have one worker find something out.",
    "tasks": "Show the tasks of workers and what has become of them.",
    "status": "Show what is running and, for what is not ready, why and what to do.",
    "down": "Stop everything in order; the memory is kept.",
    "restart": "Restart shards, also ones that were given up.",
    "join": "Serve shards of a set that is at home on another machine.",
    "leave": "Stop serving another machine's shards.",
    "refresh": "Read sources again now, also commands and addresses.",
    "logs": "Show what the processes wrote, merged by time.",
    "note": "Take a note, which is searchable at once; list, edit and remove notes.",
    "remember": "Keep the transcript of an agent's session as history.",
    "verify": "Check an answer's receipt again: its digest, its quotes, its sources.",
    "plan": "Show what loading and asking will cost, before anything is spent.",
    "cost": "Show what calls to models did cost, and what the cache has saved.",
    "dead": "Show questions that were given up, or ask one of them again.",
    "findings": "Show what has been remembered, or follow it; export and import.",
    "finding": "Show one finding: its sources, what it was built on and what was built on it.",
    "archive": "Move what overflows to the librarians.",
    "corpus": "Show what was loaded, and what was left out and why.",
    "eval": "Measure the answers to questions that you know the answers of.",
    "mcp": "Serve this memory to any MCP host, or register it with one.",
    "bridge": "Look after the conversations of agents over the bridge.",
    "init": "Write a commented ifmem.toml.",
    "doctor": "Look at everything that can be wrong, and say what mends it.",
    "backup": "Copy what has been remembered into a file.",
    "restore": "Put a backup in the place of what is remembered.",
    "trust": "Let a folder's own ifmem.toml run commands and name servers.",
    "config": "Show each setting and where it came from.",
    "bench": "Measure ifmem on this machine, beside named baselines.",
    "chaos": "Do harm to a private set and show that nothing is lost.",
}
SHARED = {field.name for field in fields(Session)}
EXAMPLES = """
ifmem up                                  start, in the folder to remember
ifmem ask "Where are retries decided?"    ask
ifmem status --watch                      look on
ifmem down                                stop
"""


class Commands(TyperGroup):
    """The commands of `COMMANDS`, each imported when it is wanted. The shared options may stand on either side of a command's name."""

    def get_params(self, ctx: Any) -> list[Any]:
        return unhurried(super().get_params(ctx))

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Command | None:
        if cmd_name in COMMANDS:
            return self._load(cmd_name)
        if ctx.resilient_parsing:  # the shell is completing a line that is not finished
            return None
        near = difflib.get_close_matches(cmd_name, COMMANDS, n=1)
        why = f"Did you mean {near[0]}?" if near else ""
        raise IfmemError(f"no such command: {cmd_name}", why=why, fix="See: ifmem -h", exit_code=Exit.USAGE)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def _load(self, name: str) -> Command:
        module = import_module(f"ifmem.cli.{name}")
        app = typer.Typer(rich_markup_mode=None, add_completion=False)
        help_text = f"{COMMANDS[name]}\n\n{inspect.getdoc(module.command) or ''}"
        app.command(name, cls=Command, help=help_text, epilog=_examples(module.EXAMPLES))(module.command)
        loaded = get_command(app)
        assert isinstance(loaded, Command)
        loaded.params.extend(param for param in self.params if param.name in SHARED)
        return loaded


def _examples(text: str) -> str:
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in text.strip().splitlines())


def _root() -> Any:
    app = typer.Typer(rich_markup_mode=None, context_settings={"help_option_names": ["-h", "--help"]})
    app.callback(cls=Commands, invoke_without_command=True, epilog=_examples(EXAMPLES))(shared_options)
    return get_command(app)


def run(arguments: Sequence[str], connect: Callable[..., Memory] | None = None) -> int:
    """Run one command line and return its exit code. `connect` makes the Memory, by default `ifmem.client.Memory`."""
    _settle_streams()
    session = Session(connect)
    try:
        code = _invoke(arguments, session)
        session.screen.flush()
    except OutputLost as lost:
        _silence_stdout()
        if not lost.reader_left:
            session.screen.error(f"ifmem: cannot write the output ({lost}).")
        return int(Exit.DID_NOT_HAPPEN)
    return code


def _invoke(arguments: Sequence[str], session: Session) -> int:
    try:
        code = _root().main(list(arguments), prog_name="ifmem", standalone_mode=False, obj=session)
    except IfmemError as error:
        return show(error, session)
    except typer.TyperException as error:
        return show(_usage(error), session)
    except typer.Abort:
        return int(Exit.INTERRUPTED)
    except OutputLost:
        raise
    except Exception as error:  # the edge of the program: whatever nobody foresaw ends here
        return show_unexpected(error, session)
    return int(code or 0)


def _usage(error: typer.TyperException) -> IfmemError:
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "ifmem"
    return IfmemError(error.format_message(), fix=f"See: {command} -h", exit_code=Exit(error.exit_code))


def _settle_streams() -> None:
    """Output to a closed stream (`>&-`) goes nowhere, and a terminal that cannot show a character shows another one."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - to the end
        elif hasattr(stream := getattr(sys, name), "reconfigure"):
            stream.reconfigure(errors="replace")


def _silence_stdout() -> None:
    """What is still buffered has nowhere to go; without this the interpreter would try again when it exits, and complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
