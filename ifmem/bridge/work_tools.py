"""The tools of work for others: have workers find something out, and see how that, or the memory itself, stands."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Iterator
from concurrent.futures import Future
from typing import TYPE_CHECKING, Annotated, Any, Literal

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.tools import Tool
from mcp.types import CallToolResult
from pydantic import Field

from ifmem.bridge import delegated, recalled
from ifmem.bridge.access import Access
from ifmem.bridge.delegated import Delegated
from ifmem.bridge.folders import Folders
from ifmem.bridge.reports import ADDS, READS, result, sentence, told
from ifmem.core.tasks import ENDED
from ifmem.errors import Exit, IfmemError

if TYPE_CHECKING:
    from ifmem.client import Memory
    from ifmem.core.searches import Search

AT_ONCE = 3  # searches of one server: each takes one of its threads
LISTED = 20
TASKS = "tasks"
ELSEWHERE = "no search of this server; another process may be at it"
SEARCH_ID = re.compile(r"s_\w+")
QUICK_S = 2  # what is done by then needs no second call
Priority = Literal["high", "medium", "low"]


class WorkTools:
    """The tools over the folder that a call is about. A search goes on in a thread of this server, after the call that began it."""

    def __init__(self, folders: Folders) -> None:
        self._folders = folders
        self._searching: dict[str, Future[Search]] = {}

    def tools(self) -> list[Tool]:
        return [
            Tool.from_function(self.delegate_work, title="Delegate work", annotations=ADDS),
            Tool.from_function(self.memory_status, title="Memory status", annotations=READS),
        ]

    async def delegate_work(
        self,
        work: Annotated[
            str, Field(description="What to find out, or an interrupted search's id", min_length=1, max_length=20_000)
        ],
        ctx: Context[Any, Any],
        kind: Literal["task", "search"] = "task",
        shard: Annotated[str, Field(description="A task's; default: the best", max_length=64)] = "",
        pass_name: Annotated[str, Field(description="A task's, e.g. challenge", max_length=64)] = "",
        priority: Priority = "medium",
        budget_usd: Annotated[float, Field(description="What models may cost in a search", ge=0, le=100)] = 0.0,
    ) -> CallToolResult:
        """Have one worker find something out (task), or passes of many, for minutes (search). It goes on without you: memory_status tells
        how it stands."""
        with told():
            access = await self._folders.of(ctx)
            if kind == "task" and not _names_search(work):
                work_id = await access.use(
                    lambda memory: memory.submit_task(work, shard=shard, pass_name=pass_name, priority=priority)
                )
            else:
                work_id = await self._begun(access, work, budget_usd)
            return await self._standing(access, work_id, QUICK_S)

    async def memory_status(
        self,
        ctx: Context[Any, Any],
        work: Annotated[str, Field(description="id of delegated work; tasks: the newest", max_length=80)] = "",
        wait_seconds: Annotated[int, Field(description="Wait this long for its end", ge=0, le=50)] = 0,
    ) -> CallToolResult:
        """Whether the memory runs, what each part holds, and what to do about a part that is not ready; or how delegated work stands.
        Starts nothing."""
        with told():
            access = await self._folders.of(ctx)
            if work and work != TASKS:
                return await self._standing(access, work, wait_seconds)
            if work:
                tasks = delegated.listed_facts(await access.look(lambda memory: memory.tasks(limit=LISTED)))
                return result(delegated.listed_text(tasks), {**tasks})
            facts = recalled.status_facts(await access.look(lambda memory: memory.status()))
        return result(recalled.status_text(facts), {**facts})

    async def _begun(self, access: Access, work: str, budget_usd: float) -> str:
        """The id of a search that goes on here from now on: a new one, or one that was interrupted. Raises IfmemError."""
        if _names_search(work):
            search = await access.look(lambda memory: memory.known_search(work))
        else:
            search = await access.use(lambda memory: memory.prepare_search(work, budget_usd=budget_usd))
        running = self._searching.get(search.id)
        if running is None or running.done():
            self._demand_room(search.id)
            self._searching[search.id] = access.begin(lambda memory: memory.resume_search(search.id))
        return search.id

    def _demand_room(self, search_id: str) -> None:
        """Raises IfmemError if as many searches go on as may."""
        if sum(not one.done() for one in self._searching.values()) >= AT_ONCE:
            fix = f"Wait for one with memory_status, then: delegate_work with work={search_id}"
            raise IfmemError(f"{AT_ONCE} searches are under way here.", fix=fix)

    async def _standing(self, access: Access, work_id: str, wait_s: float) -> CallToolResult:
        if _names_search(work_id):
            facts = await self._search(access, work_id, wait_s)
        else:
            facts = await access.look(lambda memory: _task(memory, work_id, wait_s))
        return result(delegated.delegated_text(facts), {**facts})

    async def _search(self, access: Access, search_id: str, wait_s: float) -> Delegated:
        running = self._searching.get(search_id)
        if running is not None:
            await asyncio.wait((asyncio.wrap_future(running),), timeout=wait_s)
        search = await access.look(lambda memory: memory.known_search(search_id))
        return delegated.search_facts(search, _trouble(running))


def _names_search(work: str) -> bool:
    return SEARCH_ID.fullmatch(work) is not None


def _task(memory: Memory, task_id: str, wait_s: float) -> Delegated:
    """How a task stands; its end is waited for, at most so long."""
    status = memory.task_status(task_id)
    if status.state not in ENDED and wait_s:
        with _patience_over():
            memory.task_finding(task_id, timeout=wait_s)
        status = memory.task_status(task_id)
    return delegated.task_facts(status, memory.task_finding(task_id) if status.finding else None)


@contextlib.contextmanager
def _patience_over() -> Iterator[None]:
    """What is not done in time is no error: it goes on."""
    try:
        yield
    except IfmemError as error:
        if error.exit_code is not Exit.TIMED_OUT:
            raise


def _trouble(running: Future[Search] | None) -> str | None:
    """Why a search does not go on here; None if it does."""
    if running is None:
        return ELSEWHERE
    if not running.done():
        return None
    error = running.exception()
    return sentence(error) if isinstance(error, IfmemError) else str(error or "")
