"""The Models API and token counting against the simulated vendor and against servers that are none."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from simulator.background import serving_in_background
from simulator.catalogue import tokens_of
from simulator.loopback import HttpReply, HttpRequest
from simulator.vendor import KEY, Vendor

from ifmem.core.documents import Document
from ifmem.core.pages import Page, page_of
from ifmem.errors import Exit, IfmemError
from ifmem.providers.anthropic_models import ModelFacts, count_pages, look_up
from ifmem.providers.anthropic_settings import Settings

HERRINGS = page_of([Document("a.md", "The keeper counts the herring boats.\n" * 200, "1" * 64)])
WEATHER = page_of([Document("b.md", "Wind.\n" * 900, "2" * 64)])


class Other(Vendor):
    """A server of one's own: answers everything with what it was told."""

    reply = HttpReply(404, b"{}")

    async def handle(self, request: HttpRequest) -> HttpReply:
        self.requests.append(request)
        return self.reply


@pytest.fixture
def vendor() -> Vendor:
    return Vendor()


@pytest.fixture
def url(vendor: Vendor) -> Iterator[str]:
    with serving_in_background(vendor) as url:
        yield url


def facts(url: str, model: str = "claude-haiku-5-5", key: str = KEY) -> ModelFacts | None:
    return asyncio.run(look_up(key, Settings(model=model, base_url=url)))


def facts_from(status: int, body: bytes, kind: str = "application/json") -> ModelFacts | None:
    other = Other()
    other.reply = HttpReply(status, body, {"content-type": kind})
    with serving_in_background(other) as url:
        return facts(url, "local")


def counted(url: str, *pages: Page, **changes: Any) -> tuple[int, ...] | None:
    return asyncio.run(count_pages(KEY, Settings(base_url=url, **changes), pages))


def openai_shaped(fields: Mapping[str, Any]) -> bytes:
    return json.dumps({"id": "local", "object": "model", "created": 1, "owned_by": "llamacpp", **fields}).encode()


def test_capacity_and_features_come_from_the_vendor(url: str) -> None:
    said = facts(url)
    assert said == ModelFacts("claude-haiku-5-5", "Claude Haiku 5 5", 1_000_000, 128_000, "active", True)
    assert facts(url, "claude-haiku-4-5") == ModelFacts(
        "claude-haiku-4-5", "Claude Haiku 4 5", 200_000, 64_000, "active", True
    )


def test_a_misspelt_model_is_answered_with_the_nearest_ids(url: str) -> None:
    with pytest.raises(IfmemError, match=r"there is no model 'claude-haiku-5\.5'") as caught:
        facts(url, "claude-haiku-5.5")
    assert "claude-haiku-5-5" in caught.value.fix
    assert caught.value.exit_code == Exit.USAGE


def test_a_refused_key_is_for_a_person_and_is_not_shown(url: str) -> None:
    with pytest.raises(IfmemError, match="refused the key") as caught:
        facts(url, key="sk-wrong-9876")
    assert caught.value.exit_code == Exit.CREDENTIALS
    assert "sk-wrong-9876" not in repr((caught.value.to_dict(), caught.value.__cause__, caught.value.__context__))


def test_nobody_there_is_no_fault_of_the_model() -> None:
    assert facts("http://127.0.0.1:9") is None


@pytest.mark.parametrize("status", [429, 500, 529])
def test_a_vendor_in_trouble_leaves_the_table_its_say(status: int) -> None:
    assert (
        facts_from(status, json.dumps({"type": "error", "error": {"type": "api_error", "message": ""}}).encode())
        is None
    )


def test_a_server_without_a_models_api_says_nothing() -> None:
    assert facts_from(404, b'{"detail":"Not Found"}') is None


def test_what_a_compatible_server_leaves_out_is_not_known() -> None:
    assert facts_from(200, openai_shaped({})) == ModelFacts("local")
    assert facts_from(200, openai_shaped({"max_input_tokens": None, "capabilities": ["completion"]})) == ModelFacts(
        "local"
    )


@pytest.mark.parametrize(("body", "kind"), [(b"<html>hello</html>", "text/html"), (b"[]", "application/json")])
def test_a_server_that_is_none_is_named(body: bytes, kind: str) -> None:
    with pytest.raises(IfmemError, match="does not answer as a Messages API"):
        facts_from(200, body, kind)


def test_a_page_counts_what_it_adds_to_a_prompt(url: str, vendor: Vendor) -> None:
    [tokens] = counted(url, WEATHER) or ()
    assert tokens == tokens_of("b.md" + "Wind.\n" * 900, "claude-haiku-5-5") + 4
    assert {one.path for one in vendor.requests} == {"/v1/messages/count_tokens"}
    assert vendor.bills == []


def test_models_count_with_their_own_tokenizers(url: str) -> None:
    new, old = counted(url, HERRINGS), counted(url, HERRINGS, model="claude-haiku-4-5")
    assert new and old and 1.3 < new[0] / old[0] < 1.4


def test_pages_are_counted_in_their_order(url: str) -> None:
    pages = [WEATHER, HERRINGS] * 5
    assert counted(url, *pages) == 5 * ((counted(url, WEATHER) or ()) + (counted(url, HERRINGS) or ()))


@pytest.mark.parametrize(("status", "body"), [(404, b"{}"), (500, b"no"), (200, b'{"tokens": 5}')])
def test_a_server_that_does_not_count_leaves_estimates(status: int, body: bytes) -> None:
    other = Other()
    other.reply = HttpReply(status, body, {"content-type": "application/json"})
    with serving_in_background(other) as url:
        assert counted(url, WEATHER) is None


def test_nobody_there_leaves_estimates() -> None:
    assert counted("http://127.0.0.1:9", WEATHER) is None
