from __future__ import annotations

from typing import Any

from ifmem.core.documents import Citation
from ifmem.core.findings import Finding, Usage


def test_what_is_nested_in_a_finding_ignores_what_a_newer_one_may_say() -> None:
    citations = (Citation("a.md", 1, 2, "a quote"),)
    finding = Finding("f_1", "q_1", "docs", found=True, text="so", citations=citations, usage=Usage(1, 2, 3, 4))
    values: dict[str, Any] = finding.to_dict()
    values["citations"][0]["invented_later"] = 1
    values["usage"]["invented_later"] = 1
    assert Finding.from_dict(values) == finding


def test_usage_adds_up() -> None:
    assert Usage(1, 2, 3, 4).plus(Usage(10, 20, 30, 40)) == Usage(11, 22, 33, 44)
