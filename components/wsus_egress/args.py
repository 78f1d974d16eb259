"""The policy as component arguments: plain typed mappings, which every Pulumi language can give.

Pulumi reads these annotations at run time, so this module has no postponed annotations; and what a
policy says decides which resources exist, so nothing in it may be an output but the ids of peers.
"""

from typing import NotRequired, TypedDict

import pulumi


class ExtraEndpointArgs(TypedDict):
    """An endpoint that no list has, with someone who answers for it."""

    pattern: str
    """A host name, or `*.` and a domain: every name below it, never the domain itself."""
    schemes: list[str]
    """`http` (TCP 80), `https` (TCP 443), or both."""
    owner: str
    """Who answers for this entry."""
    reason: str
    """Why it is needed."""


class SynchronizationPortsArgs(TypedDict):
    """The ports on which a server is synchronized from and serves its clients."""

    http: int
    """The HTTP port, 8530 by default."""
    https: NotRequired[int]
    """The HTTPS port, always the HTTP port + 1; leave out where TLS is off."""


class AwsPeerArgs(TypedDict):
    """How security group rules name a server or client group: exactly one of the two."""

    security_group_id: NotRequired[pulumi.Input[str]]
    """The security group that its network interfaces have."""
    prefix_list_id: NotRequired[pulumi.Input[str]]
    """A prefix list that holds exactly its addresses."""
    max_entries: NotRequired[int]
    """How many entries the prefix list may hold: it counts as so many rules."""


class ServerArgs(TypedDict):
    """A WSUS server, or several that are configured alike."""

    name: str
    """2 to 32 lower-case letters, digits and hyphens."""
    addresses: list[str]
    """Private addresses or CIDR blocks."""
    location: NotRequired[str]
    """`aws`, `azure` or `elsewhere`; by default the component's cloud."""
    synchronizes_from: NotRequired[str]
    """`microsoft-update` (default), or the name of another server."""
    content_from: NotRequired[str]
    """Where a downstream server gets update files: `upstream` (default) or `microsoft-update`."""
    synchronization_ports: NotRequired[SynchronizationPortsArgs]
    """8530 and 8531 by default."""
    aws_peer: NotRequired[AwsPeerArgs]
    """How AWS's security groups name it; by its addresses unless given."""


class ClientArgs(TypedDict):
    """Computers whose Automatic Updates ask a WSUS server, or Microsoft Update directly."""

    name: str
    """2 to 32 lower-case letters, digits and hyphens."""
    addresses: list[str]
    """Private addresses or CIDR blocks."""
    location: NotRequired[str]
    """`aws`, `azure` or `elsewhere`; by default the component's cloud."""
    updates_from: str
    """The name of a server, or `microsoft-update`."""
    aws_peer: NotRequired[AwsPeerArgs]
    """How AWS's security groups name them; by their addresses unless given."""


class PolicyArgs(TypedDict):
    """What is allowed, and for whom."""

    mode: NotRequired[str]
    """`restricted` (default): only the lists' names; `open`: TCP 80 and 443 to any address."""
    lists: NotRequired[list[str]]
    """Endpoint lists, by name."""
    schemes: NotRequired[str]
    """`both` (default): TCP 80 and 443 for every endpoint; `as-listed`: each one's own."""
    extra_endpoints: NotRequired[list[ExtraEndpointArgs]]
    """Endpoints that no list has."""
    servers: list[ServerArgs]
    """The WSUS servers."""
    clients: NotRequired[list[ClientArgs]]
    """Computers that update from a server, or from Microsoft Update themselves."""
    ipv6: NotRequired[bool]
    """Rules for IPv6 too, where a control can; off by default."""
