"""Where plans come from: the passes of the prompts folder, or a file of the user's own."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

from ifmem.core.search_plan import Pass, Plan, read_plan
from ifmem.errors import Exit, IfmemError
from ifmem.prompts import FENCE, NAMED, prompts_folder


def default_plan() -> Plan:
    """The passes of `prompts/passes`, by number."""
    folder = prompts_folder() / "passes"
    found = sorted(
        (int(match[1]), match[2], path) for path in folder.glob("*.md") if (match := NAMED.fullmatch(path.name))
    )
    return Plan(tuple(_shipped(name, path) for _, name, path in found))


def _shipped(name: str, path: Path) -> Pass:
    """What workers are told stands between two fences, as TOML; what plans the pass behind them."""
    _, front, prompt = path.read_text(encoding="utf-8").split(FENCE, 2)
    return Pass(name, prompt.strip() + "\n", tomllib.loads(front)["worker"], way=name)


def told_in(name: str) -> str:
    """What a worker is told in a pass. Raises IfmemError (exit code 2) for a pass that does not exist."""
    passes = {one.name: one.worker for one in default_plan().passes}
    if name not in passes:
        raise IfmemError(f"there is no pass {name!r}.", fix=f"One of: {', '.join(passes)}", exit_code=Exit.USAGE)
    return passes[name]


def own_plan(path: Path) -> Plan:
    """The plan of a TOML file; a prompt that ends in `.md` names a file beside it. Raises IfmemError (exit code 2).

    What a pass does not say is as in the shipped pass of its name, or of its way.
    """
    plan = read_plan(_read(path), str(path))
    shipped = {one.name: one for one in default_plan().passes}
    return replace(
        plan, passes=tuple(_complete(path, one, shipped.get(one.name, shipped[one.way])) for one in plan.passes)
    )


def _complete(plan: Path, one: Pass, like: Pass) -> Pass:
    prompt = one.prompt or like.prompt
    if prompt.endswith(".md") and "\n" not in prompt:
        prompt = _read(plan.parent / prompt)
    return replace(one, prompt=prompt, worker=one.worker or like.worker)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = (error.strerror or "").lower() if isinstance(error, OSError) else str(error)
        raise IfmemError(f"cannot read {path}.", why=why, exit_code=Exit.USAGE) from None
