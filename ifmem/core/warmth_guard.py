"""Why keeping pages warm never costs more than twice what somebody would pay who knew all questions beforehand. Pure.

No policy that decides without a coin can promise that (the best possible is 2.44 times, since an entry's life is bought before it
is known for which gaps). One that draws how often it refreshes can, on average over its draws. The proof is an account:

- `lead` is what the clairvoyant pays more if it is to hold a short-lived entry now instead of a long-lived one.
- `owed` is a reserve that covers whatever may come, for the entry held and that lead.
- `slack` is twice the clairvoyant's cost, minus ours as expected over the draws, minus what is owed.

For every entry, lead and gap there are `safest` chances under which the slack does not shrink; a test goes through all of them. Slack
that has been earned may be spent on what a forecast advises, in so far as the worst gap cannot use up more than there is.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from ifmem.core.warmth_terms import LONG, SHORT, Gap, Terms

FACTOR = 2.0
CHEAP_READ = 0.09
RESERVE, RESERVE_CHEAP = 0.1, 0.25  # the cheaper reading is, the more a wrong life costs in comparison
Chances = Sequence[float]  # how likely it is that at most 0, 1, 2 … refreshes are made before the page is left to lapse


@dataclass(frozen=True)
class Ledger:
    lead: float
    slack: float


def opened(terms: Terms, life: str) -> Ledger:
    """The account after the first question wrote the page; the clairvoyant writes it for the shorter life, if that is all it needs."""
    lead = terms.write_short - terms.write_long
    return Ledger(lead, FACTOR * terms.write_short - terms.write(life) - owed(terms, life, lead))


def owed(terms: Terms, life: str, lead: float) -> float:
    """The reserve. Who holds a short-lived entry may have to buy a long-lived one where the clairvoyant only reads it."""
    reserve = RESERVE if terms.read > CHEAP_READ else RESERVE_CHEAP
    if life == LONG:
        return max(0.0, reserve + min(0.0, lead) / 2)
    return reserve + terms.write_long - FACTOR * terms.read + min(0.0, lead)


def settled(terms: Terms, ledger: Ledger, life: str, gap: Gap, chances: Chances) -> Ledger:
    """The account after a gap that was met with these chances: charged with what they cost on average, not with luck."""
    lost = _loss(terms, life, ledger.lead, gap, chances)
    return Ledger(_clairvoyant(terms, ledger.lead, gap)[1], ledger.slack - lost)


def bought(terms: Terms, ledger: Ledger, life: str) -> Ledger:
    """The account if an entry that has lapsed is written for this life, beside the one that is safest."""
    debts = {each: terms.write(each) + owed(terms, each, ledger.lead) for each in (SHORT, LONG)}
    return Ledger(ledger.lead, ledger.slack - (debts[life] - min(debts.values())))


def advised(terms: Terms, ledger: Ledger, life: str, refreshes: int) -> Chances:
    """That many refreshes, then a lapse, as far as the slack covers the worst gap for it; for the rest the safest chances."""
    wish: Chances = (*(0.0 for _ in range(refreshes)), 1.0)
    safe = safest(terms, life, ledger.lead)
    share = 1.0
    for gap in terms.gaps:
        wished, safely = (_loss(terms, life, ledger.lead, gap, chances) for chances in (wish, safe))
        if wished > max(ledger.slack, safely):
            share = min(share, max(0.0, ledger.slack - safely) / (wished - safely))
    pairs = itertools.zip_longest(wish, safe, fillvalue=0.0)
    return tuple(share * wished + (1 - share) * safely for wished, safely in pairs)


def safest(terms: Terms, life: str, lead: float) -> Chances:
    """Chances under which no gap costs slack: lapse as early as each gap lets us, as in renting before buying."""
    chances: list[float] = []
    # How likely refreshing still goes on; what refreshes before a lapse cost on average so far.
    going_on, paid = 1.0, 0.0
    by_need = itertools.groupby(terms.gaps, key=lambda gap: gap.needs(life))
    for need, gaps in itertools.islice(by_need, 1, None):
        share = going_on
        for gap in gaps:
            bridged, lapsed = _losses(terms, life, lead, gap)
            debt = (1 - going_on) * lapsed + paid + going_on * bridged
            dearer = lapsed + (need - 1) * terms.refresh - bridged
            if dearer > 0:
                share = min(share, max(0.0, -debt) / dearer)
        if need > terms.break_even(life):
            share = going_on
        chances.append(share)
        going_on -= share
        paid += share * (need - 1) * terms.refresh
    return tuple(chances)


def _loss(terms: Terms, life: str, lead: float, gap: Gap, chances: Chances) -> float:
    """How much slack a gap takes on average; negative if it gives some."""
    bridged, lapsed = _losses(terms, life, lead, gap)
    early = chances[: gap.needs(life)]
    refreshing = sum(times * terms.refresh * chance for times, chance in enumerate(early))
    return sum(early) * lapsed + refreshing + (1 - sum(early)) * bridged


def _losses(terms: Terms, life: str, lead: float, gap: Gap) -> tuple[float, float]:
    """How much slack a gap takes if the entry is kept over it, and, refreshes apart, if it is not."""
    paid, after = _clairvoyant(terms, lead, gap)
    before = FACTOR * paid + owed(terms, life, lead)
    kept = gap.needs(life) * terms.refresh + terms.read + owed(terms, life, after)
    written = min(terms.write(each) + owed(terms, each, after) for each in (SHORT, LONG))
    return kept - before, written - before


def _clairvoyant(terms: Terms, lead: float, gap: Gap) -> tuple[float, float]:
    """What the least that the clairvoyant may have paid grows by over a gap, and its lead after it."""
    short, long = max(lead, 0.0), max(-lead, 0.0)
    kept_short = short + gap.short * terms.refresh + terms.read
    kept_long = long + gap.long * terms.refresh + terms.read
    cheapest = min(short, long)
    after_short = min(kept_short, cheapest + terms.write_short)
    after_long = min(kept_long, cheapest + terms.write_long)
    return min(after_short, after_long), after_short - after_long
