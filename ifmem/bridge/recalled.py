"""Answers, findings and status as a model reads them: compact text, and the same facts as structure. Capped, and saying so."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from ifmem.bridge.reports import utc

if TYPE_CHECKING:
    from ifmem.core.answers import Answer
    from ifmem.core.documents import Citation
    from ifmem.core.findings import Finding
    from ifmem.core.status import ProcessStatus, Status

LONGEST_ANSWER = 12_000  # characters
LONGEST_QUOTE = 600


class Source(TypedDict):
    place: str
    verification: str
    shard: str
    quote: str


class Recalled(TypedDict):
    id: str
    found: bool
    answer: str
    sources: list[Source]
    remaining: int
    asked: list[str]
    notes: list[str]
    cost_usd: float | None


class Found(TypedDict):
    id: str
    uri: str
    shard: str
    at: str
    text: str
    sources: list[str]


class Findings(TypedDict):
    findings: list[Found]
    remaining: int


class Shard(TypedDict):
    name: str
    state: str
    tokens: int
    why: str
    fix: str


class State(TypedDict):
    state: str
    folder: str
    why: str
    shards: list[Shard]
    findings: int
    spent_today_usd: float


def cut(text: str, most: int) -> str:
    """At most about `most` characters, with what is missing counted."""
    return text if len(text) <= most else f"{text[:most]} … [{len(text) - most:,} more characters]"


def answer_facts(answer: Answer, most: int) -> Recalled:
    text = cut(answer.answer, LONGEST_ANSWER)
    notes = [*answer.notes, *(f"{use.name}: {use.error}" for use in answer.shards if use.error)]
    if text != answer.answer or len(answer.citations) > most:
        notes.append(f"the whole answer with every source is ifmem://answer/{answer.id}")
    return Recalled(
        id=answer.id,
        found=answer.found,
        answer=text,
        sources=[_source(citation, text) for citation in answer.citations[:most]],
        remaining=max(0, len(answer.citations) - most),
        asked=[use.name for use in answer.shards if use.asked],
        notes=notes,
        cost_usd=answer.cost_usd,
    )


def _source(citation: Citation, answer: str) -> Source:
    """A quote that stands in the answer already is not said again."""
    quote = "" if citation.quote.strip() in answer else cut(citation.quote, LONGEST_QUOTE)
    return Source(place=citation.place, verification=citation.verification, shard=citation.shard, quote=quote)


def answer_text(facts: Recalled) -> str:
    lines = [facts["answer"], ""]
    for source in facts["sources"]:
        lines.append(f"- {source['place']} ({source['verification']}, {source['shard']})")
        lines += [f"  > {line}" for line in source["quote"].splitlines()]
    if facts["remaining"]:
        lines.append(f"- {facts['remaining']} more sources")
    cost = "unknown" if facts["cost_usd"] is None else f"${facts['cost_usd']:.4f}"
    outcome = "found" if facts["found"] else "not in these sources"
    lines.append(f"[{outcome} · asked {', '.join(facts['asked']) or 'nobody'} · cost {cost} · id {facts['id']}]")
    lines += [f"[{note}]" for note in facts["notes"]]
    return "\n".join(lines)


def finding_facts(finding: Finding, most: int) -> Found:
    return Found(
        id=finding.id,
        uri=f"ifmem://finding/{finding.id}",
        shard=finding.shard,
        at=utc(finding.created_at),
        text=cut(finding.text or finding.error, most),
        sources=[citation.place for citation in finding.citations],
    )


def finding_text(facts: Found) -> str:
    sources = f"\nSources: {', '.join(facts['sources'])}" if facts["sources"] else ""
    return f"{facts['uri']} ({facts['shard']}, {facts['at']})\n{facts['text']}{sources}"


def findings_text(facts: Findings) -> str:
    paragraphs = [finding_text(finding) for finding in facts["findings"]]
    more = [f"[{facts['remaining']} more; ask for them with offset]"] if facts["remaining"] else []
    return "\n\n".join([*paragraphs, *more]) or "No finding has these words."


def status_facts(status: Status) -> State:
    return State(
        state=status.state,
        folder=status.folder,
        why=f"{status.reason} {status.fix}".strip(),
        shards=[_shard(shard) for shard in status.shards],
        findings=status.findings,
        spent_today_usd=status.spent_today_usd,
    )


def _shard(shard: ProcessStatus) -> Shard:
    return Shard(name=shard.name, state=shard.state, tokens=shard.tokens, why=shard.reason, fix=shard.fix)


def status_text(facts: State) -> str:
    head = (
        f"{facts['state']} · {facts['folder']} · {facts['findings']} findings · ${facts['spent_today_usd']:.2f} today"
    )
    shards = [
        f"{one['name']}: {one['state']}, {one['tokens']:,} tokens {one['why']} {one['fix']}".rstrip()
        for one in facts["shards"]
    ]
    return "\n".join([head, *filter(None, [facts["why"]]), *shards])
