"""What a pass asks where no model splits the question: queries derived from its words and from what was found. Pure.

Nothing here understands anything. A query is made of words of the question and words of quotes, so that the extractive reader leads from
place to place; that is said wherever its results are shown.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from ifmem.core.compound import parts_of
from ifmem.core.documents import Citation
from ifmem.core.evidence import names_in
from ifmem.core.findings import Finding
from ifmem.core.ranking import ranked
from ifmem.core.search_plan import SubQuestion
from ifmem.core.text import question_words

CONTRARY = ("fails", "except", "error", "limit", "deprecated", "removed", "wrong", "broken", "missing", "ignored")
CHANGING = ("TODO", "changed", "version", "planned", "deadline", "temporary", "open", "next")
SALIENT = 6  # words of a quote that queries are made of
SHORTEST = 4  # characters of a word that is no name
_HASH = re.compile(r"(?=\w*\d)[0-9a-f]{7,64}")  # a commit's or a file's: nothing else says it


@dataclass(frozen=True)
class Known:
    """What a pass starts from: the question, the shards, and the findings so far."""

    question: str
    shards: Sequence[str]
    findings: Sequence[Finding] = ()

    @property
    def words(self) -> list[str]:
        return list(question_words(self.question))

    @property
    def citations(self) -> list[Citation]:
        """What was quoted and stands, what is nearest to the question first."""
        return ranked(self.question, self.findings)

    def pairs(self) -> list[str]:
        """Two words of the question at a time, neighbours first."""
        words = self.words
        apart = sorted(itertools.combinations(range(len(words)), 2), key=lambda pair: pair[1] - pair[0])
        return [f"{words[first]} {words[second]}" for first, second in apart] or words

    def salient(self, citation: Citation) -> list[str]:
        """Words of a quote that the question does not have: names first, then the longest."""
        asked = {word.lower() for word in self.words}
        said = [word for word in question_words(citation.quote) if word.lower() not in asked and not word.isdigit()]
        names = names_in(f"- {citation.quote}", said)
        worth = [word for word in said if (word in names or len(word) >= SHORTEST) and not _HASH.fullmatch(word)]
        return sorted(worth, key=lambda word: (word not in names, -len(word), word))[:SALIENT]

    def elsewhere(self, citation: Citation) -> list[str]:
        """The shards that a quote was not taken from; all of them if there is no other."""
        return [shard for shard in self.shards if shard != citation.shard] or list(self.shards)


def derive(way: str, known: Known, asked: Collection[SubQuestion], width: int) -> list[SubQuestion]:
    """At most `width` sub-questions that were not asked before; what a way leaves open is filled up with words that stand together."""
    wanted = dict.fromkeys(itertools.chain(_WAYS[way](known), _fill(known)))
    return list(itertools.islice((one for one in wanted if one not in asked), width))


def _everywhere(queries: Iterable[str], shards: Iterable[str]) -> Iterator[SubQuestion]:
    where = tuple(shards)
    yield from (SubQuestion(query, shard) for query in queries if query for shard in where)


def _scan(known: Known) -> Iterator[SubQuestion]:
    """The question itself, its parts, and its words two by two, everywhere."""
    yield from _everywhere(
        (known.question, *(part.text for part in parts_of(known.question)), *known.pairs()), known.shards
    )


def _validate(known: Known) -> Iterator[SubQuestion]:
    """What was found in one shard, looked for in the others."""
    for citation in known.citations:
        words = [*known.words[:2], *known.salient(citation)[:2]]
        yield from _everywhere([" ".join(words)], known.elsewhere(citation))


def _challenge(known: Known) -> Iterator[SubQuestion]:
    """The question's words beside words of failure and exception."""
    for pair, contrary in zip(itertools.cycle(known.pairs()), CONTRARY, strict=False):
        yield SubQuestion(f"{pair} {contrary}")


def _cross_reference(known: Known) -> Iterator[SubQuestion]:
    """The names that quotes hold, those that several hold first, wherever they stand best."""
    counts = Counter(word for citation in known.citations for word in known.salient(citation))
    for citation in known.citations:
        for word in sorted(known.salient(citation), key=lambda word: -counts[word])[:2]:
            yield SubQuestion(word)


def _contradict(known: Known) -> Iterator[SubQuestion]:
    """The words of each statement, everywhere: another number or a `not` beside the same words is a contradiction."""
    for citation in known.citations:
        yield from _everywhere([" ".join(known.salient(citation)[:4])], known.shards)


def _synthesise(known: Known) -> Iterator[SubQuestion]:
    """The question together with what its quotes have most in common."""
    counts = Counter(word for citation in known.citations for word in known.salient(citation))
    common = [word for word, _ in counts.most_common(3)]
    yield from _everywhere((" ".join((*known.words, word)) for word in common), known.shards)


def _reverse(known: Known) -> Iterator[SubQuestion]:
    """From each quote back: its own words without the question's should lead to what the question is about."""
    for citation in known.citations:
        yield SubQuestion(" ".join((*known.salient(citation)[:3], *known.words[-1:])))


def _monitor(known: Known) -> Iterator[SubQuestion]:
    """The question's words beside words of change."""
    for pair, changing in zip(itertools.cycle(known.pairs()), CHANGING, strict=False):
        yield SubQuestion(f"{pair} {changing}")


def _fill(known: Known) -> Iterator[SubQuestion]:
    for citation, word in itertools.product(known.citations, known.words):
        for salient in known.salient(citation):
            yield SubQuestion(f"{word} {salient}")


_WAYS: dict[str, Callable[[Known], Iterator[SubQuestion]]] = {
    "scan": _scan,
    "validate": _validate,
    "challenge": _challenge,
    "cross-reference": _cross_reference,
    "contradict": _contradict,
    "synthesise": _synthesise,
    "reverse": _reverse,
    "monitor": _monitor,
}
