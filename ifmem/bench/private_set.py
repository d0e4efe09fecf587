"""Sets of our own to measure: in temporary folders, with no setting, key or server of the user's, and always stopped again."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from ifmem.client import Memory
from ifmem.config.folders import FILE, STATE
from ifmem.errors import IfmemError
from ifmem.processes.process_table import descendants
from ifmem.stores.lock import read_state

FOREIGN = ("IFMEM_", "ANTHROPIC_", "OPENAI_", "GOOGLE_", "GEMINI_")
WORDS = tuple(
    "the shard reads a page when its index knows more than any queue of questions could ask about retries".split()
)
NAMES = tuple("alpha beta gamma delta epsilon zeta eta theta iota kappa lambda omega".split())


@contextlib.contextmanager
def private_place() -> Iterator[Path]:
    """A temporary folder, and an environment in which ifmem finds nothing of the user's. SIGTERM ends like Ctrl-C: tidily."""
    before = dict(os.environ)
    on_term = signal.signal(signal.SIGTERM, signal.default_int_handler)
    place = Path(tempfile.mkdtemp(prefix="ifmem-bench-"))
    try:
        for name in [name for name in os.environ if name.startswith(FOREIGN)]:
            del os.environ[name]
        os.environ["XDG_CONFIG_HOME"] = str(place)
        os.environ["IFMEM_TRUST"] = str(place)
        yield place
    finally:
        os.environ.clear()
        os.environ.update(before)
        signal.signal(signal.SIGTERM, on_term)
        shutil.rmtree(place, ignore_errors=True)


@contextlib.contextmanager
def private_set(folder: Path, *, start: bool = True) -> Iterator[Memory]:
    """A set in `folder`, up and ready if `start`; stopped in the end whatever happens, the hard way if need be."""
    with Memory(folder) as memory:
        try:
            if start:
                memory.up()
            yield memory
        finally:
            try:
                memory.down()
            except IfmemError:
                memory.down(kill=True)


def everyone_of(memory: Memory) -> list[int]:
    """The pids of a running set: supervisor, bus, spawner and all they started."""
    supervisor = int(str(read_state(memory.config.home)["pid"]))
    return [supervisor, *(process.pid for process in descendants(supervisor))]


def write_small_folder(folder: Path) -> Path:
    """A folder with a little for each of the default four shards."""
    write_documents(folder / "docs", files=8, size=4_000)
    (folder / "CHANGELOG.md").write_text(text_of(4_000, seed=1), encoding="utf-8")
    (folder / "program.py").write_text("def retry() -> None:\n    ...\n" * 50, encoding="utf-8")
    (folder / STATE / "working").mkdir(parents=True)
    (folder / STATE / "working" / "note.md").write_text(text_of(2_000, seed=2), encoding="utf-8")
    return folder


def write_shards(folder: Path, shards: int, *, files: int, size: int, preload: Sequence[str] = ("anthropic",)) -> Path:
    """A folder whose `ifmem.toml` has `shards` shards in place of the default four, each with `files` files of `size` bytes."""
    tables = [f"preload = {list(preload)}"]
    tables += [f"[shards.{name}]\nenabled = false" for name in ("history", "docs", "code", "working")]
    for number in range(shards):
        write_documents(folder / f"part-{number}", files=files, size=size, seed=number)
        tables.append(f'[shards.part-{number}]\ninclude = ["part-{number}/*.md"]')
    (folder / FILE).write_text("\n\n".join(tables) + "\n", encoding="utf-8")
    return folder


def write_documents(folder: Path, *, files: int, size: int, seed: int = 0) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{number:05}.md" for number in range(files)]
    for number, path in enumerate(paths):
        path.write_text(text_of(size, seed=seed * 100_003 + number), encoding="utf-8")
    return paths


def text_of(size: int, *, seed: int) -> str:
    """`size` characters of made-up prose in lines, the same for the same seed."""
    choose = random.Random(seed)
    lines, length = [], 0
    while length < size:
        line = " ".join([*choose.choices(WORDS, k=9), choose.choice(NAMES), str(choose.randrange(10_000))])
        lines.append(line)
        length += len(line) + 1
    return ("\n".join(lines) + "\n")[:size]
