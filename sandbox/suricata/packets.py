"""TCP connections and UDP datagrams as packets of a capture file, for IPv4 and IPv6."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, IPv6Address
from struct import Struct, pack
from typing import Final

# Checksums are left at zero: Suricata is told not to look at them.
_IPV4: Final = Struct(">BBHHHBBH4s4s")
_IPV6: Final = Struct(">IHBB16s16s")
_TCP: Final = Struct(">HHIIBBHHH")
_UDP: Final = Struct(">HHHH")
_RECORD: Final = Struct("<IIII")
# libpcap's format, microseconds; link type 101: packets begin with their IP header.
_HEADER: Final = pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 101)
_TCP_NUMBER: Final = 6
_UDP_NUMBER: Final = 17
_FIN, _SYN, _PUSH, _ACK = 1, 2, 8, 16
_CLIENT_START: Final = 1000
_SERVER_START: Final = 5000
_FIRST_SECOND: Final = 1_700_000_000
_MICROSECONDS: Final = 20
"""Between two packets: short, for a flow must not time out within a capture file."""

Address = IPv4Address | IPv6Address
Message = tuple[bool, bytes]
"""Whether the client sends it, and what."""


def _ip(source: Address, destination: Address, protocol: int, payload: bytes) -> bytes:
    if source.version == 4:
        header = _IPV4.pack(
            0x45,
            0,
            20 + len(payload),
            0,
            0x4000,
            64,
            protocol,
            0,
            source.packed,
            destination.packed,
        )
    else:
        header = _IPV6.pack(
            0x60000000, len(payload), protocol, 64, source.packed, destination.packed
        )
    return header + payload


def tcp_connection(
    client: tuple[Address, int], server: tuple[Address, int], messages: Iterable[Message]
) -> Iterator[bytes]:
    """A handshake and then each message as one segment, acknowledged at once by the other side."""
    source, source_port = client
    destination, port = server
    sent, received = _CLIENT_START, _SERVER_START

    def segment(from_client: bool, flags: int, data: bytes = b"") -> bytes:
        if from_client:
            header = _TCP.pack(source_port, port, sent, received, 0x50, flags, 64240, 0, 0)
            return _ip(source, destination, _TCP_NUMBER, header + data)
        header = _TCP.pack(port, source_port, received, sent, 0x50, flags, 64240, 0, 0)
        return _ip(destination, source, _TCP_NUMBER, header + data)

    yield segment(True, _SYN)
    sent += 1
    yield segment(False, _SYN | _ACK)
    received += 1
    yield segment(True, _ACK)
    for from_client, data in messages:
        yield segment(from_client, _PUSH | _ACK, data)
        if from_client:
            sent += len(data)
        else:
            received += len(data)
        yield segment(not from_client, _ACK)
    yield segment(True, _FIN | _ACK)


def udp_datagrams(
    client: tuple[Address, int], server: tuple[Address, int], messages: Iterable[Message]
) -> Iterator[bytes]:
    """Each message as one datagram."""
    for from_client, data in messages:
        (source, source_port), (destination, port) = (
            (client, server) if from_client else (server, client)
        )
        header = _UDP.pack(source_port, port, 8 + len(data), 0)
        yield _ip(source, destination, _UDP_NUMBER, header + data)


def capture(packets: Iterable[bytes], first_second: int = _FIRST_SECOND) -> bytes:
    """The packets as a capture file, one shortly after the other."""
    parts = [_HEADER]
    for number, packet in enumerate(packets):
        seconds, microseconds = divmod(number * _MICROSECONDS, 1_000_000)
        length = len(packet)
        parts.append(_RECORD.pack(first_second + seconds, microseconds, length, length))
        parts.append(packet)
    return b"".join(parts)
