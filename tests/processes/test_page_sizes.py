from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from simulator.background import serving_in_background
from simulator.vendor import KEY, Vendor

from ifmem.config import Config
from ifmem.config.loading import load as load_settings
from ifmem.core.documents import Document
from ifmem.core.domains import Domain, Source
from ifmem.core.findings import Finding, PageUse, Usage
from ifmem.core.pages import Page
from ifmem.errors import Exit, IfmemError
from ifmem.processes.loading import Loaded, count, load
from ifmem.processes.page_sizes import Sizing, billed, counted_sizing, cut_to_size, model_of, sizing_of
from ifmem.stores.archive import Archive
from ifmem.stores.journal import Entry

DOCS = Domain(1, "docs", "", "Answer from the documents.\n", (Source("files", include=("*.md",)),))
LINES = [Document(f"{n}.md", "All work and no play.\n" * 100, str(n) * 64) for n in range(8)]


@dataclass
class Scale:
    """Counts every page at `ratio` times its estimate, and remembers what it was asked."""

    ratio: float
    counted: list[str] = field(default_factory=list)

    def __call__(self, pages: Sequence[Page]) -> list[int] | None:
        self.counted += [page.digest for page in pages]
        return [round(page.tokens * self.ratio) for page in pages]


@pytest.fixture
def settings(tmp_path: Path) -> Config:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a.md").write_text("The keeper counts the boats.\n" * 2_000)
    return load_settings(tmp_path / "folder", env={"IFMEM_HOME": str(tmp_path / "home")})


def start(settings: Config, sizing: Sizing) -> Loaded:
    return load(DOCS, [DOCS], settings, fresh=True, progress=lambda _: None, sizing=sizing)


def test_pages_that_count_over_the_limit_are_cut_again() -> None:
    scale = Scale(1.3)
    sizing = Sizing(most=4_000, model="m", limit=4_000, count=scale)
    pages, counted = cut_to_size(LINES, sizing, {})
    assert counted and sizing.fits(pages)
    assert {document.path for page in pages for document in page.documents} == {one.path for one in LINES}


def test_pages_that_fit_are_cut_once() -> None:
    scale = Scale(1.0)
    pages, counted = cut_to_size(LINES, Sizing(4_000, "m", 4_000, scale), {})
    assert counted and scale.counted == [page.digest for page in pages]


def test_a_line_that_cannot_be_cut_ends_the_trying() -> None:
    endless = Document("x.json", "1," * 20_000, "a" * 64)
    pages, counted = cut_to_size([endless], Sizing(4_000, "m", 4_000, Scale(1.0)), {})
    assert counted and [page.tokens > 4_000 for page in pages] == [True]


def test_without_a_count_estimates_stand() -> None:
    pages, counted = cut_to_size(LINES, Sizing(4_000, "m", 4_000), {})
    assert not counted and all(page.tokens <= 3_600 for page in pages)


def test_a_counted_page_is_not_counted_again(settings: Config) -> None:
    scale = Scale(1.1)
    sizing = Sizing(8_000, "m", 9_000, scale)
    first = start(settings, sizing)
    assert first.manifest.counted_by == "m"
    assert first.manifest.tokens == sum(page.tokens for page in first.pages)
    asked = len(scale.counted)
    again = start(settings, sizing)
    assert (again.manifest, len(scale.counted)) == (first.manifest, asked)


def test_another_model_counts_anew_and_need_not_cut_anew(settings: Config) -> None:
    first = start(settings, Sizing(8_000, "m", 9_000, Scale(1.0)))
    other = start(settings, Sizing(8_000, "other", 9_000, Scale(0.75)))
    assert [page.digest for page in other.pages] == [page.digest for page in first.pages]
    assert other.manifest.counted_by == "other"
    assert other.manifest.tokens == pytest.approx(0.75 * first.manifest.tokens, abs=len(first.pages))


