"""What a URL, or a host without a scheme, asks of the network.

For example `https://a.example.com/` asks for TLS on TCP 443 with the name `a.example.com`.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from wsus_egress.model.flows import (
    SOME_INTERNET_ADDRESS,
    SOME_INTERNET_ADDRESS_6,
    Address,
    Application,
    Flow,
    Scheme,
)
from wsus_egress.names.hosts import MAX_NAME, InvalidName, host_name, stand_in

# Programs disagree on what a URL with these means, and a firewall sees only their reading.
_AMBIGUOUS: Final = re.compile(r"[\x00-\x20\x7f\\<>\"^`\ud800-\udfff]")
# Behind the host programs agree on braces and bars, and a firewall does not see them: Windows Update's service locator has
# them in every path, as /SLS/{9482F4B4-E343-43B6-B170-9A65BC822C77}/x64.
_AMBIGUOUS_HOST: Final = re.compile(r"(?:[^/?#{|}]*//)?[^/?#{|}]*([{|}])")
# What the URL Standard's "ends-in-a-number checker" finds (WHATWG, since 2021): browsers and many
# programs read such a host as an IPv4 address in parts, octal or hexadecimal; others ask the DNS.
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")
_ENCODED: Final = re.compile(r"%([0-9a-fA-F]{2})")
# Where a name is reached by a source of an IP version.
SOMEWHERE: Final[dict[int, Address]] = {4: SOME_INTERNET_ADDRESS, 6: SOME_INTERNET_ADDRESS_6}
_SCHEMES: Final[dict[str, tuple[int, Application | None]]] = {
    "http": (80, "http"),
    "https": (443, "tls"),
    "ftp": (21, None),
    "ssh": (22, None),
    "ws": (80, "http"),
    "wss": (443, "tls"),
}


class InvalidUrl(ValueError):  # noqa: N818 - as InvalidName
    """A text that is not a URL, or is one that programs read in different ways."""


# A host, with a port or path if need be, and no scheme.
_BARE: Final = re.compile(r"(?:[^/?#@:\[\]]+|\[[^\]]*\])(?::[0-9]+)?(?:[/?#].*)?")
# Clients read each of these as the dot between labels (UTS 46).
_DOTS: Final = (".", "\u3002", "\uff0e", "\uff61")


@dataclass(frozen=True, slots=True)
class Request:
    """What a URL asks of the network, from any source.

    Attributes:
        address: None where the host is a name: whatever it resolves to is on the Internet.
        name: The HTTP Host or TLS server name; of a host that is not a host name, one that every rule
            treats alike. None for an address.
        last_dot: Whether the name is sent with a dot at its end. TLS sends none (RFC 6066, 3).
        note: What is odd about the host, or why there is no name; may be empty.
    """

    url: str
    address: Address | None
    port: int
    application: Application | None
    name: str | None
    last_dot: bool
    note: str

    def flow(self, source: Address) -> Flow:
        """The flow when this source sends the request."""
        address = SOMEWHERE[source.version] if self.address is None else self.address
        return Flow(source, address, "tcp", self.port, self.application, self.name)


def requests_of(text: str) -> tuple[Request, ...]:
    """What a text asks of the network: a URL, or a host without a scheme, which is asked by both.

    Raises:
        InvalidUrl: When it cannot be read, or can be read in more than one way.
    """
    if "://" not in text and _BARE.fullmatch(text):
        return tuple(parse_url(f"{scheme.value}://{text}") for scheme in Scheme)
    return (parse_url(text),)


def parse_url(url: str) -> Request:
    """What a URL asks of the network.

    Args:
        url: With its scheme, as `https://sws.update.microsoft.com/`.

    Raises:
        InvalidUrl: When it cannot be read, or can be read in more than one way.
    """
    if found := _AMBIGUOUS.search(url) or _AMBIGUOUS_HOST.match(url):
        character = found[found.lastindex or 0]
        raise InvalidUrl(f"{url!r} has {character!r} in it; write it percent-encoded")
    try:
        parts = urlsplit(url)
        scheme, host, port = parts.scheme, parts.hostname, parts.port
    except ValueError as error:
        raise InvalidUrl(f"{url!r} is not a URL: {error}") from error
    if scheme and not host and "://" in url:
        raise InvalidUrl(f"{url!r} has no host; write one after the two slashes")
    if port == 0:
        raise InvalidUrl(f"{url!r} has port 0, to which nothing can connect")
    if not scheme or not parts.netloc or host is None:
        raise InvalidUrl(f"{url!r} is neither a URL nor a host; write https:// and the host")
    if scheme not in _SCHEMES:
        known = ", ".join(sorted(_SCHEMES))
        raise InvalidUrl(f"{url!r}: the scheme {scheme!r} is unknown; the choices are {known}")
    usual, application = _SCHEMES[scheme]
    address, name, note = _destination(url, host, application)
    last_dot = name is not None and application == "http" and host.endswith(_DOTS)
    return Request(url, address, usual if port is None else port, application, name, last_dot, note)


def _destination(
    url: str, host: str, application: Application | None
) -> tuple[Address | None, str | None, str]:
    if (address := _address(host)) is not None:
        return address, None, "an address"
    if _ends_in_a_number(host):
        raise InvalidUrl(
            f"{url!r} has a host that ends in a number but is not an address, which some programs read as "
            "one; write the address as 192.0.2.1"
        )
    if "%" in host:
        raise InvalidUrl(
            f"{url!r} has a '%' in its host, which some programs decode and others send; write the host "
            "as it is sent"
        )
    if application is None:
        return None, None, "neither HTTP nor TLS"
    try:
        return None, host_name(host), ""
    except InvalidName as error:
        if len(host.removesuffix(".")) > MAX_NAME:
            raise InvalidUrl(
                f"{url!r} has a host of more than {MAX_NAME} octets, which no name can have"
            ) from error
        return None, stand_in(host), f"no host name: {error}"


def _address(host: str) -> Address | None:
    if ":" not in host and not host[-1:].isdigit():
        return None  # It takes longer to fail than to look.
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _ends_in_a_number(host: str) -> bool:
    plain = _ENCODED.sub(lambda found: chr(int(found[1], 16)), host)
    dotted = unicodedata.normalize("NFKC", plain).replace("\u3002", ".").lower()
    return _NUMBER.fullmatch(dotted.removesuffix(".").rpartition(".")[2]) is not None
