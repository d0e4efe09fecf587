"""Files that people write, or that came with a clone: accepted, or refused with what, why and fix."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ifmem.config import SETTINGS
from ifmem.config.folders import FILE
from ifmem.config.loading import load
from ifmem.config.shard_tables import SHARD_KEYS, SOURCE_KEYS
from ifmem.core.addresses import is_exposed, is_near, masked, with_password
from ifmem.core.trust import wishes
from ifmem.corpus.globs import Globs
from ifmem.errors import IfmemError
from ifmem.prompts import domains, read_domains
from ifmem.stores.bus_server import bus_url

from .outside import TEXT, fuzzed, spliced

KEYS = [*SETTINGS, *SHARD_KEYS, *SOURCE_KEYS]
VALUES = [
    "1",
    "0.5",
    "-1",
    "nan",
    "inf",
    "true",
    '"x"',
    "[]",
    '["*.md"]',
    "{}",
    "[{}]",
    '"python:os:system"',
    '"redis://["',
    "1979-05-27",
]
TOML = [
    *(f"\n{key} = " for key in KEYS),
    *VALUES,
    "\n[shards.docs]\n",
    "\n[[shards.a.sources]]\n",
    "[shards]\n",
    "\n[",
    "]",
    "=",
    "#",
]
URLS = spliced(
    [
        "redis://",
        "rediss://",
        "unix://",
        "http://",
        "user:",
        "pa ss",
        "@",
        "[",
        "]",
        "::1",
        "127.0.0.1",
        ":",
        "6379",
        "/",
        "?password=",
        "%",
        "..",
        "xn--",
    ]
)


@fuzzed
@given(st.one_of(st.binary(max_size=200), spliced(TOML, 30).map(lambda text: text.encode(errors="surrogatepass"))))
def test_settings(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / FILE).write_bytes(content)
        with contextlib.suppress(IfmemError):
            config = load(folder, env={"XDG_CONFIG_HOME": name})
            wishes(config)
            with contextlib.suppress(IfmemError):
                bus_url(config)
            domains(config)


@fuzzed
@given(st.sampled_from([name for name in SETTINGS if name != "shards"]), TEXT)
def test_the_environment(name: str, text: str) -> None:
    with contextlib.suppress(IfmemError):
        load("/", env={f"IFMEM_{name.upper()}": text, "HOME": "/none"})


@fuzzed
@example(b"\x80")
@given(st.one_of(st.binary(max_size=200), spliced(["+++\n", "+++", *TOML, "\nYou answer.\n"], 30).map(str.encode)))
def test_front_matter(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "1-docs.md").write_bytes(content)
        with contextlib.suppress(IfmemError):
            assert len(read_domains(Path(name))) == 1


@fuzzed
@example("redis://[", "")
@given(URLS, TEXT)
def test_addresses(url: str, password: str) -> None:
    masked(url)
    is_near(url)
    is_exposed(url)
    with contextlib.suppress(UnicodeEncodeError):
        password.encode()
        with_password(url, password)


@pytest.mark.parametrize("shown", ["swordfish", "sword/fish", "sword@fish"])
def test_no_password_gets_through_the_mask(shown: str) -> None:
    for url in (f"redis://:{shown}@[", f"redis://u:{shown}@h:x/", f"unix:///s?password={shown}&db=1"):
        assert shown not in masked(url)


@fuzzed
@given(
    st.lists(spliced(["*", "**", "/", "!", "[", "]", "a", "\\", "#", " ", "?"], 8), max_size=6),
    spliced(["a", "/", ".", "["], 6),
)
def test_globs(lines: list[str], path: str) -> None:
    assert Globs(lines).verdict(path) in (True, False, None)
