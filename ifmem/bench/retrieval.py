"""The extractive reader on 150,000 lines of real programs, those of Python's own library: its index, its answers, its memory."""

from __future__ import annotations

import asyncio
import random
import sysconfig
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from ifmem import prompts
from ifmem.bench.footprint import resident_mib
from ifmem.bench.private_set import private_set
from ifmem.bench.rows import ENOUGH_FOR_P95, Row, at_most, percentile, row
from ifmem.bench.scale import Scale
from ifmem.config import Config
from ifmem.config.folders import FILE
from ifmem.core.outline import outline
from ifmem.core.pages import Page
from ifmem.core.questions import Question
from ifmem.processes.examining import Examiner
from ifmem.processes.loading import load
from ifmem.stores.index import build_index

LINES = 150_000
CAPACITY_TOKENS = 4_000_000
QUESTIONS = 100
ROUNDS = 5
ASKED = ("What does {} do?", "Where is {} defined?", "How do I use {} with another {}?")


def measure_retrieval(place: Path, scale: Scale) -> Iterable[Row]:
    """Building in one process what shards build side by side; asking as the coordinator and the shards do, without the bus."""
    names = _write_library(place, scale.sized(LINES))
    (place / FILE).write_text(f"capacity_tokens = {CAPACITY_TOKENS}\n", encoding="utf-8")
    with private_set(place) as memory:
        config, shards = memory.config, [shard.pid for shard in memory.status().shards if shard.pid is not None]
        questions = list(_questions(names, scale.sized(QUESTIONS)))
        for question in questions:
            memory.ask(question.text)
        resident = [max(resident_mib(pid) for pid in shards)]
    pages = _pages(config)
    lines = sum(len(document.lines()) for page in pages for document in page.documents)
    built = [_built_s(place / "built.db", pages) for _ in range(scale.times(ROUNDS))]
    yield row(f"index of {lines:,} lines of Python's library, in one process", "s", built, at_most(1))
    rounds = _answered_ms(config, questions, scale.times(ROUNDS))
    yield row("an answer from it, without the bus", "ms", [ms for took in rounds for ms in took], at_most(15))
    slow = [percentile(took) if len(took) >= ENOUGH_FOR_P95 else max(took) for took in rounds]
    yield row(
        "the 95th percentile of a round of such answers", "ms", [ms for ms in slow if ms is not None], at_most(40)
    )
    yield row("the largest shard that holds it, resident", "MiB", resident, at_most(150))


def _write_library(place: Path, wanted: int) -> list[str]:
    """Copies of modules until there are as many lines as wanted; the names that they define."""
    library, lines, names = Path(sysconfig.get_paths()["stdlib"]), 0, list[str]()
    for path in sorted(library.rglob("*.py")):
        if "site-packages" in path.parts or "dist-packages" in path.parts or lines >= wanted:
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        copy = place / path.relative_to(library)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(text, encoding="utf-8")
        lines += text.count("\n")
        names += [mark.name for mark in outline(copy.name, text) if mark.name]
    return names


def _questions(names: Sequence[str], wanted: int) -> Iterator[Question]:
    choose = random.Random(1)
    for at in range(wanted):
        text = ASKED[at % len(ASKED)].format(*choose.sample(names, 2))
        yield Question(f"q{at}", text)


def _pages(config: Config) -> list[Page]:
    domains = prompts.domains(config)
    loaded = (load(domain, domains, config, fresh=False, progress=lambda _: None) for domain in domains)
    return [page for one in loaded for page in one.pages]


def _built_s(path: Path, pages: Sequence[Page]) -> float:
    started = time.perf_counter()
    build_index(path, "bench", pages)
    return time.perf_counter() - started


def _answered_ms(config: Config, questions: Sequence[Question], rounds: int) -> list[list[float]]:
    """A first round warms what a running shard has warm."""

    async def asked() -> list[list[float]]:
        with Examiner(config, lambda _: None) as examiner:
            return [[(await examiner.ask(one)).duration_ms for one in questions] for _ in range(1 + rounds)][1:]

    return asyncio.run(asked())
