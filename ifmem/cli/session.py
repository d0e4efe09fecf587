"""What every command shares: the options that may stand before or after its name, and how it reaches the memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import typer

from ifmem.cli.screen import Screen
from ifmem.config import Config
from ifmem.errors import Exit, IfmemError
from ifmem.stores.trust import settled

if TYPE_CHECKING:
    from ifmem.client import Memory

COLORS = ("auto", "always", "never")


@dataclass
class Session:
    """One run of the command line. The options fill it while they are parsed; `connect` makes a Memory."""

    connect: Callable[..., Memory] | None = None
    folder: str | None = None
    redis_url: str | None = None
    namespace: str | None = None
    color: str = "auto"
    as_json: bool = False
    quiet: bool = False
    verbose: bool = False
    debug: bool = False

    @property
    def screen(self) -> Screen:
        return Screen(self.color, self.quiet, self.verbose)

    def memory(self) -> Memory:
        if self.connect is None:
            from ifmem.client import Memory

            self.connect = Memory
        return self.connect(self.folder, redis_url=self.redis_url, namespace=self.namespace)

    def config(self) -> Config:
        """The settings that count, alone: no connection, and nothing of redis imported."""
        return self._settled()[0]

    def trusted_config(self) -> Config:
        """The settings, for what runs commands without a set. Raises IfmemError if some do not count: the file is not trusted."""
        config, refused = self._settled()
        if refused is not None:
            raise refused
        return config

    def _settled(self) -> tuple[Config, IfmemError | None]:
        return settled(self.folder, {"redis_url": self.redis_url, "namespace": self.namespace})


def _keep(ctx: typer.Context, param: typer.CallbackParam, value: Any) -> Any:
    if value and isinstance(ctx.obj, Session) and param.name:
        setattr(ctx.obj, param.name, value)
    return value


def _keep_url(ctx: typer.Context, param: typer.CallbackParam, value: str | None) -> str | None:
    if value and urlsplit(value).password:
        raise IfmemError(
            "--redis-url must not hold a password.",
            why="everyone on this machine can see the options of a running command",
            fix="Put it into the environment: IFMEM_REDIS_URL=redis://user:password@host:port ifmem …",
            exit_code=Exit.USAGE,
        )
    return _keep(ctx, param, value)  # type: ignore[no-any-return]


def _keep_color(ctx: typer.Context, param: typer.CallbackParam, value: str | None) -> str | None:
    if value and value not in COLORS:
        raise IfmemError(f"--color does not know {value!r}.", fix=f"Allowed: {', '.join(COLORS)}", exit_code=Exit.USAGE)
    return _keep(ctx, param, value)  # type: ignore[no-any-return]


def _print_version(wanted: bool) -> None:
    if wanted:
        from ifmem import __version__

        print(f"ifmem {__version__}")
        raise typer.Exit


def _option(*names: str, callback: Callable[..., Any] = _keep, **settings: Any) -> Any:
    return typer.Option(*names, callback=callback, expose_value=False, show_default=False, **settings)


def shared_options(  # noqa: PLR0917 - typer reads the options from the signature
    ctx: typer.Context,
    folder: Annotated[
        str | None, _option("-C", "--folder", metavar="FOLDER", help="The folder to remember.  [env: IFMEM_FOLDER]")
    ] = None,
    redis_url: Annotated[
        str | None,
        _option(
            "--redis-url", metavar="URL", callback=_keep_url, help="Use this Redis or Valkey.  [env: IFMEM_REDIS_URL]"
        ),
    ] = None,
    namespace: Annotated[
        str | None,
        _option("--namespace", metavar="NAME", help="Put in front of every key.  [env: IFMEM_NAMESPACE]"),
    ] = None,
    as_json: Annotated[bool, _option("--json", help="One JSON object on stdout (schema 1).")] = False,
    quiet: Annotated[bool, _option("-q", "--quiet", help="No notes on stderr.")] = False,
    verbose: Annotated[bool, _option("-v", "--verbose", help="More details on stderr.")] = False,
    color: Annotated[
        str | None,
        _option(
            "--color",
            metavar="WHEN",
            callback=_keep_color,
            help="auto, always or never.  [env: NO_COLOR, FORCE_COLOR]",
        ),
    ] = None,
    debug: Annotated[bool, _option("--debug", help="Show the trace of an unexpected error.")] = False,
    version: Annotated[
        bool, _option("-V", "--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Questions to a folder, answered with checked citations by shard processes that stay loaded."""
    if ctx.invoked_subcommand is None:
        print(ctx.get_help())
