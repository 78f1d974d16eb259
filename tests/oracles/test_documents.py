"""Vendors' own validators judge every document that reaches a provider."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import jsonschema
import pytest
from azure.mgmt.network import models
from azure.mgmt.network._serialization import Deserializer, Serializer
from cfnlint.jsonschema import CfnTemplateValidator
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER
from paths import ROOT
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4
from sample import TODAY

from wsus_egress.controls import Document
from wsus_egress.model.environment import COMPONENT_NAME
from wsus_egress.review.analysis import analyse

ARM_SCHEMAS = ROOT.parent / "shared" / "oracles" / "azure"

# Pulumi's types with their ARM definition and the model of azure-mgmt-network.
AZURE = {
    "AzureFirewall": ("azureFirewalls", "AzureFirewall"),
    "FirewallPolicy": ("firewallPolicies", "FirewallPolicy"),
    "FirewallPolicyRuleCollectionGroup": (
        "firewallPolicies_ruleCollectionGroups",
        "FirewallPolicyRuleCollectionGroup",
    ),
    "IpGroup": ("ipGroups", "IpGroup"),
    "NetworkSecurityGroup": ("networkSecurityGroups", "NetworkSecurityGroup"),
    "PublicIPAddress": ("publicIPAddresses", "PublicIPAddress"),
    "RouteTable": ("routeTables", "RouteTable"),
    "Subnet": ("virtualNetworks_subnets", "Subnet"),
}
# Not Microsoft.Network's: its schema is not beside the checkout, and no model is about it.
OTHERS = ("DiagnosticSetting",)
# What is part of a resource's address or of every resource, and no property of its own.
ADDRESS = {
    "azureFirewallName",
    "firewallPolicyName",
    "ipGroupsName",
    "networkSecurityGroupName",
    "publicIpAddressName",
    "resourceGroupName",
    "routeTableName",
    "ruleCollectionGroupName",
    "subnetName",
    "virtualNetworkName",
}
# Lists of parts that have a name beside properties of their own.
PARTS = ("ipConfigurations", "routes", "securityRules")
# Pulumi's types with their CloudFormation type. RAM's associations and DNS Firewall's fail mode have
# none; DNS Firewall's rules are part of their group there.
AWS = {
    "Firewall": "AWS::NetworkFirewall::Firewall",
    "FirewallPolicy": "AWS::NetworkFirewall::FirewallPolicy",
    "LogGroup": "AWS::Logs::LogGroup",
    "LoggingConfiguration": "AWS::NetworkFirewall::LoggingConfiguration",
    "ManagedPrefixList": "AWS::EC2::PrefixList",
    "ResolverFirewallDomainList": "AWS::Route53Resolver::FirewallDomainList",
    "ResolverFirewallRuleGroup": "AWS::Route53Resolver::FirewallRuleGroup",
    "ResolverFirewallRuleGroupAssociation": "AWS::Route53Resolver::FirewallRuleGroupAssociation",
    "Route": "AWS::EC2::Route",
    "RuleGroup": "AWS::NetworkFirewall::RuleGroup",
    "SecurityGroup": "AWS::EC2::SecurityGroup",
    "SecurityGroupEgressRule": "AWS::EC2::SecurityGroupEgress",
    "SecurityGroupIngressRule": "AWS::EC2::SecurityGroupIngress",
}
SCHEMALESS = {"ResolverFirewallConfig", "ResolverFirewallRule"}
# CloudFormation's names where they are not Pulumi's with a capital letter.
RENAMED = {
    "cidrIpv4": "CidrIp", "cidrIpv6": "CidrIpv6", "name": "Name", "securityGroupId": "GroupId",
    "prefixListId": "PrefixListId",
}  # fmt: skip
# What the provider has for itself, or makes up where the program gives no name.
PROVIDERS_OWN = {"revokeRulesOnDelete"}


def documents(cloud: str) -> list[Any]:
    """Every document of every shipped environment on one cloud."""
    return [
        pytest.param(document, id=f"{analysis.environment.name}-{document.name}")
        for analysis in analyse(ROOT, (), TODAY)
        for target in analysis.targets
        if target.target.cloud == cloud
        for control in target.controls
        for document in control.documents(COMPONENT_NAME)
        if document.type.rpartition(":")[2] not in OTHERS
    ]


def arm_body(document: Document) -> dict[str, Any]:
    """The request's JSON: azure-native lifts `properties`, which goes back here."""
    kind = document.type.rpartition(":")[2]
    body: dict[str, Any] = {}
    properties: dict[str, Any] = {}
    for key, value in document.properties.items():
        beside = ("location", "tags", "zones")
        if key in (*beside, "sku") if kind == "PublicIPAddress" else key in beside:
            body[key] = value
        elif key not in ADDRESS:
            properties[key] = value
    for key in PARTS:
        if key in properties:
            properties[key] = [
                {
                    "name": part["name"],
                    "properties": {name: value for name, value in part.items() if name != "name"},
                }
                for part in properties[key]
            ]
    return {**body, "properties": properties}


