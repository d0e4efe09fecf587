"""How large a page may be, so that its prompt stays under the model's price step or, without one, inside its window.

Pure; everything in tokens. A page is cut by our own estimate of its tokens. Once the vendor has counted it, a page over the limit is cut
again by the ratio that came out.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from ifmem.core.prices import Model

UNMEASURED = 0.9  # of the limit, for pages cut by estimate: text may count a tenth more than estimated
MEASURED = 0.97  # of the limit, for pages cut by a measured ratio, which is that of other cuts of the same text
UNKNOWN_WINDOW = 32_000  # of a model that is in no table and on a server that does not say
LEAST = 1_000


@dataclass(frozen=True)
class Room:
    """What a prompt holds beside its page. `output` counts where the reply has to fit into the same window."""

    instructions: int
    question: int = 2_000  # with the turns that it follows up on
    overlay: int = 3_000
    output: int = 10_500


def page_limit(model: Model | None, room: Room, window: int | None = None) -> int:
    """The most a page may count. `window` is what the vendor says; the narrower of it and the table's is taken."""
    windows = [size for size in (window, model.window if model else None) if size]
    prompt = min(windows, default=UNKNOWN_WINDOW) - room.output
    if model is not None and model.step_tokens is not None:
        prompt = min(prompt, model.step_tokens)
    return max(LEAST, prompt - room.instructions - room.question - room.overlay)


def page_budget(limit: int, most: int, ratio: float | None = None) -> int:
    """The estimated size to cut pages to: at most `most`, and so that they count less than `limit`.

    `ratio` is what a page counted over what it was estimated at; None while nothing was counted.
    """
    counts = limit * UNMEASURED if ratio is None else limit * MEASURED / ratio
    return max(LEAST, min(most, math.floor(counts)))


def densest(sizes: Iterable[tuple[int, int]]) -> float:
    """The highest ratio of (estimated, counted) sizes; 1 for none."""
    return max((counted / estimated for estimated, counted in sizes if estimated), default=1.0)
