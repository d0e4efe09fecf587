"""Findings that no shard of the set made: an agent, or a person, tells what it found out."""

from __future__ import annotations

from ifmem.core.findings import Finding
from ifmem.core.keys import DAY_S, Keys
from ifmem.stores.bus import Bus
from ifmem.stores.hand_off import FINDINGS_ON_BUS


async def contribute(bus: Bus, keys: Keys, finding: Finding) -> None:
    """Put a finding where those of shards go: the journal first, since what is there is not lost. Again changes nothing."""
    body = finding.to_json()
    await bus.send(
        ("XADD", keys.journal, "*", "kind", "finding", "body", body),
        ("SET", keys.finding(finding.id), body, "EX", DAY_S),
        ("LREM", keys.findings, 0, finding.id),
        ("LPUSH", keys.findings, finding.id),
        ("LTRIM", keys.findings, 0, FINDINGS_ON_BUS - 1),
        ("PUBLISH", keys.channel_findings, body),
    )
