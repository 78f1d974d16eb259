"""Documents as the requests that AWS gets, judged by the service models in botocore."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, Final

from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.validate import ParamValidator

from wsus_egress.controls import Document

_REFERENCE: Final = re.compile(r"\$\{([^}]+)\}")
_ACCOUNT: Final = "123456789012"
# What a reference stands for once the resource is there, by the path and the document's kind.
_ARN: Final = {
    "RuleGroup": "network-firewall:eu-west-1:{0}:stateful-rulegroup/{1}",
    "FirewallPolicy": "network-firewall:eu-west-1:{0}:firewall-policy/{1}",
    "Firewall": "network-firewall:eu-west-1:{0}:firewall/{1}",
    "ResourceShare": "ram:eu-west-1:{0}:resource-share/{1}",
}
_ID: Final = {
    "SecurityGroup": "sg-0123456789abcdef0",
    "ManagedPrefixList": "pl-0123456789abcdef0",
    "ResolverFirewallRuleGroup": "rslvr-frg-0123456789abcdef",
    "ResolverFirewallDomainList": "rslvr-fdl-0123456789abcdef",
}
# Java's classes of characters, which Python's own expressions do not have.
_CLASSES: Final = {
    r"\p{L}": r"^\W\d_", r"\p{Z}": r"\s", r"\p{N}": r"\d", r"\p{Alnum}": "a-zA-Z0-9", r"\p{ASCII}": "\x00-\x7f",
}  # fmt: skip

Params = dict[str, Any]


def capital(value: Any) -> Any:
    """Pulumi's names as the services', at every depth."""
    if isinstance(value, Mapping):
        return {key[:1].upper() + key[1:]: capital(part) for key, part in value.items()}
    return [capital(part) for part in value] if isinstance(value, (list, tuple)) else value


def tags(document: Document) -> list[Params]:
    """A document's tags as a list."""
    given: Mapping[str, str] = document.properties.get("tags", {})
    return [{"Key": key, "Value": value} for key, value in given.items()]


def of_ec2(document: Document, kind: str) -> Params:
    """The tags of what EC2 makes, as one of its kinds of resources."""
    return {"TagSpecifications": [{"ResourceType": kind, "Tags": tags(document)}]}


def name_of(document: Document) -> str:
    """The name that it gives, or the one that the provider makes up."""
    return str(document.properties.get("name", f"{document.name}-1234567"))


def _rule_group(document: Document) -> Params:
    own = document.properties
    group = capital({k: v for k, v in own["ruleGroup"].items() if k != "ruleVariables"})
    sets = own["ruleGroup"].get("ruleVariables", {}).get("ipSets", ())
    group["RuleVariables"] = {"IPSets": {each["key"]: capital(each["ipSet"]) for each in sets}}
    for each in group["RuleVariables"]["IPSets"].values():
        each["Definition"] = each.pop("Definitions")
    return {
        "RuleGroupName": name_of(document),
        "RuleGroup": group,
        "Tags": tags(document),
        **{key: capital(own)[key] for key in ("Type", "Capacity", "Description")},
    }


def _policy(document: Document) -> Params:
    own = document.properties["firewallPolicy"]
    policy = capital({key: value for key, value in own.items() if key != "policyVariables"})
    rows = own.get("policyVariables", {}).get("ruleVariables", ())
    policy["PolicyVariables"] = {
        "RuleVariables": {row["key"]: {"Definition": row["ipSet"]["definitions"]} for row in rows}
    }
    return {
        "FirewallPolicyName": name_of(document),
        "FirewallPolicy": policy,
        "Description": document.properties["description"],
        "Tags": tags(document),
    }


def _plain(**renamed: str) -> Callable[[Document], Params]:
    """Capital letters, and these names in place of Pulumi's."""

    def made(document: Document) -> Params:
        own = {renamed.get(k, k): v for k, v in document.properties.items() if k != "tags"}
        return {
            **capital(own),
            **({"Tags": tags(document)} if "tags" in document.properties else {}),
        }

    return made


def _firewall(document: Document) -> Params:
    own = {key: value for key, value in document.properties.items() if key != "name"}
    return {
        **_plain()(Document(document.type, document.name, own)),
        "FirewallName": name_of(document),
    }


def _logging(document: Document) -> Params:
    rows = document.properties["loggingConfiguration"]["logDestinationConfigs"]
    return {
        "FirewallArn": document.properties["firewallArn"],
        "LoggingConfiguration": {
            "LogDestinationConfigs": [
                {**capital(row), "LogDestination": row["logDestination"]} for row in rows
            ]
        },
    }


