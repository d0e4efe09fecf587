"""The faults by name: what each does, whom it can hit, how often it comes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from ifmem.chaos import bus_faults, network_faults, process_faults, provider_faults, storage_faults
from ifmem.chaos.disk import Disk
from ifmem.chaos.scene import BUS, SPAWNER, SUPERVISOR, Injected, Scene
from ifmem.chaos.wire import Wire
from ifmem.errors import Exit, IfmemError

SHARDS = ("history", "docs", "code", "working")
CHARGES = (*SHARDS, "coordinator", "archivist", "watcher")
ARCHIVE, DISK, CLOCK = ("archive",), ("disk",), ("clock",)


@dataclass(frozen=True)
class Fault:
    """`weight` is how often it comes, relative to the others. `remote`: it needs a set with a remote shard."""

    what: str
    inject: Callable[[Scene, str], Awaitable[Injected]]
    targets: Sequence[str]
    weight: int = 2
    remote: bool = False


FAULTS = {
    "kill-shard": Fault("SIGKILL of a shard", process_faults.kill, SHARDS, 8),
    "kill-coordinator": Fault("SIGKILL of the coordinator", process_faults.kill, ("coordinator",), 6),
    "kill-archivist": Fault("SIGKILL of the archivist", process_faults.kill, ("archivist",), 6),
    "kill-watcher": Fault("SIGKILL of the watcher", process_faults.kill, ("watcher",)),
    "kill-spawner": Fault("SIGKILL of the spawner", process_faults.kill_spawner, (SPAWNER,), 4),
    "kill-supervisor": Fault("SIGKILL of the supervisor; up again", process_faults.kill_supervisor, (SUPERVISOR,)),
    "kill-bus": Fault("SIGKILL of the bus", process_faults.kill_bus, (BUS,), 6),
    "stop": Fault("SIGSTOP until it is replaced", process_faults.stop, CHARGES, 4),
    "hang-spawner": Fault("SIGSTOP of the spawner until it is replaced", process_faults.stop, (SPAWNER,)),
    "pause": Fault("SIGSTOP for a moment", process_faults.pause, (*CHARGES, SPAWNER, BUS), 6),
    "pause-supervisor": Fault("SIGSTOP of the supervisor", process_faults.pause_supervisor, (SUPERVISOR,)),
    "hang-supervisor": Fault("SIGSTOP of the supervisor; up again", process_faults.hang_supervisor, (SUPERVISOR,), 1),
    "hang-bus": Fault("SIGSTOP of the bus until it is replaced", process_faults.hang_bus, (BUS,)),
    "bus-silent": Fault("the bus is unreachable", process_faults.bar_bus, (BUS,), 1),
    "bus-empty": Fault("the bus restarts with nothing", bus_faults.empty, (BUS,)),
    "bus-full": Fault("the bus takes no more data", bus_faults.fill, (BUS,)),
    "flood": Fault("more questions than the queue takes", bus_faults.flood, (BUS,), 1),
    "disk-full": Fault("no space is left on the disk", storage_faults.fill_disk, DISK),
    "archive-locked": Fault("the archive is locked", storage_faults.lock_archive, ARCHIVE, 1),
    "clock-forward": Fault("the clock jumps an hour ahead", storage_faults.step_forward, CLOCK),
    "clock-back": Fault("the clock jumps an hour back", storage_faults.step_back, CLOCK),
    "network-cut": Fault("the network to a remote shard is cut", network_faults.cut, ("docs",), remote=True),
    "slow": Fault("the provider is slow", provider_faults.Order("slow"), SHARDS),
    "hang": Fault("the provider hangs", provider_faults.Order("hang"), SHARDS),
    "cling": Fault("the provider ignores its deadline", provider_faults.Order("cling"), SHARDS),
    "spin": Fault("the provider loops for ever", provider_faults.Order("spin"), SHARDS),
    "leave": Fault("the shard leaves with exit code 0", provider_faults.Order("leave"), SHARDS, 4),
    "poison": Fault("a question kills whoever answers it", provider_faults.Order("poison"), SHARDS),
}


def chosen(names: Sequence[str]) -> dict[str, Fault]:
    """The named faults, or all. Raises IfmemError (exit code 2) for a name that is none."""
    if unknown := [name for name in names if name not in FAULTS]:
        raise IfmemError(
            f"there is no fault {unknown[0]!r}.", fix=f"Name some of: {', '.join(FAULTS)}", exit_code=Exit.USAGE
        )
    return {name: FAULTS[name] for name in names or FAULTS}


def of_kind(names: Sequence[str], *, remote: bool) -> dict[str, Fault]:
    """Those of the chosen that need a set with a remote shard, or those that do not."""
    return {name: fault for name, fault in chosen(names).items() if fault.remote is remote}


def possible(faults: dict[str, Fault], disk: Disk, wire: Wire) -> tuple[dict[str, Fault], dict[str, str]]:
    """What can be done on this machine, and why the rest cannot."""
    missing = {"disk-full": disk.missing, "network-cut": wire.missing}
    skipped = {name: why for name, why in missing.items() if name in faults and why}
    return {name: fault for name, fault in faults.items() if name not in skipped}, skipped
