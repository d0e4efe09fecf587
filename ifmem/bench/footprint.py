"""What a set costs while nobody asks: memory of eight shards and their spawner, and processor time of a whole default set. Linux only."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from ifmem.bench.private_set import everyone_of, private_set, write_shards, write_small_folder
from ifmem.bench.restart import BYTES, FILES, SHARDS
from ifmem.bench.rows import Row, at_most, row
from ifmem.bench.scale import Scale
from ifmem.client import Memory
from ifmem.errors import IfmemError

MIB = 1024 * 1024
SETTLE_S, WINDOW_S = 3.0, 2.0


def measure_memory(place: Path, scale: Scale) -> Iterable[Row]:
    """Proportional set size, so that pages shared after a fork count once. Mapped pages and indexes are contexts: shown apart."""
    with_sdk, contexts = _eight_shards(place / "with", scale, preload=("anthropic",))
    without, _ = _eight_shards(place / "without", scale, preload=())
    yield row(
        "eight idle shards and the spawner, anthropic preloaded, PSS without contexts", "MiB", with_sdk, at_most(120)
    )
    yield row("the same with nothing preloaded, as without a key", "MiB", without, at_most(120))
    yield row("their mapped contexts (pages and index), PSS", "MiB", contexts)


def _eight_shards(place: Path, scale: Scale, *, preload: Sequence[str]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Readings of their own memory and of their contexts."""
    write_shards(place, SHARDS, files=scale.sized(FILES), size=BYTES, preload=preload)
    with private_set(place) as memory:
        shards = [shard.pid for shard in memory.status().shards if shard.pid is not None]
        home = str(memory.config.home)
        readings = [_pss_mib((*shards, _parent(shards[0])), home) for _ in range(scale.times(5))]
    own, contexts = zip(*readings, strict=True)
    return own, contexts


def _pss_mib(pids: Iterable[int], home: str) -> tuple[float, float]:
    """Proportional set size of these processes: their own, and that of mapped files under `home`."""
    own = contexts = 0
    for path, kilobytes in (mapping for pid in pids for mapping in _mappings(pid)):
        if path.startswith(home):
            contexts += kilobytes
        else:
            own += kilobytes
    return own * 1024 / MIB, contexts * 1024 / MIB


def _mappings(pid: int) -> Iterator[tuple[str, int]]:
    """Each mapping of a process: the file it maps ("" for none) and its PSS in KiB."""
    path = ""
    for line in _of_process(pid, "smaps").splitlines():
        first, _, rest = line.partition(" ")
        if not first.endswith(":"):
            path = rest.split(maxsplit=4)[4] if len(rest.split(maxsplit=4)) > 4 else ""
        elif first == "Pss:":
            yield path, int(rest.split()[0])


def _parent(pid: int) -> int:
    return int(_of_process(pid, "stat").rpartition(")")[2].split()[1])


def measure_idle(place: Path, scale: Scale) -> Iterable[Row]:
    """The whole default set with nobody asking, the bus included."""
    with private_set(write_small_folder(place)) as memory:
        time.sleep(SETTLE_S * scale.size)
        shares = [_share_of_one_core(memory, WINDOW_S * scale.size) for _ in range(scale.times(5))]
    yield row("idle set (supervisor, spawner, bus, 7 processes), share of one core", "%", shares, at_most(1))


def _share_of_one_core(memory: Memory, window_s: float) -> float:
    pids = everyone_of(memory)
    before, started = sum(map(cpu_s, pids)), time.perf_counter()
    time.sleep(window_s)
    return 100 * (sum(map(cpu_s, pids)) - before) / (time.perf_counter() - started)


def resident_mib(pid: int) -> float:
    """What a process has in memory, shared and mapped files included."""
    told = dict(line.split(":", 1) for line in _of_process(pid, "status").splitlines())
    return int(told["VmRSS"].split()[0]) * 1024 / MIB


def cpu_s(pid: int) -> float:
    """Seconds on a processor, of all threads. Counted in nanoseconds there, while `ps` and psutil see steps of 10 ms."""
    threads = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e9


def _of_process(pid: int, name: str) -> str:
    try:
        return Path(f"/proc/{pid}/{name}").read_text(errors="replace")
    except OSError as error:
        raise IfmemError(f"cannot read /proc/{pid}/{name}.", why=error.strerror or str(error)) from None
