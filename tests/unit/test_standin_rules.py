"""What the stand-ins refuse, rule by rule: one accepted baseline, one change, one exact message."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from providers import world
from providers.aws import CLOUD as AWS
from providers.azure import CLOUD as AZURE
from providers.azure import application_rule, models, rule_collection_group
from providers.compare import Change, changes
from providers.errors import CloudError
from providers.kind import Cloud, Kind, Naming, Session, shape_problems
from providers.store import Records, Store, StoreError
from providers.wire import UNKNOWN, decode, encode, secret_names

VPC = "vpc-0d4e5f607182a3b4c"
SG, EGRESS, *_ = AWS.kinds
POLICY, GROUP, NSG, *_ = AZURE.kinds
GROUP_ID, OTHER_ID = "sg-0123456789abcdef0", "sg-0123456789abcdef1"
ALLOWED = "a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*"

BASE: dict[str, dict[str, Any]] = {
    SG: {"name": "wsus", "description": "WSUS", "vpcId": VPC, "tags": {"Name": "wsus"}},
    EGRESS: {
        "securityGroupId": GROUP_ID,
        "ipProtocol": "tcp",
        "fromPort": 443,
        "toPort": 443,
        "cidrIpv4": "0.0.0.0/0",
        "description": "TLS",
    },
    POLICY: {
        "resourceGroupName": "rg-wsus-sandbox",
        "firewallPolicyName": "afwp",
        "location": "westeurope",
        "sku": {"tier": "Standard"},
        "threatIntelMode": "Deny",
        "dnsSettings": {"enableProxy": True},
    },
    GROUP: {
        "resourceGroupName": "rg-wsus-sandbox",
        "firewallPolicyName": "afwp",
        "ruleCollectionGroupName": "wsus",
        "priority": 300,
        "ruleCollections": [
            {
                "ruleCollectionType": "FirewallPolicyFilterRuleCollection",
                "name": "allow",
                "priority": 100,
                "action": {"type": "Allow"},
                "rules": [
                    {
                        "ruleType": "ApplicationRule",
                        "name": "names",
                        "sourceAddresses": ["10.33.0.10", "10.33.1.0/24"],
                        "targetFqdns": ["*.windowsupdate.com", "*", "*x.com", "a-b.example.com"],
                        "protocols": [{"protocolType": "Https", "port": 443}],
                    },
                    {
                        "ruleType": "ApplicationRule",
                        "name": "tag",
                        "sourceIpGroups": ["/an/id"],
                        "fqdnTags": ["WindowsUpdate"],
                        "protocols": [{"protocolType": "Http", "port": 80}],
                    },
                ],
            }
        ],
    },
    NSG: {
        "resourceGroupName": "rg-wsus-sandbox",
        "networkSecurityGroupName": "nsg",
        "location": "West Europe",
        "securityRules": [
            {
                "name": "allow",
                "priority": 1000,
                "direction": "Outbound",
                "access": "Allow",
                "protocol": "Tcp",
                "sourceAddressPrefixes": ["10.33.0.10", "10.33.1.0/24"],
                "sourcePortRange": "*",
                "destinationAddressPrefix": "Internet",
                "destinationPortRanges": ["80", "8530-8531"],
            },
            {
                "name": "deny",
                "priority": 4096,
                "direction": "Outbound",
                "access": "Deny",
                "protocol": "*",
                "sourceAddressPrefix": "*",
                "sourcePortRange": "*",
                "destinationAddressPrefix": "*",
                "destinationPortRange": "*",
            },
        ],
    },
}  # fmt: skip
GONE = object()
RULE = "ruleCollections.0.rules.0"
TAG_RULE = "ruleCollections.0.rules.1"
COLLECTION = "ruleCollections.0"
FIRST = "securityRules.0"


def cloud_of(type_name: str) -> Cloud:
    """The cloud that a type is in."""
    return AWS if type_name in AWS.kinds else AZURE


def kind_of(type_name: str) -> Kind:
    """The resource type."""
    return cloud_of(type_name).kinds[type_name]


def changed(type_name: str, edits: dict[str, Any]) -> dict[str, Any]:
    """The baseline with some values set, or taken out."""
    inputs = copy.deepcopy(BASE[type_name])
    for place, value in edits.items():
        *outer, last = (int(part) if part.isdecimal() else part for part in place.split("."))
        holder: Any = inputs
        for part in outer:
            holder = holder[part]
        if value is GONE:
            del holder[last]
        else:
            holder[last] = value
    return inputs


def places(value: Any, path: str = "") -> Iterator[str]:
    """Where every value inside a value is."""
    inside = value.items() if isinstance(value, dict) else ()
    for key, inner in enumerate(value) if isinstance(value, list) else inside:
        if "." not in str(key):
            place = f"{path}.{key}".removeprefix(".")
            yield place
            yield from places(inner, place)


def said(session: Session, type_name: str, inputs: dict[str, Any]) -> list[tuple[str, str]]:
    """The problems, as `Check` finds them."""
    kind = kind_of(type_name)
    found = [*shape_problems(kind, inputs)] or [*kind.problems(inputs, session)]
    return [(problem.path, problem.reason) for problem in found]


@pytest.fixture
def session(tmp_path: Path) -> Session:
    """A provider in eu-west-1, over an empty cloud."""
    return Session(Store("trial", tmp_path), world.load(), {"region": "eu-west-1"})


def bad(message: str) -> str:
    """Azure's wording."""
    return f'Code="InvalidRequest" Message="{message}"'


