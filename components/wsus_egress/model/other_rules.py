"""Rules that others keep in the firewall policy: rule groups by ARN, and single rules for the proof."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import AfterValidator, Field

from wsus_egress.model.base import (
    WHOLE,
    AddressBlock,
    Checked,
    Items,
    Matching,
    MayBeOutput,
    Name,
    Port,
    Settings,
    SomeItems,
    WrittenAs,
    refused,
)
from wsus_egress.names.hosts import InvalidName, Pattern
from wsus_egress.problems import Problem

# "StatefulRuleGroupReference" (Network Firewall API; botocore 1.44.5): 1 to 65535, each once.
HIGHEST_PRIORITY: Final = 65535
# "Working with AWS managed rule groups", developer guide, read 2026-11: the account in their ARNs.
_MANAGED: Final = ":aws-managed:"
# The same page: each managed group of threat signatures is there twice, by rule order.
_OTHER_ORDER: Final = "ActionOrder"
_STRICT: Final = "StrictOrder"

Priority = Annotated[int, Field(ge=1, le=HIGHEST_PRIORITY), WHOLE]
GroupArn = Annotated[
    str,
    Matching(
        r"^arn:aws[a-z-]*:network-firewall:[a-z0-9-]+:([0-9]{12}|aws-managed)"
        r":stateful-rulegroup/[a-zA-Z0-9-]{1,128}$",
        "is not the ARN of a stateful rule group",
        "write it like arn:aws:network-firewall:REGION:ACCOUNT:stateful-rulegroup/NAME",
    ),
    MayBeOutput(
        "arn:aws:network-firewall:us-east-1:000000000000:stateful-rulegroup/rule-group-{n}"
    ),
]


def _pattern(text: str) -> Pattern:
    try:
        return Pattern.parse(text)
    except InvalidName as error:
        raise refused(f"{error.text} {error.reason}", error.instead) from None


def _line(text: str) -> str:
    """Rules as a text may have several lines, and no other control character."""
    wrong = next((c for c in text if not c.isprintable() and c not in "\n\t\r"), None)
    if wrong is not None:
        what = f"the rules have a control character in them (\\u{ord(wrong):04x})"
        raise refused(what, "write printable text")
    return text


RulesText: TypeAlias = Annotated[
    str, Field(min_length=1, max_length=2_000_000), AfterValidator(_line)
]


class OtherRule(Checked):
    """A rule that others keep in a firewall policy of yours, so that the proof knows it."""

    name: Annotated[Name, Field(description="What findings call it.")]
    priority: Annotated[
        Priority,
        Field(description="Of its rule group in the policy. Rules of one priority stand in order."),
    ] = 1
    action: Annotated[
        Literal["pass", "drop", "reject"], Field(description="What it does with a packet.")
    ]
    protocol: Annotated[
        Literal["ip", "tcp", "udp", "http", "tls"],
        Field(description="http and tls: what the connection speaks, on whatever port."),
    ] = "ip"
    sources: Annotated[
        Items[AddressBlock], Field(description="Address blocks; empty for any.")
    ] = ()
    destinations: Annotated[
        Items[AddressBlock], Field(description="Address blocks; empty for any.")
    ] = ()
    destination_ports: Annotated[Items[Port], Field(description="Ports; empty for any.")] = ()
    fqdns: Annotated[
        Items[Annotated[Pattern, WrittenAs(str, _pattern, str)]],
        Field(description="Of a rule about http or tls: the names that it is for; empty for any."),
    ] = ()

    def refusals(self) -> Iterator[Problem]:
        """Names are seen in HTTP and TLS only, and a protocol without ports has none."""
        if self.fqdns and self.protocol not in ("http", "tls"):
            what = f"a rule about {self.protocol} sees no host names"
            yield Problem(None, ("fqdns",), what, "write `protocol: http` or `tls`, a rule of each")
        if self.destination_ports and self.protocol == "ip":
            what = "a rule about every IP protocol has no ports"
            instead = "write `protocol: tcp` or `udp`, a rule of each"
            yield Problem(None, ("destinationPorts",), what, instead)


class RuleVariable(Settings):
    """A variable in the rules of others: address blocks or ports."""

    name: Annotated[
        str,
        Matching(
            # RuleVariableName (botocore 1.44.5).
            r"^[A-Za-z][A-Za-z0-9_]{0,31}$",
            "is not a variable's name",
            "write it without $: at most 32 letters, digits and underscores, a letter first",
        ),
        Field(description="Its name, without $."),
    ]
    values: Annotated[
        SomeItems[Annotated[str, Field(min_length=1)]],
        Field(description="Address blocks, or ports and ranges like 8000:8099."),
    ]


class OtherRuleGroup(Checked):
    """A stateful rule group of others, or one that AWS manages, in the same firewall policy."""

    arn: Annotated[GroupArn, Field(description="Its ARN, of this Region.")]
    priority: Annotated[
        Priority,
        Field(description="Its priority in the policy: lower ones are read first. Ours: priority."),
    ]
    alert_only: Annotated[
        bool,
        Field(description="Of a managed group: its rules alert where they would drop."),
    ] = False
    rules: Annotated[
        RulesText | None,
        Field(
            description="Its rules, as Suricata reads them, for the proof. Without them the proof "
            "takes for granted that the group decides as the policy does."
        ),
    ] = None
    variables: Annotated[
        Items[RuleVariable],
        Field(description="What variables in its rules stand for, such as $ADMINS."),
    ] = ()

    @property
    def name(self) -> str:
        """The group's name in its ARN."""
        return self.arn.rpartition("/")[2]

    @property
    def managed(self) -> bool:
        """Whether AWS keeps its rules."""
        return _MANAGED in self.arn

    def refusals(self) -> Iterator[Problem]:
        """What only a managed group can be, and what it cannot have."""
        if self.managed and self.name.endswith(_OTHER_ORDER):
            strict = self.name.removesuffix(_OTHER_ORDER) + _STRICT
            what = f"{self.name} is for policies in the default action order, and this one is in STRICT_ORDER"
            yield Problem(None, ("arn",), what, f"write {strict} at the end of its ARN")
        if self.managed and self.rules is not None:
            what = "AWS keeps the rules of a managed group, changes them and does not publish all"
            yield Problem(None, ("rules",), what, "remove them")
        if self.alert_only and not self.managed:
            what = "only the drops of a managed rule group can be turned into alerts"
            yield Problem(None, ("alertOnly",), what, "remove it, or change the group's own rules")
        if self.variables and self.rules is None:
            what = "variables are given, and no rules that have them"
            yield Problem(None, ("variables",), what, "add rules, or remove them")
