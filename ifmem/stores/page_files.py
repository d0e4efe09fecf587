"""Pages and manifests as files: `<digest>.page`, mapped by every process that reads it, and one `<shard>.json` for each shard.

A page's name is the digest of its bytes, so a file is either right or damaged, and never out of date. Files appear under their name
only when complete; nothing is synced to the disk, because all of it can be made again from the sources.
"""

from __future__ import annotations

import hashlib
import mmap
import os
import tempfile
import time
from collections.abc import Collection
from pathlib import Path

from ifmem.core.manifest import Manifest
from ifmem.core.pages import Page
from ifmem.errors import IfmemError

HEAD = b'{"ifmem": "page"'
UNNAMED_FOR_S = 3600.0  # pages come before their manifest, and another shard may just be writing its own


def open_page(folder: Path, digest: str, tokens: int, *, size: int | None = None, verify: bool = False) -> Page | None:
    """The page, mapped; None if its file is missing or damaged (of another `size` in bytes, or, with `verify`, not of this digest)."""
    try:
        with page_path(folder, digest).open("rb") as file:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError):  # ValueError: an empty file cannot be mapped
        return None
    damaged = mapped[: len(HEAD)] != HEAD or (size is not None and len(mapped) != size)
    if damaged or (verify and hashlib.sha256(mapped).hexdigest() != digest):
        mapped.close()
        return None
    return Page(digest, tokens, mapped)


def write_page(folder: Path, page: Page) -> Page:
    """Put the page where `open_page` finds it, and give it back mapped; an intact one is only marked as used."""
    kept = open_page(folder, page.digest, page.tokens, verify=True)
    if kept:
        os.utime(page_path(folder, page.digest))
        return kept
    _write(page_path(folder, page.digest), page.data)
    return open_page(folder, page.digest, page.tokens) or page


def page_path(folder: Path, digest: str) -> Path:
    return folder / f"{digest}.page"


def write_manifest(folder: Path, manifest: Manifest) -> None:
    _write(folder / f"{manifest.shard}.json", manifest.to_json().encode())


def read_manifest(folder: Path, shard: str) -> Manifest | None:
    """The shard's manifest; None if there is none, or none that this version can read."""
    try:
        return Manifest.from_json((folder / f"{shard}.json").read_bytes())
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        return None


def remove_unnamed(folder: Path, shards: Collection[str]) -> list[Path]:
    """Remove manifests of other shards than `shards`, and pages that no manifest names and nobody used for an hour."""
    removed = [path for path in folder.glob("*.json") if path.stem not in shards]
    manifests = [manifest for shard in shards if (manifest := read_manifest(folder, shard))]
    named = {page.digest for manifest in manifests for page in manifest.pages}
    named |= {layer.digest for manifest in manifests for layer in manifest.layers}
    removed += [
        path for path in (*folder.glob("*.page"), *folder.glob("*.part")) if path.stem not in named and _left(path)
    ]
    for path in removed:
        path.unlink(missing_ok=True)
    return removed


def _left(path: Path) -> bool:
    """Whether nobody has touched it for an hour. Another shard may rename its part, or remove a page, at this very moment."""
    try:
        return path.stat().st_mtime < time.time() - UNNAMED_FOR_S
    except FileNotFoundError:
        return False


def _write(path: Path, data: bytes | mmap.mmap) -> None:
    """Write a private file that appears whole. Raises IfmemError where the disk refuses."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, part = tempfile.mkstemp(suffix=".part", dir=path.parent)  # mode 0600
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
            Path(part).replace(path)
        except BaseException:
            Path(part).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise cannot_write(path, error) from None


def cannot_write(path: Path, error: OSError) -> IfmemError:
    return IfmemError(
        f"cannot write {path}.",
        why=(error.strerror or str(error)).lower(),
        fix="Make room or the folder writable, or keep the state elsewhere: IFMEM_HOME=/some/folder ifmem up",
    )
