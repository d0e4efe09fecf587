"""Which shards are worth asking, decided from their local indexes before any provider is called.

Weights are corpus-wide: a term that one shard is full of and the others lack is not rare. With the same weights everywhere the scores
of different shards compare.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence


def term_weights(frequencies: Sequence[Mapping[str, int]], passages: int) -> dict[str, float]:
    """The weight of each of the question's terms, in the order given: its rarity over all shards together.

    `frequencies` has one mapping a shard (in how many of its passages a term stands), `passages` is how many there are in
    all. A term that stands nowhere weighs most.
    """
    totals: dict[str, int] = {}
    for shard in frequencies:
        for term, count in shard.items():
            totals[term] = totals.get(term, 0) + count
    return {term: _rarity(min(count, passages), passages) for term, count in totals.items()}


def _rarity(count: int, passages: int) -> float:
    return math.log(1 + (passages - count + 0.5) / (count + 0.5))


def combine(parts: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """One score a shard from its scores for each part of a question: the best shard of any part is among the best of all."""
    best = [max(scores.values(), default=0.0) for scores in parts]
    highest = max(best, default=0.0)
    combined: dict[str, float] = {}
    for scores, best_here in zip(parts, best, strict=True):
        for name, value in scores.items():
            combined[name] = max(combined.get(name, 0.0), highest * value / best_here if best_here else 0.0)
    return combined


def choose(scores: Mapping[str, float], margin: float) -> tuple[str, ...]:
    """The shards whose best passage scores at least `margin` (0 to 1) times the best of all, best first.

    Empty only if no shard scores above zero.
    """
    scoring = _best_first(scores)
    return tuple(name for name in scoring if scores[name] >= margin * scores[scoring[0]])


def widen(scores: Mapping[str, float], asked: Collection[str]) -> tuple[str, ...]:
    """The shards to ask when those asked have nothing: the others that score at all, best first."""
    return tuple(name for name in _best_first(scores) if name not in asked)


def _best_first(scores: Mapping[str, float]) -> list[str]:
    return sorted((name for name in scores if scores[name] > 0), key=lambda name: (-scores[name], name))
