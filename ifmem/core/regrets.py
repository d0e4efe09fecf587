"""Saying what was not found: of one shard, and of several together, where what one lacks another may have. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from ifmem.core.findings import Finding, Lack

NEAREST = 3  # places named


def regret(lacks: Sequence[Lack]) -> str:
    """That there is no answer, which words are missing, and where to look nearest: a paragraph for each part of the question."""
    return "".join(map(_said, lacks))


def _said(lack: Lack) -> str:
    said = ["These sources do not answer that."]
    if lack.nowhere:
        said.append(f"Not in them: {', '.join(lack.nowhere)}.")
    if lack.apart:
        said.append(f"In them, but not together with the rest of the question: {', '.join(lack.apart)}.")
    if lack.more:
        said.append(f"{lack.more} more of the question's words are not where the others are.")
    if lack.nearest:
        said.append(f"Nearest: {', '.join(lack.nearest[:NEAREST])}")
    return "\n".join(said) + "\n"


def unanswered(lacks: Sequence[Lack]) -> str:
    """Which parts of the question the quotes above do not answer; empty if there are none."""
    named = ", ".join(f'"{lack.question.strip()}"' for lack in lacks)
    return f"Not answered: {named}.\n" if lacks else ""


def common(findings: Sequence[Finding]) -> tuple[Lack, ...]:
    """What all of them lack, in words of the best: a word that one has stands somewhere, a part that one answers is answered."""
    ranked = sorted(findings, key=lambda finding: -finding.score)
    by_question = [{lack.question: lack for lack in finding.lacks} for finding in ranked]
    lacking = [question for question in by_question[0] if all(question in lacks for lacks in by_question)]
    return tuple(_together([lacks[question] for lacks in by_question]) for question in lacking)


def _together(lacks: Sequence[Lack]) -> Lack:
    """One lack of several sources, best first."""
    nowhere = tuple(word for word in lacks[0].nowhere if all(word in lack.nowhere for lack in lacks))
    missing = dict.fromkeys(word for word in (*lacks[0].nowhere, *lacks[0].apart) if word not in nowhere)
    nearest = dict.fromkeys(place for lack in lacks for place in lack.nearest)
    return Lack(lacks[0].question, nowhere, tuple(missing), lacks[0].more, tuple(nearest))
