"""How good the answers to known questions are: hits by rank, routing, refusals, with bootstrap intervals. Pure."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean, quantiles
from typing import Any, NamedTuple

from ifmem.core.documents import Citation, Spot
from ifmem.core.questions import Question
from ifmem.core.record import Record
from ifmem.core.routing import choose

DEPTH = 10  # citations looked at
RESAMPLES = 1_000
SEED = 20_261_121  # equal outcomes give equal intervals
MARGINS = (1.0, 0.9, 0.75, 0.6, 0.4)


@dataclass(frozen=True)
class Outcome(Record):
    """What came of one question.

    `rank` is the place of the first citation that holds the answer (1 is first, 0 is none), `rank_of_all` that of the one with which
    every place was cited. `domain` owns the evidence. `scores` are the shards' routing scores, `duration_ms` how long it all took.
    """

    id: str
    question: str
    domain: str = ""
    kind: str = ""
    answerable: bool = True
    found: bool = False
    rank: int = 0
    rank_of_all: int = 0
    first: str = ""
    scores: dict[str, float] = field(default_factory=dict)
    duration_ms: float = 0.0

    @property
    def routed(self) -> int:
        """At which place the routing put the shard that owns the evidence; 0 if nowhere."""
        order = choose(self.scores, 0.0)
        return order.index(self.domain) + 1 if self.domain in order else 0


class Estimate(NamedTuple):
    """A mean over questions with its 95% interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Report:
    """Means over a group of questions; None where the group has no question that could tell."""

    answerable: int
    not_found: int
    hit_at_1: Estimate | None
    hit_at_5: Estimate | None
    hit_at_10: Estimate | None
    all_at_5: Estimate | None
    mrr: Estimate | None
    routed_at_1: Estimate | None
    routed_at_2: Estimate | None
    false_refusals: Estimate | None
    refusals: Estimate | None

    def to_dict(self) -> dict[str, Any]:
        return {name: one._asdict() if isinstance(one, Estimate) else one for name, one in vars(self).items()}


def ranks(question: Question, citations: Sequence[Citation]) -> tuple[int, int]:
    """At which place the first of the evidence was cited, and at which place all of what is needed was; 0 for never."""
    first = 0
    missing = set(question.evidence)
    for rank, citation in enumerate(citations[:DEPTH], 1):
        if question.must_contain and not any(wanted in citation.quote for wanted in question.must_contain):
            continue
        spots = (Spot(citation.path, citation.start_line, citation.end_line), *citation.also)
        cited = {place for place in missing if any(map(place.meets, spots))}
        first = first or (rank if cited else 0)
        missing -= cited
        if first and not (question.every and missing):
            return first, rank
    return first, 0


def report(outcomes: Collection[Outcome]) -> Report:
    """The means over some outcomes."""
    real = [one for one in outcomes if one.answerable]
    absent = [one for one in outcomes if not one.answerable]
    owned = [one for one in real if one.domain]
    return Report(
        answerable=len(real),
        not_found=len(absent),
        hit_at_1=estimate(0 < one.rank <= 1 for one in real),
        hit_at_5=estimate(0 < one.rank <= 5 for one in real),
        hit_at_10=estimate(0 < one.rank <= DEPTH for one in real),
        all_at_5=estimate(0 < one.rank_of_all <= 5 for one in real),
        mrr=estimate(1 / one.rank if one.rank else 0.0 for one in real),
        routed_at_1=estimate(one.routed == 1 for one in owned),
        routed_at_2=estimate(0 < one.routed <= 2 for one in owned),
        false_refusals=estimate(not one.found for one in real),
        refusals=estimate(not one.found for one in absent),
    )


def grouped(outcomes: Iterable[Outcome], key: Callable[[Outcome], str]) -> dict[str, Report]:
    """A report for each group that has a name, by name."""
    groups: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        groups.setdefault(key(outcome), []).append(outcome)
    return {name: report(groups[name]) for name in sorted(groups) if name}


def estimate(values: Iterable[float]) -> Estimate | None:
    """Mean and percentile bootstrap interval; None without values."""
    known = [float(value) for value in values]
    if not known:
        return None
    draw = random.Random(SEED)
    means = sorted(fmean(draw.choices(known, k=len(known))) for _ in range(RESAMPLES))
    cut = RESAMPLES // 40
    return Estimate(*(round(value, 4) for value in (fmean(known), means[cut], means[-cut - 1])))


class Coverage(NamedTuple):
    """What a routing margin costs and brings: shards asked on average, and how often the right one is among them."""

    margin: float
    shards_asked: float
    right_one_asked: float


def coverage(outcomes: Iterable[Outcome]) -> tuple[Coverage, ...]:
    """For several margins, over the questions whose evidence a shard owns."""
    owned = [one for one in outcomes if one.answerable and one.domain]
    if not owned:
        return ()
    rows = []
    for margin in MARGINS:
        asked = [choose(one.scores, margin) for one in owned]
        right = fmean(one.domain in names for one, names in zip(owned, asked, strict=True))
        rows.append(Coverage(margin, round(fmean(map(len, asked)), 3), round(right, 4)))
    return tuple(rows)


def percentiles_ms(outcomes: Iterable[Outcome]) -> dict[str, float]:
    """How long half and how long 95% of the questions took at most."""
    durations = [one.duration_ms for one in outcomes]
    cuts = quantiles(durations, n=20, method="inclusive") if len(durations) > 1 else durations * 19
    return {"p50": round(cuts[9], 3), "p95": round(cuts[18], 3)} if cuts else {}


class Change(NamedTuple):
    """One question that went another way than before; ranks as in `Outcome`, None for one that was refused."""

    id: str
    question: str
    before: int | None
    after: int | None


def changes(before: Iterable[Outcome], after: Iterable[Outcome]) -> list[Change]:
    """The questions in both whose rank or refusal differs, in the order of `after`."""
    earlier: Mapping[str, Outcome] = {one.id: one for one in before}
    pairs = ((earlier[one.id], one) for one in after if one.id in earlier)
    compared = (Change(new.id, new.question, _rank(old), _rank(new)) for old, new in pairs)
    return [change for change in compared if change.before != change.after]


def _rank(outcome: Outcome) -> int | None:
    return outcome.rank if outcome.found else None
