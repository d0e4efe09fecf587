"""3.2 MB of context (800K tokens as the specification counts) for a restarted shard: mapped, over the bus, read again, or polled."""

from __future__ import annotations

import asyncio
import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from ifmem.bench.pings import connected
from ifmem.bench.private_set import private_set, text_of, write_documents, write_small_folder
from ifmem.bench.rows import Row, at_most, row
from ifmem.bench.scale import Scale
from ifmem.client import Memory
from ifmem.core.documents import Document
from ifmem.core.pages import Page, page_of
from ifmem.stores.page_files import open_page, write_page
from ifmem.stores.registry import Registry

FILES, BYTES = 800, 4_000
STEP = 4096  # bytes of a memory page
POLLED_EVERY_S = 1.0


def measure_context(place: Path, scale: Scale) -> Iterable[Row]:
    """Each way to the same bytes. The files are in the system's cache for all of them."""
    paths = write_documents(place / "sources", files=scale.sized(FILES), size=BYTES)
    page = write_page(place / "pages", page_of(map(_document, paths)))
    times = scale.times(200, 5)
    sources = row(
        f"reading the {len(paths)} source files again", "ms", _times_ms(lambda: _read_all(paths), scale.times(20, 5))
    )
    mapped = _times_ms(lambda: _touch(_opened(place / "pages", page)), times)
    yield row("mapped page, opened and every part touched", "ms", mapped, at_most(0.4)).beside(sources)
    listed = _times_ms(lambda: _opened(place / "pages", page).table, times)
    yield row(f"mapped page, its table of {len(paths)} documents read", "ms", listed).beside(sources)
    with private_set(write_small_folder(place / "set")) as memory:
        for measured in asyncio.run(_over_the_bus(memory, bytes(page.data), times)):
            yield measured.beside(sources)
    yield sources
    yield row("polling a JSONL file once a second, answered", "ms", _polled(place / "questions.jsonl", scale.times(3)))


def _document(path: Path) -> Document:
    data = path.read_bytes()
    return Document(path.name, data.decode(), hashlib.sha256(data).hexdigest())


def _times_ms(step: Callable[[], object], times: int) -> list[float]:
    samples = []
    for _ in range(times):
        started = time.perf_counter()
        step()
        samples.append((time.perf_counter() - started) * 1000)
    return samples


def _opened(folder: Path, page: Page) -> Page:
    opened = open_page(folder, page.digest, page.tokens, size=len(page.data))
    assert opened is not None
    return opened


def _touch(page: Page) -> int:
    return sum(page.data[offset] for offset in range(0, len(page.data), STEP))


def _read_all(paths: list[Path]) -> int:
    return sum(len(path.read_bytes()) for path in paths)


async def _over_the_bus(memory: Memory, data: bytes, times: int) -> list[Row]:
    """As shards do it: a page is put there with its day to live, and taken by a reader elsewhere."""
    writing, reading = [], []
    async with connected(memory) as (bus, inquiries):
        registry = Registry(bus, inquiries.keys)
        for number in range(times):
            page = Page(f"bench-{number}", 0, data)
            started = time.perf_counter()
            await registry.share_page(page)
            written = time.perf_counter()
            await registry.shared_page(page.digest, page.tokens)
            reading.append((time.perf_counter() - written) * 1000)
            writing.append((written - started) * 1000)
            await bus.call("DEL", inquiries.keys.page(page.digest))
    return [row("over the bus, SET", "ms", writing, at_most(2)), row("over the bus, GET", "ms", reading, at_most(2))]


def _polled(questions: Path, rounds: int) -> list[float]:
    """An asker writes a line, a reader that looks once a second answers with a line. The asker sees that line at once, to the
    baseline's advantage, and asks at moments spread evenly over the second, as people would in the long run."""
    answers, stopping = questions.with_name("answers.jsonl"), threading.Event()
    questions.touch()
    answers.touch()
    reader = threading.Thread(target=_answer_lines, args=(questions, answers, stopping))
    reader.start()
    try:
        return [_ask_by_file(questions, answers, (number + 0.5) / rounds) for number in range(rounds)]
    finally:
        stopping.set()
        reader.join()


def _ask_by_file(questions: Path, answers: Path, moment: float) -> float:
    """`moment` is a share of the time between two looks of the reader."""
    time.sleep(moment * POLLED_EVERY_S)
    before, started = answers.stat().st_size, time.perf_counter()
    with questions.open("a") as file:
        file.write(json.dumps({"id": moment, "question": text_of(1024, seed=1)}) + "\n")
    while answers.stat().st_size == before:
        time.sleep(0.0005)
    return (time.perf_counter() - started) * 1000


def _answer_lines(questions: Path, answers: Path, stopping: threading.Event) -> None:
    with questions.open() as incoming, answers.open("a", buffering=1) as outgoing:
        while not stopping.wait(POLLED_EVERY_S):
            for line in incoming:
                outgoing.write(json.dumps({"id": json.loads(line)["id"], "answer": "…"}) + "\n")
