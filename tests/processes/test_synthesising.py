"""Who writes the one answer, and what becomes of it when a model cannot: without processes, over the simulated vendor or none."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from simulator.asked import Asked
from simulator.faults import CutShort, Fault, Hang
from simulator.reading import Spoken, read, say
from simulator.refusals import Refused
from simulator.vendor import KEY, Vendor, serving

from ifmem.config.loading import load
from ifmem.core.documents import Citation
from ifmem.core.findings import Finding, Usage
from ifmem.core.queries import Query
from ifmem.processes.synthesising import TRUNCATED, Synthesising, Written
from ifmem.providers.contract import Event, Restart, Synthesis, Text
from ifmem.providers.spending import Bill, Call, OverBudget, Purse, Unlimited

KEEPER = Citation("keeper.md", 3, 3, "The keeper counts boats every morning.", "a" * 64, "docs", "verified", 2.0)
LEDGER = replace(KEEPER, path="ledger.py", quote="boats are counted once more", shard="code")
DOCS = Finding("f_1", "q", "docs", True, "The keeper does.", (KEEPER,), score=2.0, provider="anthropic", model="h")
CODE = Finding("f_2", "q", "code", True, "The ledger does.", (LEDGER,), score=1.0, provider="anthropic", model="h")
QUERY = Query("q", "Who counts boats every morning?", stream=True)
SIDE_BY_SIDE = "docs:\nThe keeper does.\n\ncode:\nThe ledger does."


class Empty:
    """A purse with nothing in it."""

    @asynccontextmanager
    async def paying(self, call: Call) -> AsyncGenerator[Bill, None]:
        raise OverBudget("the daily budget of $5.00 is spent.", why="$5.00 spent today")
        yield Bill()


def write(
    *faults: Fault,
    folder: Path,
    query: Query = QUERY,
    findings: Sequence[Finding] = (DOCS, CODE),
    purse: Purse | None = None,
    left_s: float = 20.0,
    speak: Callable[[Asked], Spoken] = read,
    **env: str,
) -> tuple[Written, list[Event], Vendor]:
    """What was written, what the asker heard meanwhile, and the vendor afterwards."""
    vendor = Vendor(faults=list(faults), speak=speak)
    heard: list[Event] = []

    async def listen(event: Event) -> None:
        heard.append(event)

    async def run() -> Written:
        async with serving(vendor) as url:
            known = {"IFMEM_BASE_URL": url, "IFMEM_CITATIONS": "native", "ANTHROPIC_API_KEY": KEY, **env}
            synthesising = Synthesising(load(folder, env=known), purse or Unlimited())
            written = await synthesising.write(query, findings, time.time() + left_s, listen)
            await synthesising.close()
            return written

    return asyncio.run(run()), heard, vendor


def text_of(events: Sequence[Event]) -> str:
    text = ""
    for event in events:
        text = "" if isinstance(event, Restart) else text + (event.text if isinstance(event, Text) else "")
    return text


def test_a_model_makes_one_answer_and_its_citations_are_settled(tmp_path: Path) -> None:
    written, heard, vendor = write(folder=tmp_path)
    assert written.found and written.citations == (KEEPER,) and written.notes == ()
    assert (written.provider, written.model) == ("anthropic", "claude-sonnet-5-5")
    assert text_of(heard) == written.text
    assert written.usage == vendor.bills[0].usage


def test_one_finding_passes_through_without_a_call(tmp_path: Path) -> None:
    nothing = replace(CODE, found=False, citations=())
    written, _, vendor = write(folder=tmp_path, findings=(DOCS, nothing))
    assert (written.text, written.citations, written.model) == (DOCS.text, DOCS.citations, "")
    assert vendor.requests == []


def test_extracts_are_merged_without_a_call(tmp_path: Path) -> None:
    extracts = tuple(replace(one, provider="extractive") for one in (DOCS, CODE))
    written, _, vendor = write(folder=tmp_path, findings=extracts)
    assert written.citations == (KEEPER, LEDGER) and vendor.requests == []


@pytest.mark.parametrize("query", [replace(QUERY, synthesis=False), replace(QUERY, type="ping")])
def test_nothing_is_written_where_nobody_wants_it(tmp_path: Path, query: Query) -> None:
    written, _, vendor = write(folder=tmp_path, query=query)
    assert written == Written(SIDE_BY_SIDE, True, (KEEPER, LEDGER)) and vendor.requests == []


def test_the_setting_turns_it_off(tmp_path: Path) -> None:
    assert write(folder=tmp_path, IFMEM_SYNTHESIS="off")[0].text == SIDE_BY_SIDE


def test_the_asker_may_name_the_model(tmp_path: Path) -> None:
    written, _, vendor = write(folder=tmp_path, query=replace(QUERY, model="claude-opus-5-5"))
    assert written.model == vendor.bills[0].model == "claude-opus-5-5"


def test_over_budget_the_findings_stand_side_by_side_and_it_is_said(tmp_path: Path) -> None:
    written, heard, vendor = write(folder=tmp_path, purse=Empty())
    assert (written.text, written.found, written.citations) == (SIDE_BY_SIDE, True, (KEEPER, LEDGER))
    assert "side by side: the daily budget of $5.00 is spent." in written.notes[0]
    assert (heard, vendor.requests, written.usage, written.cost_usd) == ([], [], Usage(), 0.0)


FAILURES: dict[str, tuple[list[Fault], str]] = {
    "refused by the vendor": ([Refused(400, "no")], "refused the request"),
    "refused by the model": ([Spoken((("I will not", ()),), "refusal")], "refused to make one answer"),
    "broken off twice": ([CutShort(after=1), CutShort(after=1)], "broke off"),
    "taken leave twice": ([say("All done!"), say("All done!")], "broke off"),
    "cites nothing": ([say("They do, believe me.")], "cites nothing"),
}


@pytest.mark.parametrize("name", FAILURES)
def test_a_failure_is_said_and_what_was_shown_is_taken_back(tmp_path: Path, name: str) -> None:
    faults, said = FAILURES[name]
    written, heard, _ = write(*faults, folder=tmp_path)
    assert written.text == SIDE_BY_SIDE and said in written.notes[0]
    assert text_of(heard) == ""


def test_what_hangs_ends_with_the_asker_s_patience_at_an_unknown_cost(tmp_path: Path) -> None:
    written, _, _ = write(Hang(), folder=tmp_path, left_s=1.0)
    assert written.text == SIDE_BY_SIDE and written.notes and written.cost_usd is None


def test_without_time_nothing_is_sent(tmp_path: Path) -> None:
    written, _, vendor = write(folder=tmp_path, left_s=-1.0)
    assert "no time" in written.notes[0] and vendor.requests == []


def test_any_provider_can_be_named(tmp_path: Path) -> None:
    written, _, vendor = write(folder=tmp_path, IFMEM_COORDINATOR_MODEL="python:scripted:Steady")
    assert (written.text, written.citations, written.model) == ("as told", (KEEPER,), "steady")
    assert vendor.requests == []


def test_a_server_that_cannot_cite_findings_is_not_sent_any(tmp_path: Path) -> None:
    _, _, vendor = write(folder=tmp_path, IFMEM_CITATIONS="numbered")
    assert vendor.requests and not [one for one in vendor.requests if b"search_result" in one.body]


def test_a_provider_that_does_not_exist_is_said(tmp_path: Path) -> None:
    written, _, _ = write(folder=tmp_path, query=replace(QUERY, model="nobody:gpt"))
    assert written.text == SIDE_BY_SIDE and "is not a provider" in written.notes[0]


class Faulty:
    """A synthesiser with a fault of its own."""

    name = model = "faulty"

    async def synthesise(self, request: Synthesis) -> AsyncGenerator[Event, None]:
        yield Text("begun")
        raise KeyError("unforeseen")

    async def close(self) -> None:
        pass


def test_a_fault_of_an_adapter_does_not_cost_the_findings(tmp_path: Path) -> None:
    heard: list[Event] = []

    async def listen(event: Event) -> None:
        heard.append(event)

    synthesising = Synthesising(load(tmp_path, env={}), Unlimited(), lambda *_: Faulty())
    written = asyncio.run(synthesising.write(QUERY, (DOCS, CODE), time.time() + 20, listen))
    assert written.text == SIDE_BY_SIDE and "KeyError" in written.notes[0]
    assert text_of(heard) == ""


def test_without_a_key_it_is_said_how_to_do_without(tmp_path: Path) -> None:
    async def listen(_: Event) -> None:
        pass

    synthesising = Synthesising(load(tmp_path, env={}), Unlimited())
    written = asyncio.run(synthesising.write(QUERY, (DOCS, CODE), time.time() + 20, listen))
    assert written.text == SIDE_BY_SIDE and "synthesis = false" in written.notes[0]


def test_a_truncated_answer_is_kept_and_labelled(tmp_path: Path) -> None:
    written, _, _ = write(folder=tmp_path, speak=lambda asked: replace(read(asked), stop_reason="max_tokens"))
    assert written.citations == (KEEPER,) and written.notes == (TRUNCATED,)


def test_not_in_the_corpus_is_an_answer(tmp_path: Path) -> None:
    written, _, _ = write(say("Not in the corpus."), folder=tmp_path)
    assert (written.found, written.text, written.notes) == (False, "Not in the corpus.", ())
