"""Findings that no shard of the set made: an agent, or a person, tells what it found out."""

from __future__ import annotations

from ifmem.core.findings import Finding
from ifmem.core.keys import DAY_S, HOUR_S, Keys
from ifmem.stores import scripts
from ifmem.stores.bus import Bus
from ifmem.stores.hand_off import FINDINGS_ON_BUS


async def contribute(bus: Bus, keys: Keys, finding: Finding) -> None:
    """Put a finding where those of shards go: the journal first, since what is there is not lost. Again changes nothing."""
    await bus.call(
        *("EVAL", scripts.CONTRIBUTE, 3, keys.journal, keys.finding(finding.id), keys.findings),
        *(finding.id, finding.to_json(), keys.channel_findings, DAY_S, HOUR_S, FINDINGS_ON_BUS),
    )
