"""Questions in the archive that nobody has answered."""

from __future__ import annotations

from collections.abc import Iterator

from sqlite_utils import Database

from ifmem.core.queries import Query
from ifmem.core.strictness import Refused, read

UNANSWERED = "SELECT body FROM questions WHERE asked_at >= ? AND id NOT IN (SELECT id FROM answers) ORDER BY asked_at"


def unanswered(db: Database, since: float) -> Iterator[Query]:
    """Those asked `since` (epoch), oldest first. What cannot be read was no question of ours."""
    for row in db.query(UNANSWERED, [since]):
        try:
            yield read(Query, row["body"])
        except Refused:
            continue
