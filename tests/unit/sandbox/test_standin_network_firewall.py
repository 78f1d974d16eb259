"""What the stand-in for AWS Network Firewall refuses in the inputs, in the service's words."""

from __future__ import annotations

from pathlib import Path

import pytest
import standin
from standin import GONE, Case, Inputs, changed, said
from standin_aws import (
    ARN,
    BASE,
    FIREWALL,
    FURTHER,
    GROUP_ARN,
    LOGGING,
    POLICY,
    RESOURCE_POLICY,
    RULE,
    RULE_GROUP,
    STRICT,
    SUBNETS,
)

from providers.aws import CLOUD
from providers.kind import Session

BAD = "InvalidRequestException: "
SOURCE = "ruleGroup.rulesSource"
TEXT = f"{SOURCE}.rulesString"
LIST = f"{SOURCE}.rulesSourceList"
SETS = "ruleGroup.ruleVariables.ipSets"
FP = "firewallPolicy"
ENGINE = f"{FP}.statefulEngineOptions"
ACTIONS = f"{FP}.statefulDefaultActions"
REFS = f"{FP}.statefulRuleGroupReferences"
CONFIGS = "loggingConfiguration.logDestinationConfigs"
OTHER_ARN = f"{ARN}stateful-rulegroup/other"


def constraint(path: str, value: object, must: str) -> str:
    """The service's own model, as every AWS service words it."""
    shown = f"Value '{value}'" if len(str(value)) <= 200 else "Value"
    return (
        f"{BAD}1 validation error detected: {shown} at '{path}' failed to satisfy constraint: "
        f"Member must {must}"
    )


def domains(*targets: str, types: tuple[str, ...] = ("TLS_SNI", "HTTP_HOST")) -> Inputs:
    """A rule group of a domain list instead of text."""
    listed = {"generatedRulesType": "ALLOWLIST", "targets": [*targets], "targetTypes": [*types]}
    return {SOURCE: {"rulesSourceList": listed}}


def rules(count: int) -> str:
    """So many rules, a comment and an empty line."""
    lines = [f"pass tcp any any -> any 443 (flow:established; sid:{n + 1};)" for n in range(count)]
    return "\n".join(["# comment", "", *lines])


