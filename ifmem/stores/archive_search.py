"""Full-text search over archived findings: what they say, and the places and words that they cite.

Words are found by their stems and by their beginnings (`count` finds counting and counted). Text that has no letter or digit is
looked for as it stands.
"""

from __future__ import annotations

from typing import Any

from sqlite_utils import Database
from sqlite_utils.db import Table

from ifmem.core.documents import Citation
from ifmem.core.findings import Finding
from ifmem.errors import IfmemError

FINDINGS = "findings"
COLUMNS = ("text", "cited")


def create(db: Database) -> None:
    """Add the index to an archive that has findings but no search."""
    findings = _findings(db)
    findings.add_column("cited", str, not_null_default="")
    for row in findings.rows_where(select="rowid, body"):
        cited = cited_text(Finding.from_json(row["body"]).citations)
        db.execute("UPDATE findings SET cited = ? WHERE rowid = ?", [cited, row["rowid"]])
    findings.enable_fts(COLUMNS, create_triggers=True, tokenize="porter unicode61")


def cited_text(citations: tuple[Citation, ...]) -> str:
    """What can be found of a finding beside its text."""
    return "\n".join(f"{citation.path}\n{citation.quote}" for citation in citations)


def condition(db: Database, words: list[str]) -> tuple[str, list[Any]]:
    """A condition on rows of findings, with its values: all the words stand in them. Raises IfmemError if there is no index."""
    if words and not _findings(db).detect_fts():
        raise IfmemError(
            "the archive cannot be searched yet.",
            why="an older version of ifmem wrote it",
            fix="Let this version bring it up to date: ifmem up",
        )
    indexed = [word for word in words if any(map(str.isalnum, word))]
    conditions, values = [], list[Any]()
    if indexed:
        conditions.append("rowid IN (SELECT rowid FROM findings_fts WHERE findings_fts MATCH ?)")
        values.append(" AND ".join(map(_phrase, indexed)))
    for word in words:
        if word not in indexed:
            conditions.append("(text || char(10) || cited) LIKE ? ESCAPE '\\'")
            values.append("%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%")
    return " AND ".join(conditions) or "1", values


def _phrase(word: str) -> str:
    """A word as FTS5 takes it, and whatever begins so. Nothing in it is read as syntax."""
    return '"' + word.replace('"', '""') + '"*'


def _findings(db: Database) -> Table:
    found = db[FINDINGS]
    assert isinstance(found, Table)
    return found
