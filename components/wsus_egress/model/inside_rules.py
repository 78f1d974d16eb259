"""What else the security groups of an AWS target admit inside the network, as settings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from wsus_egress.model.base import (
    AddressBlock,
    Checked,
    Items,
    Name,
    Port,
    Text,
    WrittenAs,
    each_once,
    refused,
)
from wsus_egress.problems import Problem

_RANGE: Final = re.compile(r"([0-9]{1,5})-([0-9]{1,5})")


def _port_range(text: str) -> tuple[int, int]:
    found = _RANGE.fullmatch(text)
    low, high = (int(part) for part in found.groups()) if found else (0, 0)
    if not 1 <= low < high <= 65535:
        raise refused(f"{text!r} is not a range of ports", "write one like 49152-65535")
    return low, high


PortRange = Annotated[
    tuple[int, int], WrittenAs(str, _port_range, lambda found: f"{found[0]}-{found[1]}")
]


class InsideRule(Checked):
    """What else the servers need inside the network, such as a domain controller or SQL Server."""

    name: Annotated[Name, Field(description="The rule's name, which its description in EC2 has.")]
    protocol: Annotated[Literal["tcp", "udp"], Field(description="The transport protocol.")] = "tcp"
    destination_ports: Annotated[
        Items[Port], AfterValidator(each_once), Field(description="The ports that are reached.")
    ] = ()
    port_ranges: Annotated[
        Items[PortRange], Field(description="Ranges of such ports: `49152-65535`.")
    ] = ()
    destinations: Annotated[
        Items[AddressBlock],
        Field(description="Address blocks that the servers reach: a rule for what goes out."),
    ] = ()
    sources: Annotated[
        Items[AddressBlock],
        Field(description="Address blocks that reach the servers: a rule for what comes in."),
    ] = ()
    parties: Annotated[
        Items[Name],
        Field(description="Servers and client groups that it is for; empty for all in AWS."),
    ] = ()
    reason: Annotated[Text, Field(description="Why it is needed.")]

    @property
    def ports(self) -> tuple[tuple[int, int], ...]:
        """All its ports, as ranges."""
        return (*((port, port) for port in self.destination_ports), *self.port_ranges)

    def refusals(self) -> Iterator[Problem]:
        """It has one direction, and ports."""
        if bool(self.destinations) == bool(self.sources):
            what = (
                "a rule has either destinations, for what goes out, or sources, for what comes in"
            )
            yield Problem(None, (), what, "give exactly one of them")
        if not self.ports:
            what = "no port is named, and all of them would be open"
            yield Problem(None, (), what, "add destinationPorts or portRanges")
