"""Which addresses and URLs a request may go to."""

import socket

import pytest

from ingest.fetch.guard import BlockedAddressError, Target, guarded_socket, is_public, target_of

ADDRESSES = """
127.0.0.1 127.9.9.9 0.0.0.0 0.1.2.3 10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 100.64.0.1 100.100.100.200 169.254.169.254
169.254.170.2 192.0.0.192 192.0.2.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
168.63.129.16 192.88.99.1
:: ::1 ::127.0.0.1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 64:ff9b:1::1
2002:7f00:1:: 2002:808:808:: 2001:0:1::1 fc00::1 fd00:ec2::254 fe80::1 fe80::1%eth0 fec0::1 ff02::1 ff0e::1 2001:db8::1 100::1
"""
PUBLIC_ADDRESSES = """
8.8.8.8 1.1.1.1 93.184.216.34 172.32.0.1 2606:4700:4700::1111 2a00:1450:4001:81b::200e ::ffff:8.8.8.8 64:ff9b::808:808
"""
PRIVATE, PUBLIC = ADDRESSES.split(), PUBLIC_ADDRESSES.split()


@pytest.mark.parametrize("address", PRIVATE)
def test_addresses_that_are_not_public_are_refused(address):
    assert not is_public(address)
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with pytest.raises(BlockedAddressError):
        guarded_socket((family, socket.SOCK_STREAM, 0, "", (address, 80)))


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_get_a_socket(address):
    assert is_public(address)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://a.example/", "bad-url"),
        ("file:///etc/passwd", "bad-url"),
        ("gopher://127.0.0.1:70/_GET", "bad-url"),
        ("/only/a/path", "bad-url"),
        ("", "bad-url"),
        ("http://", "bad-url"),
        ("http://user:secret@a.example/", "bad-url"),
        ("http://a.example\\@127.0.0.1/", "bad-url"),
        ("http://a.example/x y", "bad-url"),
        ("http://a.example/\r\nHost: b", "bad-url"),
        ("http://a.example:99999/", "bad-url"),
        ("http://[::1/", "bad-url"),
        ("http://a.example/" + "x" * 2048, "bad-url"),
        ("http://a.example:25/", "blocked-address"),
        ("http://a.example:6379/", "blocked-address"),
    ],
)
def test_urls_that_are_not_asked_for(url, reason):
    found = target_of(url)
    assert not isinstance(found, Target)
    assert (found.stage, found.reason) == ("fetch", reason)


def test_a_target_is_where_a_url_leads():
    assert target_of("HTTP://Www.Straße.Example/a?b=c#d") == Target(
        "HTTP://Www.Straße.Example/a?b=c", "http", "www.xn--strae-oqa.example", 80
    )
    target = target_of("https://a.example/x")
    assert isinstance(target, Target)
    assert target.robots_url == "https://a.example:443/robots.txt"


def test_a_port_of_ones_own_is_allowed_for_its_host_alone():
    allowed = frozenset({"127.0.0.1:9901"})
    assert isinstance(target_of("http://127.0.0.1:9901/", allowed), Target)
    assert not isinstance(target_of("http://127.0.0.2:9901/", allowed), Target)
    assert not isinstance(target_of("http://localhost:9901/", allowed), Target)
