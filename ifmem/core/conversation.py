"""How much of a conversation goes along with the question that follows up on it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ifmem.core.answers import Answer
from ifmem.core.queries import Turn

MOST_TURNS = 6
MOST_CHARACTERS = 8_000  # of all turns together: about 3,000 tokens, which a page below a price step has room for
CUT = " […]"


def conversation(newest: Answer, find: Callable[[str], Answer | None]) -> tuple[tuple[Turn, ...], bool]:
    """The turns that ended in the answer `newest`, oldest first, and whether there were more or longer ones than go along.

    `find` gives an earlier answer by its id, None if nobody has it any more.
    """
    turns, answer, lost = list[Turn](), newest, False
    while len(turns) <= MOST_TURNS:
        if answer.question.strip() and answer.answer.strip():  # an error leaves nothing to follow up on
            turns.insert(0, Turn(answer.question, answer.answer))
        if not answer.follows or not (earlier := find(answer.follows)):
            lost = bool(answer.follows)
            break
        answer = earlier
    kept = recent(turns)
    return kept, lost or list(kept) != turns


def recent(turns: Sequence[Turn]) -> tuple[Turn, ...]:
    """The newest turns that there is room for, oldest first. Of a newest turn that is too long alone its beginning is kept."""
    kept: list[Turn] = []
    room = MOST_CHARACTERS
    for turn in list(reversed(turns))[:MOST_TURNS]:
        size = len(turn.question) + len(turn.answer)
        if size > room and kept:
            break
        kept.insert(0, turn if size <= room else _shortened(turn))
        room -= size
    return tuple(kept)


def _shortened(turn: Turn) -> Turn:
    half = MOST_CHARACTERS // 2
    question = turn.question if len(turn.question) <= half else turn.question[:half] + CUT
    room = MOST_CHARACTERS - min(len(turn.question), half)
    return Turn(question, turn.answer if len(turn.answer) <= room else turn.answer[:room] + CUT)
