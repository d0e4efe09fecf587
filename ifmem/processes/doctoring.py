"""The doctor's round: every check in turn, none of which can stop the others, and none of which changes anything."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from ifmem.config import Config
from ifmem.core import lifecycle
from ifmem.core.checkup import Check, Checkup
from ifmem.core.keys import Keys
from ifmem.core.status import Status
from ifmem.errors import IfmemError
from ifmem.processes import doctor_files, doctor_set
from ifmem.processes.doctor_models import model
from ifmem.processes.observing import observe
from ifmem.stores.bus import Bus

Look = Callable[[], Check]


async def examine(
    config: Config, line: Bus, refusal: IfmemError | None, *, audit: bool, noted: str, online: bool
) -> Checkup:
    """Look at everything; `refusal` says why the folder's own file does not count. Asks a vendor only if `online`."""
    checks = [
        _made("settings", partial(doctor_files.settings, config, refusal)),
        _made("prompts", partial(doctor_files.prompt_files, config)),
        _made("key", partial(doctor_files.keys, config)),
        await _awaited("model", partial(model, config, online=online)),
        _made("disk", partial(doctor_files.disk, config)),
        _made("permissions", partial(doctor_files.permissions, config)),
        _made("archive", partial(doctor_files.archive, config)),
    ]
    if audit:
        checks.append(_made("audit", partial(doctor_files.audit, config, noted)))
    checks += await _of_set(config, line)
    return Checkup(str(config.folder), tuple(checks))


async def _of_set(config: Config, line: Bus) -> list[Check]:
    try:
        status = await observe(config, line)
    except IfmemError as error:  # a password that is refused, another version
        return [Check.failed("bus", error)]
    keys = Keys(config.namespace)
    checks = [_made("bus", partial(doctor_set.bus, config, status))]
    if _answers(status):
        checks += [
            await _awaited("clock", partial(doctor_set.clock, line)),
            await _awaited("messages", partial(doctor_set.refused, line, keys)),
            await _awaited("memory", partial(doctor_set.memory, config, line, keys)),
        ]
    return [
        *checks,
        _made("versions", partial(doctor_set.versions, status)),
        _made("orphans", partial(doctor_set.orphans, config)),
    ]


def _answers(status: Status) -> bool:
    return status.state not in (lifecycle.STOPPED, lifecycle.UNREACHABLE)


def _made(name: str, look: Look) -> Check:
    try:
        return look()
    except IfmemError as error:
        return Check.failed(name, error)


async def _awaited(name: str, look: Callable[[], Awaitable[Check]]) -> Check:
    try:
        return await look()
    except IfmemError as error:
        return Check.failed(name, error)