def _group(document: Document) -> Params:
    own = document.properties
    return {"GroupName": name_of(document), "Description": own["description"], "VpcId": own["vpcId"],
            **of_ec2(document, "security-group")}  # fmt: skip


def _rule(document: Document) -> Params:
    own = dict(document.properties)
    about = {"Description": own["description"]} if "description" in own else {}
    permission: Params = {"IpProtocol": own["ipProtocol"]}
    permission |= {capital({k: 0}).popitem()[0]: own[k] for k in ("fromPort", "toPort") if k in own}
    for field, rows, key in (
        ("cidrIpv4", "IpRanges", "CidrIp"), ("cidrIpv6", "Ipv6Ranges", "CidrIpv6"),
        ("prefixListId", "PrefixListIds", "PrefixListId"),
        ("referencedSecurityGroupId", "UserIdGroupPairs", "GroupId"),
    ):  # fmt: skip
        if field in own:
            permission[rows] = [{key: own[field], **about}]
    return {
        "GroupId": own["securityGroupId"],
        "IpPermissions": [permission],
        **of_ec2(document, "security-group-rule"),
    }


def _prefix_list(document: Document) -> Params:
    own = document.properties
    return {"PrefixListName": name_of(document), "AddressFamily": own["addressFamily"],
            "MaxEntries": own["maxEntries"], "Entries": capital(own["entries"]), **of_ec2(document, "prefix-list")}  # fmt: skip


def _log_group(document: Document) -> Params:
    return {"logGroupName": document.properties["name"], "tags": document.properties["tags"]}


def _resolver(**renamed: str) -> Callable[[Document], Params]:
    def made(document: Document) -> Params:
        own = {**document.properties, "name": name_of(document)}
        own.pop("domains", None)
        return {"CreatorRequestId": "x",
                **_plain(**renamed)(Document(document.type, document.name, own))}  # fmt: skip

    return made


def _manager(document: Document) -> Params:
    own = document.properties
    scope = own.get("includeMap", {})
    policy = {
        "PolicyName": name_of(document),
        "ExcludeResourceTags": own["excludeResourceTags"],
        "RemediationEnabled": own["remediationEnabled"],
        "ResourceType": own["resourceType"],
        "ResourceTags": [{"Key": k, "Value": v} for k, v in own["resourceTags"].items()],
        "SecurityServicePolicyData": capital(own["securityServicePolicyData"]),
        "IncludeMap": {
            theirs: scope[ours]
            for theirs, ours in (("ACCOUNT", "accounts"), ("ORG_UNIT", "orgunits"))
            if ours in scope
        },
    }
    return {"Policy": policy, "TagList": tags(document)}


def _share(document: Document) -> Params:
    return {
        "name": document.properties["name"],
        "allowExternalPrincipals": document.properties["allowExternalPrincipals"],
        "tags": [{"key": k, "value": v} for k, v in document.properties["tags"].items()],
    }


def _associated(field: str, list_: str) -> Callable[[Document], Params]:
    return lambda document: {
        "resourceShareArn": document.properties["resourceShareArn"],
        list_: [document.properties[field]],
    }


REQUESTS: Final[Mapping[str, tuple[str, str, Callable[[Document], Params]]]] = {
    "RuleGroup": ("network-firewall", "CreateRuleGroup", _rule_group),
    "FirewallPolicy": ("network-firewall", "CreateFirewallPolicy", _policy),
    "Firewall": ("network-firewall", "CreateFirewall", _firewall),
    "LoggingConfiguration": ("network-firewall", "UpdateLoggingConfiguration", _logging),
    "LogGroup": ("logs", "CreateLogGroup", _log_group),
    "Route": ("ec2", "CreateRoute", _plain()),
    "ManagedPrefixList": ("ec2", "CreateManagedPrefixList", _prefix_list),
    "SecurityGroup": ("ec2", "CreateSecurityGroup", _group),
    "SecurityGroupEgressRule": ("ec2", "AuthorizeSecurityGroupEgress", _rule),
    "SecurityGroupIngressRule": ("ec2", "AuthorizeSecurityGroupIngress", _rule),
    "ResolverFirewallDomainList": ("route53resolver", "CreateFirewallDomainList", _resolver()),
    "ResolverFirewallRuleGroup": ("route53resolver", "CreateFirewallRuleGroup", _resolver()),
    "ResolverFirewallRule": ("route53resolver", "CreateFirewallRule", _resolver(qType="qtype")),
    "ResolverFirewallRuleGroupAssociation": (
        "route53resolver", "AssociateFirewallRuleGroup", _resolver()
    ),
    "ResolverFirewallConfig": ("route53resolver", "UpdateFirewallConfig", _plain()),
    "ResourceShare": ("ram", "CreateResourceShare", _share),
    "ResourceAssociation": (
        "ram", "AssociateResourceShare", _associated("resourceArn", "resourceArns")
    ),
    "PrincipalAssociation": (
        "ram", "AssociateResourceShare", _associated("principal", "principals")
    ),
    "Policy": ("fms", "PutPolicy", _manager),
}  # fmt: skip
"""By Pulumi's type: the service, the operation that makes one, and what it is asked."""