def group_text(what: str, value: str, rest: str) -> str:
    """EC2's wording for a group's text."""
    return f"InvalidParameterValue: Value ({value}) for parameter {what} is invalid. {rest}"


TEXTS = "Valid descriptions are strings of 1 to 255 characters from the following set: " + ALLOWED
RULE_TEXTS = "Valid descriptions are strings less than 256 characters from the following set: "
PEERS = (
    "Invalid Attribute Combination: Exactly one of these attributes must be configured: "
    "[cidrIpv4,cidrIpv6,prefixListId,referencedSecurityGroupId]; configured: "
)
NO_PORTS = (
    "InvalidParameterValue: Invalid value for portRange. Must specify both from and to ports with "
    "TCP/UDP."
)
KINDS = "must have exactly one of fqdnTags, targetFqdns, targetUrls, webCategories specified; it"
NAME_RULE = (
    "The name can be up to 80 characters long. It must begin with a word character, and it must end "
    "with a word character or with '_'. The name may contain word characters or '.', '-', '_'."
)
PORT_RANGE = "Value should be an integer OR integer range with '-' delimiter. Valid range 0-65535."
RULE_AT = "ruleCollections[0].rules[0]"

Case = tuple[str, dict[str, Any], str, str]
CASES: list[Case] = [
    (SG, {"name": "sg-wsus"}, "name",
     group_text("GroupName", "sg-wsus", "Group names may not be in the format sg-*")),
    (SG, {"name": "é"}, "name", group_text("GroupName", "é", f"Valid characters are {ALLOWED}")),
    (SG, {"description": "é"}, "description", group_text("GroupDescription", "é", TEXTS)),
    (SG, {"description": "x" * 256}, "description",
     group_text("GroupDescription", "x" * 256, TEXTS)),
    (SG, {"namePrefix": "w"}, "namePrefix", '"namePrefix": conflicts with name'),
    (SG, {"egress": []}, "egress",
     "the stand-in has no inline rules: use aws.vpc.SecurityGroupEgressRule, as pulumi-aws "
     "advises, and never both"),
    (SG, {"tags": {"aws:x": "y"}}, 'tags["aws:x"]',
     "InvalidParameterValue: Tag keys starting with 'aws:' are reserved: 'aws:x'"),
    (SG, {"vpcId": 5}, "vpcId", "vpcId must be a string, not 5"),
    (SG, {"vpc_id": "x"}, "vpc_id",
     "SecurityGroup has no property vpc_id; it has: description, egress, ingress, name, "
     "namePrefix, region, revokeRulesOnDelete, tags, vpcId"),
    (EGRESS, {"ipProtocol": GONE}, "ipProtocol", "missing required property 'ipProtocol'"),
    (EGRESS, {"cidrIpv4": GONE}, "cidrIpv4", PEERS + "[]"),
    (EGRESS, {"cidrIpv6": "::/0"}, "cidrIpv6", PEERS + "[cidrIpv4,cidrIpv6]"),
    (EGRESS, {"cidrIpv4": "10.0.0.1/8"}, "cidrIpv4",
     "Attribute cidrIpv4 value must be a valid IPv4 CIDR that represents a network address, got: "
     "10.0.0.1/8; did you mean 10.0.0.0/8?"),
    (EGRESS, {"cidrIpv4": "10.0.0.0/33"}, "cidrIpv4",
     "InvalidParameterValue: CIDR block 10.0.0.0/33 is malformed (an IPv4 one)"),
    (EGRESS, {"fromPort": 444}, "fromPort",
     "InvalidParameterValue: Invalid TCP port range (444-443)"),
    (EGRESS, {"toPort": 99999}, "toPort",
     "InvalidParameterValue: Invalid port 99999: it must be 0 to 65535"),
    (EGRESS, {"fromPort": GONE, "toPort": GONE}, "fromPort", NO_PORTS),
    (EGRESS, {"ipProtocol": "bogus"}, "ipProtocol",
     "InvalidParameterValue: Invalid value 'bogus' for IP protocol. Unknown protocol."),
    (EGRESS, {"ipProtocol": "-1", "toPort": GONE}, "fromPort",
     "leave fromPort out with ipProtocol -1: it means every port"),
    (EGRESS, {"ipProtocol": "icmp", "fromPort": 300, "toPort": -1}, "fromPort",
     "InvalidParameterValue: ICMP fromPort must be -1 to 255, not 300"),
    (EGRESS, {"description": "a|b"}, "description",
     f"InvalidParameterValue: Invalid rule description 'a|b'. {RULE_TEXTS}{ALLOWED}"),
    (EGRESS, {"description": "x" * 256}, "description",
     f"InvalidParameterValue: Invalid rule description '{'x' * 256}'. {RULE_TEXTS}{ALLOWED}"),
    (EGRESS, {"securityGroupId": "wsus"}, "securityGroupId",
     'InvalidGroupId.Malformed: Invalid id: "wsus" (expecting "sg-...")'),
    (POLICY, {"firewallPolicyName": "g!bad"}, "firewallPolicyName",
     'Code="InvalidResourceName" Message="Resource name g!bad is invalid. The name can be up to 80 '
     "characters long. It must begin with a letter or number, and it must end with a letter, number "
     "or '_'. The name may contain letters, numbers, '.', '-' or '_'.\""),
    (POLICY, {"sku.tier": "Gold"}, "sku.tier",
     bad("Invalid value 'Gold': Basic, Standard, Premium.")),
    (POLICY, {"threatIntelMode": "Off!"}, "threatIntelMode",
     bad("Invalid value 'Off!': Alert, Deny, Off.")),
    (POLICY, {"sku.tier": "Basic", "dnsSettings": GONE}, "threatIntelMode",
     bad("A Basic policy can only alert on threat intelligence.")),
    (POLICY, {"sku.tier": "Basic", "threatIntelMode": "Alert"}, "dnsSettings.enableProxy",
     bad("A Basic policy has no DNS proxy.")),
    (POLICY, {"intrusionDetection": {}}, "intrusionDetection",
     bad("intrusionDetection needs a Premium policy, this one is Standard.")),
    (GROUP, {"priority": 99}, "priority", bad("Invalid priority 99: it must be 100 to 65000.")),
    (GROUP, {"priority": GONE}, "priority", bad("Required property 'priority' not found in JSON.")),
    (GROUP, {f"{COLLECTION}.priority": 65001}, "ruleCollections[0].priority",
     bad("Invalid priority 65001: it must be 100 to 65000.")),
    (GROUP, {f"{COLLECTION}.action.type": "Permit"}, "ruleCollections[0].action.type",
     bad("Invalid action 'Permit': Allow, Deny.")),
    (GROUP, {f"{COLLECTION}.name": "-x"}, "ruleCollections[0].name",
     bad("Invalid rule collection name '-x': 1 to 80 letters, numbers, '_', '.' and '-', the first "
         "a letter or number, the last a letter, number or '_'.")),
    (GROUP, {f"{COLLECTION}.ruleCollectionType": GONE}, "ruleCollections[0].ruleCollectionType",
     bad("resource.properties.ruleCollections[0]: An error has occurred.")),
    (GROUP, {f"{TAG_RULE}.name": "names"}, "ruleCollections[0].rules[1].name",
     bad(f"{RULE_AT} and ruleCollections[0].rules[1] have the same name, names.")),
    (GROUP, {f"{RULE}.ruleType": "Wrong"}, f"{RULE_AT}.ruleType",
     bad(f"resource.properties.{RULE_AT}: An error has occurred.")),
    (GROUP, {f"{RULE}.ruleType": "NetworkRule"}, "ruleCollections[0].rules",
     bad("A collection has rules of one type, not ['ApplicationRule', 'NetworkRule'].")),
    (GROUP, {f"{RULE}.fqdnTags": ["WindowsUpdate"]}, f"{RULE_AT}.targetFqdns",
     bad(f"Firewall Policy Application Rule names {KINDS} has fqdnTags and targetFqdns")),
    (GROUP, {f"{RULE}.targetFqdns": GONE}, f"{RULE_AT}.targetFqdns",
     bad(f"Firewall Policy Application Rule names {KINDS} has none")),
    (GROUP, {f"{RULE}.protocols": []}, f"{RULE_AT}.protocols",
     bad("Firewall Policy Application Rule names must have protocols specified")),
    (GROUP, {f"{TAG_RULE}.protocols": GONE}, "ruleCollections[0].rules[1].protocols",
     'Code="InternalServerError" Message="An error occurred. (HTTP 500: this is how the service '
     'answers fqdnTags without protocols; give Http:80 and Https:443)"'),
    (GROUP, {f"{RULE}.protocols.0.port": 64001}, f"{RULE_AT}.protocols[0].port",
     bad("Invalid port 64001: it must be 0 to 64000.")),
    (GROUP, {f"{RULE}.protocols.0.protocolType": "https"}, f"{RULE_AT}.protocols[0].protocolType",
     bad("Invalid protocol 'https': Http or Https.")),
    (GROUP, {f"{RULE}.sourceAddresses": GONE}, f"{RULE_AT}.sourceAddresses",
     bad("Rule names must have one of sourceAddresses or sourceIpGroups specified")),
    (GROUP, {f"{RULE}.sourceAddresses": ["::1"]}, f"{RULE_AT}.sourceAddresses[0]",
     bad("Invalid address '::1': an IPv4 address, prefix, a-b range, or *.")),
    (GROUP, {f"{RULE}.target_fqdns": []}, f"{RULE_AT}.target_fqdns",
     bad("Could not find member 'target_fqdns' on object of a rule.")),
    *[(GROUP, {f"{RULE}.targetFqdns": [name]}, f"{RULE_AT}.targetFqdns[0]",
       bad(f"Invalid Fqdn '{name}' in rule names: a host name, * as its left-most part only; no "
           "scheme, port or path."))
      for name in ("a.*.com", "www.contoso.*", "*.contoso.*", "www.*contoso.com", "http://x.com",
                   "x.com:443", "x.com/path", "", ".".join(["x" * 63] * 4))],
    (GROUP, {f"{TAG_RULE}.fqdnTags": ["windowsupdate"]}, "ruleCollections[0].rules[1].fqdnTags[0]",
     bad("Invalid FQDN tag 'windowsupdate'; write WindowsUpdate.")),
    (GROUP, {f"{TAG_RULE}.fqdnTags": ["x.com"]}, "ruleCollections[0].rules[1].fqdnTags[0]",
     bad(f"Invalid FQDN tag 'x.com'; known tags: {', '.join(application_rule.FQDN_TAGS)}.")),
    (GROUP, {f"{RULE}.description": "x" * rule_collection_group.LARGEST_GROUP}, "ruleCollections",
     bad("The rule collection group is 2097753 bytes; the limit is 2097152 (2 MB).")),
    (NSG, {f"{FIRST}.priority": 99}, "securityRules[0].priority",
     'Code="SecurityRuleInvalidPriority" Message="Security rule has invalid Priority. Value '
     'provided: 99 Allowed range 100-4096."'),
    (NSG, {f"{FIRST}.priority": 4096}, "securityRules[1].priority",
     'Code="SecurityRuleConflict" Message="Security rule deny conflicts with rule allow.'
     ' Rules cannot have the same Priority and Direction. (4096, Outbound)"'),
    (NSG, {f"{FIRST}.name": "x y"}, "securityRules[0].name",
     f'Code="InvalidResourceName" Message="Resource name x y is invalid. {NAME_RULE}"'),
    (NSG, {f"{FIRST}.name": "DENY"}, "securityRules[1].name",
     'Code="InvalidRequestFormat" Message="securityRules[0] and securityRules[1] have the same '
     'name, deny."'),
    (NSG, {f"{FIRST}.protocol": "TCP"}, "securityRules[0].protocol",
     'Code="SecurityRuleInvalidProtocol" Message="Security rule has invalid Protocol. Value '
     'provided: TCP. Allowed values: Tcp, Udp, Icmp, Esp, Ah, *."'),
    (NSG, {f"{FIRST}.description": "x" * 141}, "securityRules[0].description",
     bad("Security rule allow has a description of 141 characters; 140 are allowed.")),
    (NSG, {f"{FIRST}.sourceAddressPrefix": "*"}, "securityRules[0].sourceAddressPrefixes",
     bad("Security rule allow must have one of sourceAddressPrefix, sourceAddressPrefixes or "
         "sourceApplicationSecurityGroups; it has both sourceAddressPrefix and "
         "sourceAddressPrefixes.")),
    (NSG, {f"{FIRST}.destinationPortRange": "80"}, "securityRules[0].destinationPortRanges",
     bad("Security rule allow must have one of destinationPortRange or destinationPortRanges; it "
         "has both destinationPortRange and destinationPortRanges.")),
    (NSG, {f"{FIRST}.destinationAddressPrefix": "a.example/x"},
     "securityRules[0].destinationAddressPrefix",
     'Code="SecurityRuleInvalidAddressPrefix" Message="Security rule allow has invalid Address '
     'prefix. Value provided: a.example/x"'),
    (NSG, {f"{FIRST}.sourceAddressPrefixes": ["Internet", "AzureCloud"]},
     "securityRules[0].sourceAddressPrefixes",
     bad("You can't specify multiple service tags, or a tag beside addresses, in a single rule: "
         "Internet, AzureCloud. Use a rule each, with sourceAddressPrefix.")),
    (NSG, {f"{FIRST}.sourcePortRange": "70000"}, "securityRules[0].sourcePortRange",
     'Code="SecurityRuleInvalidPortRange" Message="Security rule has invalid Port range. Value '
     f'provided: 70000. {PORT_RANGE}"'),
]  # fmt: skip


