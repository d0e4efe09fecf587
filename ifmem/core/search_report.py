"""The report of a search in Markdown: the conclusion, what it rests on, what speaks against it, what would falsify it, how it was made."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator

from ifmem.core.citations import stands
from ifmem.core.contradictions import contradictions
from ifmem.core.documents import Citation
from ifmem.core.ranking import ranked
from ifmem.core.searches import BY_TERMS, Search
from ifmem.core.text import question_words, terms_of

NO_CONCLUSION = "Nothing that is loaded answers this."
BY_WORDS = (
    "Queries were derived from the words of the question and of what was found, without a model; texts are quotes. "
    "Nothing here was understood, only found."
)


def report(search: Search) -> str:
    parts = [
        [f"# {_plain(search.question)}", "", search.text.strip("\n") if search.found else NO_CONCLUSION],
        _section("Sources", _sources(search)),
        _section("Contradictions", _contradictions(search)),
        _section("What would falsify this", _falsifiers(search)),
        _section("Passes", _passes(search)),
        _section("How this was made", _making(search)),
    ]
    return "\n".join(line for part in parts for line in part).strip("\n") + "\n"


def _section(title: str, lines: Iterable[str]) -> list[str]:
    return ["", f"## {title}", "", *lines]


def _cited(search: Search) -> list[Citation]:
    """What the conclusion cites first, then what else was found, no place twice."""
    first = {one.place: one for one in search.citations if stands(one)}
    return list({**first, **{one.place: one for one in ranked(search.question, search.found_so_far)}}.values())


def _sources(search: Search) -> Iterator[str]:
    """The conclusion's with their quotes, of the others where they stand."""
    leading = [one for one in search.citations if stands(one)]
    for number, one in enumerate(leading, 1):
        yield f"{number}. {_source(one)}"
        yield f"   > {_plain(one.quote)}"
    others = [one for one in _cited(search) if one.place not in {place.place for place in leading}]
    if others:
        yield from ("", f"Also quoted on the way ({len(others)}):", "")
    yield from (f"- {_source(one)}" for one in others)
    if not leading and not others:
        yield "None."


def _source(one: Citation) -> str:
    return f"`{one.place}` {one.verification}, {one.shard}, sha256 {one.sha256[:12]}"


def _contradictions(search: Search) -> Iterator[str]:
    found = contradictions(_cited(search))
    for one in found:
        yield f"- `{one.one.place}` says: {_plain(one.said)}"
        yield f"  `{one.other.place}` says: {_plain(one.otherwise)}"
    if found:
        yield ""
        yield "Named for likeness of words; whether they contradict each other is for the reader to decide."
    else:
        yield "No two quotes say the same with another number or a negation. That is all that was looked for."


def _falsifiers(search: Search) -> Iterator[str]:
    """What, if it changed or turned up, would take the conclusion away."""
    for one in [one for one in search.citations if stands(one)]:
        yield f"- `{one.place}` no longer says this (it said so in sha256 {one.sha256[:12]})."
    held = {term for one in _cited(search) for term in terms_of(one.quote)}
    lacking = [word for word, terms in question_words(search.question).items() if not held.intersection(terms)]
    if lacking:
        yield f"- A place that holds what no quote holds: {', '.join(map(_plain, lacking))}."
    silent = [shard for shard in search.shards if not any(finding.shard == shard for finding in search.found_so_far)]
    if silent:
        yield f"- Anything in the shards that found nothing: {', '.join(silent)}."
    if not search.found:
        yield "- Any place that answers the question: this conclusion is that there is none."


def _passes(search: Search) -> Iterator[str]:
    yield "| pass | split by | tasks | found | new places | state |"
    yield "|---|---|---|---|---|---|"
    for one in search.passes:
        yield f"| {one.name} | {one.derived or '-'} | {len(one.tasks)} | {len(one.found)} | {one.new} | {one.state} |"
    for one in search.passes:
        if one.tasks:
            yield ""
            yield f"### {one.name}"
            yield ""
            for task in one.tasks:
                finding = next((finding for finding in one.findings if finding.query_id == task.id), None)
                said = (
                    "no finding in time"
                    if finding is None
                    else finding.error or ("found" if finding.found else "not found")
                )
                yield f"- {_plain(task.question)} ({finding.shard if finding else task.shard or 'any'}): {_plain(said)}"


def _making(search: Search) -> Iterator[str]:
    asked = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(search.asked_at))
    yield f"- Search {search.id}, asked {asked}, {len(search.findings)} findings in {search.duration_ms / 1000:.1f} s."
    if any(one.derived == BY_TERMS for one in search.passes):
        yield f"- {BY_WORDS}"
    if search.stopped:
        yield f"- Stopped early: {search.stopped}."
    if search.budget_usd is not None:
        yield f"- Cost ${search.spent_usd:.4f} of at most ${search.budget_usd:.2f}."
    made_by = {f"{finding.provider} {finding.model}".strip() for finding in search.findings if finding.provider}
    if made_by:
        yield f"- Answered by {', '.join(sorted(made_by))}."
    for note in dict.fromkeys((*search.notes, *(note for one in search.passes for note in one.notes))):
        yield f"- {_plain(note)}"
    yield "- Each quote was looked up in the loaded text; its class stands beside it."


def _plain(text: str) -> str:
    """Foreign text on one line, without what Markdown would act on."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;").replace("`", "'")
