"""One connection as firewalls see it, and where the Internet begins."""

from __future__ import annotations

import bisect
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal, TypeAlias

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
Protocol: TypeAlias = Literal["tcp", "udp"]
Application: TypeAlias = Literal["http", "tls"]

HTTP_PORT: Final = 80
HTTPS_PORT: Final = 443

# What is not the Internet: private use (RFC 1918), shared (RFC 6598), loopback, link-local,
# multicast, reserved, and their IPv6 counterparts. Documentation ranges (RFC 5737, 3849) are
# treated as the Internet, so that a witness need not name somebody's real address.
INTERNAL_NETWORKS: Final[tuple[Network, ...]] = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
        "172.16.0.0/12", "192.168.0.0/16", "224.0.0.0/3",
        "::/127", "fc00::/7", "fe80::/10", "ff00::/8",
    )
)  # fmt: skip
PRIVATE_NETWORKS: Final[tuple[Network, ...]] = tuple(
    ipaddress.ip_network(text)
    for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
)
# Where a host name stands for an address: whatever it resolves to is on the Internet.
SOME_INTERNET_ADDRESS: Final = ipaddress.ip_address("203.0.113.80")
SOME_INTERNET_ADDRESS_6: Final = ipaddress.ip_address("2001:db8::80")


class Scheme(StrEnum):
    """A URL scheme and, with it, the one port it may use."""

    HTTP = "http"
    HTTPS = "https"

    @property
    def port(self) -> int:
        """TCP 80 or TCP 443: Microsoft Update's ports are not configurable."""
        return HTTP_PORT if self is Scheme.HTTP else HTTPS_PORT

    @property
    def application(self) -> Application:
        """What the flow must speak: HTTP, or TLS."""
        return "http" if self is Scheme.HTTP else "tls"


def _edges(version: int) -> tuple[int, ...]:
    """Where private addresses begin and end: they begin at an even place, and end before an odd."""
    return tuple(
        edge
        for network in sorted(n for n in INTERNAL_NETWORKS if n.version == version)
        for edge in (int(network.network_address), int(network.broadcast_address) + 1)
    )


_EDGES: Final = {version: _edges(version) for version in (4, 6)}


def is_internet(address: Address, own: Sequence[Network] = ()) -> bool:
    """Whether an address is reached over the Internet.

    Args:
        address: For example one of a VPC's IPv6 addresses, which are all public.
        own: Ranges that are the network's own though they are not private.
    """
    if bisect.bisect_right(_EDGES[address.version], int(address)) & 1:
        return False
    return not own or not any(address in network for network in own)


@dataclass(frozen=True, slots=True)
class Flow:
    """One connection going out, as firewalls see it.

    Attributes:
        source: Who starts it.
        destination: The address it goes to.
        protocol: Its transport.
        port: The destination port, 0 to 65535.
        application: What its first bytes speak; None for anything but HTTP and TLS.
        name: The HTTP Host or TLS SNI, normalised; None where there is none.
        split: Whether the client's first message comes in two segments, as a ClientHello with a
            post-quantum key share does.
    """

    source: Address
    destination: Address
    protocol: Protocol
    port: int
    application: Application | None = None
    name: str | None = None
    split: bool = False

    def __str__(self) -> str:
        """`10.0.0.4 -> https://name/` or `10.0.0.4 -> 203.0.113.80 udp/443`.

        Where a name is reached at an address that is not just any, that stands behind it.
        """
        text = self._plainly()
        return f"{text} in two segments" if self.split else text

    def _plainly(self) -> str:
        if self.name is not None and self.application is not None:
            scheme = "http" if self.application == "http" else "https"
            usual = HTTP_PORT if scheme == "http" else HTTPS_PORT
            port = "" if self.port == usual else f":{self.port}"
            where = "" if self.destination == SOME_INTERNET_ADDRESS else f" at {self.destination}"
            return f"{self.source} -> {scheme}://{self.name}{port}/{where}"
        spoken = {"http": " (HTTP without a host name)", "tls": " (TLS without SNI)", None: ""}
        return f"{self.source} -> {self.destination} {self.protocol}/{self.port}{spoken[self.application]}"