@pytest.mark.parametrize("type_name", BASE)
def test_the_baseline_is_accepted(session: Session, type_name: str) -> None:
    """Also with any one value, at any depth, not known yet."""
    assert said(session, type_name, BASE[type_name]) == []
    for place in places(BASE[type_name]):
        assert said(session, type_name, changed(type_name, {place: UNKNOWN})) == [], place


@pytest.mark.parametrize(("type_name", "edits", "path", "message"), CASES)
def test_one_change_is_refused(
    session: Session, type_name: str, edits: dict[str, Any], path: str, message: str
) -> None:
    """With the property at fault, in the cloud's words."""
    assert (path, message) in said(session, type_name, changed(type_name, edits))


def put(session: Session, records: Records, type_name: str, id_: str, **edits: Any) -> None:
    """Create or update a resource beside what there is."""
    kind, inputs = kind_of(type_name), changed(type_name, edits)
    kind.surroundings(inputs, session)
    kind.admit(id_, inputs, records, session)
    records.setdefault(type_name, {})[id_] = kind.record(inputs, session)


def azure_id(session: Session, type_name: str) -> str:
    """The id that the baseline gets."""
    return kind_of(type_name).identify(BASE[type_name], session)


def test_ec2_answers_from_what_the_account_holds(session: Session) -> None:
    """moto: names, duplicates, groups that are not there; the id is the stand-in's own."""
    records: Records = {}
    put(session, records, SG, GROUP_ID)
    put(session, records, EGRESS, "sgr-1")
    put(session, records, EGRESS, "sgr-1", description="the same rule, updated")
    taken: list[tuple[Callable[[], None], str]] = [
        (lambda: put(session, records, SG, OTHER_ID), "InvalidGroup.Duplicate"),
        (lambda: put(session, records, EGRESS, "sgr-2"), "InvalidPermission.Duplicate"),
        (lambda: put(session, records, EGRESS, "sgr-2", securityGroupId=OTHER_ID),
         "InvalidGroup.NotFound"),
        (lambda: put(session, records, SG, OTHER_ID, vpcId="vpc-1"), "InvalidVpcID.NotFound"),
        (lambda: put(session, records, SG, OTHER_ID, vpcId=GONE), "VPCIdNotSpecified"),
        (lambda: put(session, records, EGRESS, "sgr-2", cidrIpv4=GONE, prefixListId="pl-12345678"),
         "InvalidPrefixListID.NotFound"),
    ]  # fmt: skip
    for attempt, code in taken:
        with pytest.raises(CloudError, match=f"api error {code}: "):
            attempt()
    put(session, records, EGRESS, "sgr-3", cidrIpv4=GONE, referencedSecurityGroupId=GROUP_ID)
    kind_of(SG).release(GROUP_ID, {}, records)  # A group's own rules do not keep it.
    assert records[EGRESS] == {}


