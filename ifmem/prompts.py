"""The prompts folder as values: the domains (one file each in `prompts/shards`), changed by the `[shards.NAME]` tables of `ifmem.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ifmem.config import Config
from ifmem.config.checking import bad_setting, line_of
from ifmem.config.folders import FILE
from ifmem.config.shard_tables import SHARD_KEYS, check_shard
from ifmem.core.domains import KINDS, Domain, Source
from ifmem.errors import Exit, IfmemError

FENCE = "+++\n"
FRONT_KEYS = {name: SHARD_KEYS[name] for name in ("title", "provider", "sources", "capacity_tokens")}
IMPLIED = {"include": "files", "command": "command", "urls": "url"}  # the kind of a source that does not name one
NEEDED = {
    "files": ("include",),
    "command": ("command",),
    "git-file-log": ("include",),
    "url": ("urls",),
    "test-results": ("command", "report"),
}
NAMED = re.compile(r"(\d+)-([a-z][a-z0-9-]*)\.md")


def prompts_folder() -> Path:
    """`ifmem/_prompts` in a wheel, `prompts/` beside the package in a checkout."""
    package = Path(__file__).parent
    inside = package / "_prompts"
    return inside if inside.is_dir() else package.parent / "prompts"


def instructions(name: str) -> str:
    """What the process `name` is told, e.g. `coordinator`."""
    return (prompts_folder() / f"{name}.md").read_text(encoding="utf-8")


def domains(config: Config) -> tuple[Domain, ...]:
    """Every enabled shard's domain, by number; where shards of another machine's set are served, these alone, as they are there.
    Raises IfmemError (exit code 2) for a file or table that cannot be used."""
    if config.guests:
        return tuple(Domain(**facts, sources=(), remote=True) for facts in config.guests.values())
    known = {one.name: one for one in read_domains(prompts_folder() / "shards", config.capacity_tokens)}
    for name, table in config.shards.items():
        known[name] = _changed(known.get(name) or _new(name, known, config), table, config)
    enabled = [domain for domain in known.values() if config.shards.get(domain.name, {}).get("enabled", True)]
    if not enabled:
        raise bad_setting(_where(config, "enabled"), "every shard is disabled", "Leave at least one enabled")
    return tuple(sorted(enabled, key=lambda domain: domain.number))


def read_domains(folder: Path, capacity_tokens: int = Domain.capacity_tokens) -> tuple[Domain, ...]:
    """The domains of a folder of `N-name.md` files, by number; `capacity_tokens` for those that do not set their own."""
    found = [(path, match) for path in folder.glob("*.md") if (match := NAMED.fullmatch(path.name))]
    read = (_read(path, int(match[1]), match[2], capacity_tokens) for path, match in found)
    return tuple(sorted(read, key=lambda domain: domain.number))


def _new(name: str, known: Mapping[str, Domain], config: Config) -> Domain:
    """A shard that only `ifmem.toml` knows."""
    number = max((domain.number for domain in known.values()), default=0) + 1
    title = name.replace("-", " ").capitalize()
    return Domain(number, name, title, instructions("shard"), (), capacity_tokens=config.capacity_tokens)


def _read(path: Path, number: int, name: str, capacity_tokens: int) -> Domain:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise bad_setting(str(path), str(error), "A prompt is text in UTF-8; install ifmem again") from None
    opening, front, told = [*text.split(FENCE, 2), "", ""][:3]
    if opening or not told.strip():
        raise bad_setting(f"{path}:1", "a prompt is TOML between two lines of +++, then the instructions")
    try:
        table = tomllib.loads("\n" + front)  # one line down, as in the file
    except tomllib.TOMLDecodeError as error:
        raise bad_setting(str(path), str(error), "Mend the TOML between the two lines of +++") from None
    check_shard(table, FRONT_KEYS, name, text, path)
    return Domain(
        number,
        name,
        table.get("title", name),
        told.strip() + "\n",
        tuple(_source(fields, f"{path}:{line_of(text, 'kind')}") for fields in table.get("sources", ())),
        table.get("provider", Domain.provider),
        table.get("capacity_tokens", capacity_tokens),
    )


def _source(fields: Mapping[str, Any], where: str) -> Source:
    kind = fields.get("kind") or next((known for key, known in IMPLIED.items() if key in fields), "")
    if kind not in KINDS:
        raise bad_setting(where, f"a source cannot be of kind {kind!r}", f"Allowed: {', '.join(KINDS)}")
    needed = NEEDED.get(kind, ())
    if needed and not any(fields.get(key) for key in needed):
        raise bad_setting(where, f"a source of kind {kind!r} needs {' or '.join(map(repr, needed))}")
    if fields.get("newest", 1) < 1:
        raise bad_setting(where, "newest must be at least 1")
    lists = {key: tuple(fields[key]) for key in ("include", "exclude", "urls") if key in fields}
    return Source(**{**fields, "kind": kind, **lists})


def _changed(domain: Domain, table: Mapping[str, Any], config: Config) -> Domain:
    """The domain with what `[shards.NAME]` says put in place."""
    sources = domain.sources
    if "sources" in table:
        sources = tuple(_source(fields, _where(config, "sources", domain.name)) for fields in table["sources"])
    globs: dict[str, Any] = {key: tuple(table[key]) for key in ("include", "exclude") if key in table}
    if globs:
        sources = _with_globs(sources, globs)
    plain = {key: table[key] for key in ("title", "provider", "capacity_tokens", "remote") if key in table}
    told = _prompt(domain.name, table["prompt"], config) if "prompt" in table else domain.instructions
    if not sources and table.get("enabled", True):
        raise bad_setting(
            _where(config, domain.name),
            f"shard {domain.name!r} has no sources",
            'Say what it reads: include = ["*.csv"]',
        )
    return replace(domain, sources=sources, instructions=told, **plain)


def _with_globs(sources: tuple[Source, ...], globs: Mapping[str, Any]) -> tuple[Source, ...]:
    if not any(source.kind == "files" for source in sources):
        return (*sources, Source("files", **globs))
    return tuple(replace(source, **globs) if source.kind == "files" else source for source in sources)


def _prompt(shard: str, value: str, config: Config) -> str:
    """The text itself, or that of the file it names, relative to the folder."""
    if "\n" in value or not value.endswith((".md", ".txt")):
        return value
    try:
        return (config.folder / value).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise IfmemError(
            f"cannot read the prompt {config.folder / value}.",
            why=str(error),
            fix=f"Mend `prompt` at {_where(config, 'prompt', shard)}",
            exit_code=Exit.USAGE,
        ) from None


def _where(config: Config, key: str, shard: str = "") -> str:
    """The file and line that set `key`, in the shard's table if one is named."""
    path = Path(config.origins.get("shards", config.folder / FILE))
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    return f"{path}:{line_of(text, key, f'shards.{shard}' if shard else '')}"
