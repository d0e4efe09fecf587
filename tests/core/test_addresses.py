from __future__ import annotations

import pytest

from ifmem.core.addresses import is_exposed, is_near, is_of_this_machine, masked, with_password


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


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:1", "http://[::1]:8080/", "http://localhost:11434", "http://192.168.1.4", "http://10.0.0.2"],
)
def test_near_are_this_machine_and_private_networks(url: str) -> None:
    assert is_near(url)


@pytest.mark.parametrize(
    "url", ["https://api.anthropic.com", "http://8.8.8.8", "https://localhost.example.com", "", "127.0.0.1"]
)
def test_far_is_everything_else(url: str) -> None:
    assert not is_near(url)


def test_an_address_that_is_mapped_into_another_family_is_still_far() -> None:
    assert not is_near("http://[::ffff:8.8.8.8]:1")
    assert is_exposed("redis://[::ffff:8.8.8.8]:6379")


@pytest.mark.parametrize(
    "url",
    [
        *(
            "redis://127.0.0.1",
            "redis://[::1]:6379",
            "redis://localhost",
            "redis://redis:6379",
            "redis://10.1.2.3",
            "redis://",
        ),
        *(
            "redis://cache.default.svc.cluster.local",
            "redis://nas.lan.",
            "rediss://redis.example.com",
            "unix:///run/bus.sock",
        ),
    ],
)
def test_what_stays_in_private_networks_or_is_encrypted_is_not_exposed(url: str) -> None:
    assert not is_exposed(url)


@pytest.mark.parametrize(
    "url", ["redis://redis.example.com", "redis://8.8.8.8:1", "redis://u:p@h.example.com/0", "redis://[2600::1]"]
)
def test_what_crosses_the_internet_in_the_clear_is_exposed(url: str) -> None:
    assert is_exposed(url)


@pytest.mark.parametrize(
    ("url", "alone"),
    [
        *(
            (url, True)
            for url in ("unix:///run/bus.sock", "redis://127.0.0.1:6379", "redis://u:p@[::1]:1", "redis://localhost")
        ),
        *((url, False) for url in ("redis://192.168.1.4:6379", "rediss://redis.example.com", "redis://harbour")),
    ],
)
def test_what_no_other_machine_can_reach_is_known(url: str, alone: bool) -> None:
    assert is_of_this_machine(url) is alone


@pytest.mark.parametrize(
    ("url", "whole"),
    [
        ("redis://h:1/2", "redis://:p%2Fw%40@h:1/2"),
        ("rediss://me@h?ssl_ca_certs=/ca.pem", "rediss://me:p%2Fw%40@h?ssl_ca_certs=/ca.pem"),
        ("redis://me:own@h", "redis://me:own@h"),
    ],
)
def test_a_password_kept_apart_is_put_in_unless_the_address_has_its_own(url: str, whole: str) -> None:
    assert with_password(url, "p/w@") == whole
    assert with_password(url, "") == url
