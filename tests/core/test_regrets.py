from __future__ import annotations

from ifmem.core.findings import Finding, Lack
from ifmem.core.regrets import NEAREST, common, regret, unanswered

TIDES = Lack("what moves tides", nowhere=("moon", "pull"), apart=("tides",), nearest=("a.md:1-8",))


def finding(shard: str, *lacks: Lack, score: float = 0.0) -> Finding:
    return Finding(f"f_{shard}", "q_1", shard, found=False, text="", score=score, lacks=lacks)


def test_a_regret_names_the_words_and_the_nearest_places() -> None:
    assert regret([TIDES]) == (
        "These sources do not answer that.\n"
        "Not in them: moon, pull.\n"
        "In them, but not together with the rest of the question: tides.\n"
        "Nearest: a.md:1-8\n"
    )


def test_what_could_not_be_named_is_counted() -> None:
    assert "4 more" in regret([Lack("q", more=4)])


def test_a_word_that_one_source_has_is_not_said_to_be_nowhere() -> None:
    other = Lack("what moves tides", nowhere=("pull",), apart=("moon", "tides"), nearest=("b.md:9",))
    (lack,) = common([finding("docs", other), finding("code", TIDES, score=2.0)])
    assert lack.nowhere == ("pull",)
    assert lack.apart == ("moon", "tides")
    assert lack.nearest == ("a.md:1-8", "b.md:9")


def test_a_part_that_one_of_them_answers_is_not_lacking() -> None:
    ships = Lack("who owns ships", nowhere=("ships",))
    assert [lack.question for lack in common([finding("docs", TIDES, ships), finding("code", ships)])] == [
        "who owns ships"
    ]
    assert common([finding("docs", TIDES), finding("code")]) == ()


def test_a_question_that_is_asked_twice_is_lacking_once() -> None:
    assert common([finding("docs", TIDES, TIDES), finding("code", TIDES, TIDES)]) == (TIDES,)


def test_few_places_are_named() -> None:
    many = Lack("q", nearest=tuple(f"p{number}.md:1" for number in range(NEAREST + 2)))
    assert regret([many]).count(".md") == NEAREST


def test_what_is_not_answered_is_quoted() -> None:
    assert unanswered([TIDES]) == 'Not answered: "what moves tides".\n'
    assert unanswered([]) == ""


def test_a_finding_takes_what_it_lacks_over_the_bus() -> None:
    assert Finding.from_json(finding("docs", TIDES).to_json()).lacks == (TIDES,)
