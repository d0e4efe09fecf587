"""The guard's proof, gone through case by case: what it promises rests on these inequalities."""

from __future__ import annotations

import pytest

from ifmem.core import warmth_guard as guard
from ifmem.core.prices import MODELS
from ifmem.core.warmth_guard import Ledger
from ifmem.core.warmth_terms import LONG, SHORT, Terms, terms_of

LEADS = 80
CASES = [(model, tokens) for model in MODELS for tokens in (20_000, 95_000, 400_000)]


def leads(terms: Terms) -> list[float]:
    """From the least lead there can be (a long-lived entry would have to be bought) to the greatest."""
    low, high = terms.write_short - terms.write_long, terms.write_short
    return [low + (high - low) * n / LEADS for n in range(LEADS + 1)]


@pytest.mark.parametrize(("model", "tokens"), CASES)
@pytest.mark.parametrize("life", [SHORT, LONG])
def test_no_gap_costs_slack_under_the_safest_chances(model: str, tokens: int, life: str) -> None:
    terms = terms_of(MODELS[model], tokens)
    for lead in leads(terms):
        chances = guard.safest(terms, life, lead)
        after = [guard.settled(terms, Ledger(lead, 0.0), life, gap, chances) for gap in terms.gaps]
        assert min(ledger.slack for ledger in after) >= -1e-9, lead
        assert sum(chances) == pytest.approx(1.0)
        assert min(chances) >= 0.0


@pytest.mark.parametrize(("model", "tokens"), CASES)
def test_leads_stay_within_those_that_were_gone_through(model: str, tokens: int) -> None:
    terms = terms_of(MODELS[model], tokens)
    low, high = leads(terms)[0], leads(terms)[-1]
    for lead in leads(terms):
        after = [guard.settled(terms, Ledger(lead, 0.0), LONG, gap, (1.0,)).lead for gap in terms.gaps]
        assert low - 1e-9 <= min(after) <= max(after) <= high + 1e-9


@pytest.mark.parametrize("life", [SHORT, LONG])
def test_what_is_owed_is_never_negative(life: str) -> None:
    assert min(guard.owed(Terms(), life, lead) for lead in leads(Terms())) >= 0.0


@pytest.mark.parametrize("slack", [0.0, 0.3, 1.0, 5.0])
@pytest.mark.parametrize("life", [SHORT, LONG])
def test_what_is_advised_never_takes_more_slack_than_there_is(life: str, slack: float) -> None:
    terms = Terms()
    for ledger in (Ledger(lead, slack) for lead in leads(terms)):
        chances = guard.advised(terms, ledger, life, 0)
        assert min(guard.settled(terms, ledger, life, gap, chances).slack for gap in terms.gaps) >= -1e-9


def test_what_is_advised_is_done_when_there_is_slack_for_it() -> None:
    assert guard.advised(Terms(), Ledger(0.0, 5.0), LONG, 3)[:4] == (0.0, 0.0, 0.0, 1.0)


def test_a_life_that_is_not_the_safest_is_charged() -> None:
    terms, ledger = Terms(), Ledger(1.0, 1.0)
    assert guard.bought(terms, ledger, LONG).slack == 1.0
    assert guard.bought(terms, ledger, SHORT).slack < 1.0
