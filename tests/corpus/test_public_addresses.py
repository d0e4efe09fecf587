"""Addresses inside, in all their disguises."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from ifmem.corpus.public_addresses import Refused, address_of, is_public

PRIVATE = """
127.0.0.1 10.1.2.3 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 224.0.0.1 192.0.2.1 255.255.255.255
::1 :: fe80::1 fc00::1 ff0e::1 ::ffff:10.0.0.1 ::ffff:127.0.0.1 64:ff9b::a00:1 2002:a00:1:: 2001:0:0:0:0:0:f5ff:fffe
"""
PUBLIC = "8.8.8.8 1.1.1.1 2606:4700:4700::1111 ::ffff:8.8.8.8 64:ff9b::808:808"


@pytest.mark.parametrize("address", PRIVATE.split())
def test_addresses_inside_are_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", PUBLIC.split())
def test_addresses_of_the_internet_are(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "0x7f.1", "2130706433", "::1"])
def test_a_host_that_leads_inside_is_refused_however_it_is_spelled(host: str) -> None:
    with pytest.raises(Refused, match="private"):
        address_of(host, 80, allow_private=False)


def test_what_is_allowed_gives_the_address_to_connect_to() -> None:
    assert address_of("127.0.0.1", 80, allow_private=True) == "127.0.0.1"
