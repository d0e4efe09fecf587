"""What a search will do: its passes, what a model is told in each, and how many workers each may use. Values and their reading; no I/O."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Self

from ifmem.core.record import Record
from ifmem.errors import Exit, IfmemError

WAYS = ("scan", "validate", "challenge", "cross-reference", "contradict", "synthesise", "reverse", "monitor")
MOST_WORKERS = 1_000
_LINE = re.compile(r"\s*(?:[-*•]|\d+[.)])\s+(?:\[([\w-]+)\]\s*)?(.+)")
_KEYS = {"name": str, "prompt": str, "worker": str, "width": int, "way": str}


@dataclass(frozen=True)
class Pass(Record):
    """`prompt` is what a model is told that splits the question, `worker` what the models of its workers are told. `way` is how queries
    are derived where no model splits (core.passes), `width` how many workers it may use."""

    name: str
    prompt: str = ""
    worker: str = ""
    width: int = 5
    way: str = "scan"


@dataclass(frozen=True)
class Plan(Record):
    """`stop_early`: a pass that adds nothing new is the last."""

    passes: tuple[Pass, ...]
    stop_early: bool = True

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        return super().from_dict({**values, "passes": tuple(Pass.from_dict(one) for one in values["passes"])})

    def shortened(self, passes: int) -> Plan:
        """Its first passes. Raises IfmemError (exit code 2) if there are not as many."""
        if not 1 <= passes <= len(self.passes):
            raise IfmemError(
                f"there are no {passes} passes.", why=f"the plan has {len(self.passes)}", exit_code=Exit.USAGE
            )
        return replace(self, passes=self.passes[:passes])

    def spread(self, workers: int) -> Plan:
        """With so many workers in all, evenly over the passes. Raises IfmemError (exit code 2) if some would have none."""
        count = len(self.passes)
        if not count <= workers <= MOST_WORKERS:
            raise IfmemError(
                f"{workers} workers cannot be shared out.",
                why=f"each of the {count} passes needs one, and there may be {MOST_WORKERS:,}",
                exit_code=Exit.USAGE,
            )
        each, more = divmod(workers, count)
        widths = [each + (at < more) for at in range(count)]
        return replace(
            self, passes=tuple(replace(one, width=width) for one, width in zip(self.passes, widths, strict=True))
        )

    @property
    def workers(self) -> int:
        return sum(one.width for one in self.passes)


class SubQuestion(NamedTuple):
    """`shard` is empty where whichever scores best is to answer."""

    text: str
    shard: str = ""


def read_plan(text: str, name: str) -> Plan:
    """The plan of a TOML text; a prompt that ends in `.md` still names a file. Raises IfmemError (exit code 2) with `name`."""
    try:
        table = tomllib.loads(text)
        if unknown := table.keys() - {"passes", "stop_early"}:
            raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
        passes = tuple(_pass(fields) for fields in table.get("passes", ()))
        if not passes:
            raise ValueError("it has no [[passes]]")
        stop_early = table.get("stop_early", True)
        if not isinstance(stop_early, bool):
            raise ValueError("stop_early is true or false")
    except (ValueError, TypeError, AttributeError) as error:
        raise IfmemError(
            f"cannot use the plan {name}.",
            why=str(error),
            fix='Write: [[passes]] name = "scan" prompt = "…" width = 5 way = "scan"    each on a line of its own',
            exit_code=Exit.USAGE,
        ) from None
    return Plan(passes, stop_early)


def _pass(fields: Mapping[str, Any]) -> Pass:
    for key, value in fields.items():
        if key not in _KEYS:
            raise ValueError(f"{key!r} is not a key of [[passes]]; there are: {', '.join(_KEYS)}")
        if type(value) is not _KEYS[key]:
            raise ValueError(f"{key} cannot be {value!r}")
    name = str(fields.get("name", ""))
    if not name.strip():
        raise ValueError("a pass needs a name")
    way = fields.get("way", name if name in WAYS else "scan")
    if way not in WAYS:
        raise ValueError(f"there is no way {way!r}; there are: {', '.join(WAYS)}")
    width = fields.get("width", Pass.width)
    if not 1 <= width <= MOST_WORKERS:
        raise ValueError(f"width must be from 1 to {MOST_WORKERS:,}, not {width}")
    return Pass(name, fields.get("prompt", ""), fields.get("worker", ""), width, way)


def sub_questions(text: str, shards: Collection[str], most: int) -> list[SubQuestion]:
    """The sub-questions that a model wrote, one a line, at most so many; a shard that does not exist is left to routing."""
    found = [
        SubQuestion(match[2].strip(), match[1] or "") for line in text.splitlines() if (match := _LINE.match(line))
    ]
    known = [one if one.shard in shards else SubQuestion(one.text) for one in found]
    return list(dict.fromkeys(known))[:most]
