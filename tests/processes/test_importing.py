from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ifmem import Memory
from ifmem.config import Config
from ifmem.config.loading import load
from ifmem.core.findings import Finding
from ifmem.core.keys import Keys
from ifmem.errors import Exit, IfmemError
from ifmem.processes.importing import hand_to_archivist, read_findings, unknown, write
from ifmem.stores.archive import Archive
from ifmem.stores.bus import Bus
from ifmem.stores.journal import Journal


def finding(name: str, text: str = "text") -> Finding:
    return Finding(name, "q_1", "docs", found=True, text=text, created_at=1.0)


def lines(*findings: Finding) -> list[str]:
    return [f"{one.to_json()}\n" for one in findings]


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return load(tmp_path, env={"IFMEM_HOME": str(tmp_path / "home")})


def test_imported_findings_say_that_they_are(config: Config) -> None:
    (read,) = read_findings(["\n", *lines(finding("f_1"))], "in.jsonl", 0.0)
    assert read.note == "imported 1970-01-01; its quotes were checked where it was made"


@pytest.mark.parametrize(
    "line",
    ["nonsense", "[]", "{}", '{"id": "f_1"}', finding("../f_1").to_json(), finding("f_1", None).to_json()],  # type: ignore[arg-type]
)
def test_a_line_that_is_no_finding_is_named(line: str) -> None:
    with pytest.raises(IfmemError) as caught:
        read_findings([*lines(finding("f_1")), line], "in.jsonl", 0.0)
    assert caught.value.what == "in.jsonl:2 is no finding."
    assert caught.value.exit_code == Exit.USAGE


def test_what_is_known_stays_as_it_is(config: Config) -> None:
    write([finding("f_1", "first")], config)
    new = unknown([finding("f_1", "second"), finding("f_2"), finding("f_2")], config)
    write(new, config)
    with Archive.reading(config.archive) as archive:
        assert archive is not None
        assert sorted((one.id, one.text) for one in archive.findings(10)) == [("f_1", "first"), ("f_2", "text")]


def test_writing_leaves_the_place_in_the_journal(config: Config) -> None:
    write([finding("f_1")], config)
    with Archive.reading(config.archive) as archive:
        assert archive is not None
        assert archive.position() == "0-0"


def test_a_running_set_gets_them_through_its_journal(on_bus: Any, config: Config) -> None:
    async def work(bus: Bus) -> Any:
        await hand_to_archivist([finding("f_1")], bus, Keys())
        return await Journal(bus, Keys()).read("0-0", wait=False)

    (entry,) = on_bus(work)
    assert entry.kind == "finding"
    assert Finding.from_json(entry.body) == finding("f_1")


def test_what_one_memory_exports_another_imports(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    with Memory(tmp_path / "one") as one, Memory(tmp_path / "two") as two:
        assert one.import_findings(lines(finding("f_1"), finding("f_2")), "in.jsonl") == (2, 0)
        assert two.import_findings(lines(*one.findings(limit=None))) == (2, 0)
        assert two.import_findings(lines(*one.findings(limit=None))) == (0, 2)
        assert {found.id for found in two.findings(search="text")} == {"f_1", "f_2"}


def test_nothing_runs_nothing_to_follow(tmp_path: Path) -> None:
    with Memory(tmp_path) as memory, pytest.raises(IfmemError) as caught:
        next(memory.follow_findings())
    assert caught.value.exit_code == Exit.NOTHING_RUNNING
