"""What was touched is found, and told by name."""

from __future__ import annotations

from ifmem.core.record_chain import START, Link, Place, audited, content_of, next_link

ROWS: dict[Place, str] = {("answers", f"q_{n}"): content_of({"id": f"q_{n}", "answer": "So."}) for n in range(4)}


def chain() -> list[Link]:
    links, head = list[Link](), START
    for number, (place, content) in enumerate(ROWS.items(), 1):
        links.append(next_link(number, head, place, content))
        head = links[-1].digest
    return links


def test_an_untouched_chain_holds_and_names_its_end() -> None:
    found = audited(chain(), ROWS.items())
    assert (found.links, found.rows, found.broken) == (4, 4, ())
    assert found.head == chain()[-1].digest
    assert audited([], []).head == START


def test_a_row_that_was_altered_removed_or_put_in_is_named() -> None:
    touched = {**ROWS, ("answers", "q_1"): content_of({"id": "q_1", "answer": "No."})}
    del touched[("answers", "q_2")]
    touched[("answers", "q_9")] = content_of({"id": "q_9"})
    assert audited(chain(), touched.items()).broken == (
        "'q_1' in answers was altered",
        "'q_9' in answers was put in",
        "'q_2' in answers was removed",
    )


def test_a_link_that_was_altered_taken_out_or_exchanged_is_found() -> None:
    whole = chain()
    forged = next_link(2, whole[0].digest, ("answers", "q_1"), content_of({"id": "q_1", "answer": "No."}))
    for links in ([whole[0], *whole[2:]], [whole[0], forged, *whole[2:]], [whole[1], whole[0], *whole[2:]]):
        assert any("does not follow" in words for words in audited(links, ROWS.items()).broken)


def test_a_row_that_was_stored_again_counts_as_it_is_now() -> None:
    again = content_of({"id": "q_0", "answer": "Indeed."})
    links = [*chain(), next_link(5, chain()[-1].digest, ("answers", "q_0"), again)]
    assert audited(links, {**ROWS, ("answers", "q_0"): again}.items()).broken == ()


def test_a_column_without_a_value_changes_no_digest() -> None:
    assert content_of({"id": "a", "new": None}) == content_of({"id": "a"})
    assert content_of({"id": "a", "new": ""}) != content_of({"id": "a"})
