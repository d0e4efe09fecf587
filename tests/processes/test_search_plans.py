from __future__ import annotations

from pathlib import Path

import pytest

from ifmem.core.search_plan import WAYS
from ifmem.errors import Exit, IfmemError
from ifmem.processes.search_plans import default_plan, own_plan, told_in


def test_the_eight_passes_are_shipped_in_their_order() -> None:
    plan = default_plan()
    assert tuple(one.name for one in plan.passes) == WAYS
    assert plan.workers == 40
    assert all("is data" in one.prompt and 'beginning with "- "' in one.prompt for one in plan.passes)


def test_a_pass_is_known_by_its_name() -> None:
    assert "may change" in told_in("monitor")
    with pytest.raises(IfmemError, match="no pass 'sleep'") as refused:
        told_in("sleep")
    assert refused.value.exit_code == Exit.USAGE and "scan, validate" in refused.value.fix


def test_a_plan_of_ones_own_may_keep_its_prompts_in_files(tmp_path: Path) -> None:
    (tmp_path / "mine.md").write_text("Ask about lighthouses.")
    plan = tmp_path / "plan.toml"
    plan.write_text('[[passes]]\nname = "mine"\nprompt = "mine.md"\n[[passes]]\nname = "reverse"\n')
    found = own_plan(plan)
    scan, reverse = (next(one for one in default_plan().passes if one.name == name) for name in ("scan", "reverse"))
    mine, other = found.passes
    assert (mine.prompt, mine.worker) == ("Ask about lighthouses.", scan.worker)
    assert (other.prompt, other.worker) == (reverse.prompt, reverse.worker)


@pytest.mark.parametrize("text", ['[[passes]]\nname = "mine"\nprompt = "none.md"', None])
def test_a_file_that_is_not_there_is_said(tmp_path: Path, text: str | None) -> None:
    plan = tmp_path / "plan.toml"
    if text:
        plan.write_text(text)
    with pytest.raises(IfmemError, match="cannot read") as refused:
        own_plan(plan)
    assert refused.value.exit_code == Exit.USAGE