def test_ec2_counts_sixty_rules_of_each_family(session: Session) -> None:
    """IPv4 and IPv6 apart, as the quota says, although moto alone would add them up."""
    records: Records = {}
    put(session, records, SG, GROUP_ID)
    for port in range(60):
        ports = {"fromPort": port, "toPort": port}
        put(session, records, EGRESS, f"sgr-4-{port}", **ports)
        put(session, records, EGRESS, f"sgr-6-{port}", cidrIpv4=GONE, cidrIpv6="::/0", **ports)
    for family in ({}, {"cidrIpv4": GONE, "cidrIpv6": "::/0"}):
        with pytest.raises(CloudError, match="RulesPerSecurityGroupLimitExceeded: The maximum"):
            put(session, records, EGRESS, "sgr-x", **family, fromPort=61, toPort=61)


def test_a_referenced_group_cannot_be_deleted(session: Session) -> None:
    """Not while a rule of another group names it."""
    records: Records = {}
    put(session, records, SG, GROUP_ID)
    put(session, records, SG, OTHER_ID, name="other")
    edits = {"cidrIpv4": GONE, "referencedSecurityGroupId": GROUP_ID, "securityGroupId": OTHER_ID}
    put(session, records, EGRESS, "sgr-1", **edits)
    with pytest.raises(CloudError, match=f"DependencyViolation: resource {GROUP_ID} has a depend"):
        kind_of(SG).release(GROUP_ID, {"revokeRulesOnDelete": True}, records)


