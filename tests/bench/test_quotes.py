"""The quote gate against thousands of mutants of true citations from this repository's own texts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from random import Random

import pytest

from ifmem.bench.mutations import FALSE, HARMLESS, MISPLACED, spans
from ifmem.bench.quotes import Material, Result, try_kinds
from ifmem.core.documents import Document

ROOT = Path(__file__).parents[2]
TEXTS = (
    "*.md",
    "prompts/**/*.md",
    "tests/data/eval/notes/*.md",
    "ifmem/core/*.py",
    "ifmem/stores/*.py",
    "tests/core/*.py",
)
EACH = 60
QUICK = 1_000  # of the kinds that need no search
REPAIRED = 0.93  # of quotes under a wrong path; a few are of words too common to lead anywhere


def documents() -> Iterator[Document]:
    for pattern in TEXTS:
        for path in sorted(ROOT.glob(pattern)):
            data = path.read_bytes()
            yield Document(str(path.relative_to(ROOT)), data.decode(), hashlib.sha256(data).hexdigest())


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory) -> Material:
    return Material(tmp_path_factory.mktemp("quotes"), list(documents()))


def of_kind(material: Material, kind: str, wanted: int) -> Result:
    return try_kinds(material, {kind: {**FALSE, **MISPLACED, **HARMLESS}[kind]}, wanted)[kind]


@pytest.mark.parametrize("kind", FALSE)
def test_no_false_quote_passes(material: Material, kind: str) -> None:
    result = of_kind(material, kind, EACH)
    assert result.tried == EACH
    assert result.wrong == []


@pytest.mark.parametrize("kind", HARMLESS)
def test_no_retyped_quote_is_refused(material: Material, kind: str) -> None:
    result = of_kind(material, kind, QUICK)
    assert result.tried == QUICK
    assert result.wrong == []


def test_every_quote_under_wrong_lines_is_found(material: Material) -> None:
    result = of_kind(material, "lines shifted", QUICK)
    assert (result.tried, result.wrong) == (QUICK, [])


def test_a_quote_under_a_wrong_path_is_found(material: Material) -> None:
    result = of_kind(material, "file confused", 3 * EACH)
    assert result.right >= REPAIRED * result.tried > 0


def test_most_of_what_was_joined_from_two_places_is_called_so(material: Material) -> None:
    result = of_kind(material, "two places stitched", EACH)
    assert result.classes["stitched"] >= 0.75 * result.tried


def test_every_span_of_the_material_is_true(material: Material) -> None:
    true = list(islice(spans(material.documents, Random(1)), 1_000))
    assert [material.check(one).verification for one in true] == ["verified"] * 1_000
