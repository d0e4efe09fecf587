"""What the doctor looks at without a bus: settings, prompts, keys, the disk, permissions, the archive."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from ifmem import prompts
from ifmem.config import Config
from ifmem.config.folders import FILE
from ifmem.core.checkup import NOTE, OK, SKIPPED, WRONG, Check
from ifmem.errors import IfmemError
from ifmem.stores.archive import Archive

LITTLE_ROOM, NO_ROOM = 1_000_000_000, 100_000_000  # bytes
OTHERS = 0o077
NAMED = 3
INSTRUCTED = ("coordinator", "worker", "librarian")


def settings(config: Config, refusal: IfmemError | None) -> Check:
    if refusal is not None:
        return Check("settings", WRONG, refusal.what, f"until then none of this counts: {refusal.why}", refusal.fix)
    own = [name for name, origin in config.origins.items() if origin != "default"]
    file = f", {FILE} read" if config.own_digest else ""
    return Check("settings", OK, f"{len(own)} set{file}")


def prompt_files(config: Config) -> Check:
    names = [domain.name for domain in prompts.domains(config)]
    for name in INSTRUCTED:
        if not prompts.instructions(name).strip():
            return Check(
                "prompts", WRONG, f"{name}.md is empty", "a process has no instructions", "Install ifmem again"
            )
    return Check("prompts", OK, f"{len(names)} shards: {', '.join(names)}")


def keys(config: Config) -> Check:
    found = [f"{vendor} (from {key.origin})" for vendor, key in config.keys.items()]
    if found:
        return Check("key", OK, ", ".join(found))
    if config.provider == "extractive" or config.base_url:
        return Check("key", OK, "none, and none is needed")
    return Check("key", NOTE, "none", "answers are passages of your files, quoted", "Set ANTHROPIC_API_KEY for Claude")


def disk(config: Config) -> Check:
    place = next(folder for folder in (config.home, *config.home.parents) if folder.exists())
    free = shutil.disk_usage(place).free
    found = f"{free / 1e9:.1f} GB free"
    if free < NO_ROOM:
        return Check("disk", WRONG, found, "the bus and the archive stop to write", f"Make room on the disk of {place}")
    if free < LITTLE_ROOM:
        return Check("disk", NOTE, found, "pages and the archive grow", f"Make room on the disk of {place}")
    return Check("disk", OK, found)


def permissions(config: Config) -> Check:
    if not config.home.exists():
        return Check("permissions", SKIPPED, "nothing was started here yet")
    open_to_others = sorted(_open_to_others(config))
    if not open_to_others:
        return Check("permissions", OK, f"only you reach {config.home}")
    named = ", ".join(map(str, open_to_others[:NAMED]))
    more = f" and {len(open_to_others) - NAMED} more" if len(open_to_others) > NAMED else ""
    fix = f"chmod -R go= {config.home}" + ("" if config.run_dir.is_relative_to(config.home) else f" {config.run_dir}")
    return Check("permissions", WRONG, f"open to others: {named}{more}", "others may read what is remembered", fix)


def _open_to_others(config: Config) -> Iterator[Path]:
    """Folders and files that somebody else owns, or may enter or read."""
    for top in dict.fromkeys((config.home, config.run_dir)):
        for folder, _, names in os.walk(top):
            for path in (Path(folder), *(Path(folder) / name for name in names)):
                try:
                    found = path.lstat()
                except FileNotFoundError:  # removed at this moment
                    continue
                if not stat.S_ISLNK(found.st_mode) and (found.st_mode & OTHERS or found.st_uid != os.getuid()):
                    yield path


def archive(config: Config) -> Check:
    with Archive.reading(config.archive) as opened:
        if opened is None:
            return Check("archive", SKIPPED, "nothing is archived yet")
        if damage := opened.damage():
            fix = "ifmem restore FILE    Without a backup: move the file away; what the bus has is archived again"
            return Check("archive", WRONG, damage[0], "the file is damaged", fix)
        counts = ", ".join(f"{count:,} {name}" for name, count in opened.counts().items())
        return Check("archive", OK, f"intact: {counts}; digest {opened.head()[:16] or 'none yet'}")


def audit(config: Config, noted: str) -> Check:
    """Whether the archive is as it was written; `noted` is a digest from some earlier time."""
    with Archive.reading(config.archive) as opened:
        found = opened.audit() if opened else None
        if opened is None or found is None:
            return Check("audit", SKIPPED, "nothing is linked yet")
        if found.broken:
            more = f" and {len(found.broken) - NAMED} more" if len(found.broken) > NAMED else ""
            told = "; ".join(found.broken[:NAMED]) + more
            return Check("audit", WRONG, told, "the archive was changed by hand", "ifmem restore FILE")
        if noted and not opened.has_link(noted):
            means = "the archive ends before it, or is another one: what was stored last is gone"
            return Check("audit", WRONG, f"the noted digest {noted[:16]} is not in it", means, "ifmem restore FILE")
        return Check("audit", OK, f"{found.rows:,} rows unaltered; to note: {found.head}")
