"""The quote gate: whatever a provider cites is checked here before anyone sees it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ifmem.config import Config
from ifmem.core.citations import aged, stands, verify
from ifmem.core.documents import Citation
from ifmem.core.overlays import View
from ifmem.corpus.present import digest_now, is_made
from ifmem.processes.loaded_text import LoadedText, ShardText


class Gate:
    """Checks citations for one shard: against its own text, then the other shards', then the files on disk."""

    def __init__(self, config: Config, view: View, index_path: Path, others: Sequence[str]) -> None:
        self._config = config
        self._text = LoadedText(config, others, ShardText(view, index_path))

    def check(self, citation: Citation) -> Citation:
        """The citation with its class (`core.citations`), repaired where it can be."""
        checked = verify(citation, self._text.at(citation.path), self._text.elsewhere)
        if not stands(checked) or self._config.guests or is_made(checked.path, self._config):
            return checked  # where another set's shard is served there are no files to look at
        return aged(checked, digest_now(checked.path, self._config))

    def close(self) -> None:
        self._text.close()
