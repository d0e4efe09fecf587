"""What a shard asks its provider to read for one question."""

from __future__ import annotations

from dataclasses import replace

from ifmem.core.domains import Domain
from ifmem.core.queries import Query
from ifmem.processes.readings import Reading
from ifmem.providers.contract import Request

HITS = 8


def whole_request(query: Query, domain: Domain, reading: Reading) -> Request:
    """All the text there is, as it is now: for a reader that costs nothing."""
    return Request(
        question=query.question,
        instructions=domain.instructions,
        pages=reading.view.all_pages,
        weights=query.weights,
        levels=query.levels,
        history=query.history,
        query_id=query.id,
    )


def paged_request(query: Query, domain: Domain, reading: Reading, left_s: float) -> Request:
    """The pages that are worth it, as they were frozen, and behind each of them what changed since."""
    view = reading.view
    homes = view.homes_of(query.pages) or _searched(query, reading) or {page.digest for page in view.pages}
    return replace(
        whole_request(query, domain, reading),
        pages=tuple(page for page in view.pages if page.digest in homes),
        overlay=view.changed(homes),
        amendments={home: view.amendments[home] for home in homes if home in view.amendments},
        deadline_s=left_s,
    )


def _searched(query: Query, reading: Reading) -> set[str]:
    """As many pages as were named, for a question that was routed by another version of the text than is here; none if none was named."""
    hits = reading.index.search(query.weights, limit=HITS) if query.pages else []
    best = list(dict.fromkeys(hit.page for hit in hits))[: len(query.pages)]
    return reading.view.homes_of(best)
