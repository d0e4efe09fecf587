"""One question on its way: put, waited for, shown. What `ask` and `chat` have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ifmem.cli.answer_view import AnswerView, answer_text, receipt
from ifmem.cli.session import Session
from ifmem.core.answers import Answer
from ifmem.errors import IfmemError

if TYPE_CHECKING:
    from ifmem.client import Memory


@dataclass(frozen=True)
class Exchange:
    """How questions are put: to whom, how long the asker waits (seconds), and how they are to be answered."""

    memory: Memory
    session: Session
    shards: Sequence[str] = ()
    timeout: float | None = None
    fresh: bool = False
    model: str = ""
    synthesis: bool = True

    def put(self, question: str, follows: str = "") -> str:
        """Ask without waiting; returns the question's id."""
        return self.memory.submit(
            question,
            shards=tuple(self.shards),
            timeout=self.timeout,
            follows=follows,
            fresh=self.fresh,
            model=self.model,
            synthesis=self.synthesis,
            stream=self._streams,
        )

    def wait(self, query_id: str) -> Answer | None:
        """The answer, shown; None if the wait was interrupted, which leaves the question running. Raises IfmemError for an error in it."""
        session = self.session
        view = AnswerView(session.screen, streams=self._streams)
        try:
            answer = self._heard(query_id, view)
        except KeyboardInterrupt:
            session.screen.error(f"ifmem: the question goes on. Fetch the answer: ifmem ask --resume {query_id}")
            return None
        if session.as_json:
            session.screen.json(answer.to_dict())
            session.as_json = False  # an error inside the answer is in that object: one object is what was promised
        elif not answer.error:
            view.finish(answer_text(answer))
            session.screen.flush()
            session.screen.note("\n".join(receipt(answer, verbose=session.verbose)))
        if answer.error:
            raise IfmemError.from_dict(answer.error)
        return answer

    def _heard(self, query_id: str, view: AnswerView) -> Answer:
        try:
            return self.memory.answer(query_id, timeout=self.timeout, on_progress=view.progress)
        finally:
            view.close()

    @property
    def _streams(self) -> bool:
        return self.session.screen.on_terminal and not self.session.as_json
