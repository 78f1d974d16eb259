"""An AWS target: the VPC, and what each control in it is set to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, ClassVar, Final, Literal

from pydantic import AfterValidator, Field

from wsus_egress.model.addresses import by_address, is_within, widest
from wsus_egress.model.aws_forms import resource_id
from wsus_egress.model.base import (
    WHOLE,
    Checked,
    Items,
    Matching,
    MayBeOutput,
    NamePatterns,
    Settings,
    Tags,
    WrittenAs,
    network,
    refused,
)
from wsus_egress.model.existing_names import RESOLVER_NAME, ExistingNames, name_problems
from wsus_egress.model.flows import (
    INTERNAL_NETWORKS,
    SOME_INTERNET_ADDRESS,
    SOME_INTERNET_ADDRESS_6,
    Network,
)
from wsus_egress.model.inside_rules import InsideRule
from wsus_egress.model.network_firewall import NetworkFirewall
from wsus_egress.problems import Problem

# Stands for the id of a VPC that only the deployment knows.
SOME_VPC: Final = "vpc-00000000"
# "Route 53 Resolver API, AssociateFirewallRuleGroup" says 100 to 9900; the service answers that both
# ends are reserved too (measured by others, 2025-08).
DNS_PRIORITIES: Final = range(101, 9900)


def _dns_priority(number: int) -> int:
    if number in DNS_PRIORITIES:
        return number
    raise refused(f"{number} is not a valid association priority", "write 101 to 9899")


VpcId = Annotated[str, resource_id("vpc", "a VPC"), MayBeOutput(SOME_VPC)]
SecurityGroupId = Annotated[str, resource_id("sg", "a security group"), MayBeOutput("sg-{n}")]
PrefixListId = Annotated[str, resource_id("pl", "a prefix list"), MayBeOutput("pl-{n}")]
# `{n}` above, as the components write it: 8 hex digits, a client's with a c in front.
_STAND_IN: Final = re.compile(r"(sg|pl)-[0c]0{4}[0-9a-f]{3}")
Entries = Annotated[int, Field(ge=1, le=1000), WHOLE]


def is_stand_in(identity: str) -> bool:
    """Whether an id stands for an output: it says what it is the id of only in this run."""
    return _STAND_IN.fullmatch(identity) is not None


def _own_range(text: str) -> Network:
    found = network(text)
    least = 8 if found.version == 4 else 16
    if is_within(found, INTERNAL_NETWORKS):
        raise refused(f"{text} is private, and inside in any case", "leave it out")
    if found.prefixlen < least:
        what = f"{text} is more than one owner has: the Internet would be inside"
        raise refused(what, "write the blocks that are yours, as the VPC shows its IPv6 block")
    for some in (SOME_INTERNET_ADDRESS, SOME_INTERNET_ADDRESS_6):
        if some in found:
            what = (
                f"{text} has {some}, which stands for the Internet and is nobody's (RFC 5737, 3849)"
            )
            raise refused(what, "write the blocks that are yours")
    return found


def _in_order(networks: tuple[Network, ...]) -> tuple[Network, ...]:
    return tuple(sorted(widest(networks), key=by_address))


OwnRange = Annotated[Network, WrittenAs(str, _own_range, str)]


class AwsPeer(Checked):
    """How security group rules name a server or client group, instead of by its addresses."""

    security_group_id: Annotated[
        SecurityGroupId | None,
        Field(description="The security group that its network interfaces have."),
    ] = None
    prefix_list_id: Annotated[
        PrefixListId | None, Field(description="A prefix list that holds exactly its addresses.")
    ] = None
    max_entries: Annotated[
        Entries | None,
        Field(description="How many entries the prefix list may hold: it counts as so many rules."),
    ] = None

    @property
    def identity(self) -> str:
        """The id that rules have."""
        return self.security_group_id or self.prefix_list_id or ""

    def refusals(self) -> Iterator[Problem]:
        """It is named in one way, and a prefix list's size is known."""
        if (self.security_group_id is None) == (self.prefix_list_id is None):
            what = "a peer is named either by its security group or by a prefix list"
            yield Problem(None, (), what, "give exactly one of securityGroupId and prefixListId")
        if self.prefix_list_id is not None and self.max_entries is None:
            what = "a prefix list counts as many rules as it may hold, and it is not said how many"
            instead = "add maxEntries, as `aws ec2 describe-managed-prefix-lists` shows it"
            yield Problem(None, (), what, instead)
        if self.security_group_id and not self.prefix_list_id and self.max_entries is not None:
            what = "a security group counts as one rule, however many members it has"
            yield Problem(None, ("maxEntries",), what, "remove it")


# Registry schema AWS::EC2::SecurityGroup and EC2 API, CreateSecurityGroup, 2026-11.
_GROUP_TEXT: Final = r"^[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]{1,255}$"
_GROUP_CHARACTERS: Final = "write 1 to 255 of a-z, A-Z, 0-9, spaces and ._-:/()#,@[]+=&;{}!$*"


