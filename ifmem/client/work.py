"""Tasks of workers, and searches made of many."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, TypedDict, Unpack

from ifmem.client.questions import Questions
from ifmem.core.keys import Keys
from ifmem.core.timeouts import limit_of
from ifmem.errors import Exit, IfmemError
from ifmem.stores.bus_errors import BusLost
from ifmem.stores.lock import is_locked

if TYPE_CHECKING:
    from ifmem.core.findings import Finding
    from ifmem.core.search_plan import Plan as SearchPlan
    from ifmem.core.searches import Search
    from ifmem.core.tasks import Task, TaskStatus
    from ifmem.processes.assigning import Assigning
    from ifmem.processes.searching import Searching
    from ifmem.stores.dead_letters import DeadLetter


class TaskWishes(TypedDict, total=False):
    """Of which `shard` the worker borrows the context (default: whichever scores best), the pass whose prompt a model is told, and the
    `priority`: `high`, `medium` or `low`.
    """

    shard: str
    pass_name: str
    priority: str


class Work(Questions):
    """Has workers find things out, and gives up no question for good."""

    def task(self, question: str, *, timeout: float | None = None, **wishes: Unpack[TaskWishes]) -> Finding:
        """Have one worker find something out, and wait for its finding, at most `timeout` seconds."""
        return self._run(self._assigning().do(self._new_task(question, timeout, wishes)), needs_set=True)

    def submit_task(self, question: str, *, timeout: float | None = None, **wishes: Unpack[TaskWishes]) -> str:
        """Put a task without waiting; returns the id that `task_finding` takes."""
        task = self._new_task(question, timeout, wishes)
        self._run(self._assigning().put([task]), needs_set=True)
        return task.id

    def task_finding(self, task_id: str, *, timeout: float | None = None) -> Finding:
        """The finding of a task that was put earlier, waiting for it if need be."""
        limit = limit_of(timeout, self.config.ask_timeout_s)
        if task := self._run(self._assigning().known(task_id, limit), needs_set=True):
            return self._run(self._assigning().finding(task))
        raise _no_task(task_id)

    def tasks(self, *, limit: int = 50) -> list[TaskStatus]:
        """The newest tasks first, each with what has become of it."""
        return self._run(self._assigning().tasks.overview(limit), needs_set=True)

    def task_status(self, task_id: str) -> TaskStatus:
        """What has become of one task. Raises IfmemError if the bus does not know it."""
        for status in self._run(self._assigning().tasks.standing([task_id]), needs_set=True):
            return status
        raise _no_task(task_id)

    def _new_task(self, question: str, timeout: float | None, wishes: TaskWishes) -> Task:
        from ifmem.processes.assigning import new_task
        from ifmem.processes.search_plans import told_in

        prompt = told_in(wishes["pass_name"]) if wishes.get("pass_name") else ""
        return new_task(question, self.shard_names, self.config, prompt=prompt, timeout_s=timeout, **wishes)

    def search(
        self,
        question: str,
        *,
        plan: SearchPlan | None = None,
        budget_usd: float | None = None,
        on_progress: Callable[[Search], None] = lambda _: None,
    ) -> Search:
        """Search in passes, each of which builds on the findings of those before; `plan` says which (default: all eight).

        Where models are asked `budget_usd` has to say what it may cost. `on_progress` hears how it stands; it can be gone on with at any
        time: `resume_search`.
        """
        search = self._new_search(question, plan, budget_usd)
        return self._run(self._searching().run(search, on_progress), needs_set=True)

    def prepare_search(
        self, question: str, *, plan: SearchPlan | None = None, budget_usd: float | None = None
    ) -> Search:
        """A search that is put away before it begins: `resume_search` with its id runs it, in this process or another."""
        search = self._new_search(question, plan, budget_usd)
        self._run(self._searching().keep(search), needs_set=True)
        return search

    def resume_search(self, search_id: str, *, on_progress: Callable[[Search], None] = lambda _: None) -> Search:
        """Go on with a search that was interrupted, by `down`, a crash or Ctrl-C; one that is done is returned as it is."""
        from ifmem.core.searches import DONE

        search = self.known_search(search_id)
        if search.state == DONE:
            return search
        return self._run(self._searching().run(search, on_progress), needs_set=True)

    def known_search(self, search_id: str) -> Search:
        """How a search stands, or how it ended, from the bus or the archive. Raises IfmemError if neither knows it."""
        from ifmem.stores.archive import Archive

        search = None
        if self.config.redis_url or is_locked(self.config.home):
            with contextlib.suppress(BusLost):
                search = self._run(self._searching().known(search_id))
        if search is None:
            with Archive.reading(self.config.archive) as archive:
                search = archive.search(search_id) if archive else None
        if search is None:
            raise IfmemError(
                f"there is no search {search_id!r}.",
                why="neither the bus nor the archive knows it",
                fix='Begin one: ifmem search "…"',
                exit_code=Exit.USAGE,
            )
        return search

    def _new_search(self, question: str, plan: SearchPlan | None, budget_usd: float | None) -> Search:
        from ifmem.processes.new_search import new_search
        from ifmem.processes.search_plans import default_plan

        return new_search(
            question,
            plan or default_plan(),
            self.shard_names,
            self.config,
            uses_models=self.uses_models,
            budget_usd=budget_usd,
        )

    @cached_property
    def uses_models(self) -> bool:
        """Whether any shard asks a model, which may cost something."""
        return any(provider != "extractive" for provider in self._providers)

    @cached_property
    def _providers(self) -> tuple[str, ...]:
        from ifmem import prompts
        from ifmem.providers.choice import chosen

        return tuple(chosen(domain, self.config) for domain in prompts.domains(self.config))

    def _assigning(self) -> Assigning:
        from ifmem.processes.assigning import Assigning

        return Assigning(self._connected(), Keys(self.config.namespace))

    def _searching(self) -> Searching:
        from ifmem.processes.searching import Searching

        return Searching(self._connected(), Keys(self.config.namespace), self.config, self._providers)

    def dead(self) -> list[DeadLetter]:
        """The questions that were given up because every process that worked on them died, oldest first."""
        return self._run(self._asking().dead_letters.all(), needs_set=True)

    def retry(self, query_id: str, *, timeout: float | None = None) -> str:
        """Ask a question that was given up again; returns the new id that `answer` takes. Its first answer, the error, stays."""
        limit = limit_of(timeout, self.config.ask_timeout_s)
        if new := self._run(self._assigning().retry(query_id, limit), needs_set=True):
            return new  # it was a task
        return self._run(self._asking().retry(query_id, limit), needs_set=True)


def _no_task(task_id: str) -> IfmemError:
    return IfmemError(
        f"there is no task {task_id!r}.",
        why="the bus does not know it",
        fix="See which there are: ifmem tasks",
        exit_code=Exit.USAGE,
    )
