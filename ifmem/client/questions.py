"""Putting questions and fetching their answers."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypedDict, Unpack

from ifmem.client.connection import Connection
from ifmem.core.timeouts import limit_of
from ifmem.errors import Exit, IfmemError
from ifmem.stores.bus_errors import BusLost
from ifmem.stores.lock import is_locked

if TYPE_CHECKING:
    from ifmem.core.answers import Answer
    from ifmem.core.queries import Query
    from ifmem.processes.asking import OnProgress


class Wishes(TypedDict, total=False):
    """How a question is to be answered: `fresh`, not by a stored answer; `model` is the one that makes one answer of several findings,
    none if `synthesis` is false; `stream`: a model's text is to be heard as it comes.
    """

    fresh: bool
    model: str
    synthesis: bool
    stream: bool


class Questions(Connection):
    """Questions are put, and their answers fetched from the bus or the archive."""

    def ask(
        self,
        question: str,
        *,
        shards: Sequence[str] = (),
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
        follows: str = "",
        **wishes: Unpack[Wishes],
    ) -> Answer:
        """Ask and wait for the answer, at most `timeout` seconds. An answer the corpus does not support has `found` false.

        `follows` is the id of an earlier question that this one follows up on. With `on_progress` a model's text is heard as it comes.
        """
        query = self._new_query(question, shards, timeout, follows, {"stream": on_progress is not None, **wishes})
        return self._run(self._asking().ask(query, on_progress), needs_set=True)

    def submit(
        self,
        question: str,
        *,
        shards: Sequence[str] = (),
        timeout: float | None = None,
        follows: str = "",
        **wishes: Unpack[Wishes],
    ) -> str:
        """Ask without waiting; returns the id that `answer` takes."""
        query = self._new_query(question, shards, timeout, follows, wishes)
        self._run(self._asking().submit(query), needs_set=True)
        return query.id

    def answer(self, query_id: str, *, timeout: float | None = None, on_progress: OnProgress | None = None) -> Answer:
        """The answer to a question asked earlier, from the bus or the archive, waiting for it if it is still worked on."""
        if self.config.redis_url or is_locked(self.config.home):
            if not self._run(self._bus_answers()) and (archived := self._archived(query_id)):
                return archived  # no need to wait for the bus
            deadline = time.time() + limit_of(timeout, self.config.ask_timeout_s)
            if found := self._run(self._asking().answer(query_id, deadline, on_progress)):
                return found
        if archived := self._archived(query_id):
            return archived
        raise IfmemError(
            f"there is no question {query_id!r}.",
            why="neither the bus nor the archive knows it",
            fix="See what was answered: ifmem findings",
            exit_code=Exit.USAGE,
        )

    def _archived(self, query_id: str) -> Answer | None:
        from ifmem.stores.archive import Archive

        with Archive.reading(self.config.archive) as archive:
            return archive.answer(query_id) if archive else None

    def _stored(self, query_id: str) -> Answer | None:
        """An answer that exists, wherever it is."""
        if self.config.redis_url or is_locked(self.config.home):
            with contextlib.suppress(BusLost):
                if found := self._run(self._asking().inquiries.stored_answer(query_id)):
                    return found
        return self._archived(query_id)

    def _new_query(
        self, question: str, shards: Sequence[str], timeout: float | None, follows: str, wishes: Wishes
    ) -> Query:
        from ifmem.processes.asking import new_query

        # Reading the prompts takes a while, and is needed only to check names.
        known = self.shard_names if shards else ()
        query = replace(new_query(question, shards, known, limit_of(timeout, self.config.ask_timeout_s)), **wishes)
        if not follows:
            return query
        from ifmem.core.conversation import conversation

        newest = self.answer(follows, timeout=query.deadline - time.time())
        history, shortened = conversation(newest, self._stored)
        return replace(query, follows=follows, history=history, shortened=shortened)
