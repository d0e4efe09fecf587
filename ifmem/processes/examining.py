"""Asks known questions without a running set: the same pages, indexes, routing, reader and merging, in this process."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Self

from ifmem import prompts
from ifmem.config import Config
from ifmem.core.citations import verify
from ifmem.core.documents import Citation
from ifmem.core.evaluation import DEPTH, Outcome, ranks
from ifmem.core.findings import Finding
from ifmem.core.merging import merge
from ifmem.core.overlays import View
from ifmem.core.questions import Question
from ifmem.core.routing import choose, widen
from ifmem.processes.loading import load
from ifmem.processes.route import Route, Router
from ifmem.providers.contract import Done, Quote, Request, Text
from ifmem.providers.extractive import Extractive
from ifmem.stores.index import Index


class Examiner:
    """Holds every shard's context. `owners` tells whose each path is."""

    def __init__(self, config: Config, progress: Callable[[str], None]) -> None:
        """Loads what changed since it was loaded last. Raises IfmemError if the sources or the state cannot be used."""
        domains = prompts.domains(config)
        self._margin = config.margin
        self._router = Router(config, [domain.name for domain in domains])
        self._readers: dict[str, _Reader] = {}
        self.owners: dict[str, str] = {}
        for domain in domains:
            loaded = load(domain, domains, config, fresh=True, progress=progress)
            self._readers[domain.name] = _Reader(domain.name, loaded.view, Index(loaded.index_path))
            self.owners.update(dict.fromkeys((entry.path for entry in loaded.manifest.entries), domain.name))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        for reader in self._readers.values():
            reader.close()

    async def ask(self, question: Question) -> Outcome:
        started = time.perf_counter()
        route = self._router.route(question.text)
        findings = await self._findings(question.text, route)
        answer = merge(findings, DEPTH)
        duration_ms = (time.perf_counter() - started) * 1000
        rank, rank_of_all = ranks(question, answer.citations)
        return Outcome(
            id=question.id,
            question=question.text,
            domain=next((self.owners[place.path] for place in question.evidence if place.path in self.owners), ""),
            kind=question.kind,
            answerable=not question.not_found,
            found=answer.found,
            rank=rank,
            rank_of_all=rank_of_all,
            first=answer.citations[0].place if answer.citations else "",
            scores={name: round(score, 3) for name, score in route.scores.items()},
            duration_ms=round(duration_ms, 3),
        )

    async def _findings(self, question: str, route: Route) -> list[Finding]:
        """Those of the shards chosen; of the others if none of them has it: as the coordinator does."""
        first = choose(route.scores, self._margin) or tuple(self._readers)
        findings = [await self._readers[name].answer(question, route) for name in first]
        if not any(finding.found for finding in findings):
            findings += [await self._readers[name].answer(question, route) for name in widen(route.scores, first)]
        return findings


class _Reader:
    """One shard's pages with the extractive reader over them."""

    def __init__(self, name: str, view: View, index: Index) -> None:
        self._name = name
        self._view = view
        self._index = index
        self._provider = Extractive(index.search, citations=DEPTH)

    async def answer(self, question: str, route: Route) -> Finding:
        texts, citations, done = [], list[Citation](), Done(found=False)
        request = Request(
            question=question, instructions="", pages=self._view.all_pages, weights=route.weights, levels=route.levels
        )
        async for event in self._provider.answer(request):
            match event:
                case Text(text):
                    texts.append(text)
                case Quote(citation):
                    citations.append(verify(citation, self._view.at(citation.path)))
                case Done():
                    done = event
        return Finding("", "", self._name, done.found, "".join(texts), tuple(citations), score=done.score)

    def close(self) -> None:
        self._index.close()


def unknown_paths(questions: Iterable[Question], owners: Collection[str]) -> Iterator[str]:
    """Places of evidence that no shard has loaded, as `id: path`."""
    for question in questions:
        yield from (f"{question.id}: {place.path}" for place in question.evidence if place.path not in owners)
