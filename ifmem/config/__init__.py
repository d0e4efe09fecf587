"""Every setting: its default, what it means, its limits. `config.loading` reads them, once; nothing else in ifmem reads the environment."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from ifmem.credentials import Key

SOCKET_PATH_LIMIT = 100  # sun_path holds 104 bytes on macOS, 108 on Linux, the closing NUL included


def setting(default: Any, meaning: str, **limits: Any) -> Any:
    """A dataclass field that the table in the README, the environment and `ifmem.toml` know by its name."""
    metadata = {"meaning": meaning, "default": default, **limits}
    if isinstance(default, dict):
        return field(default_factory=dict, metadata=metadata)
    return field(default=default, metadata=metadata)


@dataclass(frozen=True)
class Config:
    """Every setting. `folder` is what is remembered, `home` holds the state; `origins` tells where each value came from."""

    folder: Path
    home: Path
    redis_url: str = setting("", "an existing Redis or Valkey; empty: an embedded Valkey is started", secret=True)
    redis_insecure: bool = setting(False, "whether a server beyond private networks may be reached without TLS")
    namespace: str = setting("", "put in front of every key as `{name}:`, so that sets can share one server")
    page_tokens: int = setting(90_000, "size of a page, in estimated tokens", low=1_000, high=900_000)
    capacity_tokens: int = setting(2_000_000, "what one shard may hold, in tokens", low=1_000)
    max_file_bytes: int = setting(2_000_000, "a larger file is left out, and listed", low=1)
    ask_timeout_s: float = setting(60.0, "how long `ask` waits for an answer", low=0.1)
    queue_limit: int = setting(1_000, "questions that may wait in a queue; one more is told how many are ahead", low=1)
    in_flight: int = setting(8, "questions a shard works on at once", low=1, high=1_000)
    workers: int = setting(0, "workers at once; 0: a core each for extractive, 16 for models", low=0, high=1_000)
    lease_s: float = setting(60.0, "how long a worker may take for one task", low=0.1)
    margin: float = setting(0.75, "shards scoring at least this share of the best are asked", low=0.0, high=1.0)
    beat_every_s: float = setting(0.5, "how often a process gives a sign of life", low=0.05)
    lost_after_s: float = setting(3.0, "a process silent for this long is replaced", low=0.2)
    bus_lost_after_s: float = setting(
        10.0, "an embedded bus that answers nothing for this long is replaced, at most a third later", low=0.5
    )
    stall_margin_s: float = setting(15.0, "a question this far past its deadline means its shard is stalled", low=0.1)
    start_timeout_s: float = setting(20.0, "how long a process may take to start, before loading", low=0.5)
    load_timeout_s: float = setting(600.0, "how long a shard may take to load its sources", low=1.0)
    restart_ceiling_s: float = setting(30.0, "longest pause between restarts of a crashing process", low=0.1)
    stop_grace_s: float = setting(5.0, "how long `down` waits before it kills", low=0.0)
    preload: tuple[str, ...] = setting((), "packages imported once, before processes are forked")
    provider: str = setting("auto", "who answers: auto is Claude with a key and extractive without; or extractive")
    failover: tuple[str, ...] = setting((), "providers that answer, in this order, when a shard's own cannot")
    model: str = setting("claude-haiku-5-5", "the model of shards")
    coordinator_model: str = setting("claude-sonnet-5-5", "the model that makes one answer of several findings")
    effort: str = setting("", "the models' effort; empty: their own default")
    thinking: bool = setting(True, "whether models that can think do")
    synthesis: bool = setting(True, "whether findings of several shards are made one answer by a model")
    cache_ttl: str = setting("5m", "life of the vendor's cache entries, 5m or 1h", choices=("5m", "1h"))
    keep_warm: bool = setting(True, "whether pages are kept in the vendor's cache while that is cheaper than reloading")
    base_url: str = setting("", "a Messages API server of your own; empty: Anthropic's")
    citations: str = setting(
        "auto",
        "native, numbered (lines, for other servers), or auto: native at Anthropic",
        choices=("auto", "native", "numbered"),
    )
    budget_day_usd: float = setting(5.0, "most that models may cost a day (UTC)", low=0.0)
    budget_hour_usd: float = setting(2.0, "most that models may cost an hour", low=0.0)
    budget_question_usd: float = setting(0.5, "most that models may cost for one question", low=0.0)
    outside_links: bool = setting(False, "whether files are read that links in the folder lead to outside of it")
    mask_secrets: bool = setting(True, "whether secrets in documents are masked before a model reads them")
    unmasked: tuple[str, ...] = setting((), "documents whose secrets are not masked: globs, as in `include`")
    librarians: int = setting(
        0, "archive shards over findings and sessions that the live ones no longer hold", low=0, high=5
    )
    librarian_providers: tuple[str, ...] = setting(
        (), "who answers for librarians, in this order; empty: Gemini with a key, extractive without"
    )
    librarian_base_url: str = setting("", "the server of the first of them; empty: its vendor's")
    librarian_quota: int = setting(1_500, "calls to a model that one librarian may make a day (UTC)", low=0)
    librarian_tokens: int = setting(1_000_000, "what one librarian may hold, in tokens", low=1_000)
    bridge_store: str = setting("", "the file of the bridge's conversations; empty: one for all folders of the user")
    bridge_expiry_s: float = setting(10_800.0, "life of a conversation over the bridge", low=1.0)
    bridge_alive_s: float = setting(120.0, "a partner silent for this long counts as gone", low=1.0)
    bridge_per_minute: int = setting(30, "messages one side of a conversation may send in a minute", low=1)
    bridge_per_hour: int = setting(300, "messages one side of a conversation may send in an hour", low=1)
    bridge_conversation: str = setting("", "the conversation an MCP server takes part in when a call names none")
    shards: Mapping[str, Mapping[str, Any]] = setting({}, "per-shard tables: [shards.NAME]")
    origins: Mapping[str, str] = field(default_factory=dict)
    keys: Mapping[str, Key] = field(default_factory=dict)
    bridge_token: Key | None = None
    redis_password: Key | None = None
    user_state: Path = Path()
    own_digest: str = ""  # sha256 of the folder's own ifmem.toml, as it was read; "" without one
    ignored: frozenset[str] = frozenset()  # settings that file has and that do not count: it is not trusted
    trusts: tuple[Path, ...] = ()  # from IFMEM_TRUST: folders whose ifmem.toml counts whatever it says
    guests: Mapping[str, Mapping[str, Any]] = field(
        default_factory=dict
    )  # shards of a set elsewhere that are served here

    @property
    def run_dir(self) -> Path:
        """Where sockets and locks live: under `home` if a socket path fits there, else in the system's temporary folder."""
        inside = self.home / "run"
        if len(os.fsencode(inside / "bus.sock")) <= SOCKET_PATH_LIMIT:
            return inside
        digest = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"ifmem-{os.getuid()}-{digest}"

    @property
    def logs(self) -> Path:
        return self.home / "logs"

    @property
    def pages(self) -> Path:
        return self.home / "pages"

    @property
    def index(self) -> Path:
        return self.home / "index"

    @property
    def archive(self) -> Path:
        return self.home / "ifmem.db"

    @property
    def bridge(self) -> Path:
        """Conversations are the user's and not a folder's: two agents often work in two folders."""
        if not self.bridge_store:
            return self.user_state / "bridge.db"
        return self.folder / Path(self.bridge_store).expanduser()


SETTINGS = {f.name: f for f in fields(Config) if "meaning" in f.metadata}
