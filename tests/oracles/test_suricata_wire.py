"""What is replayed is what clients send: ClientHellos are OpenSSL's, and Suricata sees every flow."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import replace

import pytest

from client_hello import KEY_SHARE, ClientHello, Version, client_hello, openssl
from conversation import said, usual
from packets import capture, tcp_connection, udp_datagrams
from replay import Deployment, JudgeError, Suricata, Verdict
from wsus_egress.model.flows import Address, Flow

IPV4 = ipaddress.ip_address("10.0.0.5"), ipaddress.ip_address("203.0.113.80")
IPV6 = ipaddress.ip_address("fd00::5"), ipaddress.ip_address("2001:db8::80")
PASS_TLS = 'pass tls $HOME_NET any -> any 443 (msg:"a"; tls.sni; content:"a.com"; sid:1;)\n'
LONGEST = ".".join(["a" * 63, "b" * 63, "c" * 63, "d" * 61])

NAMES = [
    "a.b", "www.update.microsoft.com", "WWW.Example.COM", "xn--mnchen-3ya.example", "_a-b.example.com",
    "255.a", LONGEST,
]  # fmt: skip


def without_chance(record: bytes) -> ClientHello:
    """The ClientHello without what OpenSSL draws anew every time."""
    hello = ClientHello.parse(record)
    extensions = tuple(
        (kind, bytes(len(content)) if kind == KEY_SHARE else content)
        for kind, content in hello.extensions
    )
    return replace(hello, random=b"", session_id=b"", extensions=extensions)


@pytest.mark.parametrize("version", ["1.2", "1.3"])
@pytest.mark.parametrize("name", [*NAMES, None])
def test_a_client_hello_is_openssls(name: str | None, version: Version) -> None:
    """A name put into another handshake's place gives what OpenSSL itself sends for that name."""
    mine, theirs = client_hello(name, version), openssl(name, version)
    assert len(theirs) == len(mine)
    assert without_chance(theirs) == without_chance(mine)


def test_a_name_of_every_length() -> None:
    """For every length that a name can have, the name stands in an otherwise sound ClientHello."""
    for name in ("x" * length for length in range(1, 254)):
        hello = ClientHello.parse(client_hello(name))
        assert (0, name.encode()) == (hello.extensions[0][0], hello.extensions[0][1][5:])
        assert hello.records() == client_hello(name)


@pytest.mark.parametrize("name", ["", ".", "x" * 300, "a\0b"])
def test_a_name_that_openssl_refuses(name: str) -> None:
    """Such a name stands in a ClientHello like any other."""
    hello = ClientHello.parse(client_hello(name))
    kind, content = hello.extensions[0]
    assert (0, name.encode()) == (kind, content[5:])


def test_records_cut_a_message() -> None:
    """A ClientHello in several records is the same message."""
    record = client_hello("a.com")
    cut = ClientHello.parse(record).records(3, 50)
    assert record[5:] == cut[5:8] + cut[13:60] + cut[65:]
    assert [3, 47, len(record) - 55] == [int.from_bytes(cut[at : at + 2]) for at in (3, 11, 63)]


def test_packets_of_a_connection() -> None:
    """A handshake, each message with its acknowledgement, and an end; numbers count the octets."""
    client, server = (IPV4[0], 1024), (IPV4[1], 443)
    packets = list(tcp_connection(client, server, [(True, b"abc"), (False, b"de")]))
    fields = [
        (
            p[12:16] == IPV4[0].packed,
            int.from_bytes(p[24:28]),
            int.from_bytes(p[28:32]),
            p[33],
            p[40:],
        )
        for p in packets
    ]
    assert [
        (True, 1000, 5000, 0x02, b""),
        (False, 5000, 1001, 0x12, b""),
        (True, 1001, 5001, 0x10, b""),
        (True, 1001, 5001, 0x18, b"abc"),
        (False, 5001, 1004, 0x10, b""),
        (False, 5001, 1004, 0x18, b"de"),
        (True, 1004, 5003, 0x10, b""),
        (True, 1004, 5003, 0x11, b""),
    ] == fields


def test_a_capture_file() -> None:
    """The file's header, and each packet behind its own, later than the one before."""
    file = capture([b"abc", b"de"])
    assert bytes.fromhex("d4c3b2a1 0200 0400 00000000 00000000 00000400 65000000") == file[:24]
    assert (3, 3, b"abc") == (file[32], file[36], file[40:43])
    assert (2, 2, b"de") == (file[51], file[55], file[59:])
    assert file[28:32] < file[47:51]


@pytest.mark.parametrize("addresses", [IPV4, IPV6])
def test_datagrams(addresses: tuple[Address, Address]) -> None:
    """A datagram says its ports, its length and its data behind an IP header that says its own."""
    source, destination = addresses
    (packet,) = udp_datagrams((source, 1024), (destination, 123), [(True, b"abc")])
    udp = packet[-11:]
    assert bytes.fromhex("0400 007b 000b 0000") + b"abc" == udp
    said_length = packet[2:4] if source.version == 4 else packet[4:6]
    counted = len(packet) if source.version == 4 else len(udp)
    assert counted == int.from_bytes(said_length)


@pytest.mark.parametrize("addresses", [IPV4, IPV6])
def test_each_flow_is_seen_once(suricata: Suricata, addresses: tuple[Address, Address]) -> None:
    """Alternating flows get alternating verdicts, in IPv4 and IPv6, however many there are."""
    flows = [Flow(*addresses, "tcp", 443, "tls", name) for name in ("a.com", "b.com")]
    deployment = Deployment(PASS_TLS, home_net=("10.0.0.0/8", "fd00::/8"))
    verdicts = suricata.verdicts(deployment, [usual(flow) for flow in flows * 2000])
    assert [Verdict.PASSED, Verdict.DROPPED] * 2000 == verdicts


def test_more_flows_than_ports(suricata: Suricata) -> None:
    """Flows that one capture has no client ports for go into the next, in order."""
    flow = Flow(*IPV4, "udp", 123)
    allowed = 'pass udp any any -> any 124 (msg:"a"; sid:1;)\n'
    conversations = [said(flow, b"x")] * 64511 + [said(replace(flow, port=124), b"x")] * 2
    verdicts = suricata.verdicts(Deployment(allowed), conversations)
    assert [Verdict.DROPPED] * 64511 + [Verdict.PASSED] * 2 == verdicts


def test_a_flow_that_is_not_seen_is_an_error(suricata: Suricata) -> None:
    """A replay without a packet is an error that says so, not a verdict."""
    with pytest.raises(JudgeError, match=re.escape("Suricata saw 1 flows of 2")):
        suricata.verdicts(
            Deployment(PASS_TLS),
            [said(Flow(*IPV4, "udp", 123), b"x"), said(Flow(*IPV4, "udp", 123))],
        )
