"""Which network addresses a page may be fetched from: public ones only, unless the source allows others.

A public name may resolve to an address inside, and a public page may redirect there. So the address is looked up here, judged, and then
connected to itself: the name is not resolved a second time, when it could say something else.
"""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address
NAT64 = IPv6Network("64:ff9b::/96")


class Refused(Exception):
    """Why an address is not connected to."""


def address_of(host: str, port: int, *, allow_private: bool) -> str:
    """An address of `host` to connect to. Raises Refused, also if any of its addresses is not public; OSError for an unknown name."""
    found = {str(row[4][0]) for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    addresses = sorted((ip_address(one.partition("%")[0]) for one in found), key=lambda one: (one.version, one.packed))
    for address in addresses:
        if not allow_private and not is_public(address):
            raise Refused(f"{host} is the private address {address}; allow_private = true would allow it")
    return str(addresses[0])


def is_public(address: Address) -> bool:
    """Whether the address, and any that it stands for, belongs to the public internet."""
    if address.is_multicast or not address.is_global:
        return False
    return all(inner.is_global for inner in _meant(address))


def _meant(address: Address) -> list[IPv4Address]:
    """The IPv4 addresses that an IPv6 address leads to: mapped, 6to4, Teredo and NAT64 ones."""
    if isinstance(address, IPv4Address):
        return []
    translated = IPv4Address(address.packed[-4:]) if address in NAT64 else None
    return [one for one in (address.ipv4_mapped, address.sixtofour, *(address.teredo or ()), translated) if one]
