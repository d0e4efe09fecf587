"""Files that somebody else may have made for our own commands: findings, backups, receipts."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ifmem.core.findings import Finding
from ifmem.core.receipts import lines_of, read_receipt
from ifmem.errors import IfmemError
from ifmem.processes.importing import read_findings
from ifmem.stores.archive import Archive
from ifmem.stores.backup import back_up, restore
from ifmem.stores.journal import Entry
from ifmem.stores.kept_files import KeptFile

from .outside import CASES, TEXT, fuzzed, json_like, spliced

slowly_fuzzed = settings(fuzzed, max_examples=max(5, CASES // 5))  # each writes a few databases

FIELDS = sorted(Finding.__dataclass_fields__)
FOUND = st.dictionaries(
    st.sampled_from(FIELDS), json_like(FIELDS, ["f_1a1ff3ca70a7ff1488d2f", "verified"]), max_size=12
)


@fuzzed
@given(st.lists(st.one_of(TEXT, FOUND.map(json.dumps)), max_size=4))
def test_findings(lines: list[str]) -> None:
    with contextlib.suppress(IfmemError):
        for finding in read_findings(lines, "findings.jsonl", 0.0):
            assert json.loads(finding.to_json())["id"] == finding.id


@fuzzed
@given(spliced(['{"id": "q_1"}', "{", "}", "\n", "\r\n", '{"schema": 1, "answer": ""}', "[]"], 10))
def test_several_receipts(text: str) -> None:
    for number, line in lines_of(text):
        assert line in text.split("\n")[number - 1]
        with contextlib.suppress(IfmemError):
            read_receipt(line)


@pytest.fixture(scope="module")
def backup(tmp_path_factory: pytest.TempPathFactory) -> Iterator[bytes]:
    folder = tmp_path_factory.mktemp("backup")
    (folder / "working").mkdir()
    (folder / "working" / "note-1.md").write_text("a note\n")
    with Archive.writing(folder / "ifmem.db") as archive:
        archive.record(
            [Entry(f"{n}-0", "finding", Finding(f"f_{n}", "q", "docs", True, "x").to_json()) for n in (1, 2)]
        )
    back_up(folder / "ifmem.db", folder / "backup.db", {"notes": folder / "working"})
    yield (folder / "backup.db").read_bytes()


def restored(content: bytes, *, force: bool, change: str = "", values: tuple[Any, ...] = ()) -> None:
    """Put back, or refused; either way nothing but the archive and the folder's own files is written."""
    with tempfile.TemporaryDirectory() as name:
        home = Path(name) / "home"
        (home / "working").mkdir(parents=True)
        source = Path(name) / "given.db"
        source.write_bytes(content)
        if change:
            with closing(sqlite3.connect(source)) as connection, connection:
                connection.execute(change, values)
        with contextlib.suppress(IfmemError):
            restore(source, home / "ifmem.db", {"notes": home / "working"}, force=force)
            with Archive.reading(home / "ifmem.db") as archive:
                assert archive is not None
                archive.findings(10)
        assert {path.name for path in Path(name).iterdir()} == {"home", "given.db"}
        assert {path.parent for path in home.rglob("*") if path.is_file()} <= {home, home / "working"}


@slowly_fuzzed
@given(st.data(), st.booleans())
def test_backups_with_bytes_changed(backup: bytes, data: st.DataObject, force: bool) -> None:
    content = bytearray(backup)
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at] = data.draw(st.integers(0, 255))
    restored(bytes(content[: data.draw(st.sampled_from([len(content), len(content) // 2, 100]))]), force=force)


@slowly_fuzzed
@given(
    st.sampled_from([*KeptFile._fields]),
    st.one_of(
        st.none(),
        st.integers(-(2**63), 2**63 - 1),
        st.binary(max_size=20),
        spliced(["../", "/", "a", "\0", "..", "notes"], 6),
    ),
    st.booleans(),
)
def test_backups_whose_files_are_called_anything(backup: bytes, column: str, value: Any, force: bool) -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(backup)
        table = next(
            name
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            if {row[1] for row in connection.execute(f"PRAGMA table_info({name})")} == set(KeptFile._fields)
        )
    with contextlib.suppress(sqlite3.IntegrityError):
        restored(backup, force=force, change=f"UPDATE {table} SET {column} = ?", values=(value,))
