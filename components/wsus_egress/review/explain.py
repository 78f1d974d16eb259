"""`explain`: whether a URL may be reached, what decides it, and each control's verdict.

For example https://www.example.org/ is denied because no endpoint matches, by the control's last rule.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from wsus_egress.controls import Ruling, Verdict
from wsus_egress.controls.base import met, path_verdict
from wsus_egress.model.flows import SOME_INTERNET_ADDRESS, Address, Application, Flow
from wsus_egress.model.policy import Decision, EgressPolicy
from wsus_egress.names.hosts import InvalidName, host_name
from wsus_egress.review.analysis import Analysis, TargetAnalysis

# Programs disagree on what a URL with these means, and a firewall sees only their reading.
_AMBIGUOUS: Final = re.compile(r"[\x00-\x20\x7f\\<>\"^`{|}\ud800-\udfff]")
# What the URL Standard's "ends-in-a-number checker" finds (WHATWG, since 2021): browsers and many
# programs read such a host as an IPv4 address in parts, octal or hexadecimal; others ask the DNS.
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")
_ENCODED: Final = re.compile(r"%([0-9a-fA-F]{2})")
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


@dataclass(frozen=True, slots=True)
class Request:
    """What a URL asks of the network, from any source. `name` is None for an address."""

    url: str
    address: Address
    port: int
    application: Application | None
    name: str | None
    note: str

    def flow(self, source: Address) -> Flow:
        """The flow when this source sends the request."""
        return Flow(source, self.address, "tcp", self.port, self.application, self.name)


@dataclass(frozen=True, slots=True)
class TargetExplanation:
    """A target's verdict, and its controls' rulings in the order of the path."""

    target: str
    verdict: Verdict
    rulings: tuple[tuple[str, Ruling], ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """The policy's decision and every target's."""

    request: Request
    environment: str
    decision: Decision
    targets: tuple[TargetExplanation, ...]


def parse_url(url: str) -> Request:
    """What a URL asks of the network.

    Args:
        url: With its scheme, as `https://sws.update.microsoft.com/`.

    Raises:
        InvalidUrl: When it cannot be read, or can be read in more than one way.
    """
    if found := _AMBIGUOUS.search(url):
        raise InvalidUrl(f"{url!r} has {found[0]!r} in it; write it percent-encoded")
    try:
        parts = urlsplit(url)
        scheme, host, port = parts.scheme, parts.hostname, parts.port
    except ValueError as error:
        raise InvalidUrl(f"{url!r} is not a URL: {error}") from error
    if scheme and not host and "://" in url:
        raise InvalidUrl(f"{url!r} has no host; write one after the two slashes")
    if port == 0:
        raise InvalidUrl(f"{url!r} has port 0, to which nothing can connect")
    if not parts.netloc or host is None:
        raise InvalidUrl(f"{url!r} has no scheme and host; write http://{url} or https://{url}")
    if scheme not in _SCHEMES:
        known = ", ".join(sorted(_SCHEMES))
        raise InvalidUrl(f"{url!r}: the scheme {scheme!r} is unknown; the choices are {known}")
    usual, application = _SCHEMES[scheme]
    if _is_number(host):
        raise InvalidUrl(
            f"{url!r} has a host that ends in a number but is not an address, which some programs read as "
            "one; write the address as 192.0.2.1"
        )
    address, name, note = _destination(host, application)
    return Request(url, address, usual if port is None else port, application, name, note)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_number(host: str) -> bool:
    """Whether a host ends in a number without being an address in dotted decimal."""
    if _is_address(host):
        return False
    plain = _ENCODED.sub(lambda found: chr(int(found[1], 16)), host)
    dotted = unicodedata.normalize("NFKC", plain).replace("\u3002", ".").lower()
    return _NUMBER.fullmatch(dotted.removesuffix(".").rpartition(".")[2]) is not None


def _destination(host: str, application: Application | None) -> tuple[Address, str | None, str]:
    if _is_address(host):
        return ipaddress.ip_address(host), None, "an address"
    if application is None:
        return SOME_INTERNET_ADDRESS, None, "neither HTTP nor TLS"
    try:
        return SOME_INTERNET_ADDRESS, host_name(host), ""
    except InvalidName as error:
        return SOME_INTERNET_ADDRESS, None, f"not a host name: {error}"


class Explainer:
    """Explains URLs for one environment.

    A target answers for its own first server that may reach Microsoft Update directly, the policy
    for the first server of all. Both are found once, not for every URL.
    """

    def __init__(self, analysis: Analysis) -> None:
        """Choose the sources."""
        policy = analysis.environment.policy
        self._name = analysis.environment.name
        self._policy = policy
        self._source = source_of(policy, None)
        self._targets = [(each, source_of(policy, each.target.cloud)) for each in analysis.targets]

    def explain(self, request: Request) -> Explanation:
        """The policy's decision and every target's verdict."""
        decision = self._policy.decide(request.flow(self._source))
        targets = tuple(
            self._explain_target(request, target, source) for target, source in self._targets
        )
        return Explanation(request, self._name, decision, targets)

    def _explain_target(
        self, request: Request, analysis: TargetAnalysis, source: Address
    ) -> TargetExplanation:
        flow = request.flow(source)
        path = met(analysis.controls, flow)
        rulings = tuple((control.name, control.admits(flow)) for control in path)
        allowed = self._policy.decide(flow).allowed
        verdict = path_verdict((ruling for _, ruling in rulings), allowed)
        if verdict is Verdict.NOT_APPLICABLE:
            verdict = Verdict.DENY
        return TargetExplanation(analysis.target.cloud, verdict, rulings)


def source_of(policy: EgressPolicy, place: str | None) -> Address:
    """The source to ask for: a target's first server that may reach Microsoft Update directly."""
    here = [party for party in policy.parties if place in (None, party.place)]
    first = min(here or policy.parties, key=lambda party: not party.internet)
    return first.addresses[0][0]
