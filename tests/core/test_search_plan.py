from __future__ import annotations

import pytest

from ifmem.core.search_plan import Pass, Plan, SubQuestion, read_plan, sub_questions
from ifmem.errors import Exit, IfmemError

PLAN = Plan(tuple(Pass(name) for name in ("one", "two", "three")))


def test_workers_are_shared_out_evenly_the_first_getting_the_rest() -> None:
    assert [one.width for one in PLAN.spread(8).passes] == [3, 3, 2]
    assert PLAN.spread(8).workers == 8


@pytest.mark.parametrize("workers", [2, 5000])
def test_workers_that_cannot_be_shared_out_are_refused(workers: int) -> None:
    with pytest.raises(IfmemError) as refused:
        PLAN.spread(workers)
    assert refused.value.exit_code == Exit.USAGE


def test_a_plan_can_be_shortened_but_not_lengthened() -> None:
    assert [one.name for one in PLAN.shortened(2).passes] == ["one", "two"]
    with pytest.raises(IfmemError, match="there are no 4 passes"):
        PLAN.shortened(4)


def test_a_plan_reads_its_own_json_back() -> None:
    assert Plan.from_json(PLAN.to_json()) == PLAN


def test_a_plan_of_ones_own_is_read() -> None:
    text = """
    stop_early = false
    [[passes]]
    name = "scan"
    width = 2
    [[passes]]
    name = "mine"
    way = "reverse"
    prompt = "Ask backwards."
    """
    assert read_plan(text, "plan.toml") == Plan(
        (Pass("scan", width=2, way="scan"), Pass("mine", "Ask backwards.", way="reverse")), stop_early=False
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("passes = 3", "not iterable"),
        ("", "no [[passes]]"),
        ("[[passes]]\nwidth = 2", "needs a name"),
        ('[[passes]]\nname = "x"\nwidth = 0', "from 1 to"),
        ('[[passes]]\nname = "x"\nwidth = "2"', "width cannot be"),
        ('[[passes]]\nname = "x"\nhow = "2"', "not a key"),
        ('[[passes]]\nname = "x"\nway = "sideways"', "no way"),
        ("speed = 1", "unknown: speed"),
        ("[[passes", "Expected"),
    ],
)
def test_a_plan_that_cannot_be_used_says_why(text: str, why: str) -> None:
    with pytest.raises(IfmemError, match=r"cannot use the plan plan\.toml") as refused:
        read_plan(text, "plan.toml")
    assert why in refused.value.why
    assert refused.value.exit_code == Exit.USAGE


def test_a_models_lines_become_sub_questions() -> None:
    said = "Here they are:\n- [docs] What is said?\n2. [nobody] Who said it?\n* What is said?\n- What is said?\n"
    assert sub_questions(said, ("docs", "code"), 9) == [
        SubQuestion("What is said?", "docs"),
        SubQuestion("Who said it?"),
        SubQuestion("What is said?"),
    ]
    assert sub_questions(said, ("docs",), 1) == [SubQuestion("What is said?", "docs")]
    assert sub_questions("I cannot.", ("docs",), 5) == []
