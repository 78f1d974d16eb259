"""The policy as component arguments: plain typed mappings, which every Pulumi language can give.

`make schemas` writes this file from the settings' types (tools/arguments.py). Pulumi reads its
annotations at run time: none of them is postponed.
"""

from collections.abc import Sequence
from typing import NotRequired, TypedDict

import pulumi

from wsus_egress.choices import (
    ClientContentFrom,
    ClientLocation,
    ExtraEndpointSchemes,
    PolicyMode,
    PolicySchemes,
    ServerContentFrom,
    ServerLocation,
)


class ExtraEndpointArgs(TypedDict):
    """An endpoint that no list has, with someone who answers for it."""

    pattern: str
    """A host name, or `*.` and a domain: every name below it, never the domain itself."""
    schemes: Sequence[ExtraEndpointSchemes]
    """http: TCP 80; https: 443. They count whatever the setting `schemes` says."""
    owner: str
    """Who answers for this entry: a team or a mailbox."""
    reason: str
    """Why it is needed."""


class SynchronizationPortsArgs(TypedDict):
    """The ports on which a server is synchronized from and serves its clients."""

    http: int
    """The HTTP port: content, and everything where TLS is off."""
    https: NotRequired[int]
    """The HTTPS port, where TLS is on: always the HTTP port + 1. Leave out where TLS is off."""


class ProxyArgs(TypedDict):
    """An explicit HTTP proxy: only the way to it is opened, and what it lets pass is its own list."""

    address: str
    """Its address inside the network."""
    port: int
    """Its TCP port."""


class AwsPeerArgs(TypedDict):
    """How security group rules name a server or client group, instead of by its addresses."""

    security_group_id: NotRequired[pulumi.Input[str]]
    """The security group that its network interfaces have."""
    prefix_list_id: NotRequired[pulumi.Input[str]]
    """A prefix list that holds exactly its addresses."""
    max_entries: NotRequired[int]
    """How many entries the prefix list may hold: it counts as so many rules."""


class OwnSecurityGroupArgs(TypedDict):
    """A security group that exists already, by its id, or how one is called that is made here."""

    id: NotRequired[pulumi.Input[str]]
    """A group of yours: only rules are made, in that group."""
    name: NotRequired[str]
    """The group's name in EC2. Another name replaces the group."""
    description: NotRequired[str]
    """Its description, which EC2 never changes: another replaces the group."""


class ServerArgs(TypedDict):
    """A WSUS server, or several that are configured alike."""

    name: str
    """2 to 32 lower-case letters, digits and hyphens, a letter first."""
    addresses: list[str]
    """Its private addresses: single addresses or CIDR blocks."""
    location: NotRequired[ServerLocation]
    """The target it belongs to; required only when the environment has both clouds. One of `aws`, `azure`, `elsewhere`."""
    synchronizes_from: NotRequired[str]
    """`microsoft-update` (an upstream server), or the name of the server it synchronizes from. Default: `microsoft-update`."""
    content_from: NotRequired[ServerContentFrom]
    """Where a downstream server downloads update files: its upstream, or Microsoft directly. One of `upstream`, `microsoft-update`. Default: `upstream`."""
    synchronization_ports: NotRequired[SynchronizationPortsArgs]
    """8530 and 8531 by default."""
    proxy: NotRequired[ProxyArgs]
    """The proxy through which it reaches Microsoft Update, and nothing else."""
    aws_peer: NotRequired[AwsPeerArgs]
    """How AWS security groups name it; by its addresses unless given."""
    aws_vpc_id: NotRequired[pulumi.Input[str]]
    """The VPC it is in, for example a spoke's; `aws.vpcId` unless given."""
    aws_security_group: NotRequired[OwnSecurityGroupArgs]
    """A security group that exists, or the name and description of the one that is made."""


class ClientArgs(TypedDict):
    """Computers whose Automatic Updates ask a WSUS server, or Microsoft Update directly."""

    name: str
    """2 to 32 lower-case letters, digits and hyphens, a letter first."""
    addresses: list[str]
    """Their private addresses: single addresses or CIDR blocks."""
    location: NotRequired[ClientLocation]
    """The target they belong to; required only when the environment has both clouds. One of `aws`, `azure`, `elsewhere`."""
    updates_from: str
    """The name of a server, or `microsoft-update`."""
    content_from: NotRequired[ClientContentFrom]
    """Where they download update files: from the server, or from Microsoft directly. One of `server`, `microsoft-update`. Default: `server`."""
    proxy: NotRequired[ProxyArgs]
    """The proxy through which they reach Microsoft Update, and nothing else."""
    aws_peer: NotRequired[AwsPeerArgs]
    """How AWS security groups name them; by their addresses unless given."""
    aws_vpc_id: NotRequired[pulumi.Input[str]]
    """The VPC they are in, for example a spoke's; `aws.vpcId` unless given."""
    aws_security_group: NotRequired[OwnSecurityGroupArgs]
    """A security group that exists, or the name and description of the one that is made."""


class PolicyArgs(TypedDict):
    """What is allowed, and for whom."""

    mode: NotRequired[PolicyMode]
    """restricted: only the endpoint lists' names; open: TCP 80 and 443 to any address. One of `open`, `restricted`. Default: `restricted`."""
    lists: NotRequired[list[str]]
    """Endpoint lists, by name: those of the package, and files in endpoints/ beside the settings."""
    schemes: NotRequired[PolicySchemes]
    """What counts for the lists' endpoints. both: TCP 80 and 443 for each; as-listed: each one's own schemes. One of `both`, `as-listed`. Default: `both`."""
    extra_endpoints: NotRequired[Sequence[ExtraEndpointArgs]]
    """Endpoints that are in no list."""
    servers: Sequence[ServerArgs]
    """The WSUS servers."""
    clients: NotRequired[Sequence[ClientArgs]]
    """Computers that update from a server, or from Microsoft Update themselves."""
    ipv6: NotRequired[bool]
    """Rules for IPv6 too, where a control can. Default: `false`."""


class AcceptArgs(TypedDict):
    """A deviation, or an assumption that holds on the owner's word, accepted for a time."""

    what: str
    """The deviation as `check` writes it, or an assumption's id."""
    reason: str
    """Why it stays for now."""
    expires: str
    """A day, as YYYY-MM-DD."""
