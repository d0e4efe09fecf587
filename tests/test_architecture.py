"""Imports point one way, and each outside package has one home. Read from the source with `ast`; nothing is imported."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "ifmem"

RANKS = {
    "errors": 0,
    "credentials": 0,
    "config": 0,
    "core": 1,
    "prompts": 2,
    "corpus": 2,
    "stores": 2,
    "providers": 2,
    "processes": 3,
    "client": 4,
    "bench": 5,
    "chaos": 5,
    "bridge": 5,
    "cli": 5,
    "__init__": 6,
    "__main__": 6,
}
APART = {"corpus", "stores", "providers"}

# Where an outside package may be imported: a file, or a folder with everything in it.
HOMES = {
    "redis": ("stores/bus.py",),
    "sqlite_utils": ("stores/",),
    "psutil": ("processes/ending.py", "processes/process_table.py"),
    "multiprocessing": (),  # the spawner forks
    "subprocess": ("processes/programs.py", "corpus/", "bench/programs.py", "chaos/outside.py"),
    "typer": ("cli/",),
    "rich": ("cli/",),
    "anthropic": ("providers/",),
    "openai": ("providers/",),
    "google.genai": ("providers/",),
    "mcp": ("bridge/", "bench/bridge.py"),
    "detect_secrets": ("core/secret_detectors.py",),
}
VENDORS = ("anthropic", "openai", "google.genai")

KEY = re.compile(
    r"(answer|attempts|channel|context|finding|gather|inbox|librarian|page|query|queue|reply|set|spent|task|weights|worker):[\w:.-]*"
)


@dataclass(frozen=True)
class Import:
    """One imported name: `from ifmem.core import keys` is `ifmem.core.keys`. `file` is relative to the package."""

    file: str
    line: int
    target: str
    at_module_level: bool

    @property
    def importer(self) -> str:
        """The unit (a module or folder right under `ifmem`) that imports."""
        return self.file.split("/", maxsplit=1)[0].removesuffix(".py")

    @property
    def imported(self) -> str | None:
        """The unit that is imported; None for outside packages and for `ifmem.__version__`, which everyone may read."""
        package, _, rest = self.target.partition(".")
        unit = rest.split(".", maxsplit=1)[0]
        if package != "ifmem" or unit == "__version__":
            return None
        return "client" if unit == "Memory" else unit or "__init__"

    def names(self, package: str) -> bool:
        return f"{self.target}.".startswith(f"{package}.")


def parse(package: Path) -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(package.rglob("*.py")):
        yield str(path.relative_to(package)), ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def read_imports(package: Path) -> list[Import]:
    return [found for file, tree in parse(package) for found in walk(tree, file, at_module_level=True)]


def walk(node: ast.AST, file: str, at_module_level: bool) -> Iterator[Import]:
    if isinstance(node, ast.Import | ast.ImportFrom):
        for target in targets(node, file):
            yield Import(file, node.lineno, target, at_module_level)
    inside = at_module_level and not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    for child in ast.iter_child_nodes(node):
        yield from walk(child, file, inside)


def targets(node: ast.Import | ast.ImportFrom, file: str) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    folders = ("ifmem", *Path(file).parts[:-1])
    above = folders[: len(folders) - node.level + 1] if node.level else ()
    return [".".join(filter(None, (*above, node.module, alias.name))) for alias in node.names]


def points_up(found: Import) -> bool:
    return found.imported is not None and RANKS[found.imported] > RANKS[found.importer]


def crosses_over(found: Import) -> bool:
    return found.importer != found.imported and {found.importer, found.imported} <= APART


def strays_from_home(found: Import) -> bool:
    homes = next((homes for package, homes in HOMES.items() if found.names(package)), None)
    return homes is not None and not any(found.file == home or found.file.startswith(home) for home in homes)


def loads_a_vendor_early(found: Import) -> bool:
    return found.at_module_level and any(found.names(vendor) for vendor in VENDORS)


RULES: dict[Callable[[Import], bool], str] = {
    points_up: f"Imports point down only ({RANKS}). Move what is needed lower, or pass it in as an argument.",
    crosses_over: "corpus, stores and providers do not know each other. Let a process bring them together.",
    strays_from_home: f"Each outside package has one home ({HOMES}). Ask for what you need there.",
    loads_a_vendor_early: "A vendor's package costs a second to import. Import it in the function that needs it.",
}


def offences(rule: Callable[[Import], bool], package: Path) -> list[str]:
    return [f"ifmem/{one.file}:{one.line} imports {one.target}" for one in read_imports(package) if rule(one)]


def spelled_keys(package: Path) -> list[str]:
    return [
        f"ifmem/{file}:{node.lineno} spells {node.value!r}"
        for file, tree in parse(package)
        if file != "core/keys.py"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and KEY.fullmatch(node.value)
    ]


def plant(package: Path, file: str, source: str) -> None:
    path = package / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source, encoding="utf-8")


def test_every_module_has_a_rank() -> None:
    units = {file.split("/", maxsplit=1)[0].removesuffix(".py") for file, _ in parse(PACKAGE)}
    assert units <= set(RANKS), f"give these a rank here and in the design: {units - set(RANKS)}"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_package_keeps_the_rule(rule: Callable[[Import], bool]) -> None:
    found = offences(rule, PACKAGE)
    assert not found, "\n".join([RULES[rule], *found])


def test_keys_are_spelled_in_one_module() -> None:
    found = spelled_keys(PACKAGE)
    assert not found, "\n".join(["Every name on the bus comes from core.keys.Keys. Add a name there.", *found])


@pytest.mark.parametrize(
    ("rule", "file", "source"),
    [
        (points_up, "core/pages.py", "from ifmem.stores import bus"),
        (points_up, "core/pages.py", "from ..stores.bus import Bus"),
        (points_up, "stores/bus.py", "def late():\n    import ifmem.processes.shard"),
        (points_up, "processes/shard.py", "from ifmem import Memory"),
        (points_up, "client.py", "from ifmem.cli.app import main"),
        (crosses_over, "stores/index.py", "from ifmem.corpus import files"),
        (crosses_over, "providers/extractive.py", "from ifmem.stores.index import Index"),
        (strays_from_home, "processes/shard.py", "import redis.asyncio"),
        (strays_from_home, "stores/archive.py", "from redis import Redis"),
        (strays_from_home, "core/record.py", "import sqlite_utils"),
        (strays_from_home, "processes/supervisor.py", "from multiprocessing import Process"),
        (strays_from_home, "processes/supervisor.py", "import psutil"),
        (strays_from_home, "client.py", "import subprocess"),
        (strays_from_home, "client.py", "from rich.console import Console"),
        (strays_from_home, "processes/shard.py", "def late():\n    from google import genai"),
        (loads_a_vendor_early, "providers/anthropic.py", "import anthropic"),
        (loads_a_vendor_early, "providers/gemini.py", "class Gemini:\n    from google.genai import Client"),
    ],
)
def test_a_planted_offence_is_found(tmp_path: Path, rule: Callable[[Import], bool], file: str, source: str) -> None:
    plant(tmp_path, file, source)
    assert len(offences(rule, tmp_path)) == 1


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("stores/bus.py", "import redis.asyncio\nfrom ifmem.core.keys import Keys\nfrom .archive import Archive"),
        ("processes/ending.py", "import psutil\nfrom ifmem.stores import bus"),
        ("processes/programs.py", "import subprocess"),
        ("corpus/git.py", "import subprocess\nfrom ifmem import __version__"),
        ("cli/app.py", "import typer\nfrom rich.table import Table\nfrom ifmem import Memory"),
        ("providers/gemini.py", "import google.auth\ndef client():\n    from google import genai"),
    ],
)
def test_what_is_allowed_is_let_through(tmp_path: Path, file: str, source: str) -> None:
    plant(tmp_path, file, source)
    assert [found for rule in RULES for found in offences(rule, tmp_path)] == []


def test_a_spelled_key_is_found_and_prose_is_not(tmp_path: Path) -> None:
    plant(tmp_path, "processes/shard.py", 'def f(n):\n    return f"queue:shard:{n}", f"query: {n}", "page: none found"')
    plant(tmp_path, "core/keys.py", 'NAME = "queue:coordinator"')
    assert spelled_keys(tmp_path) == ["ifmem/processes/shard.py:2 spells 'queue:shard:'"]
