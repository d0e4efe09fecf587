"""What a shard holds, put on the bus: for workers, and for readers on other machines, who cannot map this one's files."""

from __future__ import annotations

from typing import Any

from ifmem.core.beat import Beat
from ifmem.core.manifest import Manifest
from ifmem.processes.readings import Reading
from ifmem.stores.registry import Registry


async def share(registry: Registry, beat: Beat, reading: Reading, *, with_pages: bool) -> None:
    """Raises BusLost."""
    await registry.share_context(beat, context_of(reading.loaded.manifest))
    for page in reading.view.all_pages if with_pages else ():
        await registry.share_page(page)


def context_of(manifest: Manifest) -> dict[str, Any]:
    """Everything it takes to put the shard's text together from shared pages."""
    return {
        "shard": manifest.shard,
        "version": manifest.version,
        "tokens": manifest.tokens,
        "pages": [{"digest": page.digest, "tokens": page.tokens} for page in manifest.pages],
        "layers": [layer._asdict() for layer in manifest.layers],
    }
