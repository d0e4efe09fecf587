from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ifmem.core.cache_rules import Block, Cache, Outcome, Prompt, fault_of, look_up, settle

MINIMUM = 512
Counts = tuple[int, int, int, int]  # read, written for 5m, written for 1h, plain input


def blocks(text: str, tokens: int = 1_000) -> tuple[Block, ...]:
    """`A B* C+` are three blocks, the second with a 5-minute breakpoint, the third with one for an hour."""
    ttls = {"*": "5m", "+": "1h"}
    return tuple(Block(word.rstrip("*+").encode(), tokens, ttls.get(word[-1], "")) for word in text.split())


def prompt(text: str, tokens: int = 1_000) -> Prompt:
    return Prompt(blocks(text, tokens))


@dataclass
class Vendor:
    """Sends requests one after the other: each response begins before the next request starts."""

    cache: Cache = field(default_factory=dict)

    def send(self, asked: Prompt, now: float = 0.0) -> Counts:
        outcome = look_up(asked, self.cache, now, MINIMUM)
        self.cache = settle(self.cache, outcome, now)
        return counts(outcome)


def counts(outcome: Outcome) -> Counts:
    return outcome.read, outcome.write_5m, outcome.write_1h, outcome.input


MANY = " ".join(f"d{n}" for n in range(60))

