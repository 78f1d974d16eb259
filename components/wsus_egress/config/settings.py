"""The two files a user writes, as types: an endpoint list and an environment's settings.

The JSON Schemas that editors use are made from these types (`json_schema`), so that an editor and
this program refuse the same things. What only makes sense across settings (a server's upstream, a
pattern's syntax) is checked where the values are built: `endpoints` and `environment`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import Field

from wsus_egress.model.aws import AwsPeer, AwsTarget, OwnSecurityGroup
from wsus_egress.model.aws_forms import VpcId
from wsus_egress.model.azure import AzureTarget
from wsus_egress.model.base import (
    MICROSOFT_UPDATE,
    WHOLE,
    Date,
    Location_,
    Name,
    PastDate,
    Port,
    Schemes,
    Settings,
    SingleAddress,
    Text,
    WrittenAs,
)


class EndpointSettings(Settings):
    """One name pattern that may be reached."""

    ports_are_fixed = True

    pattern: Annotated[
        str,
        Field(
            description="A host name, or `*.` and a domain: every name below it, never the domain itself."
        ),
    ]
    schemes: Schemes
    purpose: Text
    source: Annotated[
        Text, Field(description="Where the entry comes from: a page's address or title.")
    ]
    date: Annotated[PastDate, Field(description="The day of the source.")]


class ListedEndpoint(NamedTuple):
    """An entry as a list keeps it: a tenth of the size of its settings, and a list may be long."""

    pattern: str
    schemes: Schemes
    purpose: str
    source: str
    date: str

    @classmethod
    def of(cls, entry: EndpointSettings) -> Self:
        """What the settings of one entry say."""
        return cls(entry.pattern, entry.schemes, entry.purpose, entry.source, entry.date)


class EndpointListSettings(Settings):
    """An endpoint list: a named set of patterns, its file's name being the list's name."""

    ports_are_fixed = True

    title: Text
    includes: Annotated[
        list[str],
        Field(description="Further lists, by name, whose endpoints belong to this one too."),
    ] = []
    endpoints: list[
        Annotated[
            ListedEndpoint,
            WrittenAs(EndpointSettings, ListedEndpoint.of, ListedEndpoint._asdict),
        ]
    ] = []


class ExtraEndpointSettings(Settings):
    """An endpoint that no list has, with someone who answers for it."""

    ports_are_fixed = True

    pattern: Annotated[
        str,
        Field(
            description="A host name, or `*.` and a domain: every name below it, never the domain itself."
        ),
    ]
    schemes: Annotated[
        Schemes,
        Field(
            description="http: TCP 80; https: 443. They count whatever the setting `schemes` says."
        ),
    ]
    owner: Annotated[Text, Field(description="Who answers for this entry: a team or a mailbox.")]
    reason: Annotated[Text, Field(description="Why it is needed.")]


class SynchronizationPortsSettings(Settings):
    """The ports on which a server is synchronized from and serves its clients."""

    http: Annotated[
        Port, Field(description="The HTTP port: content, and everything where TLS is off.")
    ]
    https: Annotated[
        Port | None,
        Field(
            description="The HTTPS port, where TLS is on: always the HTTP port + 1. Leave out where TLS is off."
        ),
    ] = None


class ProxySettings(Settings):
    """An explicit HTTP proxy: only the way to it is opened, and what it lets pass is its own list."""

    address: Annotated[SingleAddress, Field(description="Its address inside the network.")]
    port: Annotated[Port, Field(description="Its TCP port.")]


class ServerSettings(Settings):
    """A WSUS server, or several that are configured alike."""

    name: Annotated[
        Name, Field(description="2 to 32 lower-case letters, digits and hyphens, a letter first.")
    ]
    addresses: Annotated[
        list[str],
        Field(min_length=1),
        Field(description="Its private addresses: single addresses or CIDR blocks."),
    ]
    location: Annotated[
        Location_ | None,
        Field(
            description="The target it belongs to; required only when the environment has both clouds."
        ),
    ] = None
    synchronizes_from: Annotated[
        str,
        Field(
            description="`microsoft-update` (an upstream server), or the name of the server it synchronizes from."
        ),
    ] = MICROSOFT_UPDATE
    content_from: Annotated[
        Literal["upstream", "microsoft-update"],
        Field(
            description="Where a downstream server downloads update files: its upstream, or Microsoft directly."
        ),
    ] = "upstream"
    synchronization_ports: Annotated[
        SynchronizationPortsSettings, Field(description="8530 and 8531 by default.")
    ] = SynchronizationPortsSettings.model_construct(http=8530, https=8531)
    proxy: Annotated[
        ProxySettings | None,
        Field(description="The proxy through which it reaches Microsoft Update, and nothing else."),
    ] = None
    aws_peer: Annotated[
        AwsPeer | None,
        Field(description="How AWS security groups name it; by its addresses unless given."),
    ] = None
    aws_vpc_id: Annotated[
        VpcId | None,
        Field(description="The VPC it is in, for example a spoke's; `aws.vpcId` unless given."),
    ] = None
    aws_security_group: Annotated[
        OwnSecurityGroup | None,
        Field(
            description="A security group that exists, or the name and description of the one that is made."
        ),
    ] = None


class ClientSettings(Settings):
    """Computers whose Automatic Updates ask a WSUS server, or Microsoft Update directly."""

    name: Annotated[
        Name, Field(description="2 to 32 lower-case letters, digits and hyphens, a letter first.")
    ]
    addresses: Annotated[
        list[str],
        Field(min_length=1),
        Field(description="Their private addresses: single addresses or CIDR blocks."),
    ]
    location: Annotated[
        Location_ | None,
        Field(
            description="The target they belong to; required only when the environment has both clouds."
        ),
    ] = None
    updates_from: Annotated[str, Field(description="The name of a server, or `microsoft-update`.")]
    content_from: Annotated[
        Literal["server", "microsoft-update"],
        Field(
            description="Where they download update files: from the server, or from Microsoft directly."
        ),
    ] = "server"
    proxy: Annotated[
        ProxySettings | None,
        Field(description="The proxy through which they reach Microsoft Update, and nothing else."),
    ] = None
    aws_peer: Annotated[
        AwsPeer | None,
        Field(description="How AWS security groups name them; by their addresses unless given."),
    ] = None
    aws_vpc_id: Annotated[
        VpcId | None,
        Field(description="The VPC they are in, for example a spoke's; `aws.vpcId` unless given."),
    ] = None
    aws_security_group: Annotated[
        OwnSecurityGroup | None,
        Field(
            description="A security group that exists, or the name and description of the one that is made."
        ),
    ] = None


class AcceptSettings(Settings):
    """A deviation, or an assumption that holds on the owner's word, accepted for a time."""

    what: Annotated[
        Text, Field(description="The deviation as `check` writes it, or an assumption's id.")
    ]
    reason: Annotated[Text, Field(description="Why it stays for now.")]
    expires: Date


