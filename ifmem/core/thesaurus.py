"""Words that are used for each other in questions about programs, projects and everyday affairs.

Lists made by hand, in ordinary English. A related word found is weaker evidence than the word asked for
(`core.scoring`). A group "a b c; d e" holds words that may each stand for every other: synonyms, spellings, abbreviations, numerals.
A kind "wider: a b c; ..." relates a word to the narrower ones that answer a question for it, and not these to each other: who asks
for the pet is answered by a dog, who asks for the dog is not by a cat. A word may stand in several of both; they are not joined through it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from ifmem.core.text import terms_of
from ifmem.core.thesaurus_groups import GROUPS
from ifmem.core.thesaurus_kinds import KINDS


def groups() -> Iterator[tuple[str, ...]]:
    """The terms of each group, without repetition."""
    return (tuple(dict.fromkeys(terms_of(words))) for words in GROUPS.split(";"))


def kinds() -> Iterator[tuple[str, tuple[str, ...]]]:
    """The term of each wider word, with those of the narrower ones."""
    for kind in KINDS.split(";"):
        wider, *narrower = terms_of(kind)
        yield wider, tuple(narrower)


@cache
def _standing_for() -> dict[str, list[tuple[str, ...]]]:
    """For each term the groups that it stands in, and what it is related to by kind. Joined when asked for: few of them ever are."""
    lists: dict[str, list[tuple[str, ...]]] = {}
    for group in groups():
        for term in group:
            lists.setdefault(term, []).append(group)
    for wider, narrower in kinds():
        lists.setdefault(wider, []).append(narrower)
        for term in narrower:
            lists.setdefault(term, []).append((wider,))
    return lists


def related(term: str) -> tuple[str, ...]:
    """The terms that may stand for `term`, itself not among them."""
    return tuple(dict.fromkeys(other for terms in _standing_for().get(term, ()) for other in terms if other != term))