def test_pages_cut_by_estimate_are_cut_again_once_somebody_counts_them_over_the_limit(settings: Config) -> None:
    sizing = Sizing(8_000, "m", 9_000)
    first = start(settings, sizing)
    assert first.manifest.counted_by == ""
    second = start(settings, replace(sizing, count=Scale(1.4)))
    assert len(second.pages) > len(first.pages)
    assert max(page.tokens for page in second.pages) <= 9_000


def test_counting_alone_leaves_the_pages(settings: Config) -> None:
    sizing = Sizing(8_000, "m", 9_000)
    first = start(settings, sizing)
    counted = count(DOCS, settings, first, replace(sizing, count=Scale(1.4)))
    assert [page.digest for page in counted.pages] == [page.digest for page in first.pages]
    assert load(DOCS, [DOCS], settings, fresh=False, progress=lambda _: None).manifest == counted.manifest


def finding(page: str, usage: Usage, model: str = "m") -> Finding:
    return Finding(
        "f_" + page + str(usage.cache_write), "q_1", "docs", True, "", pages=(PageUse(page),), usage=usage, model=model
    )


def archived(settings: Config, *findings: Finding) -> None:
    settings.home.mkdir(exist_ok=True)
    with Archive.writing(settings.archive) as archive:
        archive.record(Entry(f"{n}-0", "finding", one.to_json()) for n, one in enumerate(findings, 1))


def test_what_was_billed_for_a_page_is_its_size(settings: Config) -> None:
    told = 11
    archived(
        settings,
        finding("a", Usage(input=50, cache_write=5_000 + told)),
        finding("a", Usage(input=50, cache_write=5_600 + told)),
        finding("b", Usage(input=50, cache_write=7_000 + told, cache_read=7_000 + told)),
        finding("c", Usage(input=50, cache_write=9_000 + told), model="other"),
    )
    assert billed(DOCS, settings, "m") == {"a": 5_000}


def test_a_page_billed_over_the_limit_is_cut_again(settings: Config) -> None:
    sizing = Sizing(8_000, "m", 9_000, Scale(1.0))
    first = start(settings, sizing)
    largest = max(first.pages, key=lambda page: page.tokens)
    archived(settings, finding(largest.digest, Usage(input=50, cache_write=9_500)))
    assert largest.digest not in {page.digest for page in start(settings, sizing).pages}


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        ("auto", "claude-haiku-5-5"),
        ("anthropic:claude-haiku-4-5", "claude-haiku-4-5"),
        ("extractive", ""),
        ("python:a:B", ""),
    ],
)
def test_a_domain_is_read_by_its_model_or_by_none(settings: Config, provider: str, model: str) -> None:
    domain = replace(DOCS, provider=provider)
    assert model_of(domain, settings) == model
    assert (sizing_of(domain, settings).limit is None) is (model == "")


def test_without_a_key_pages_are_of_the_size_they_will_have_with_one(settings: Config) -> None:
    assert counted_sizing(DOCS, settings) == sizing_of(DOCS, settings)
    assert sizing_of(DOCS, settings).budget < settings.page_tokens


@pytest.fixture
def served(settings: Config) -> Iterator[Config]:
    with serving_in_background(Vendor()) as url:
        env = {"IFMEM_HOME": str(settings.home), "ANTHROPIC_API_KEY": KEY, "IFMEM_BASE_URL": url}
        yield load_settings(settings.folder, env=env)


def test_a_server_in_the_vendors_own_form_counts_the_pages(served: Config) -> None:
    native = replace(served, citations="native")
    loaded = start(native, counted_sizing(DOCS, native))
    assert loaded.manifest.counted_by == "claude-haiku-5-5"


def test_a_server_that_is_given_numbered_lines_does_not_count_them(served: Config) -> None:
    assert counted_sizing(DOCS, served).count is None


def test_a_key_that_is_refused_ends_it(served: Config) -> None:
    wrong = load_settings(
        served.folder,
        env={"IFMEM_HOME": str(served.home), "ANTHROPIC_API_KEY": "sk-x", "IFMEM_BASE_URL": served.base_url},
    )
    with pytest.raises(IfmemError) as caught:
        counted_sizing(DOCS, wrong)
    assert caught.value.exit_code == Exit.CREDENTIALS