# What is asked at which second, and what the last request then reads, writes for 5m, writes for 1h, and pays in full.
EXAMPLES: dict[str, tuple[list[tuple[str, float]], Counts]] = {
    "without a breakpoint nothing is cached": ([("A q", 0), ("A q", 1)], (0, 0, 0, 2_000)),
    "the first request writes up to its breakpoint": ([("A B* q", 0)], (0, 2_000, 0, 1_000)),
    "the same prefix is read": ([("A B* q", 0), ("A B* r", 1)], (2_000, 0, 0, 1_000)),
    "a changed first block is a miss": ([("A B* q", 0), ("X B* q", 1)], (0, 2_000, 0, 1_000)),
    "a changed block after the page costs only itself": (
        [("A B* C* q", 0), ("A B* D* q", 1)],
        (2_000, 1_000, 0, 1_000),
    ),
    "an overlay that grows reads the page": ([("A B* q", 0), ("A B* C* q", 1)], (2_000, 1_000, 0, 1_000)),
    "a longer prefix is found by looking back": ([("A B* q", 0), ("A B C D* q", 1)], (2_000, 2_000, 0, 1_000)),
    "order matters": ([("A B* q", 0), ("B A* q", 1)], (0, 2_000, 0, 1_000)),
    "alive just before five minutes": ([("A* q", 0), ("A* q", 299.9)], (1_000, 0, 0, 1_000)),
    "gone after five minutes": ([("A* q", 0), ("A* q", 300)], (0, 1_000, 0, 1_000)),
    "a read keeps it for five minutes more": ([("A* q", 0), ("A* q", 200), ("A* q", 499)], (1_000, 0, 0, 1_000)),
    "an hour is an hour": ([("A+ q", 0), ("A+ q", 3_599)], (1_000, 0, 0, 1_000)),
    "and no longer": ([("A+ q", 0), ("A+ q", 3_600)], (0, 0, 1_000, 1_000)),
    "a read keeps an hour's entry for an hour": ([("A+ q", 0), ("A* q", 3_000), ("A+ q", 6_599)], (1_000, 0, 0, 1_000)),
    "an entry keeps the life it was written with": ([("A* q", 0), ("A+ q", 200), ("A+ q", 500)], (0, 0, 1_000, 1_000)),
    "both lives in one request": ([("A B+ C* q", 0)], (0, 1_000, 2_000, 1_000)),
    "the hour outlives the five minutes": ([("A B+ C* q", 0), ("A B+ C* q", 400)], (2_000, 1_000, 0, 1_000)),
    "each breakpoint refreshes what it finds": (
        [("A* B* q", 0), ("A* B* q", 200), ("A* X* q", 450)],
        (1_000, 1_000, 0, 1_000),
    ),
    "an entry 19 blocks before the breakpoint is found": (
        [("A* q", 0), (f"A {' '.join(MANY.split()[:18])} Z* q", 1)],
        (1_000, 19_000, 0, 1_000),
    ),
    "an entry 20 blocks before the breakpoint is not": (
        [("A* q", 0), (f"A {' '.join(MANY.split()[:19])} Z* q", 1)],
        (0, 21_000, 0, 1_000),
    ),
    "how many blocks stand before one breakpoint does not matter": (
        [(f"{MANY} Z* q", 0), (f"{MANY} Z* r", 1)],
        (61_000, 0, 0, 1_000),
    ),
    "an entry is written at breakpoints only": ([("A B* q", 0), ("A* q", 1)], (0, 1_000, 0, 1_000)),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_documented_rules(name: str) -> None:
    requests, expected = EXAMPLES[name]
    vendor = Vendor()
    assert [vendor.send(prompt(text), now) for text, now in requests][-1] == expected


@pytest.mark.parametrize(("tokens", "expected"), [(511, (0, 0, 0, 611)), (512, (0, 512, 0, 100))])
def test_a_prefix_below_the_minimum_is_not_cached_and_nothing_says_so(tokens: int, expected: Counts) -> None:
    asked = Prompt((Block(b"page", tokens, "5m"), Block(b"question", 100)))
    assert Vendor().send(asked) == expected


def test_the_minimum_counts_from_the_start_of_the_prompt() -> None:
    asked = Prompt((Block(b"page", 400, "5m"), Block(b"overlay", 400, "5m"), Block(b"question", 100)))
    assert Vendor().send(asked) == (0, 800, 0, 100)


def test_an_entry_cannot_be_read_before_its_response_has_begun() -> None:
    first, second = (look_up(prompt("A* q"), {}, 0.0, MINIMUM) for _ in range(2))
    assert counts(first) == counts(second) == (0, 1_000, 0, 1_000)
    begun = settle(settle({}, first, 1.0), second, 1.0)
    assert counts(look_up(prompt("A* q"), begun, 1.0, MINIMUM)) == (1_000, 0, 0, 1_000)


def test_the_life_counts_from_the_start_of_the_request() -> None:
    slow = settle({}, look_up(prompt("A* q"), {}, 0.0, MINIMUM), 200.0)
    assert counts(look_up(prompt("A* q"), slow, 301.0, MINIMUM))[0] == 0


def test_what_has_expired_is_forgotten() -> None:
    cache = settle({}, look_up(prompt("A* q"), {}, 0.0, MINIMUM), 0.0)
    assert settle(cache, Outcome(0, 0, 0, 0), 300.0) == {}


LEVELS = Prompt(
    blocks("M* q"), blocks("S*"), blocks("T*"), everything=b"model", from_system=b"citations", from_messages=b"choice"
)


@pytest.mark.parametrize(
    ("change", "read"),
    [
        ({"everything": b"another model"}, 0),
        ({"tools": blocks("U*")}, 0),
        ({"from_system": b"no citations"}, 1_000),
        ({"system": blocks("R*")}, 1_000),
        ({"from_messages": b"another choice"}, 2_000),
        ({"messages": blocks("N* q")}, 2_000),
        ({"messages": blocks("M* another question")}, 3_000),
    ],
)
def test_a_change_invalidates_its_level_and_all_after_it(change: dict[str, object], read: int) -> None:
    vendor = Vendor()
    vendor.send(LEVELS)
    assert vendor.send(replace(LEVELS, **change), 1.0)[0] == read  # type: ignore[arg-type]


def test_a_block_does_not_match_at_another_level() -> None:
    vendor = Vendor()
    vendor.send(Prompt(blocks("A* q")))
    assert vendor.send(Prompt(blocks("q"), system=blocks("A*")), 1.0)[0] == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("A* B* C* D* q", ""),
        ("A+ B* q", ""),
        ("A* B* C* D* E* q", "at most 4"),
        ("A* B+ q", "1h breakpoint"),
    ],
)
def test_breakpoints_that_are_refused(text: str, said: str) -> None:
    fault = fault_of(blocks(text))
    assert said in fault
    assert bool(said) == bool(fault)


def test_an_unknown_life_is_refused() -> None:
    with pytest.raises(ValueError, match="ttl must be one of 5m, 1h"):
        look_up(Prompt((Block(b"A", 1_000, "2h"),)), {}, 0.0, MINIMUM)


words = st.lists(st.sampled_from(["A", "B", "C", "A*", "B*", "C*"]), min_size=1, max_size=8).map(" ".join)


@given(st.lists(st.tuples(words, st.floats(0, 400)), max_size=6))
def test_every_token_is_counted_once(requests: list[tuple[str, float]]) -> None:
    vendor, now = Vendor(), 0.0
    for text, pause in requests:
        now += pause
        if not fault_of(blocks(text)):
            assert sum(vendor.send(prompt(text), now)) == 1_000 * len(text.split())
