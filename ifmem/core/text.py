"""How text becomes terms: one analysis for what is indexed and for what is asked, so that both meet.

A word is folded (case, accents) and stemmed; an identifier also gives its parts, so that `max_file_bytes`, `maxFileBytes` and
"file bytes" meet, and `or_` or `__init__` the word inside; a version or a date is one term; scripts written without spaces give pairs
of characters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

import Stemmer

from ifmem.core.definitions import subject_of
from ifmem.core.irregular import BASE_OF

LONGEST_WORD = 64  # a longer run (base64, minified code) is taken in pieces of this size
QUESTION_TERMS = 400  # of a longer question (a pasted log) the first distinct terms count
QUESTION_CHARACTERS = 100_000
MONTHS = "januari februari march april may june juli august septemb octob novemb decemb".split()  # as they are stemmed
_CACHED_WORDS = 400_000

_WORD = re.compile(rf"[\w\u0300-\u036f]{{1,{LONGEST_WORD}}}")
_BARE = "".join(chr(code) if re.match(r"\w", chr(code)) else " " for code in range(128))  # for str.translate
_NUMBERED = re.compile(r"\d[.-]\d")  # few texts have any: the others are spared the slower pattern
_WORD_OR_NUMBERS = re.compile(
    r"(?<![\w.])[vV]?\d{1,8}(?:\.\d{1,8}){1,5}(?!\w)"  # a version is one word
    r"|(?<!\w)(?<!\d-)(?:19|20)\d\d-(?:0[1-9]|1[0-2])(?:-[0-3]\d)?(?!\w|-\d)"  # and a date
    rf"|{_WORD.pattern}"
)
_NUMBERS = re.compile(r"[.-]")
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_A-Za-z]+")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]")
_IDENTIFIER = re.compile(r"[a-z]{2}[A-Z]|[A-Za-z]_|\d[A-Za-z]|[A-Za-z]\d|[A-Z]{2}[a-z]{2}")
_EDGED = re.compile(r"__\w*|\w*__|_\w*[^_]|[^_]\w*_")  # `__init__`, `_private`, `or_`; `_so_` is a word, emphasised
# "Which file imports it?", "what do the docs say?": the kind of place of the answer, which every place shows and few passages name.
_KIND_ASKED_FOR = re.compile(
    r"(?:(?<=\btest\s)|(?<=\btests\s))(?:cover|check|verif|exercis|prov|assert)\w*"  # the test itself is named by its kind
    r"|\b(?:which|what)\s+(?:file|folder|document|page|section|line|module|script|class|function|method)s?\b"
    r"|\bthe\s+(?:docs|documentation|manual|guide|readme|(?:source\s+)?code|changelog|release\s+notes)\b(?!\s+\d)",
    re.IGNORECASE,
)


class _Analysis(dict[str, str]):
    """Word as written to its terms, separated by spaces. Filled as words are met: a corpus repeats few distinct words."""

    def __init__(self) -> None:
        super().__init__()
        self._stem = Stemmer.Stemmer("english", 0).stemWord

    def __missing__(self, word: str) -> str:
        if len(self) >= _CACHED_WORDS:
            self.clear()
        self[word] = terms = " ".join(self._terms(word))
        return terms

    def _terms(self, word: str) -> list[str]:
        if len(word) > LONGEST_WORD:
            return [term for piece in _WORD.findall(word) for term in self._terms(piece)]
        if "." in word or "-" in word:
            return _numbers(word)
        plain = word if word.isascii() else _without_accents(word)
        if not plain.isascii() and _UNSPACED.search(plain):
            return [plain[i : i + 2] for i in range(max(1, len(plain) - 1))]
        parts = _PART.findall(plain) if _IDENTIFIER.search(plain) else []
        if len(parts) < 2:
            whole = plain.strip("_").lower()
            stem = [str(self._stem(BASE_OF.get(whole, whole)))] if whole else []
            return [plain.lower(), *stem] if whole and _EDGED.fullmatch(plain) else stem
        return [plain.strip("_").lower(), *(str(self._stem(part.lower())) for part in parts)]


def _numbers(word: str) -> list[str]:
    """`2.1.0` and what it belongs to, `2.1`, as terms; of a date also its year and the name of its month."""
    parts = _NUMBERS.split(word.lower().removeprefix("v"))
    terms = ["_".join(parts[:length]) for length in range(len(parts), 1, -1)]
    return [*terms, parts[0], MONTHS[int(parts[1]) - 1]] if "-" in word else terms


def _without_accents(word: str) -> str:
    decomposed = unicodedata.normalize("NFKD", word)
    return unicodedata.normalize("NFC", "".join(c for c in decomposed if not "\u0300" <= c <= "\u036f"))


_analysis = _Analysis()


def _words(text: str) -> list[str]:
    return (_WORD_OR_NUMBERS if _NUMBERED.search(text) else _WORD).findall(text)


def analyse(text: str) -> str:
    """The terms of `text` in order, separated by single spaces."""
    bare = text.isascii() and not _NUMBERED.search(text)  # nearly all of a program, and half the time of the patterns
    words = text.translate(_BARE).split() if bare else _words(text)
    return " ".join(filter(None, map(_analysis.__getitem__, words)))


def terms_of(text: str) -> list[str]:
    """The terms of `text` in order, repetitions kept."""
    return analyse(text).split()


def question_words(question: str) -> dict[str, tuple[str, ...]]:
    """The words of a question that carry its subject, as written, each with its terms, in order and without repetition.

    Question and stop words are dropped; if nothing else is left they are all kept. Takes the first `QUESTION_TERMS` terms.
    """
    asked = question[:QUESTION_CHARACTERS]
    subject = _words(_KIND_ASKED_FOR.sub(" ", subject_of(asked)))
    return _distinct(word for word in subject if word.lower() not in QUESTION_STOP_WORDS) or _distinct(_words(asked))


def passing_terms(question: str) -> tuple[str, ...]:
    """The terms of the words that `question_words` drops: they tell between places that hold its subject equally well."""
    subject = set(question_terms(question))
    return tuple(term for term in dict.fromkeys(terms_of(question[:QUESTION_CHARACTERS])) if term not in subject)


@cache
def stop_terms() -> frozenset[str]:
    """The terms of the words that say nothing of a question's subject."""
    return frozenset(terms_of(" ".join(QUESTION_STOP_WORDS)))


