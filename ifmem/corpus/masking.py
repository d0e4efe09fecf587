"""What a shard reads, without the secrets in it, unless its path may keep them."""

from __future__ import annotations

from functools import lru_cache

from ifmem.config import Config
from ifmem.core import document_masking
from ifmem.core.document_masking import mask_document
from ifmem.core.documents import Document
from ifmem.corpus.globs import Globs


def without_secrets(document: Document, config: Config) -> Document:
    """The document as a model may read it; as it is where `mask_secrets` is off or `unmasked` names its path."""
    if not config.mask_secrets or _globs(config.unmasked).matches(document.path):
        return document
    return mask_document(document)


def way_of_masking(config: Config) -> tuple[object, ...]:
    """Changes when the same sources would be masked in another way."""
    return (document_masking.FORMAT, config.unmasked) if config.mask_secrets else ()


@lru_cache(maxsize=8)
def _globs(patterns: tuple[str, ...]) -> Globs:
    return Globs(patterns)
