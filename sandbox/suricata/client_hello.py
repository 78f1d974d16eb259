"""TLS ClientHellos as OpenSSL sends them, for any server name, also one that OpenSSL refuses."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from struct import pack, unpack_from
from typing import Final, Literal

Version = Literal["1.2", "1.3"]

_NEWEST: Final = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}
SERVER_NAME: Final = 0
KEY_SHARE: Final = 51
_HOST_NAME: Final = 0
_LONGEST_LABEL: Final = 63
_LONGEST_NAME: Final = 253


@dataclass(frozen=True, slots=True)
class ClientHello:
    """The fields of a ClientHello (RFC 8446, 4.1.2), as bytes.

    Attributes:
        record_version: Of the TLS record around it.
        version: The legacy one of the message.
        ciphers: The cipher suites and compression methods, with their lengths.
        extensions: Type and content, in their order.
    """

    record_version: bytes
    version: bytes
    random: bytes
    session_id: bytes
    ciphers: bytes
    extensions: tuple[tuple[int, bytes], ...]

    @classmethod
    def parse(cls, record: bytes) -> ClientHello:
        """Reads the one record that holds a whole ClientHello."""
        session_end = 44 + record[43]
        ciphers_end = session_end + 2 + int.from_bytes(record[session_end : session_end + 2])
        ciphers_end += 1 + record[ciphers_end]
        extensions, at = [], ciphers_end + 2
        while at < len(record):
            kind, length = unpack_from(">HH", record, at)
            extensions.append((kind, record[at + 4 : at + 4 + length]))
            at += 4 + length
        return cls(
            record[1:3],
            record[9:11],
            record[11:43],
            record[44:session_end],
            record[session_end:ciphers_end],
            tuple(extensions),
        )

    @property
    def message(self) -> bytes:
        """The handshake message without a record around it."""
        extensions = b"".join(
            pack(">HH", kind, len(content)) + content for kind, content in self.extensions
        )
        body = b"".join(
            [
                self.version,
                self.random,
                pack("B", len(self.session_id)),
                self.session_id,
                self.ciphers,
                pack(">H", len(extensions)),
                extensions,
            ]
        )
        return b"\x01" + len(body).to_bytes(3) + body

    def records(self, *cuts: int) -> bytes:
        """The message in one TLS record, or in several, cut at these offsets."""
        message = self.message
        edges = [0, *cuts, len(message)]
        return b"".join(
            b"\x16" + self.record_version + pack(">H", end - start) + message[start:end]
            for start, end in pairwise(edges)
        )

    def with_server_name(self, name: bytes) -> ClientHello:
        """The same with another server name, whatever its bytes; the padding stays as it is."""
        content = pack(">HBH", len(name) + 3, _HOST_NAME, len(name)) + name
        others = tuple(pair for pair in self.extensions if pair[0] != SERVER_NAME)
        return replace(self, extensions=((SERVER_NAME, content), *others))


def openssl(name: str | None, version: Version = "1.3") -> bytes:
    """What OpenSSL itself sends first; it refuses names that are not host names.

    Args:
        name: The server name; None for none.
        version: The newest TLS version that the client offers.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.maximum_version = _NEWEST[version]
    outgoing = ssl.MemoryBIO()
    client = context.wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname=name)
    try:
        client.do_handshake()
    except ssl.SSLWantReadError:
        return outgoing.read()
    raise AssertionError("OpenSSL finished a handshake without a server")


def client_hello(name: str | None, version: Version = "1.3") -> bytes:
    """A ClientHello with any server name, in one record.

    A handshake of OpenSSL's is made once for each length of a name; another name of that length
    takes the place of the first one's bytes.
    """
    if name is None:
        return _without_name(version)
    encoded = name.encode("latin-1")
    if not 0 < len(encoded) <= _LONGEST_NAME:
        hello = ClientHello.parse(_without_name(version))
        return hello.with_server_name(encoded).records()
    before, after = _around(len(encoded), version)
    return before + encoded + after


@lru_cache
def _without_name(version: Version) -> bytes:
    return openssl(None, version)


@lru_cache(maxsize=2 * _LONGEST_NAME)
def _around(length: int, version: Version) -> tuple[bytes, bytes]:
    """What stands before and after a server name of this length."""
    placeholder = "".join(
        "." if at % _LONGEST_LABEL == _LONGEST_LABEL - 1 and at < length - 1 else "a"
        for at in range(length)
    )
    hello = openssl(placeholder, version)
    marker = pack(">HHHBH", SERVER_NAME, length + 5, length + 3, _HOST_NAME, length)
    before, found, after = hello.partition(marker + placeholder.encode())
    if not found:
        raise AssertionError("OpenSSL sent no server name")
    return before + marker, after