def _distinct(written: Iterable[str]) -> dict[str, tuple[str, ...]]:
    words: dict[str, tuple[str, ...]] = {}
    seen: set[str] = set()
    for word in written:
        terms = tuple(dict.fromkeys(_analysis[word].split()))
        if _NUMBERS.search(word):  # asked for 2.1.0, the rest of 2.1 is no answer
            terms = terms[:1]
        if not terms or seen.issuperset(terms):
            continue
        if len(seen) + len(terms) > QUESTION_TERMS:
            break
        seen.update(terms)
        words[word] = terms
    return words


def question_terms(question: str) -> tuple[str, ...]:
    """The distinct terms that a question is searched by, in its order."""
    return tuple(dict.fromkeys(term for terms in question_words(question).values() for term in terms))


# Words that a question is made of but that say nothing of its subject. Made for questions about a corpus: "where is X defined",
# "how does Y work", "what happens when Z". `not`, `no`, `if`, `for` and the like carry nothing that a passage could be found by.
QUESTION_STOP_WORDS = frozenset(
    """
    a about actually after again all also always am an and any anybody anyone anything are aren as at away
    be because been before being best between both but by
    came can cannot come comes could couldn
    d defined describe described describes did didn do docs documented does doesn doing done don
    each either else ever every everything exactly explain
    find first for from
    gave get gets getting give given gives go goes going got
    had hadn handle handled handles happen happened happening happens has hasn have haven having he hello her here hi his how however
    i if implemented in instead into is isn it its itself
    just
    know
    let like ll located look looks
    m made make makes many may maybe me mean means meant might mine more most much must my myself
    need needed needs nor not now
    of off ok on one only onto or other others our out over
    please possible
    re really
    s said say says see shall she should shouldn show since so some somebody someone something still such
    t tell than that the their them then there these they thing things this those though through to too toward
    under until up upon us use used uses using usually
    ve very via
    want wants was wasn way ways we well went were weren what whatever when whenever where wherever whether which while who
    whoever whole whom whose why will with within without won work works would wouldn
    yes yet you your yours
    """.split()
)
