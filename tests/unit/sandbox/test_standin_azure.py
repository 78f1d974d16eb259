"""What the stand-in for Azure refuses: one accepted baseline, one change, one exact message."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import standin
from standin import GONE, Case, Inputs, places
from standin_azure import BASE, GROUP, IP_GROUP, IP_GROUP_ID, NSG, POLICY

from providers.azure import CLOUD as AZURE
from providers.azure import application_rule, models, rule_collection_group
from providers.errors import CloudError
from providers.kind import Session
from providers.store import Records
from providers.wire import UNKNOWN
from wsus_egress.controls.azure import firewall_rules as azure_rules

RULE = "ruleCollections.0.rules.0"
TAG_RULE = "ruleCollections.0.rules.1"
COLLECTION = "ruleCollections.0"
FIRST = "securityRules.0"


def changed(type_name: str, edits: Inputs) -> Inputs:
    """The baseline with some values set, or taken out."""
    return standin.changed(BASE[type_name], edits)


def said(session: Session, type_name: str, inputs: Inputs) -> list[tuple[str, str]]:
    """The problems, as `Check` finds them."""
    return standin.said(AZURE.kinds[type_name], inputs, session)


def bad(message: str) -> str:
    """Azure's wording."""
    return f'Code="InvalidRequest" Message="{message}"'


KINDS = "must have exactly one of fqdnTags, targetFqdns, targetUrls, webCategories specified; it"
NAME_RULE = (
    "The name can be up to 80 characters long. It must begin with a word character, and it must end "
    "with a word character or with '_'. The name may contain word characters or '.', '-', '_'."
)
PORT_RANGE = "Value should be an integer OR integer range with '-' delimiter. Valid range 0-65535."
RULE_AT = "ruleCollections[0].rules[0]"

CASES: list[Case] = [
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
     bad("The rule collection group is 2097874 bytes; the limit is 2097152 (2 MB).")),
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


@pytest.mark.parametrize("type_name", [POLICY, GROUP, NSG])
def test_the_baseline_is_accepted(session: Session, type_name: str) -> None:
    """The baseline is accepted, also if any one value at any depth is unknown."""
    assert [] == said(session, type_name, BASE[type_name])
    for place in places(BASE[type_name]):
        assert [] == said(session, type_name, changed(type_name, {place: UNKNOWN})), place


@pytest.mark.parametrize("type_name", [POLICY, GROUP, NSG])
def test_what_is_accepted_does_not_crash(session: Session, type_name: str) -> None:
    """Removing any one value, or replacing it by a text, gives an answer, not a crash."""
    policy = azure_id(session, POLICY)
    records: Records = {POLICY: {policy: BASE[POLICY]}, IP_GROUP: {IP_GROUP_ID: {}}}
    records.pop(type_name, None)
    assert {} == standin.crashing(AZURE.kinds[type_name], BASE[type_name], session, records)


@pytest.mark.parametrize(("type_name", "edits", "path", "message"), CASES)
def test_one_change_is_refused(
    session: Session, type_name: str, edits: dict[str, Any], path: str, message: str
) -> None:
    """Each edit is refused at the property at fault, in the cloud's words."""
    assert (path, message) in said(session, type_name, changed(type_name, edits))


def test_azure_takes_every_fqdn_tag_that_a_setting_may_name() -> None:
    """Azure accepts every FQDN tag that `check` accepts."""
    assert set() == {*azure_rules.FQDN_TAGS} - {*application_rule.FQDN_TAGS}


def put(session: Session, records: Records, type_name: str, id_: str, **edits: Any) -> None:
    """Create or update a resource beside what there is."""
    kind, inputs = AZURE.kinds[type_name], changed(type_name, edits)
    kind.surroundings(inputs, session)
    kind.admit(id_, inputs, records, session)
    records.setdefault(type_name, {})[id_] = kind.record(inputs, session)


def azure_id(session: Session, type_name: str) -> str:
    """The id that the baseline gets."""
    return AZURE.kinds[type_name].identify(BASE[type_name], session)


def test_azure_answers_from_what_the_subscription_holds(session: Session) -> None:
    """No policy, no resource group, a priority taken, a feature of another SKU, a policy in use."""
    records: Records = {IP_GROUP: {IP_GROUP_ID: {}}}
    policy, group = azure_id(session, POLICY), azure_id(session, GROUP)
    with pytest.raises(CloudError, match=r"ParentResourceNotFound.*'afwp' not found"):
        put(session, records, GROUP, group)
    put(session, records, POLICY, policy)
    put(session, records, GROUP, group)
    put(session, records, GROUP, group, priority=301)
    put(session, records, GROUP, f"{policy}/x/y", priority=301, ruleCollectionGroupName="y")
    put(session, records, NSG, azure_id(session, NSG))
    with pytest.raises(CloudError, match="cannot create already existing resource"):
        put(session, records, NSG, "")
    with pytest.raises(CloudError, match="targetUrls needs a Premium policy, this one is Standard"):
        put(session, records, GROUP, group, **{f"{RULE}.targetUrls": ["x.com/y"]})
    with pytest.raises(CloudError, match=r"Resource group 'rg-x' could not be found.*world.yaml"):
        put(session, records, NSG, "x", resourceGroupName="rg-x")
    with pytest.raises(CloudError, match="Cannot delete resource while nested resources exist"):
        AZURE.kinds[POLICY].release(policy, {}, records)


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
    kind: Any = AZURE.kinds[GROUP]
    assert [] == [*models.body_problems(kind.model, kind.body(BASE[GROUP]))]
    found = [*models.body_problems(kind.model, kind.body(changed(GROUP, edits)))]
    assert [problem.path for problem in found] == [path]


def test_a_run_that_changes_nothing_loads_no_model(tmp_path: Path) -> None:
    """Neither the SDK nor azure-mgmt-network: `Check` and `Diff` do without."""
    assert "[]" == standin.loaded_without_a_change(BASE, tmp_path)