IN_LIST = "context: RulesSource.RulesSourceList"
MIXED = "StatefulDefaultActions cannot exist together"
CASES: list[Case] = [
    (RULE_GROUP, {"name": "a_b"}, "name",
     constraint("name", "a_b", "satisfy regular expression pattern: ^[a-zA-Z0-9-]+$ (1 to 128)")),
    (RULE_GROUP, {"description": "x" * 513}, "description",
     constraint("description", "x" * 513, "have length less than or equal to 512")),
    (RULE_GROUP, {"type": "STATELESS"}, "type",
     "the stand-in has no stateless rule groups: only STATEFUL"),
    (RULE_GROUP, {"type": "IPS"}, "type",
     'expected type to be one of ["STATELESS" "STATEFUL"], got IPS'),
    (RULE_GROUP, {"capacity": 30001}, "capacity",
     f"{BAD}Capacity capacity exceeded, parameter: [30001], context: Capacity"),
    (RULE_GROUP, {"capacity": 0}, "capacity",
     f"{BAD}Capacity is invalid, parameter: [0], context: Capacity"),
    (RULE_GROUP, {TEXT: rules(250), "capacity": 249}, "capacity",
     f"{BAD}StatefulRules capacity exceeded, parameter: [250], context: RulesSource.StatefulRules"),
    (RULE_GROUP, {**domains("a.com", ".b.com", "c.com"), "capacity": 8}, "capacity",
     f"{BAD}StatefulRules capacity exceeded, parameter: [9], context: RulesSource.StatefulRules"),
    (RULE_GROUP, {"rules": RULE}, "ruleGroup",
     f"{BAD}RuleGroup, Rules must set exactly one of them, context: RuleGroup"),
    (RULE_GROUP, {f"{SOURCE}.statefulRules": []}, SOURCE,
     f"{BAD}RulesString, RulesSourceList, StatefulRules must set exactly one of them, "
     "context: RulesSource"),
    (RULE_GROUP, {TEXT: GONE}, SOURCE,
     f"{BAD}RulesString, RulesSourceList, StatefulRules must set exactly one of them, "
     "context: RulesSource"),
    (RULE_GROUP, {f"{SOURCE}.statelessRulesAndCustomActions": {}},
     f"{SOURCE}.statelessRulesAndCustomActions",
     f"{BAD}StatelessRulesAndCustomActions is invalid, context: "
     "RulesSource.StatelessRulesAndCustomActions"),
    (RULE_GROUP, domains("*.a.com"), f"{LIST}.targets[0]",
     f"{BAD}Targets has invalid format, parameter: [*.a.com], {IN_LIST}.Targets[0]"),
    (RULE_GROUP, domains("a.com", "https://a.com"), f"{LIST}.targets[1]",
     f"{BAD}Targets has invalid format, parameter: [https://a.com], {IN_LIST}.Targets[1]"),
    (RULE_GROUP, domains(".a.com", "a.com"), f"{LIST}.targets[1]",
     f"{BAD}Targets has duplicate values, parameter: [a.com], {IN_LIST}.Targets[1]"),
    (RULE_GROUP, domains(), f"{LIST}.targets",
     f"{BAD}Targets cannot be null or empty, {IN_LIST}.Targets"),
    (RULE_GROUP, domains("a.com", types=()), f"{LIST}.targetTypes",
     f"{BAD}TargetTypes cannot be null or empty, {IN_LIST}.TargetTypes"),
    (RULE_GROUP, {f"{SETS}.0.key": "9X"}, f"{SETS}[0].key",
     constraint(f"{SETS}[0].key", "9X",
                "satisfy regular expression pattern: ^[A-Za-z][A-Za-z0-9_]*$ (1 to 32)")),
    (RULE_GROUP, {SETS: BASE[RULE_GROUP]["ruleGroup"]["ruleVariables"]["ipSets"] * 2},
     f"{SETS}[1].key",
     f"{BAD}RuleVariables.IPSets has duplicate values, parameter: [SERVERS], "
     "context: RuleVariables.IPSets"),
    (RULE_GROUP, {f"{SETS}.0.ipSet.definitions": ["10.0.0.300"]}, f"{SETS}[0].ipSet.definitions[0]",
     f"{BAD}SERVERS is invalid, parameter: [10.0.0.300], context: RuleVariables.IPSets.SERVERS"),
    (RULE_GROUP, {f"{SETS}.0.ipSet.definitions": []}, f"{SETS}[0].ipSet.definitions",
     f"{BAD}SERVERS cannot be null or empty, context: RuleVariables.IPSets.SERVERS"),
    (RULE_GROUP, {"ruleGroup.referenceSets": {"ipSetReferences": [
        {"key": f"R{n}", "ipSetReferences": [{"referenceArn": ARN}]} for n in range(6)]}},
     "ruleGroup.referenceSets.ipSetReferences",
     f"{BAD}IPSetReferences limit exceeded, parameter: [6], context: ReferenceSets"),
    (RULE_GROUP, {TEXT: "x" * 2_000_001}, TEXT,
     constraint(TEXT, "x" * 2_000_001, "have length less than or equal to 2000000")),
    (RULE_GROUP, {TEXT: "# nothing\n"}, TEXT,
     f"{BAD}RulesString cannot be null or empty, context: RulesSource.RulesString"),
    (POLICY, {"name": "a.b"}, "name",
     constraint("name", "a.b", "satisfy regular expression pattern: ^[a-zA-Z0-9-]+$ (1 to 128)")),
    (POLICY, {f"{FP}.statelessDefaultActions": GONE}, f"{FP}.statelessDefaultActions",
     "missing required property 'statelessDefaultActions'"),
    (POLICY, {f"{FP}.statelessDefaultActions": ["Mine"]}, f"{FP}.statelessDefaultActions",
     f"{BAD}StatelessDefaultActions cannot be null or empty, context: StatelessDefaultActions"),
    (POLICY, {f"{FP}.statelessFragmentDefaultActions": ["aws:drop", "aws:pass"]},
     f"{FP}.statelessFragmentDefaultActions",
     f"{BAD}StatelessFragmentDefaultActions cannot exist together, "
     "context: StatelessFragmentDefaultActions"),
    (POLICY, {f"{FP}.statelessRuleGroupReferences": []}, f"{FP}.statelessRuleGroupReferences",
     "the stand-in has no stateless rules: leave it out"),
    (POLICY, {f"{ENGINE}.ruleOrder": "LOOSE"}, f"{ENGINE}.ruleOrder",
     constraint(f"{ENGINE}.ruleOrder", "LOOSE",
                "satisfy enum value set: [DEFAULT_ACTION_ORDER, STRICT_ORDER]")),
    (POLICY, {f"{ENGINE}.streamExceptionPolicy": "PASS"}, f"{ENGINE}.streamExceptionPolicy",
     constraint(f"{ENGINE}.streamExceptionPolicy", "PASS",
                "satisfy enum value set: [DROP, CONTINUE, REJECT]")),
    (POLICY, {f"{ENGINE}.flowTimeouts.tcpIdleTimeoutSeconds": 59},
     f"{ENGINE}.flowTimeouts.tcpIdleTimeoutSeconds",
     constraint(f"{ENGINE}.flowTimeouts.tcpIdleTimeoutSeconds", 59, "be between 60 and 6000")),
    (POLICY, {ENGINE: GONE}, ACTIONS,
     f"{BAD}StatefulDefaultActions has invalid rule order, parameter: [DEFAULT_ACTION_ORDER], "
     "context: StatefulDefaultActions"),
    (POLICY, {ACTIONS: ["aws:drop_all"]}, ACTIONS,
     f"{BAD}StatefulDefaultActions is invalid, parameter: [aws:drop_all], "
     "context: StatefulDefaultActions"),
    (POLICY, {ACTIONS: ["aws:drop_strict", "aws:drop_established"]}, ACTIONS,
     f"{BAD}{MIXED}, parameter: [aws:drop_established, aws:drop_strict], "
     "context: StatefulDefaultActions"),
    (POLICY, {ACTIONS: ["aws:drop_established", "aws:alert_established_app_layer"]}, ACTIONS,
     f"{BAD}{MIXED}, context: StatefulDefaultActions"),
    (POLICY, {f"{REFS}.0.priority": GONE}, f"{REFS}[0].priority",
     f"{BAD}Priority cannot be null, context: StatefulRuleGroupReferences[0]"),
    (POLICY, {ENGINE: GONE}, f"{REFS}[0].priority",
     f"{BAD}Priority cannot be provided, parameter: [100], "
     "context: StatefulRuleGroupReferences[0][Priority=100]"),
    (POLICY, {f"{REFS}.0.priority": 65536}, f"{REFS}[0].priority",
     constraint(f"{REFS}[0].priority", 65536, "be between 1 and 65535")),
    (POLICY, {REFS: [{"priority": 1, "resourceArn": arn} for arn in (GROUP_ARN, OTHER_ARN)]},
     f"{REFS}[1].priority",
     f"{BAD}Priority has duplicate values, parameter: [1], "
     "context: StatefulRuleGroupReferences[Priority=1]"),
    (POLICY, {REFS: [{"priority": n + 1, "resourceArn": f"{GROUP_ARN}-{n}"} for n in range(21)]},
     REFS,
     f"{BAD}StatefulRuleGroupReferences limit exceeded, parameter: [21], "
     "context: StatefulRuleGroupReferences"),
    (POLICY, {f"{REFS}.0.override": {"action": "DROP_TO_ALERT"}}, f"{REFS}[0].override",
     f"{BAD}rule group must be a managed resource"),
    (POLICY, {f"{FP}.policyVariables.ruleVariables.0.key": "EXTERNAL_NET"},
     f"{FP}.policyVariables.ruleVariables[0].key",
     f"{BAD}RuleVariables is invalid, parameter: [EXTERNAL_NET], "
     "context: PolicyVariables.RuleVariables.IPSet.EXTERNAL_NET"),
    (FIREWALL, {"vpcId": GONE}, "vpcId",
     "Invalid combination of arguments: one of `transit_gateway_id,vpc_id` must be specified"),
    (FIREWALL, {"subnetMappings": []}, "subnetMappings",
     f"{BAD}SubnetMappings cannot be null or empty, context: SubnetMappings"),
    (FIREWALL, {"subnetMappings": [{"subnetId": SUBNETS[0]}] * 2}, "subnetMappings[1].subnetId",
     f"{BAD}SubnetMappings has duplicate values, parameter: [{SUBNETS[0]}], "
     "context: SubnetMappings"),
    (FIREWALL, {"subnetMappings.0.ipAddressType": "IPV5"}, "subnetMappings[0].ipAddressType",
     constraint("subnetMappings[0].ipAddressType", "IPV5",
                "satisfy enum value set: [IPV4, DUALSTACK, IPV6]")),
    (FIREWALL, {"transitGatewayId": "tgw-1", "availabilityZoneMappings": [{"availabilityZoneId": "euw1-az1"}]},
     "vpcId", "Invalid combination of arguments: one of `transit_gateway_id,vpc_id` must be specified"),
    (FIREWALL, {"transitGatewayId": "tgw-1", "vpcId": GONE}, "availabilityZoneMappings",
     f"{BAD}AvailabilityZoneMappings cannot be null or empty, context: AvailabilityZoneMappings"),
    (FIREWALL, {"transitGatewayId": "tgw-1", "vpcId": GONE, "availabilityZoneMappings": [{}]},
     "availabilityZoneMappings[0].availabilityZoneId", "missing required property 'availabilityZoneId'"),
    (FURTHER, {"subnetMapping": {}}, "subnetMapping.subnetId", "missing required property 'subnetId'"),
    (FIREWALL, {"enabledAnalysisTypes": ["DNS"]}, "enabledAnalysisTypes",
     constraint("enabledAnalysisTypes", "DNS", "satisfy enum value set: [TLS_SNI, HTTP_HOST]")),
    (LOGGING, {f"{CONFIGS}.0.logType": "FLOW"}, f"{CONFIGS}[1].logType",
     f"{BAD}LogType has duplicate values, parameter: [FLOW], "
     "context: LoggingConfiguration.LogDestinationConfigs"),
    (LOGGING, {f"{CONFIGS}.0.logType": "ALL"}, f"{CONFIGS}[0].logType",
     constraint(f"{CONFIGS}[0].logType", "ALL", "satisfy enum value set: [ALERT, FLOW, TLS]")),
    (LOGGING, {f"{CONFIGS}.1.logDestination": {"bucket": "logs"}}, f"{CONFIGS}[1].logDestination",
     f"{BAD}bucketName cannot be null or empty, context: LogDestination (S3)"),
    (RESOURCE_POLICY, {"policy": "{"}, "policy",
     '"policy" contains an invalid JSON policy: Expecting property name enclosed in double quotes: '
     "line 1 column 2 (char 1)"),
    (RESOURCE_POLICY, {"policy": "[]"}, "policy",
     "InvalidResourcePolicyException: the policy has no Statement"),
]  # fmt: skip