class ApprovedSettings(Settings):
    """What a change newly allows, approved in that same change, for a time."""

    what: Annotated[
        Text, Field(description="What is newly allowed, as `preview --base` writes it.")
    ]
    owner: Annotated[Text, Field(description="Who answers for it: a team or a mailbox.")]
    reason: Annotated[Text, Field(description="Why it is needed.")]
    expires: Date


class GateSettings(Settings):
    """What a change may do before `preview --base` fails. The stricter of base and head counts."""

    unapproved: Annotated[
        int,
        Field(ge=0, description="How many unapproved widenings of one target are let pass."),
        WHOLE,
    ] = 0
    warn_days: Annotated[
        int,
        Field(ge=0, le=365, description="How many days before an expiry a warning begins."),
        WHOLE,
    ] = 30


class EnvironmentSettings(Settings):
    """An environment: what is allowed, for which servers, enforced on which targets."""

    ports_are_fixed = True

    mode: Annotated[
        Literal["open", "restricted"],
        Field(
            description="restricted: only the endpoint lists' names; open: TCP 80 and 443 to any address."
        ),
    ] = "restricted"
    lists: Annotated[
        list[str],
        Field(
            description="Endpoint lists, by name: those of the package, and files in endpoints/ beside the settings."
        ),
    ] = []
    schemes: Annotated[
        Literal["both", "as-listed"],
        Field(
            description="What counts for the lists' endpoints. both: TCP 80 and 443 for each; as-listed: each one's own schemes."
        ),
    ] = "both"
    extra_endpoints: Annotated[
        list[ExtraEndpointSettings], Field(description="Endpoints that are in no list.")
    ] = []
    servers: Annotated[list[ServerSettings], Field(description="The WSUS servers.")] = []
    clients: Annotated[
        list[ClientSettings],
        Field(
            description="Computers that update from a server, or from Microsoft Update themselves."
        ),
    ] = []
    ipv6: Annotated[bool, Field(description="Rules for IPv6 too, where a control can.")] = False
    aws: Annotated[AwsTarget | None, Field(description="The AWS target.")] = None
    azure: Annotated[AzureTarget | None, Field(description="The Azure target.")] = None
    accept: Annotated[
        list[AcceptSettings],
        Field(description="Deviations that the owner accepts, each until a day."),
    ] = []
    approved: Annotated[
        list[ApprovedSettings],
        Field(description="Openings that the change itself approves, each until a day."),
    ] = []
    gate: Annotated[
        GateSettings | None, Field(description="What a change may do before the preview fails.")
    ] = None


def stack_schema(environment: Mapping[str, Any], namespace: str) -> dict[str, Any]:
    """The JSON Schema of a stack's configuration file, whose other keys are Pulumi's own."""
    keys = {
        f"{namespace}{key}": {"$ref": f"environment.json#/properties/{key}"}
        for key in environment["properties"]
    }
    return {
        "$schema": environment["$schema"],
        "title": "WSUS egress stack configuration",
        "type": "object",
        "required": ["config"],
        "properties": {"config": {"type": "object", "properties": keys}},
    }
