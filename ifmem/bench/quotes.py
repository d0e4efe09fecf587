"""The quote gate against mutants of true citations: what it lets through, what it refuses in vain, and how long it takes."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from random import Random

from ifmem.bench.mutations import FALSE, HARMLESS, MISPLACED, Mutate, spans
from ifmem.bench.rows import Row, Target, at_least, at_most, row
from ifmem.bench.scale import Scale
from ifmem.core.citations import stands, verify
from ifmem.core.documents import Citation, Document
from ifmem.core.folding import fold, occurrences
from ifmem.core.overlays import View
from ifmem.core.pages import page_of
from ifmem.core.stretches import stretches_of
from ifmem.core.verification import VERIFIED
from ifmem.processes.loaded_text import ShardText
from ifmem.stores.index import build_index

SEED = 20_261_121
EXPECTED = {"refused": FALSE, "repaired": MISPLACED, "verified": HARMLESS}
TRIED = 20  # spans a mutant wanted, at most: not every span has a number or a negation to change


def measure_quotes(place: Path, scale: Scale) -> Iterable[Row]:
    """Mutants of the package's own source: the share of each kind that was classed as it has to be, and the time of a check."""
    root = Path(__file__).parents[1]
    material = Material(place, [_document(path, root) for path in sorted(root.rglob("*.py"))])
    took: dict[str, list[float]] = {}
    for outcome, kinds in EXPECTED.items():
        for name, result in try_kinds(material, kinds, scale.times(500, 20)).items():
            took.setdefault(outcome, []).extend(result.took_ms)
            yield _share(f"{name}, {outcome}", result, at_least(95 if name == "file confused" else 100))
    yield row("check of a quote that stands in its file", "ms", took["verified"], at_most(1))
    yield row("check of a quote that stands nowhere", "ms", took["refused"], at_most(20))


def _share(what: str, result: Result, target: Target) -> Row:
    return Row(what, "%", 100 * result.right / max(1, result.tried), None, result.tried, target)


@dataclass
class Result:
    """Of `tried` mutants of one kind `right` were classed as they had to be. `classes` counts what they were taken for."""

    tried: int = 0
    right: int = 0
    classes: Counter[str] = field(default_factory=Counter)
    took_ms: list[float] = field(default_factory=list)
    wrong: list[Citation] = field(default_factory=list)


class Material:
    """Documents with their index in `place`, as a shard has them."""

    def __init__(self, place: Path, documents: Sequence[Document]) -> None:
        self.documents = documents
        page = page_of(documents)
        place.mkdir(parents=True, exist_ok=True)
        build_index(place / "quotes.db", page.digest, [page])
        self._text = ShardText(View((page,)), place / "quotes.db")
        self._folded = [stretch.text for document in documents for stretch in stretches_of([document])]

    def check(self, citation: Citation) -> Citation:
        return verify(citation, self._text.at(citation.path), lambda quote: map(self._text.at, self._text.near(quote)))

    def holds(self, quote: str) -> bool:
        """Whether a mutant is true after all, found by reading everything."""
        wanted = fold(quote)
        return any(next(occurrences(text, wanted), None) is not None for text in self._folded)

    def stands_where_it_says(self, citation: Citation) -> bool:
        parts = stretches_of(self._text.at(citation.path))
        return any(part.holds(citation.quote, (citation.start_line, citation.end_line)) for part in parts)


def try_kinds(material: Material, kinds: Mapping[str, Mutate], wanted: int) -> dict[str, Result]:
    """The result for each kind, over at most `wanted` mutants."""
    return {name: _try(material, name, _mutants(material, name, mutate, wanted)) for name, mutate in kinds.items()}


def _mutants(material: Material, name: str, mutate: Mutate, wanted: int) -> Iterator[Citation]:
    random = Random(f"{SEED} {name}")
    tried = islice(spans(material.documents, random), wanted * TRIED)
    mutants = (mutate(span, random, material.documents) for span in tried)
    return islice((one for one in mutants if one and not (name in FALSE and material.holds(one.quote))), wanted)


def _try(material: Material, name: str, mutants: Iterable[Citation]) -> Result:
    result = Result()
    for mutant in mutants:
        started = time.perf_counter()
        checked = material.check(mutant)
        result.took_ms.append((time.perf_counter() - started) * 1000)
        result.tried += 1
        result.classes[checked.verification] += 1
        if _is_right(material, name, checked):
            result.right += 1
        else:
            result.wrong.append(checked)
    return result


def _is_right(material: Material, name: str, checked: Citation) -> bool:
    if name in FALSE:
        return not stands(checked)
    if name in HARMLESS:
        return checked.verification == VERIFIED
    return stands(checked) and material.stands_where_it_says(checked)


def _document(path: Path, root: Path) -> Document:
    data = path.read_bytes()
    return Document(str(path.relative_to(root)), data.decode(), hashlib.sha256(data).hexdigest())
