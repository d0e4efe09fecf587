from __future__ import annotations

import pytest

from ifmem.core.addresses import masked


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("redis://localhost:6379/0", "redis://localhost:6379/0"),
        ("redis://:hunter2@h:1", "redis://***@h:1"),
        ("redis://me:hunter2@h:1/0", "redis://me:***@h:1/0"),
        ("redis://me:hun/ter@2@h:1", "redis://me:***@h:1"),
        ("redis://hunter2@h", "redis://***@h"),
        ("unix:///run/a.sock?db=1&password=hunter2", "unix:///run/a.sock?db=1&password=***"),
        ("", ""),
    ],
)
def test_a_password_in_an_address_is_masked(url: str, shown: str) -> None:
    assert masked(url) == shown