def test_the_registry_schema_has_its_say(session: Session) -> None:
    """cfn-lint, whatever the rules say."""
    with pytest.raises(CloudError, match="AWS::EC2::SecurityGroup #/GroupDescription: 'é'"):
        kind_of(SG).admit(GROUP_ID, changed(SG, {"description": "é"}), {}, session)


def test_azure_answers_from_what_the_subscription_holds(session: Session) -> None:
    """No policy, no resource group, a priority taken, a feature of another SKU, a policy in use."""
    records: Records = {}
    policy, group = azure_id(session, POLICY), azure_id(session, GROUP)
    with pytest.raises(CloudError, match=r"ParentResourceNotFound.*'afwp' not found"):
        put(session, records, GROUP, group)
    put(session, records, POLICY, policy)
    put(session, records, GROUP, group)
    put(session, records, GROUP, group, priority=301)
    with pytest.raises(CloudError, match=r"need different priorities: .* has 301 already"):
        put(session, records, GROUP, f"{policy}/x/y", priority=301, ruleCollectionGroupName="y")
    put(session, records, NSG, azure_id(session, NSG))
    with pytest.raises(CloudError, match="cannot create already existing resource"):
        put(session, records, NSG, "")
    with pytest.raises(CloudError, match="targetUrls needs a Premium policy, this one is Standard"):
        put(session, records, GROUP, group, **{f"{RULE}.targetUrls": ["x.com/y"]})
    with pytest.raises(CloudError, match=r"Resource group 'rg-x' could not be found.*world.yaml"):
        put(session, records, NSG, "x", resourceGroupName="rg-x")
    with pytest.raises(CloudError, match="Cannot delete resource while nested resources exist"):
        kind_of(POLICY).release(policy, {}, records)


