"""A folder whose shards have loaded it, without a running set."""

from __future__ import annotations

from pathlib import Path

from ifmem import prompts
from ifmem.config import Config
from ifmem.config.loading import load
from ifmem.processes import loading
from ifmem.processes.loading import Loaded

KEEPER = "The lighthouse keeper counts the herring boats every morning."


def make_folder(folder: Path) -> Config:
    (folder / "docs").mkdir(parents=True)
    (folder / "docs" / "harbour.md").write_text(f"# Harbour\n\n{KEEPER}\nThe “green” ledger is older than the quay.\n")
    (folder / "ledger.py").write_text('"""The ledger."""\n\n\ndef count_boats(boats):\n    return len(boats)\n')
    return load(folder, env={"IFMEM_HOME": str(folder / ".ifmem")})


def load_all(config: Config) -> dict[str, Loaded]:
    domains = prompts.domains(config)
    return {one.name: loading.load(one, domains, config, fresh=True, progress=lambda _: None) for one in domains}
