"""The answer as its asker gets it: what was written, with a receipt of who was asked, what it took and what has to be known about it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from ifmem.core.answers import Answer, ShardUse
from ifmem.core.findings import Finding, Usage
from ifmem.core.prices import AS_OF, total_usd
from ifmem.core.queries import Query
from ifmem.core.stocktaking import version_of
from ifmem.errors import IfmemError
from ifmem.processes.gathering import Gathering
from ifmem.processes.route import Route
from ifmem.processes.synthesising import Written

STOPS = {
    "truncated": "its answer was cut off at the output limit",
    "incomplete": "its answer broke off",
    "refused": "the model refused to answer",
}


def answer_of(
    query: Query, route: Route, gathering: Gathering, written: Written, names: Collection[str], duration_ms: float
) -> Answer:
    """`names` are those of all shards."""
    findings = gathering.usable()
    missing = gathering.missing()
    usage = _total([*(finding.usage for finding in findings), written.usage])
    return Answer(
        id=query.id,
        question=query.question,
        answer=written.text if written.found or not findings else _as_far_as_looked(missing) + written.text,
        found=written.found,
        citations=written.citations,
        shards=tuple(_uses(route, gathering, missing, names)),
        usage=usage,
        cost_usd=total_usd([*(finding.cost_usd for finding in findings), written.cost_usd]),
        prices_as_of=AS_OF if usage != Usage() else None,
        provider=_one([*(finding.provider for finding in findings), written.provider]),
        model=_one([*(finding.model for finding in findings), written.model]),
        corpus=version_of({**route.versions, **{one.shard: one.version for one in findings if one.version}}.values()),
        duration_ms=round(duration_ms, 3),
        asked_at=query.asked_at,
        partial=bool(missing),
        error=gathering.failure().to_dict() if missing and not findings else None,
        notes=tuple(dict.fromkeys(_notes(query, findings, written))),
        asked_again=sum(finding.asked_again for finding in findings) + written.asked_again,
        follows=query.follows,
    )


def _as_far_as_looked(missing: Iterable[str]) -> str:
    """What has to be said first where nothing was found and not everybody has looked."""
    names = ", ".join(sorted(missing))
    return f"Not found where it could be looked: {names} did not answer.\n" if names else ""


def refusal(query: Query, error: IfmemError) -> Answer:
    """What the asker gets when nobody was or could be asked."""
    return Answer(
        id=query.id,
        question=query.question,
        answer="",
        found=False,
        asked_at=query.asked_at,
        partial=True,
        error=error.to_dict(),
    )


def _notes(query: Query, findings: Sequence[Finding], written: Written) -> Iterator[str]:
    if query.shortened:
        yield f"the conversation is longer than what went along: its last {len(query.history)} turns, shortened if need be"
    for finding in findings:
        if finding.note:
            yield finding.note
        if finding.stop in STOPS:
            yield f"{finding.shard}: {STOPS[finding.stop]}"
    yield from written.notes


def _uses(route: Route, gathering: Gathering, missing: Mapping[str, str], names: Collection[str]) -> Iterator[ShardUse]:
    for name in sorted(names, key=lambda name: (name not in gathering.asked, -route.scores.get(name, 0.0))):
        score = round(route.scores.get(name, 0.0), 3)
        finding = gathering.findings.get(name)
        if name not in gathering.asked or finding is None:
            yield ShardUse(name, name in gathering.asked, score, error=missing.get(name, ""))
            continue
        yield ShardUse(
            name,
            True,
            score,
            pages=finding.pages,
            finding=finding.id,
            found=finding.found,
            attempts=finding.attempts,
            duration_ms=finding.duration_ms,
            error=finding.error,
        )


def _total(usages: Iterable[Usage]) -> Usage:
    total = Usage()
    for usage in usages:
        total = total.plus(usage)
    return total


def _one(values: Iterable[str]) -> str:
    return ", ".join(sorted({value for value in values if value}))
