"""Text for people: foreign text made harmless, numbers with their units. No terminal is touched here."""

from __future__ import annotations

import re
import time

# Everything a terminal might act on: C0 without tab and newline, DEL, C1, and the marks that reorder what is shown.
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
SURROGATES = re.compile(r"[\ud800-\udfff]")  # bytes of a file name that are not UTF-8; they cannot be printed


def clean(text: str) -> str:
    """`text` of a document, a model or a user as it may be printed: no control characters but newline and tab."""
    return SURROGATES.sub("\ufffd", CONTROLS.sub("", text))


def one_line(text: str) -> str:
    """`text` cleaned and on one line, runs of white space as one space."""
    return clean(" ".join(text.split()))


def duration(seconds: float) -> str:
    """`11s`, `3m05s`, `2h14m`, `5d03h`."""
    whole = max(0, int(seconds))
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m{whole % 60:02}s"
    if whole < 86_400:
        return f"{whole // 3600}h{whole % 3600 // 60:02}m"
    return f"{whole // 86_400}d{whole % 86_400 // 3600:02}h"


def latency(milliseconds: float) -> str:
    """`0.4ms`, `340ms`, `2.1s`."""
    if milliseconds < 10:
        return f"{milliseconds:.1f}ms"
    return f"{milliseconds:.0f}ms" if milliseconds < 1000 else f"{milliseconds / 1000:.1f}s"


def count(number: int) -> str:
    """`950`, `9.6k`, `148k`, `1.2M`: for tokens, where the order of magnitude is what matters."""
    if number < 1_000:
        return str(number)
    if number < 999_500:
        thousands = number / 1_000
        return f"{thousands:.1f}k" if thousands < 9.95 else f"{thousands:.0f}k"
    return f"{number / 1_000_000:.1f}M"


def dollars(amount: float) -> str:
    """Cents in full, smaller sums with two significant digits."""
    return f"${amount:.2f}" if amount == 0 or amount >= 0.01 else f"${amount:.2g}"


def plural(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def timestamp(epoch: float) -> str:
    """Seconds since the epoch as `2026-11-21T11:24:01Z`."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(epoch))
