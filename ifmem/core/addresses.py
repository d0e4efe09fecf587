"""Server addresses as people, logs and `--json` may see them: without secrets."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, quote, urlsplit

PRIVATE_NAMES = (".localhost", ".local", ".internal", ".lan", ".home.arpa")  # that no public name server knows


def masked(url: str) -> str:
    """A server address without its password, and without a user name that stands alone (it may be a token)."""
    url = re.sub(r"://(?:([^:@/]*):.*|[^/]*)@", lambda found: f"://{found[1] + ':' if found[1] else ''}***@", url)
    return re.sub(r"(?i)([?&]password=)[^&#]*", r"\1***", url)


def is_near(url: str) -> bool:
    """Whether a server is on this machine or in a private network: nobody sends a bill from there. By its name alone, never looked up."""
    host = _split(url).hostname or ""
    private = _is_private(host)
    return host == "localhost" or host.endswith(".localhost") if private is None else private


def is_of_this_machine(url: str) -> bool:
    """Whether a server can be reached from here alone: a socket, or the address that every machine has for itself."""
    parts = _split(url)
    host = (parts.hostname or "").rstrip(".")
    try:
        return parts.scheme == "unix" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def is_exposed(url: str) -> bool:
    """Whether what is said to a Redis server can be read on its way there: no TLS, and a public address or name."""
    parts = _split(url)
    host = parts.hostname or "localhost"
    of_this_network = "." not in host.rstrip(".") and ":" not in host
    if parts.scheme != "redis" or of_this_network:
        return False
    private = _is_private(host)
    return not host.rstrip(".").endswith(PRIVATE_NAMES) if private is None else not private


def with_password(url: str, password: str) -> str:
    """The address of a server with a password that was kept apart from it; as it is, if it has one of its own."""
    parts = _split(url)
    if not password or parts.password or not parts.netloc:
        return url
    user, _, host = parts.netloc.rpartition("@")
    return parts._replace(netloc=f"{user.rstrip(':')}:{quote(password, safe='')}@{host}").geturl()


def _split(url: str) -> SplitResult:
    """The parts of an address; none of what cannot be one, which whoever connects will say."""
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")


def _is_private(host: str) -> bool | None:
    """Whether an address is of this machine or a private network; None for a name."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return None
    return (getattr(address, "ipv4_mapped", None) or address).is_private
