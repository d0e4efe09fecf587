"""The vendor's prompt cache as documented, as pure functions of a prompt, what is cached, and a time.

`ifmem plan` computes with them what a day will cost; the tests' provider simulator bills by them.

- A prefix is matched byte for byte, in the order tools, system, messages; settings that change a level change all after it.
- Entries are written only where a breakpoint stands, at most four of them, those for one hour before those for five minutes.
- A breakpoint looks back over 20 blocks, its own first, for an entry written earlier; what it finds lives on for that
  entry's own duration from the start of the request. The longest prefix found is billed as read.
- A breakpoint below the model's minimum length does nothing, silently.
- An entry can be read once the first response of its request has begun: `settle` is what the cache holds from then on.

Where the documents leave it open: thinking and effort are taken to change everything (for some models it is only the messages), and an
entry found keeps the life it was written with, whatever the breakpoint now asks for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

LIVES_S: Mapping[str, float] = {"5m": 300.0, "1h": 3600.0}
BREAKPOINTS = 4
LOOK_BACK = 20


@dataclass(frozen=True)
class Block:
    """One block of a prompt, as the bytes that are compared. `ttl` (`5m`, `1h`) puts a breakpoint at its end."""

    content: bytes
    tokens: int
    ttl: str = ""


@dataclass(frozen=True)
class Prompt:
    """The blocks of a request by level, and the settings that belong to the cached prefix.

    `everything` (the model, thinking, effort) counts from the start, `from_system` (citations on or off) from the system text on,
    `from_messages` (tool choice) from the messages on.
    """

    messages: tuple[Block, ...]
    system: tuple[Block, ...] = ()
    tools: tuple[Block, ...] = ()
    everything: bytes = b""
    from_system: bytes = b""
    from_messages: bytes = b""

    @property
    def blocks(self) -> tuple[Block, ...]:
        return (*self.tools, *self.system, *self.messages)


@dataclass(frozen=True)
class Entry:
    """A cached prefix: how long a read keeps it, and until when it is kept (the clock of the caller, seconds)."""

    life_s: float
    expires_at: float


Cache = Mapping[str, Entry]  # by the digest of the prefix


@dataclass(frozen=True)
class Outcome:
    """What the cache does for one request, in tokens. `entries` are those it writes and refreshes."""

    read: int
    write_5m: int
    write_1h: int
    input: int
    entries: Cache = field(default_factory=dict)

    @property
    def written(self) -> int:
        return self.write_5m + self.write_1h

    @property
    def prompt_tokens(self) -> int:
        """All of the input: what decides a price step."""
        return self.read + self.written + self.input


def fault_of(blocks: tuple[Block, ...]) -> str:
    """Why the breakpoints of a request are refused; empty if they are not."""
    ttls = [block.ttl for block in blocks if block.ttl]
    if len(ttls) > BREAKPOINTS:
        return f"at most {BREAKPOINTS} blocks may have cache_control, found {len(ttls)}"
    if unknown := set(ttls) - set(LIVES_S):
        return f"ttl must be one of {', '.join(LIVES_S)}, found {', '.join(sorted(unknown))}"
    if "5m" in ttls and "1h" in ttls[ttls.index("5m") :]:
        return "a 1h breakpoint must not come after a 5m one"
    return ""


def look_up(prompt: Prompt, cache: Cache, now: float, minimum: int) -> Outcome:
    """What a request that starts at `now` reads and writes. `minimum` is the model's shortest cacheable prefix, in tokens.

    Raises ValueError for breakpoints that the vendor refuses.
    """
    if fault := fault_of(prompt.blocks):
        raise ValueError(fault)
    prefixes = list(_prefixes(prompt))
    marks = [at for at, block in enumerate(prompt.blocks) if block.ttl and prefixes[at].tokens >= minimum]
    found = {at: hit for at in marks if (hit := _look_back(prefixes, at, cache, now)) is not None}
    read = max((prefixes[hit].tokens for hit in found.values()), default=0)
    entries = {prefixes[hit].digest: _kept(cache[prefixes[hit].digest].life_s, now) for hit in found.values()}
    fresh = [at for at in marks if prefixes[at].tokens > read]
    entries |= {prefixes[at].digest: _kept(LIVES_S[prompt.blocks[at].ttl], now) for at in fresh}
    long_end = max((prefixes[at].tokens for at in fresh if prompt.blocks[at].ttl == "1h"), default=read)
    end = max((prefixes[at].tokens for at in fresh), default=read)
    total = prefixes[-1].tokens if prefixes else 0
    return Outcome(read, end - long_end, long_end - read, total - end, entries)


def settle(cache: Cache, outcome: Outcome, now: float) -> Cache:
    """What is cached once the response has begun: what was there and is still alive, what was refreshed, what was written."""
    alive = {digest: entry for digest, entry in cache.items() if entry.expires_at > now}
    for digest, entry in outcome.entries.items():
        known = alive.get(digest)
        alive[digest] = max(known, entry, key=lambda one: one.expires_at) if known else entry
    return alive


@dataclass(frozen=True)
class _Prefix:
    digest: str
    tokens: int


def _prefixes(prompt: Prompt) -> Iterator[_Prefix]:
    """Every prefix that ends with a block, shortest first."""
    chain, tokens = hashlib.sha256(prompt.everything), 0
    levels = ((b"", prompt.tools), (prompt.from_system, prompt.system), (prompt.from_messages, prompt.messages))
    for settings, blocks in levels:
        chain.update(b"level" + hashlib.sha256(settings).digest())
        for block in blocks:
            chain.update(hashlib.sha256(block.content).digest())
            tokens += block.tokens
            yield _Prefix(chain.hexdigest(), tokens)


def _look_back(prefixes: list[_Prefix], mark: int, cache: Cache, now: float) -> int | None:
    """The longest cached prefix within reach of a breakpoint."""
    for at in range(mark, max(-1, mark - LOOK_BACK), -1):
        entry = cache.get(prefixes[at].digest)
        if entry is not None and entry.expires_at > now:
            return at
    return None


def _kept(life_s: float, now: float) -> Entry:
    return Entry(life_s, now + life_s)
