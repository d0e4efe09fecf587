"""How an answer looks: a line of progress while it is made, its text as it arrives, and the receipt under it."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator

from ifmem.cli.screen import Screen
from ifmem.cli.text import dollars, latency, one_line
from ifmem.core.answers import Answer, Progress, ShardUse
from ifmem.core.documents import Citation
from ifmem.core.verification import INVENTED, NOT_FOUND, STALE, STITCHED, WRONG_FILE

NO_ANSWER = "Not found: nothing that is loaded answers this."
MEANING = {
    WRONG_FILE: "repaired",
    STALE: "the file has changed since it was read",
    STITCHED: "joined from several places",
    INVENTED: "it stands nowhere",
    NOT_FOUND: "it stands nowhere",
}
ERASE_LINE = "\r\x1b[K"


def answer_text(answer: Answer) -> str:
    return answer.answer.strip("\n") or ("" if answer.found else NO_ANSWER)


def receipt(answer: Answer, *, verbose: bool) -> Iterator[str]:
    """The lines under an answer: its sources best first, what is missing, who was asked, time and cost."""
    for citation in answer.citations:
        yield _source(citation)
    for shard in answer.shards:
        if shard.error:
            yield f"  {one_line(shard.name)} could not answer: {one_line(shard.error)}"
    if answer.citations and not answer.found:
        yield "not found: nothing that this quotes stands in the loaded text"
    yield from map(one_line, answer.notes)
    if answer.partial:
        yield "partial: not every shard that was asked has answered"
    yield " · ".join(_summary(answer))
    if verbose:
        yield f"id {answer.id}"
        yield from map(_part, answer.shards)


def _source(citation: Citation) -> str:
    also = "".join(f", also {one_line(spot.place)}" for spot in citation.also)
    meaning = f" ({MEANING[citation.verification]})" if citation.verification in MEANING else ""
    said = one_line(citation.verification) + meaning
    return f"  {one_line(citation.place)}{also}  {said}  {one_line(citation.shard)}".rstrip()


def _summary(answer: Answer) -> Iterator[str]:
    asked = [one_line(shard.name) for shard in answer.shards if shard.asked]
    skipped = [one_line(shard.name) for shard in answer.shards if not shard.asked]
    if answer.shards:
        yield f"asked {', '.join(asked) or 'no shard'}" + (f", not {', '.join(skipped)}" if skipped else "")
    yield latency(answer.duration_ms)
    as_of = f" (prices of {answer.prices_as_of})" if answer.prices_as_of and answer.cost_usd else ""
    yield "cost unknown" if answer.cost_usd is None else dollars(answer.cost_usd) + as_of
    if answer.provider:
        yield one_line(f"{answer.provider} {answer.model}")
    if answer.asked_again:
        yield f"took leave without answering and was asked again: {answer.asked_again}"


def _part(shard: ShardUse) -> str:
    pages = ", ".join(f"{page.digest[:12]} {page.cache}" for page in shard.pages) or "no page"
    times = f"{latency(shard.duration_ms)}, attempts {shard.attempts}" if shard.asked else "not asked"
    return f"  {one_line(shard.name)}: score {shard.score:.2f}, {times}, {pages}"


class AnswerView:
    """What the asker sees while waiting. `streams`: pieces of the answer are printed as they come."""

    def __init__(self, screen: Screen, *, streams: bool) -> None:
        self._screen = screen
        self._streams = streams
        self._streamed = ""
        self._line_shown = False

    def progress(self, progress: Progress) -> None:
        if progress.kind == "state":
            self._show_line(one_line(progress.text))
        elif progress.kind == "restart":
            self._take_back(one_line(progress.text))
        elif self._streams:
            self._erase_line()
            self._screen.data(progress.text, end="")
            self._screen.flush()
            self._streamed += progress.text

    def close(self) -> None:
        """Leave the terminal as it was found: no line of progress, the cursor at the start of a line."""
        self._erase_line()
        if self._streamed and not self._streamed.endswith("\n"):
            self._screen.data("")

    def finish(self, text: str) -> None:
        """Print the final text, unless that is what was streamed."""
        if self._streamed.strip() != text.strip():
            self._screen.data(text)

    def _take_back(self, why: str) -> None:
        """What stands on the terminal cannot be erased: say that it does not count."""
        if self._streamed:
            self.close()
            self._screen.note(f"taken back: {why}")
            self._streamed = ""

    def _show_line(self, text: str) -> None:
        # Not in the middle of streamed text: on a terminal both streams share its lines.
        if self._screen.notes_on_terminal and not self._streamed:
            width = shutil.get_terminal_size().columns - 1
            sys.stderr.write(f"{ERASE_LINE}{text[:width]}")
            sys.stderr.flush()
            self._line_shown = True

    def _erase_line(self) -> None:
        if self._line_shown:
            sys.stderr.write(ERASE_LINE)
            sys.stderr.flush()
            self._line_shown = False
