"""The one source that is no file and no command: what the archive holds. Read here, since the corpus does not know the archive."""

from __future__ import annotations

from ifmem.config import Config
from ifmem.core.documents import Document
from ifmem.core.domains import Domain
from ifmem.core.recent_findings import recent_findings
from ifmem.stores.archive import Archive

LOOKED_AT = 20  # times as many as wanted: most findings are extractive or found nothing


def recalled(domain: Domain, config: Config) -> tuple[Document, ...]:
    """The recent findings, if the domain has a source of kind `findings` and there are any."""
    source = next((source for source in domain.sources if source.kind == "findings"), None)
    if source is None:
        return ()
    with Archive.reading(config.archive) as archive:
        return recent_findings(archive.findings(source.newest * LOOKED_AT) if archive else (), source.newest)