@pytest.fixture
def session(tmp_path: Path) -> Session:
    """A provider over an empty cloud."""
    return standin.session(tmp_path)


@pytest.mark.parametrize(("type_name", "edits", "path", "message"), CASES)
def test_one_change_is_refused(
    session: Session, type_name: str, edits: Inputs, path: str, message: str
) -> None:
    """Each edit is refused at the property at fault, in the service's words."""
    inputs = changed(BASE[type_name], edits)

    assert (path, message) in said(CLOUD.kinds[type_name], inputs, session)


@pytest.mark.parametrize(
    "edits",
    [
        {**domains("a.com", ".b.com", "Example.com", "example.com"), "capacity": 11},
        {TEXT: rules(250), "capacity": 250},
        {"capacity": 30000},
        {TEXT: GONE, f"{SOURCE}.statefulRules": [{"action": "PASS"}]},
        {"ruleGroup": GONE, "rules": RULE.replace("$SERVERS", "any")},
    ],
)
def test_what_is_just_allowed_is_accepted(session: Session, edits: Inputs) -> None:
    """Capacity to the unit, names that differ in case, the other sources of rules."""
    assert [] == said(CLOUD.kinds[RULE_GROUP], changed(BASE[RULE_GROUP], edits), session)


@pytest.mark.parametrize(
    ("type_name", "inside"), [(RULE_GROUP, ("ruleGroup", "statefulRuleOptions")),
                              (POLICY, ("firewallPolicy", "statefulEngineOptions"))],
)  # fmt: skip
def test_the_default_rule_order_is_the_same_said_or_not(
    type_name: str, inside: tuple[str, str]
) -> None:
    """So naming it replaces nothing, and STRICT_ORDER instead does."""
    kind, (outer, options) = CLOUD.kinds[type_name], inside
    silent = changed(BASE[type_name], {f"{outer}.{options}": {}})
    named = changed(silent, {f"{outer}.{options}": {"ruleOrder": "DEFAULT_ACTION_ORDER"}})
    strict = changed(silent, {f"{outer}.{options}": STRICT})

    assert kind.canonical(silent) == kind.canonical(named)
    assert kind.canonical(silent) != kind.canonical(strict)
