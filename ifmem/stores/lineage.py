"""What archived findings and answers were built on: one row for each finding that another record rests on."""

from __future__ import annotations

from typing import Any

from sqlite_utils import Database

from ifmem.core.answers import Answer
from ifmem.core.descent import Descent, sources_of
from ifmem.core.findings import Finding

TABLE = "lineage"
KEY = ("id", "source")


def create(db: Database) -> None:
    """Add the table, with the relations of everything that is archived already."""
    db.table(TABLE).create({"id": str, "source": str, "kind": str}, pk=KEY).create_index(["source"])
    for name in ("findings", "answers"):
        for row in list(db.query(f"SELECT body FROM {name}")):
            record(db, name, row)


def record(db: Database, name: str, row: dict[str, Any]) -> None:
    """Note what a new row of the table `name` was built on."""
    if name == "findings":
        finding = Finding.from_json(row["body"])
        _insert(db, "finding", finding.id, sources_of(finding))
    elif name == "answers":
        answer = Answer.from_json(row["body"])
        _insert(db, "answer", answer.id, tuple(use.finding for use in answer.shards if use.finding))


def _insert(db: Database, kind: str, id_: str, sources: tuple[str, ...]) -> None:
    rows = [{"id": id_, "source": source, "kind": kind} for source in dict.fromkeys(sources)]
    db.table(TABLE).insert_all(rows, pk=KEY, replace=True)


def descent(db: Database, finding_id: str) -> Descent:
    """The relations of a finding; none in an archive of an older version."""
    if not db.table(TABLE).exists():
        return Descent()
    on = [row["source"] for row in db.query(f"SELECT source FROM {TABLE} WHERE id = ?", [finding_id])]
    by = list(db.query(f"SELECT id, kind FROM {TABLE} WHERE source = ? ORDER BY id", [finding_id]))
    findings, answers = (tuple(row["id"] for row in by if row["kind"] == kind) for kind in ("finding", "answer"))
    return Descent(tuple(on), findings, answers)