@pytest.mark.parametrize(
    ("edits", "path"),
    [
        ({"priority": 99}, "properties.priority"),
        ({f"{COLLECTION}.priority": 65001}, "properties.ruleCollections[0].priority"),
        ({f"{RULE}.protocols.0.port": 64001}, f"properties.{RULE_AT}.protocols[0].port"),
        ({f"{RULE}.target_fqdns": ["x"]}, f"properties.{RULE_AT}.target_fqdns"),
        ({f"{RULE}.targetFqdns": "x.com"}, ""),
    ],
)
def test_azure_model_refuses(edits: dict[str, Any], path: str) -> None:
    """azure-mgmt-network alone: its bounds, and the round trip of what it does not know."""
    kind: Any = kind_of(GROUP)
    assert [*models.body_problems(kind.model, kind.body(BASE[GROUP]))] == []
    found = [*models.body_problems(kind.model, kind.body(changed(GROUP, edits)))]
    assert [problem.path for problem in found] == [path]


def test_changes_are_named_by_their_paths() -> None:
    """Lists by position, odd keys quoted, types told apart."""
    old = {"a": [{"b": 1}, {"b": 2}], "t": {"x.y": "1"}, "gone": 1, "n": 1}
    new = {"a": [{"b": 1}, {"b": UNKNOWN}, {}], "t": {"x.y": "2"}, "n": True}
    assert [*changes(old, new)] == [
        Change("a[1].b", "update"),
        Change("a[2]", "add"),
        Change('t["x.y"]', "update"),
        Change("gone", "delete"),
        Change("n", "update"),
    ]


