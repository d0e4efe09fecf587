"""Any provider as the one who makes one answer of several findings: they become the documents of a page that it is asked about.

For models that cannot cite findings natively. What it quotes is looked up in those documents, whose lines lead back to the places that
the findings rest on.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator, Iterable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, aclosing
from dataclasses import dataclass, replace

from ifmem.core.citations import stands, verify
from ifmem.core.documents import Citation, Document
from ifmem.core.findings import Finding
from ifmem.core.pages import page_of
from ifmem.core.synthesis import places_of
from ifmem.providers.contract import Done, Event, Provider, Quote, Request, Synthesis
from ifmem.providers.spending import Bill, Call, Purse


class ForSynthesis:
    """A purse that puts what it pays for into the books as synthesis."""

    def __init__(self, purse: Purse) -> None:
        self._purse = purse

    def paying(self, call: Call) -> AbstractAsyncContextManager[Bill]:
        return self._purse.paying(replace(call, purpose="synthesis", page=""))


class ByPage:
    """A synthesiser over `provider`, which should pay with a `ForSynthesis` purse."""

    def __init__(self, provider: Provider) -> None:
        self.name = provider.name
        self.model = provider.model
        self._provider = provider

    async def synthesise(self, request: Synthesis) -> AsyncGenerator[Event, None]:
        laid = [lay_out(finding) for finding in request.findings]
        asked = Request(
            question=request.question,
            instructions=request.instructions,
            pages=(page_of(one.document for one in laid),),
            max_output_tokens=request.max_output_tokens,
            deadline_s=request.deadline_s,
            history=request.history,
            query_id=request.query_id,
        )
        async with aclosing(self._provider.answer(asked)) as events:
            async for event in events:
                match event:
                    case Quote(citation):
                        for place in _places(citation, laid):
                            yield Quote(place)
                    case Done():
                        yield replace(event, pages=())
                    case _:
                        yield event

    async def close(self) -> None:
        await self._provider.close()


@dataclass(frozen=True)
class LaidFinding:
    """A finding as a document: which of its lines (first and last, 1-based) stand for which places."""

    document: Document
    lines: tuple[tuple[int, int, tuple[Citation, ...]], ...]

    def places(self, first: int, last: int) -> Iterator[Citation]:
        for start, end, places in self.lines:
            if start <= last and first <= end:
                yield from places


def lay_out(finding: Finding) -> LaidFinding:
    """The finding's own words, which stand for all it rests on, then each quote under its path and lines."""
    places = places_of(finding)
    parts = [(finding.text.strip("\n"), places)]
    parts += [(f"{place.place}\n{place.quote}", (place,)) for place in places]
    text, lines, at = "", [], 1
    for said, led_to in parts:
        height = said.count("\n") + 1
        lines.append((at, at + height - 1, led_to))
        text += f"{said}\n\n"
        at += height + 1
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    return LaidFinding(Document(f"{finding.shard}/{finding.id}", text, sha256), tuple(lines))


def _places(citation: Citation, laid: Sequence[LaidFinding]) -> Iterable[Citation]:
    """The places that a quote stands for; the quote itself if it is not in the findings, for whoever checks it to see."""
    checked = verify(citation, [one.document for one in laid])
    own = next((one for one in laid if one.document.path == checked.path), None)
    if own is None or not stands(checked):
        return [citation]
    return dict.fromkeys(own.places(checked.start_line, checked.end_line)) or [citation]
