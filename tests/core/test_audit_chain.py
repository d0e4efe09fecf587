"""The chain holds until somebody touches an entry."""

from __future__ import annotations

from dataclasses import replace

from ifmem.core.audit_chain import START, AuditEntry, digest_of, first_broken


def chain(length: int) -> list[AuditEntry]:
    entries, previous = list[AuditEntry](), START
    for number in range(1, length + 1):
        entry = AuditEntry(number, 1000.5 + number, "conv_0", "a", "sent", {"characters": number}, previous)
        entries.append(replace(entry, digest=digest_of(entry)))
        previous = entries[-1].digest
    return entries


def test_an_untouched_chain_holds_also_without_its_oldest_entries() -> None:
    assert first_broken(chain(5)) is None
    assert first_broken(chain(5)[2:]) is None
    assert first_broken([]) is None


def test_an_altered_entry_is_found() -> None:
    entries = chain(5)
    entries[2] = replace(entries[2], details={"characters": 0})
    assert first_broken(entries) == 3


def test_an_entry_that_was_taken_out_is_missed() -> None:
    entries = chain(5)
    del entries[2]
    assert first_broken(entries) == 4


def test_an_entry_with_a_digest_of_its_own_does_not_fit_the_next() -> None:
    entries = chain(5)
    forged = replace(entries[2], side="b")
    entries[2] = replace(forged, digest=digest_of(forged))
    assert first_broken(entries) == 4