def test_values_survive_the_wire() -> None:
    """Unknowns and secrets are marked; a whole number stays one."""
    plain = {"a": [1, 1.5, True, "x", {"k": UNKNOWN}], "s": "hush"}
    struct = encode(plain, {"s"})
    assert decode(struct) == plain
    assert secret_names(struct) == {"s"}


def test_a_name_is_the_same_every_time_unless_it_is_taken() -> None:
    """So a replacement can stand beside what it replaces."""
    kind, urn = kind_of(SG), "urn:pulumi:s::p::aws:ec2/securityGroup:SecurityGroup::wsus"
    first = Naming(urn, {}, {}).pick("name", kind, "-", 7)
    assert first == Naming(urn, {}, {}).pick("name", kind, "-", 7)
    second = Naming(urn, {}, {SG: {GROUP_ID: {"name": first}}}).pick("name", kind, "-", 7)
    assert second != first
    assert Naming(urn, {"name": first}, {}).pick("name", kind, "-", 7) == first


def test_a_store_keeps_all_or_nothing(tmp_path: Path) -> None:
    """An error keeps nothing, and a file that is no JSON is said to be."""
    store = Store("trial", tmp_path)
    with store.change() as records:
        records["t"] = {"id": {"a": 1}}
    with pytest.raises(KeyError), store.change() as records:
        records["t"]["id"]["a"] = records["nowhere"]
    assert store.read() == {"t": {"id": {"a": 1}}}
    (tmp_path / "trial.json").write_text("{", encoding="utf-8")
    with pytest.raises(StoreError, match="mend the JSON, or delete the file"):
        store.read()


_CHECK_AND_DIFF = """
import json, sys
from pathlib import Path
from providers.proto import load_without_sdk
load_without_sdk()
from pulumi.runtime.proto import provider_pb2 as pb
from providers import aws, azure, world
from providers.protocol import StandIn
from providers.store import Store
from providers.wire import encode
for cloud in aws.CLOUD, azure.CLOUD:
    stand_in = StandIn(cloud, Store(cloud.provider, Path(sys.argv[1])), world.load())
    for type_name, inputs in json.loads(sys.argv[2]).items():
        if type_name in cloud.kinds:
            urn, news = f"urn:pulumi:s::p::{type_name}::x", encode(inputs)
            checked = stand_in.Check(pb.CheckRequest(urn=urn, news=news), None)
            diff = pb.DiffRequest(urn=urn, old_inputs=checked.inputs, news=checked.inputs)
            assert not checked.failures, checked.failures
            assert stand_in.Diff(diff, None).changes == pb.DiffResponse.DIFF_NONE
print(sorted({"moto", "cfnlint", "azure.mgmt", "boto3", "pulumi.resource"} & set(sys.modules)))
"""


def test_a_run_that_changes_nothing_loads_no_model(tmp_path: Path) -> None:
    """Neither the SDK nor moto, cfn-lint, azure-mgmt-network: `Check` and `Diff` do without."""
    sandbox = Path(__file__).resolve().parents[2] / "sandbox"
    done = subprocess.run(
        [sys.executable, "-c", _CHECK_AND_DIFF, str(tmp_path), json.dumps(BASE)],
        cwd=sandbox,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == "[]", done.stderr
