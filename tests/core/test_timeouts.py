from __future__ import annotations

import pytest

from ifmem.core.timeouts import limit_of


@pytest.mark.parametrize(("asked", "limit"), [(None, 60.0), (0.0, 0.0), (2.5, 2.5)])
def test_no_time_at_all_is_not_taken_for_the_default(asked: float | None, limit: float) -> None:
    assert limit_of(asked, 60.0) == limit
