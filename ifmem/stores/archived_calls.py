"""The archive's table of calls to models: one row a call, amounts in nano-dollars, null where nothing was measured."""

from __future__ import annotations

from typing import Any

from sqlite_utils import Database

from ifmem.core.costs import Batch
from ifmem.core.findings import Usage
from ifmem.core.spending import Payment

TABLE = "calls"
TOKENS = ("input", "cache_write", "cache_read", "output")
COSTS = tuple(f"{name}_cost" for name in TOKENS)
SUMS = (*TOKENS, *COSTS, "cost", "charged", "uncached")
SPENDING = f"""
SELECT date(at, 'unixepoch') AS day, process, purpose, model, count(*) AS calls, count(input) AS measured,
       count(cost) AS priced, {", ".join(f"coalesce(sum({name}), 0) AS {name}" for name in SUMS)}
FROM {TABLE} WHERE at >= :since GROUP BY 1, 2, 3, 4
"""


def create(db: Database) -> None:
    words = dict.fromkeys(("id", "query_id", "process", "purpose", "provider", "model", "page"), str)
    db.table(TABLE).create({**words, **dict.fromkeys(("at", "tokens", *SUMS), int)}, pk="id").create_index(["at"])


def row_of(payment: Payment) -> dict[str, Any]:
    row = {name: value for name, value in vars(payment).items() if name not in ("usage", "by_class")}
    tokens = {name: getattr(payment.usage, name, None) for name in TOKENS}
    costs = {column: getattr(payment.by_class, name, None) for name, column in zip(TOKENS, COSTS, strict=True)}
    return {**row, **tokens, **costs}


def spending(db: Database, since: int) -> list[Batch]:
    """The calls from `since` on (epoch seconds), added up by day, process, purpose and model; none in an older archive."""
    if not db.table(TABLE).exists():
        return []
    return [_batch(row) for row in db.query(SPENDING, {"since": since})]


def last_at(db: Database) -> int | None:
    """When the newest call was made that is in here."""
    if not db.table(TABLE).exists():
        return None
    at: int | None = next(db.query(f"SELECT max(at) AS at FROM {TABLE}"))["at"]
    return at


def _batch(row: dict[str, Any]) -> Batch:
    usage, by_class = (Usage(*(row.pop(name) for name in names)) for names in (TOKENS, COSTS))
    return Batch(**row, usage=usage, by_class=by_class)
