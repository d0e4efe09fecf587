from __future__ import annotations

import json

import pytest

from ifmem.core.manifest import Held, LeftOut, Manifest, PageFacts

MADE = Manifest(
    "docs",
    "v1",
    "print",
    entries=(Held("a.md", "sha of a.md", 2, 5, 1, (0,), 8, (1, 2)),),
    pages=(PageFacts("d1", 20, 1, 90),),
    left_out=(LeftOut("b", "unknown type"),),
    made_at=5.0,
)


def test_comes_back_from_its_json() -> None:
    assert Manifest.from_json(MADE.to_json()) == MADE


def test_refuses_the_json_of_another_format() -> None:
    other = json.loads(MADE.to_json()) | {"format": 0}
    with pytest.raises(ValueError, match="format"):
        Manifest.from_dict(other)