def answers(document: Document, kinds: Mapping[str, str]) -> list[str]:
    """What the service's model refuses of a document's request.

    Args:
        document: The document.
        kinds: Every document's type, by its name.
    """
    kind = document.type.rpartition(":")[2]
    service, operation, build = REQUESTS[kind]
    settled = _settled(document.properties, kinds)
    params = build(Document(document.type, document.name, settled))
    shape = _model(service).operation_model(operation).input_shape
    report = ParamValidator().validate(params, shape)
    found = [report.generate_report()] if report.has_errors() else []
    return [*found, *_refused(_shapes(service), shape.name, params, "")]


def _settled(value: Any, kinds: Mapping[str, str]) -> Any:
    if isinstance(value, Mapping):
        return {key: _settled(part, kinds) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_settled(part, kinds) for part in value]
    return (
        _REFERENCE.sub(lambda m: _stands_for(m[1], kinds), value)
        if isinstance(value, str)
        else value
    )


def _stands_for(text: str, kinds: Mapping[str, str]) -> str:
    name = max((name for name in kinds if text.startswith(f"{name}.")), key=len)
    path = text.removeprefix(f"{name}.")
    kind = kinds[name].rpartition(":")[2]
    if path == "arn":
        return "arn:aws:" + _ARN[kind].format(_ACCOUNT, name)
    if path.startswith("endpoint("):
        return "vpce-0123456789abcdef0"
    return _ID[kind] if path == "id" else name


@cache
def _shapes(service: str) -> Mapping[str, Any]:
    shapes: Mapping[str, Any] = Loader().load_service_model(service, "service-2")["shapes"]
    return shapes


@cache
def _model(service: str) -> ServiceModel:
    return ServiceModel(Loader().load_service_model(service, "service-2"), service)


def _refused(shapes: Mapping[str, Any], name: str, value: Any, path: str) -> Iterator[str]:
    """What botocore leaves to the service: patterns, enums, and the most that there may be."""
    shape = shapes[name]
    if shape["type"] == "structure":
        for key, part in value.items():
            if key not in shape["members"]:
                yield f"{path}: {name} has no {key}"
            else:
                yield from _refused(shapes, shape["members"][key]["shape"], part, f"{path}.{key}")
    elif shape["type"] == "list":
        for index, part in enumerate(value):
            yield from _refused(shapes, shape["member"]["shape"], part, f"{path}[{index}]")
    elif shape["type"] == "map":
        for key, part in value.items():
            yield from _refused(shapes, shape["key"]["shape"], key, f"{path}.{key}")
            yield from _refused(shapes, shape["value"]["shape"], part, f"{path}.{key}")
    elif "enum" in shape and value not in shape["enum"]:
        yield f"{path}: {value!r} is none of {shape['enum']}"
    elif "pattern" in shape and not _pattern(shape["pattern"]).fullmatch(value):
        yield f"{path}: {value!r} does not match {shape['pattern']}"
    size = value if isinstance(value, (int, float)) else len(value)
    if not isinstance(value, bool) and size > shape.get("max", size):
        yield f"{path}: {size}, and {name} is {shape['max']} at most"


@cache
def _pattern(text: str) -> re.Pattern[str]:
    # A class of its own inside brackets cannot be negated there: letters are any word character.
    for theirs, ours in {**_CLASSES, r"\p{L}": r"\w"}.items():
        text = text.replace(theirs, ours)
    return re.compile(text.removesuffix("$").removeprefix("^"), re.DOTALL)
