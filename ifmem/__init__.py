"""ifmem: a distributed memory for language-model agents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = ["Memory", "__version__"]

if TYPE_CHECKING:
    from ifmem.client import Memory


def __getattr__(name: str) -> Any:
    # Lazy, so that `import ifmem` (and `ifmem --version`) does not import redis.
    if name == "Memory":
        from ifmem.client import Memory

        return Memory
    raise AttributeError(f"module 'ifmem' has no attribute {name!r}")
