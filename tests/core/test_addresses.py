"""Which addresses are the open internet, and URLs that are read as anything else than they look."""

from __future__ import annotations

import contextlib
import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from travelplanner.core.addresses import BadTarget, is_open, read_url

HTTPS = frozenset({"https"})
PORTS = frozenset({443})
CLOSED = [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.254", "168.63.129.16", "169.254.169.254", "172.16.0.1", "172.31.255.255",
    "192.0.0.1", "192.0.0.9", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250",
    "240.0.0.1", "255.255.255.255",
    "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:0:127.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b::169.254.169.254", "64:ff9b::a00:1", "64:ff9b:1::8.8.8.8",
    "2002:7f00:1::", "2002:a00:1::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001::7f00:1", "2001:10::1", "2001:db8::1", "3fff::1", "5f00::1", "100::1",
    "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::5efe:7f00:1", "2606:4700::5efe:7f00:1", "2606:4700::200:5efe:a00:1", "fec0::1", "ff02::1", "ff0e::1",
]  # fmt: skip
OPEN = ["8.8.8.8", "1.1.1.1", "93.184.216.34", "172.32.0.1", "100.128.0.1", "169.253.0.1", "2606:4700:4700::1111", "2a00:1450:4001:81b::200e", "64:ff9b::808:808"]


@pytest.mark.parametrize("text", CLOSED)
def test_address_when_it_is_of_an_inside_then_closed(text: str) -> None:
    assert not is_open(ipaddress.ip_address(text))


@pytest.mark.parametrize("text", OPEN)
def test_address_when_it_is_of_the_internet_then_open(text: str) -> None:
    assert is_open(ipaddress.ip_address(text))


@given(st.ip_addresses(v=4))
def test_address_when_it_is_put_into_ipv6_then_never_more_open_than_itself(inner: ipaddress.IPv4Address) -> None:
    number = int(inner)
    for outer in (number, (0xFFFF << 32) | number, (0x64FF9B << 96) | number, (0x2002 << 112) | (number << 80), (0x20010000 << 96) | (number ^ 0xFFFFFFFF)):
        address = ipaddress.IPv6Address(outer)
        assert is_open(inner) or not is_open(address), address


@given(st.sampled_from(["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16", "100.64.0.0/10", "224.0.0.0/4", "fc00::/7", "fe80::/10", "ff00::/8"]), st.data())
def test_address_when_it_is_anywhere_in_a_private_net_then_closed(net: str, data: st.DataObject) -> None:
    network = ipaddress.ip_network(net)
    number = data.draw(st.integers(int(network.network_address), int(network.broadcast_address)))
    assert not is_open(ipaddress.ip_address(number) if network.version == 4 else ipaddress.IPv6Address(number))


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://example.org/", "scheme"),
        ("ftp://example.org/", "scheme"),
        ("file:///etc/passwd", "scheme"),
        ("gopher://example.org:70/_x", "scheme"),
        ("//example.org/", "scheme"),
        ("javascript:alert(1)", "scheme"),
        ("https:///path", "bad_host"),
        ("https://", "bad_host"),
        ("https://example.org:/", "bad_host"),
        ("https://user@example.org/", "credentials"),
        ("https://user:secret@example.org/", "credentials"),
        ("https://@example.org/", "credentials"),
        ("https://example.org@127.0.0.1/", "credentials"),
        ("https://example.org:80/", "port"),
        ("https://example.org:8443/", "port"),
        ("https://example.org:0/", "port"),
        ("https://example.org:65536/", "bad_url"),
        ("https://example.org:-1/", "bad_url"),
        ("https://exa mple.org/", "bad_url"),
        ("https://example.org/\r\nX: y", "bad_url"),
        ("https://example.org\\@127.0.0.1/", "bad_url"),
        ("https://example.org\t/", "bad_url"),
        ("https://example.org/" + "a" * 2000, "bad_url"),
        ("https://[::1", "bad_url"),
        ("https://example.org／.evil.example/", "bad_url"),
        ("https://2130706433/", "number_host"),
        ("https://0177.0.0.1/", "number_host"),
        ("https://0x7f.0.0.1/", "number_host"),
        ("https://0x7f000001/", "number_host"),
        ("https://0x/", "number_host"),
        ("https://127.1/", "number_host"),
        ("https://127.0.1/", "number_host"),
        ("https://127.0.0.1./", "number_host"),
        ("https://1.2.3.4.5/", "number_host"),
        ("https://example.0x7f/", "number_host"),
        ("https://017700000001/", "number_host"),
        ("https://１２７.0.0.1/", "number_host"),
        ("https://①②⑦.⓪.⓪.①/", "number_host"),
        ("https://127。0。0。1/", "number_host"),
        ("https://localhost/", "private_name"),
        ("https://ⓛocalhost/", "private_name"),
        ("https://foo.localhost/", "private_name"),
        ("https://metadata.google.internal/", "private_name"),
        ("https://printer.local/", "private_name"),
        ("https://db/", "private_name"),
        ("https://-bad.example.org/", "bad_host"),
        ("https://bad..example.org/", "bad_host"),
        ("https://xn--a.example.org/", "bad_host"),
        ("https://" + "a" * 64 + ".example.org/", "bad_host"),
    ],
)
def test_url_when_it_is_not_plain_then_refused_with_the_reason(url: str, code: str) -> None:
    with pytest.raises(BadTarget) as refused:
        read_url(url, schemes=HTTPS, ports=PORTS)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("url", "host", "path"),
    [
        ("https://example.org", "example.org", "/"),
        ("https://EXAMPLE.org./a?b=c#d", "example.org", "/a?b=c"),
        ("https://example.org:443?x=1", "example.org", "/?x=1"),
        ("https://bücher.example/", "xn--bcher-kva.example", "/"),
        ("https://हिन्दी.example/", f"xn--{'हिन्दी'.encode('punycode').decode()}.example", "/"),
        ("https://8.8.8.8/", "8.8.8.8", "/"),
        ("https://[2606:4700:4700:0::1111]/", "2606:4700:4700::1111", "/"),
    ],
)
def test_url_when_it_is_plain_then_read(url: str, host: str, path: str) -> None:
    target = read_url(url, schemes=HTTPS, ports=PORTS)
    assert (target.scheme, target.host, target.port, target.path) == ("https", host, 443, path)


@given(st.text(max_size=60))
def test_url_when_it_is_anything_then_read_or_refused_and_never_an_inside(text: str) -> None:
    with contextlib.suppress(BadTarget):
        target = read_url(f"https://{text}", schemes=HTTPS, ports=PORTS)
        assert target.host.isascii()
        assert not target.host.isdecimal()
        assert "@" not in target.host
        assert target.port == 443
