from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from pathlib import Path

import pytest
from running_set import PATIENCE_S

from ifmem.processes.bus_sync import keep_on_disk

EVERY_S = 0.01


class Disk:
    """Notes which files it is told to sync; some of them it cannot."""

    def __init__(self, broken: frozenset[int] = frozenset()) -> None:
        self.synced: list[int] = []
        self.broken = broken

    def fsync(self, descriptor: int) -> None:
        inode = os.fstat(descriptor).st_ino
        self.synced.append(inode)
        if inode in self.broken:
            raise OSError(5, "Input/output error")


async def synced(folder: Path, disk: Disk, count: int) -> list[int]:
    """The first so many."""
    keeping = asyncio.create_task(keep_on_disk(folder, EVERY_S))
    async with asyncio.timeout(PATIENCE_S):
        while len(disk.synced) < count:
            await asyncio.sleep(EVERY_S)
    keeping.cancel()
    with suppress(asyncio.CancelledError):
        await keeping
    return disk.synced


def test_what_has_grown_is_synced_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = Disk()
    monkeypatch.setattr(os, "fsync", disk.fsync)
    (tmp_path / "appendonlydir").mkdir()
    base, grows = tmp_path / "appendonlydir" / "base", tmp_path / "appendonlydir" / "grows"
    base.write_bytes(b"x")
    grows.write_bytes(b"x")

    async def story() -> list[int]:
        first = set(await synced(tmp_path, disk, 2))
        assert first == {base.stat().st_ino, grows.stat().st_ino}
        disk.synced.clear()
        keeping = asyncio.create_task(synced(tmp_path, disk, 3))
        while len(disk.synced) < 2:
            await asyncio.sleep(EVERY_S)
        grows.write_bytes(b"xx")
        return (await keeping)[2:]

    assert set(asyncio.run(story())) == {grows.stat().st_ino}


def test_a_disk_that_cannot_is_said_and_ends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"x")
    disk = Disk(frozenset({file.stat().st_ino}))
    monkeypatch.setattr(os, "fsync", disk.fsync)

    async def story() -> None:
        keeping = asyncio.create_task(synced(tmp_path, disk, 2))
        while not disk.synced:
            await asyncio.sleep(EVERY_S)
        file.write_bytes(b"xx")
        await keeping

    asyncio.run(story())
    assert "file may not be on the disk: Input/output error" in caplog.text


def test_a_folder_that_is_not_there_yet_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = Disk()
    monkeypatch.setattr(os, "fsync", disk.fsync)

    async def story() -> list[int]:
        keeping = asyncio.create_task(synced(tmp_path / "bus", disk, 1))
        await asyncio.sleep(3 * EVERY_S)
        (tmp_path / "bus").mkdir()
        (tmp_path / "bus" / "file").write_bytes(b"x")
        return await keeping

    assert len(asyncio.run(story())) == 1