def _group_name(text: str) -> str:
    if text.startswith("sg-"):
        raise refused(f"{text!r} looks like an id, which EC2 takes for no name", "write it as id")
    return text


class OwnSecurityGroup(Checked):
    """A security group that exists already, by its id, or how one is called that is made here."""

    id: Annotated[
        SecurityGroupId | None,
        Field(description="A group of yours: only rules are made, in that group."),
    ] = None
    name: Annotated[
        Annotated[
            str,
            Matching(_GROUP_TEXT, "is not a security group's name", _GROUP_CHARACTERS),
            AfterValidator(_group_name),
        ]
        | None,
        Field(description="The group's name in EC2. Another name replaces the group."),
    ] = None
    description: Annotated[
        Annotated[str, Matching(_GROUP_TEXT, "is not a description", _GROUP_CHARACTERS)] | None,
        Field(description="Its description, which EC2 never changes: another replaces the group."),
    ] = None

    def refusals(self) -> Iterator[Problem]:
        """It exists, or it is made."""
        given = [key for key in ("name", "description") if getattr(self, key) is not None]
        if self.id is None and not given:
            what = "it is not said which group, nor how one is called"
            yield Problem(None, (), what, "give id, or name and description")
        for key in given if self.id is not None else ():
            what = "the group exists, and keeps what it has"
            yield Problem(None, (key,), what, "remove it, or remove id")


class SecurityGroupQuotas(Settings):
    """The account's quotas for security groups."""

    rules_per_direction: Annotated[
        Entries,
        Field(
            description="Your quota of rules per security group, direction and IP version; 60 unless AWS raised it."
        ),
    ] = 60


class DnsFirewall(Checked):
    """Route 53 Resolver DNS Firewall: refuses to resolve other names, for the whole VPC."""

    priority: Annotated[
        int,
        WHOLE,
        AfterValidator(_dns_priority),
        Field(description="101 to 9899, unique among the rule groups of the VPC."),
    ] = 200
    also_resolve: Annotated[
        NamePatterns,
        Field(
            description="Patterns that the VPC must resolve besides the endpoint lists: your own domains, AWS's endpoints."
        ),
    ] = ()
    block_response: Annotated[
        Literal["NODATA", "NXDOMAIN"],
        Field(description="What the resolver answers for a name that is not listed."),
    ] = "NODATA"
    fail_open: Annotated[
        bool, Field(description="Whether names resolve while DNS Firewall does not answer.")
    ] = False
    manage_fail_mode: Annotated[
        bool,
        Field(
            description="false: failOpen of the VPC is left as it is, and a destroy leaves it too."
        ),
    ] = True
    protected: Annotated[
        bool, Field(description="Whether the association is protected against removal.")
    ] = False

    existing_names: Annotated[
        ExistingNames,
        Field(
            description="By resource (`group`, `names-1`, `block-rest` ...) the name that it has in AWS, which is kept after an import. Another name replaces it."
        ),
    ] = ()

    def refusals(self) -> Iterator[Problem]:
        """What is left as it is has no value here, and AWS takes the names."""
        yield from name_problems(self.existing_names, RESOLVER_NAME)
        if not self.manage_fail_mode and "fail_open" in self.model_fields_set:
            what = "the VPC's fail mode is left as it is, and failOpen says what it is to be"
            yield Problem(None, ("failOpen",), what, "remove it, or manageFailMode")


class AwsTarget(Settings):
    """The AWS target: one VPC."""

    cloud: ClassVar[Literal["aws"]] = "aws"

    vpc_id: Annotated[
        VpcId,
        Field(
            description="The VPC that the servers are in, unless they have an `awsVpcId` of their own."
        ),
    ]
    own_ranges: Annotated[
        Items[OwnRange],
        AfterValidator(_in_order),
        Field(
            description="Ranges that are inside though they are not private: the VPCs' IPv6 blocks, and public IPv4 of your own."
        ),
    ] = ()
    security_group: Annotated[
        SecurityGroupQuotas, Field(description="Your quotas for security groups.")
    ] = SecurityGroupQuotas.model_construct()
    network_rules: Annotated[
        Items[InsideRule],
        Field(
            description="What else the security groups admit inside the network: a domain's ports, SQL Server, RDP."
        ),
    ] = ()
    network_firewall: Annotated[
        NetworkFirewall | None,
        Field(
            description="The control that sees names; without it any name can be reached on the policy's ports."
        ),
    ] = None
    dns_firewall: Annotated[
        DnsFirewall | None, Field(description="Resolves the listed names only.")
    ] = None
    tags: Annotated[Tags, Field(description="Tags for every resource.")] = ()

    @property
    def home_networks(self) -> tuple[Network, ...]:
        """HOME_NET of the firewall policy: its own setting, and what else is inside."""
        return (*(self.network_firewall or NetworkFirewall()).home_networks, *self.own_ranges)

    @property
    def firewall_vpc(self) -> str:
        """The VPC in which Network Firewall's endpoints are: that of the servers, or one for inspection."""
        firewall = self.network_firewall
        return (firewall.vpc_id if firewall else None) or self.vpc_id
