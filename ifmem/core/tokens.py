"""Token estimates for text that no provider has counted yet."""

from __future__ import annotations

import math

# "Rule of thumb: new ~2.5 chars/token" (Claude Platform Docs, migration guides, October 2026): the tokenizer of Haiku 5.5.
# On the safe side for every other model: an estimate that is too high costs a page more, one too low breaks a price step.
CHARACTERS_PER_TOKEN = 2.5


def estimate_tokens(text: str) -> int:
    """Estimated tokens of `text`, rounded up."""
    return math.ceil(len(text) / CHARACTERS_PER_TOKEN)
