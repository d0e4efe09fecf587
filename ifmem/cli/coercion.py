"""Keeps pydantic out of a command's start. typer 0.29 sends the value of every option through it, given or not, and importing it takes
longer than everything else on the way to `ifmem status`. A value that has its type already goes past it; `--timeout 5`
and other numbers still go through, and are checked as before.

This reaches into typer: `tests/cli/test_imports.py` says so if another version no longer looks here.
"""

from __future__ import annotations

from typing import Any

from typer.core import TyperCommand


class Unhurried:
    """Stands in for typer's coercion of one parameter until there is something to convert."""

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        if value is None:
            return () if param.multiple or param.nargs == -1 else None
        if _has_type(value, param.type_descriptor.annotation):
            return value
        from typer._coercion import build_runtime_param

        return build_runtime_param(param.type_descriptor).coerce(value, param=param, ctx=ctx)


def _has_type(value: Any, annotation: Any) -> bool:
    if annotation == list[str]:
        return not isinstance(value, str) and all(isinstance(part, str) for part in value)
    return isinstance(annotation, type) and type(value) is annotation


class Command(TyperCommand):
    def get_params(self, ctx: Any) -> list[Any]:
        return unhurried(super().get_params(ctx))


def unhurried(params: list[Any]) -> list[Any]:
    """The same parameters, --help among them, with their coercion put off."""
    for param in params:
        if not isinstance(param._runtime_param, Unhurried):
            param._runtime_param = Unhurried()
    return params
