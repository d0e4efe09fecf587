"""What shards found lately, as a document that the working shard reads. Pure.

Only what adds something is in it: an extractive finding is a passage that the corpus has already, and one that rests on this very
document would be an echo. The questions are left out, or the same question asked again would find itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from ifmem.core.documents import Document
from ifmem.core.findings import Finding
from ifmem.core.notes import moment
from ifmem.core.strictness import Refused, read
from ifmem.core.verification import MOVED, VERIFIED

PATH = "findings:recent"
EXTRACTIVE = "extractive"
HEAD = """\
Recent findings: what shards answered before, newest first. They are second-hand: check the place that each was taken from.
"""


def is_worth_reading(finding: Finding) -> bool:
    """Whether it is a model's answer, each quote of which stands where it says, in a source other than this document."""
    checked = all(citation.verification in (VERIFIED, MOVED) for citation in finding.citations)
    first_hand = any(citation.path != PATH for citation in finding.citations)
    whole = finding.found and not finding.error and finding.stop == "complete"
    return whole and checked and first_hand and finding.provider != EXTRACTIVE and bool(finding.text.strip())


def tells_something(body: str) -> bool:
    """Whether this is the JSON of a finding worth reading. Most are extractive, and are not read for that."""
    if f'"provider":"{EXTRACTIVE}"' in body:
        return False
    try:
        return is_worth_reading(read(Finding, body))
    except Refused:
        return False


def recent_findings(findings: Iterable[Finding], newest: int) -> tuple[Document, ...]:
    """One document with the first `newest` of `findings` (newest first) that are worth reading; none if there is none."""
    kept = [finding for finding in findings if is_worth_reading(finding)][:newest]
    if not kept:
        return ()
    text = "\n".join([HEAD, *map(_block, kept)])
    return (Document(PATH, text, hashlib.sha256(text.encode()).hexdigest()),)


def _block(finding: Finding) -> str:
    places = "\n".join(f"- {citation.place}: {' '.join(citation.quote.split())}" for citation in finding.citations)
    head = f"## {moment(finding.created_at)}, shard {finding.shard}, {finding.id}"
    return f"{head}\n\n{finding.text.strip()}\n\nTaken from:\n{places}\n"
