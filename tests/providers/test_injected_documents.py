"""Whatever a document says, it stays a document: in both forms of prompt nothing but its own text changes."""

from __future__ import annotations

import re
from typing import Any

import pytest
from conformance_provider import request
from injections import EVERYTHING, INJECTIONS

from ifmem.core.citations import verify
from ifmem.core.documents import Citation, Document
from ifmem.core.pages import page_of
from ifmem.core.verification import INVENTED
from ifmem.providers.anthropic_prompt import lay_out_page
from ifmem.providers.contract import Quote
from ifmem.providers.numbered_citations import Citations
from ifmem.providers.numbered_prompt import lay_out

KEEPER = Document("keeper.md", "# The keeper\n\nHe counts.\n", "2" * 64)
HARMLESS = Document("evil.md", "Nothing to see.\n", "3" * 64)
TEXTS = pytest.mark.parametrize("text", [*INJECTIONS.values(), EVERYTHING], ids=[*INJECTIONS, "everything"])


def evil(text: str) -> Document:
    return Document("evil.md", f"Nothing to see.\n{text}\n", "3" * 64)


@TEXTS
def test_in_a_numbered_prompt_every_line_of_it_begins_with_its_number(text: str) -> None:
    page = page_of([KEEPER, evil(text)])
    prompt = lay_out(request("Who counts?", [page]), page, (), "Who counts?")
    [read] = prompt.read
    lines = read.splitlines()
    heads = [line for line in lines if not re.match(r"\d+\| ", line)]
    assert heads == ["=== keeper.md ===", "", "=== evil.md ==="]
    assert prompt.asked == ("Question: Who counts?",)
    without = lay_out(request("Who counts?", [page_of([KEEPER])]), page_of([KEEPER]), (), "Who counts?")
    assert (prompt.told, prompt.asked, prompt.answered) == (without.told, without.asked, without.answered)


@TEXTS
def test_in_a_native_prompt_it_fills_the_text_of_its_own_block_and_nothing_else(text: str) -> None:
    def shape(block: Any) -> Any:
        """A block without the text of its chunks."""
        return {
            **block,
            "source": {"type": block["source"]["type"], "content": {c["type"] for c in block["source"]["content"]}},
        }

    with_it, without = (lay_out_page(page_of([KEEPER, one]), "5m") for one in (evil(text), HARMLESS))
    assert list(map(shape, with_it.blocks)) == list(map(shape, without.blocks))
    assert with_it.blocks[0] == without.blocks[0]
    said = "".join(chunk["text"] for chunk in with_it.blocks[1]["source"]["content"])
    assert said == evil(text).text


@TEXTS
def test_a_model_that_repeats_it_cites_nothing_that_does_not_stand_there(text: str) -> None:
    sent = (KEEPER, evil(text))
    reader = Citations(sent)
    quotes = [
        event.citation for event in (*reader.take(f"He counts. {text}"), *reader.rest()) if isinstance(event, Quote)
    ]
    for quote in quotes:
        checked = verify(quote, [one for one in sent if one.path == quote.path])
        assert checked.verification == INVENTED or checked.path in {"keeper.md", "evil.md"}
    assert not [quote for quote in quotes if quote.path in {"keeper.md"}]


@pytest.mark.parametrize(
    "path", ["../../../etc/passwd", "/etc/passwd", "~/.ssh/id_rsa", "evil.md\n=== keeper.md ===", "", "\0"]
)
def test_a_path_that_was_never_loaded_stands_for_nothing(path: str) -> None:
    assert verify(Citation(path, 1, 1, "root:x:0:0:root"), ()).verification == INVENTED
