"""What a user installs: built for real with the project's own backend, without network or build isolation."""

from __future__ import annotations

import configparser
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import ifmem

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    done = subprocess.run(build, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"the wheel does not build:\n{done.stdout}{done.stderr}"
    (built,) = folder.glob("*.whl")
    return zipfile.ZipFile(built)


def read_metadata(wheel: zipfile.ZipFile, name: str) -> str:
    return wheel.read(f"ifmem-{ifmem.__version__}.dist-info/{name}").decode()


def test_carries_every_prompt(wheel: zipfile.ZipFile) -> None:
    prompts = {f"ifmem/_prompts/{path.relative_to(ROOT / 'prompts')}" for path in ROOT.glob("prompts/**/*.md")}
    shards = {name for name in prompts if name.startswith("ifmem/_prompts/shards/")}
    assert len(shards) >= 4
    assert prompts <= set(wheel.namelist())


def test_carries_every_module_and_the_typing_marker(wheel: zipfile.ZipFile) -> None:
    modules = {str(path.relative_to(ROOT)) for path in ROOT.glob("ifmem/**/*.py")}
    assert modules | {"ifmem/py.typed"} <= set(wheel.namelist())


def test_carries_nothing_but_the_package(wheel: zipfile.ZipFile) -> None:
    assert {name.split("/")[0] for name in wheel.namelist()} == {"ifmem", f"ifmem-{ifmem.__version__}.dist-info"}


def test_installs_the_command(wheel: zipfile.ZipFile) -> None:
    entry_points = configparser.ConfigParser()
    entry_points.read_string(read_metadata(wheel, "entry_points.txt"))
    assert dict(entry_points["console_scripts"]) == {"ifmem": "ifmem.__main__:main"}


def test_states_its_licence(wheel: zipfile.ZipFile) -> None:
    assert "License-Expression: MIT" in read_metadata(wheel, "METADATA")
    assert "The ifmem maintainers" in read_metadata(wheel, "licenses/LICENSE")
