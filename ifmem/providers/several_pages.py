"""One answer from several pages that were asked apart, for providers that read one page a request. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from ifmem.core.findings import Usage
from ifmem.core.prices import total_usd
from ifmem.providers.contract import Done, Event, Quote, Restart, Text

NOTHING = "Not in the corpus."  # what the prompts tell a model to say, and what is said where there is nothing to read
_WORST_FIRST = ("incomplete", "truncated", "refused", "complete")


def merge(answers: Sequence[Sequence[Event]]) -> list[Event]:
    """What those pages say that have an answer, in the order of the pages; if none has one, what the first says.

    The last event sums up all of them: what was spent on a page without an answer was spent.
    """
    ended = [(standing(answer), done) for answer in answers if isinstance(done := answer[-1], Done)]
    speaking = [answer for answer, done in ended if done.found] or [answer for answer, _ in ended[:1]]
    events: list[Event] = []
    for answer in speaking:
        if events:
            events.append(Text("\n\n"))
        events.extend(event for event in answer if isinstance(event, Text | Quote))
    return [*(events or [Text(NOTHING)]), _sum_up([done for _, done in ended])]


def standing(answer: Sequence[Event]) -> Sequence[Event]:
    """An answer without what it took back."""
    restarts = [at for at, event in enumerate(answer) if isinstance(event, Restart)]
    return answer[restarts[-1] + 1 :] if restarts else answer


def _sum_up(all_done: Sequence[Done]) -> Done:
    stops = {done.stop for done in all_done if done.found} or {done.stop for done in all_done}
    usage = Usage()
    for done in all_done:
        usage = usage.plus(done.usage)
    return Done(
        any(done.found for done in all_done),
        next((stop for stop in _WORST_FIRST if stop in stops), "complete"),
        max((done.score for done in all_done), default=0.0),
        usage,
        total_usd(done.cost_usd for done in all_done),
        tuple(page for done in all_done for page in done.pages),
        sum(done.asked_again for done in all_done),
    )