@cache
def arm_validator(definition: str) -> jsonschema.Draft4Validator:
    """The ARM schema's part for one resource type."""
    registry: Registry[Any] = Registry()
    for name in ("Microsoft.Network.NRP.2024-05-01.json", "common-definitions.json"):
        contents = json.loads((ARM_SCHEMAS / name).read_text(encoding="utf-8"))
        resource = Resource.from_contents(contents, default_specification=DRAFT4)
        registry = registry.with_resource(contents["id"].rstrip("#"), resource)
        if name.startswith("Microsoft"):
            base = contents["id"].rstrip("#")
    reference = {"$ref": f"{base}#/resourceDefinitions/{definition}"}
    return jsonschema.Draft4Validator(reference, registry=registry)


@pytest.mark.skipif(
    not ARM_SCHEMAS.is_dir(), reason="the ARM JSON schemas are not beside the checkout"
)
@pytest.mark.parametrize("document", documents("azure"))
def test_arm_schema_accepts(document: Document) -> None:
    """Azure's published schema accepts the document as a template's resource."""
    definition, _ = AZURE[document.type.rpartition(":")[2]]
    arm_type = f"Microsoft.Network/{definition.replace('_', '/')}"
    envelope = {"name": document.name, "type": arm_type, "apiVersion": "2024-05-01"}

    assert [] == list(arm_validator(definition).iter_errors({**envelope, **arm_body(document)}))


@pytest.mark.parametrize("document", documents("azure"))
def test_azure_model_takes_it_unchanged(document: Document) -> None:
    """The vendor's SDK for the same API version reads the document and gives it back the same."""
    _, model = AZURE[document.type.rpartition(":")[2]]
    classes = {name: value for name, value in vars(models).items() if isinstance(value, type)}
    body = arm_body(document)

    parsed = Deserializer(classes)._deserialize(model, body)  # type: ignore[no-untyped-call]

    back = Serializer(classes).body(parsed, model)  # type: ignore[no-untyped-call]

    assert body == back
    assert [] == list(out_of_bounds(parsed))


def out_of_bounds(value: Any) -> Iterator[str]:
    """The attributes of a model that break its own `_validation`."""
    if isinstance(value, list):
        for item in value:
            yield from out_of_bounds(item)
    for name, rules in getattr(value, "_validation", {}).items():
        given = getattr(value, name)
        if given is None:
            if rules.get("required"):
                yield f"{name} is missing"
            continue
        if isinstance(given, int) and not (
            rules.get("minimum_ei", rules.get("minimum", given))
            <= given
            <= rules.get("maximum_ei", rules.get("maximum", given))
        ):
            yield f"{name} is {given}"
    for name in getattr(value, "_attribute_map", {}):
        yield from out_of_bounds(getattr(value, name))


ARN = "arn:aws:network-firewall:eu-west-1:123456789012:{}/name"
REFERENCES = {
    "arn": ARN.format("stateful-rulegroup"),
    "endpoint": "vpce-0123456789abcdef0",
    "id": "rslvr-frg-0123456789abcdef",
}


