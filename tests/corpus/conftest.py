"""A real git repository to read from."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Git = Callable[..., str]


@pytest.fixture
def git(tmp_path: Path) -> Git:
    """Runs git in `tmp_path`, which is a repository."""

    def run(*arguments: str) -> str:
        command = ("git", "-C", str(tmp_path), *arguments)
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    run("init", "--quiet")
    return run


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes a file in `tmp_path`, with the folders above it."""

    def write(path: str, content: str | bytes = "text\n") -> Path:
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    return write
