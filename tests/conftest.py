"""What every test starts from: no key, no setting and no file of the person who runs it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("at any speed", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("at any speed")

FOREIGN = ("ANTHROPIC_", "OPENAI_", "GOOGLE_", "GEMINI_", "IFMEM_")
GIT_CONFIG = """\
[user]
    name = ifmem tests
    email = tests@example.invalid
[init]
    defaultBranch = main
"""


@pytest.fixture(scope="session", autouse=True)
def clean_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keys and settings are removed, home and git identity are temporary. Programs that tests start inherit it."""
    home = tmp_path_factory.mktemp("home")
    git_config = home / "gitconfig"
    git_config.write_text(GIT_CONFIG, encoding="utf-8")
    with pytest.MonkeyPatch.context() as environment:
        for name in [name for name in os.environ if name.startswith(FOREIGN)]:
            environment.delenv(name)
        environment.setenv("HOME", str(home))
        for kind in ("CONFIG", "CACHE", "DATA", "STATE", "RUNTIME"):
            folder = home / kind.lower()
            folder.mkdir(mode=0o700)
            environment.setenv(f"XDG_{kind}_{'DIR' if kind == 'RUNTIME' else 'HOME'}", str(folder))
        environment.setenv("GIT_CONFIG_GLOBAL", str(git_config))
        environment.setenv("GIT_CONFIG_NOSYSTEM", "1")
        environment.setenv("PYTHONPATH", str(Path(__file__).parent), prepend=os.pathsep)  # where a set finds `scripted`
        environment.setenv("IFMEM_TRUST", str(tmp_path_factory.getbasetemp()))  # settings that tests write count
        yield
