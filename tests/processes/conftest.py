"""The bus of the stores' tests, for processes that use one."""

from __future__ import annotations

from stores.conftest import on_bus, valkey

__all__ = ["on_bus", "valkey"]