def registry_form(value: Any) -> Any:
    """Properties as CloudFormation names them, references replaced by what they look like."""
    if isinstance(value, dict):
        return {
            RENAMED.get(key, key[:1].upper() + key[1:]): registry_form(part)
            for key, part in value.items()
            if key not in PROVIDERS_OWN
        }
    if isinstance(value, list):
        return [registry_form(part) for part in value]
    if isinstance(value, str) and value.startswith("${"):
        return next(text for end, text in REFERENCES.items() if f".{end}" in value)
    return value


def variables(sets: list[Any]) -> dict[str, Any]:
    """CloudFormation keys variables by name and calls the addresses a definition."""
    return {each["Key"]: {"Definition": each["IpSet"]["Definitions"]} for each in sets}


def registry_properties(document: Document, kind: str) -> dict[str, Any]:
    """A document's properties as its CloudFormation type has them."""
    form: dict[str, Any] = registry_form(dict(document.properties))
    if "Tags" in form:
        form["Tags"] = [
            {"Key": key, "Value": value} for key, value in document.properties["tags"].items()
        ]
    match kind:
        case "RuleGroup":
            form["RuleGroupName"] = document.name
            sets = form["RuleGroup"]["RuleVariables"].pop("IpSets")
            form["RuleGroup"]["RuleVariables"]["IPSets"] = variables(sets)
        case "FirewallPolicy":
            form["FirewallPolicyName"] = document.name
            held = form["FirewallPolicy"]["PolicyVariables"]
            held["RuleVariables"] = variables(held["RuleVariables"])
        case "Firewall":
            form["FirewallName"] = document.name
        case "LogGroup":
            form["LogGroupName"] = form.pop("Name")
        case "LoggingConfiguration":
            form["FirewallArn"] = ARN.format("firewall")
            for each in form["LoggingConfiguration"]["LogDestinationConfigs"]:
                each["LogDestination"] = {
                    key[:1].lower() + key[1:]: value
                    for key, value in each["LogDestination"].items()
                }
        case "ManagedPrefixList":
            form["PrefixListName"] = form.pop("Name")
        case "SecurityGroup":
            form["GroupDescription"] = form.pop("Description")
        case "SecurityGroupEgressRule" | "SecurityGroupIngressRule":
            form["GroupId"] = "sg-0123456789abcdef0"
            del form["Tags"]
        case _:
            pass
    return form


def judged(document: Document) -> bool:
    """Whether the registry has a schema of the document's type."""
    return document.type.rpartition(":")[2] not in SCHEMALESS


@pytest.mark.parametrize("document", [each for each in documents("aws") if judged(each.values[0])])
def test_registry_schema_accepts(document: Document) -> None:
    """CloudFormation's registry schema accepts the document's properties."""
    kind = document.type.rpartition(":")[2]
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", AWS[kind]).schema
    validator = CfnTemplateValidator(schema=schema).evolve(schema=schema)

    errors = validator.iter_errors(registry_properties(document, kind))

    assert [] == [f"{'/'.join(map(str, error.path))}: {error.message}" for error in errors]


def test_oracles_refuse_a_wrong_document() -> None:
    """The validators do refuse: a priority out of range, and a text that is not a CIDR block."""
    classes = {name: value for name, value in vars(models).items() if isinstance(value, type)}
    body = {"properties": {"priority": 1, "ruleCollections": []}}
    wrong = Deserializer(classes)._deserialize(  # type: ignore[no-untyped-call]
        "FirewallPolicyRuleCollectionGroup", body
    )
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(
        "us-east-1", AWS["SecurityGroupEgressRule"]
    )
    validator = CfnTemplateValidator(schema=schema.schema).evolve(schema=schema.schema)
    rule = {"CidrIp": "10.0.0.0/40", "GroupId": "sg-0123456789abcdef0", "IpProtocol": "tcp"}

    assert ["priority is 1"] == list(out_of_bounds(wrong))
    assert [] != list(validator.iter_errors(rule))
