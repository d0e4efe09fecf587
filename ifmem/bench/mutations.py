"""True citations, and the ways in which a model gets them wrong: seeded, so that equal material gives equal mutants."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from random import Random

from ifmem.core.documents import Citation, Document

LINES = 6  # of a span at most
WORDS = 6  # of a span at least
NOT = ("not", "never", "no", "cannot", "without")
_WORD = re.compile(r"[^\W\d_]{2,}")
_NUMBER = re.compile(r"\d+")
_NAME = re.compile(r"\b\w+_\w+\b|\b[a-z]+[A-Z]\w*\b|\b[A-Z]\w+[A-Z]\w*\b")
_OPERATORS = {
    " == ": " != ",
    " < ": " <= ",
    " > ": " >= ",
    " + ": " - ",
    " and ": " or ",
    " is ": " is not ",
    " in ": " not in ",
}
_CURLY = str.maketrans({"'": "’", '"': "“", "-": "–"})
_INVENTED = "The {} is always written to the {} before any {} may be opened for {} again."

Mutate = Callable[[Citation, Random, Sequence[Document]], Citation | None]


def spans(documents: Sequence[Document], random: Random) -> Iterator[Citation]:
    """True citations without end: some lines of a document, now and then less than whole lines."""
    while True:
        document = random.choice(documents)
        lines = document.lines()
        start = random.randrange(len(lines)) if lines else 0
        taken = lines[start : start + random.randint(1, LINES)]
        if len(_WORD.findall(" ".join(taken))) < WORDS or not taken[0].strip() or not taken[-1].strip():
            continue
        quote = "\n".join(taken)
        if random.random() < 0.3:
            words = list(re.finditer(r"\S+", quote))
            inner = quote[words[min(2, len(quote.splitlines()[0].split()) - 1)].start() :]
            quote = inner if len(_WORD.findall(inner)) >= WORDS else quote
        yield Citation(document.path, start + 1, start + len(taken), quote, document.sha256)


def _in_place_of(pattern: re.Pattern[str], change: Callable[[str, Random], str]) -> Mutate:
    """Changes one match of `pattern`; no mutant if there is none or nothing changes."""

    def mutate(span: Citation, random: Random, _: Sequence[Document]) -> Citation | None:
        found = list(pattern.finditer(span.quote))
        if not found:
            return None
        one = random.choice(found)
        changed = change(one[0], random)
        quote = span.quote[: one.start()] + changed + span.quote[one.end() :]
        return replace(span, quote=quote) if changed != one[0] else None

    return mutate


def _other_word(word: str, random: Random) -> str:
    return random.choice([word + "s", word[::-1], "quite", word[:-1] + ("a" if word[-1] != "a" else "e")])


def _other_name(name: str, random: Random) -> str:
    return random.choice([name + "_s", name.replace("_", "", 1), name.swapcase(), name[1:]])


def _swapped(span: Citation, random: Random, _: Sequence[Document]) -> Citation | None:
    pieces = re.split(r"(\s+)", span.quote.strip())
    places = [at for at in range(0, len(pieces) - 2, 2) if pieces[at] != pieces[at + 2]]
    if not places:
        return None
    at = random.choice(places)
    pieces[at], pieces[at + 2] = pieces[at + 2], pieces[at]
    return replace(span, quote="".join(pieces))


def _without_not(span: Citation, random: Random, _: Sequence[Document]) -> Citation | None:
    quote = re.sub(rf"\b(?:{'|'.join(NOT)})\b ?", "", span.quote, count=1)
    return replace(span, quote=quote) if quote != span.quote and len(quote.split()) >= WORDS else None


def _with_not(span: Citation, random: Random, _: Sequence[Document]) -> Citation | None:
    places = [match.start() for match in re.finditer(r"(?<=\w) (?=\w)", span.quote)]
    at = random.choice(places) if places else 0
    return replace(span, quote=f"{span.quote[:at]} {random.choice(NOT)}{span.quote[at:]}") if at else None


def _other_operator(span: Citation, random: Random, _: Sequence[Document]) -> Citation | None:
    found = [operator for operator in _OPERATORS if operator in span.quote]
    operator = random.choice(found) if found else ""
    return replace(span, quote=span.quote.replace(operator, _OPERATORS[operator], 1)) if found else None


def _cut(span: Citation, random: Random, _: Sequence[Document]) -> Citation | None:
    ends = [match.end() - 1 for match in _WORD.finditer(span.quote) if match.start() > len(span.quote) // 2]
    return replace(span, quote=span.quote[: random.choice(ends)]) if ends else None


def _stitched(span: Citation, random: Random, documents: Sequence[Document]) -> Citation | None:
    other = next(spans([random.choice([one for one in documents if one.text.strip()])], random), None)
    joint = random.choice([" ", " ... ", "\n", " [...] "])
    return replace(span, quote=span.quote.strip() + joint + other.quote.strip()) if other else None


def _invented(span: Citation, random: Random, documents: Sequence[Document]) -> Citation | None:
    words = _WORD.findall(random.choice(documents).text)
    return replace(span, quote=_INVENTED.format(*random.sample(words, 4))) if len(words) >= 4 else None


def _shifted(span: Citation, random: Random, _: Sequence[Document]) -> Citation | None:
    by = random.choice([-40, -3, -1, 1, 2, 7, 300])
    start = max(1, span.start_line + by)
    return replace(span, start_line=start, end_line=start + span.end_line - span.start_line)


def _misfiled(span: Citation, random: Random, documents: Sequence[Document]) -> Citation | None:
    path = random.choice([random.choice(documents).path, f"src/{span.path}", "no/such/file.md"])
    return replace(span, path=path) if path != span.path else None


def _retyped(span: Citation, random: Random, _: Sequence[Document]) -> Citation | None:
    quote = span.quote.translate(_CURLY).replace("...", "…").replace("fi", "ﬁ").replace("ff", "ﬀ")
    return replace(span, quote=quote) if quote != span.quote else None


def _respaced(span: Citation, random: Random, _: Sequence[Document]) -> Citation | None:
    quote = re.sub(r"\s+", lambda _: random.choice([" ", "\n", "  ", "\t", "\r\n", "\u00a0"]), span.quote)
    return replace(span, quote=quote)


FALSE: dict[str, Mutate] = {
    "word changed": _in_place_of(_WORD, _other_word),
    "case changed": _in_place_of(_WORD, lambda word, _: word.swapcase()),
    "number changed": _in_place_of(_NUMBER, lambda number, random: str(int(number) + random.choice([1, 10, 100]))),
    "identifier changed": _in_place_of(_NAME, _other_name),
    "operator changed": _other_operator,
    "negation dropped": _without_not,
    "negation added": _with_not,
    "words swapped": _swapped,
    "cut within a word": _cut,
    "two places stitched": _stitched,
    "sentence invented": _invented,
}
MISPLACED: dict[str, Mutate] = {"lines shifted": _shifted, "file confused": _misfiled}
HARMLESS: dict[str, Mutate] = {"typography changed": _retyped, "white space changed": _respaced}
