"""`aws.route53.ResolverFirewallRule`: what happens to queries for the names of one list."""

from __future__ import annotations

import re
from typing import Any, ClassVar, Final

from providers.aws.account import region
from providers.aws.dnsfirewall.common import (
    DOMAIN_LIST,
    RULE,
    RULE_GROUP,
    ResolverKind,
    conflict,
    enum,
    missing,
)
from providers.aws.registry import check_schema
from providers.aws.service import RESOLVER
from providers.errors import CloudError, Problem, Problems
from providers.evidence import believed, written
from providers.kind import Inputs, Naming, Session, known
from providers.store import Records

# CreateFirewallRule (Route 53 API reference, read 2026-11).
_ACTIONS: Final = ("ALLOW", "BLOCK", "ALERT")
_RESPONSES: Final = ("NODATA", "NXDOMAIN", "OVERRIDE")
_REDIRECTIONS: Final = ("INSPECT_REDIRECTION_DOMAIN", "TRUST_REDIRECTION_DOMAIN")
_QUERY_TYPE: Final = re.compile(
    r"A|AAAA|CAA|CNAME|DS|MX|NAPTR|NS|PTR|SOA|SPF|SRV|TXT|HTTPS|SVCB|TLSA|SSHFP|TYPE[1-9]\d{0,4}"
)
_LONGEST_TTL: Final = 604_800
_MOST_RULES: Final = 100  # Rules of a group (Route 53 quotas, 2023-06).
_OVERRIDE: Final = ("blockOverrideDomain", "blockOverrideDnsType", "blockOverrideTtl")


@believed("list and group are for life, the rest changes in place")
class DnsRule(ResolverKind):
    """One rule of a group: a domain list, an action, a priority."""

    type_name, prefix = RULE, "rslvr-fr"
    inputs: ClassVar = {
        "action": str,
        "blockOverrideDnsType": str,
        "blockOverrideDomain": str,
        "blockOverrideTtl": int,
        "blockResponse": str,
        "confidenceThreshold": str,
        "dnsThreatProtection": str,
        "firewallDomainListId": str,
        "firewallDomainRedirectionAction": str,
        "firewallRuleGroupId": str,
        "name": str,
        "priority": int,
        "qType": str,
        "region": str,
    }
    required: ClassVar = ("action", "firewallRuleGroupId", "priority")
    replaced_by: ClassVar = frozenset({"firewallDomainListId", "firewallRuleGroupId", "region"})
    computed: ClassVar = ("firewallThreatProtectionId", "region")

    def defaults(self, inputs: Inputs, session: Session, naming: Naming) -> dict[str, Any]:
        """The defaults that pulumi-aws fills in."""
        return {
            **super().defaults(inputs, session, naming),
            "firewallDomainRedirectionAction": _REDIRECTIONS[0],
        }

    @written(
        "actions, redirections and query types",
        "Route 53 API reference, CreateFirewallRule",
        "2026-11",
    )
    def problems(self, inputs: Inputs, session: Session) -> Problems:  # noqa: ARG002
        """Report what the service refuses in the inputs alone."""
        yield from self.common_problems(inputs)
        for field in ("dnsThreatProtection", "confidenceThreshold"):
            if field in inputs:
                yield Problem(field, "the stand-in has no DNS Firewall Advanced: use a domain list")
        if "firewallDomainListId" not in inputs and "dnsThreatProtection" not in inputs:
            yield RESOLVER.problem(
                "firewallDomainListId", "The rule must have a FirewallDomainListId"
            )
        yield from enum("action", known(inputs, "action"), _ACTIONS)
        redirection = known(inputs, "firewallDomainRedirectionAction")
        yield from enum("firewallDomainRedirectionAction", redirection, _REDIRECTIONS)
        kind = known(inputs, "qType")
        if kind is not None and not _QUERY_TYPE.fullmatch(kind):
            yield RESOLVER.problem("qType", f"Invalid Qtype '{kind}': A, AAAA, ..., or TYPEn")
        priority = known(inputs, "priority", int)
        if priority is not None and priority < 0:
            yield RESOLVER.problem("priority", f"Invalid priority {priority}")
        yield from _block_problems(inputs)

    def identify(self, inputs: Inputs, session: Session) -> str:  # noqa: ARG002
        """The group and the list, as the provider has it; and the query type, where one is given."""
        parts = [inputs["firewallRuleGroupId"], inputs["firewallDomainListId"]]
        return ":".join([*map(str, parts), *filter(None, [inputs.get("qType")])])

    @believed("a list is there once for each query type, in these words")
    def taken(self, id_: str) -> CloudError:
        """A group has a list once for each query type."""
        group, listed, *_ = id_.split(":")
        return conflict(
            "CreateFirewallRule",
            f"The rule group '{group}' has a rule for the domain list '{listed}' and that Qtype",
        )

    @believed("a rule's group and list must be there")
    def admit(self, id_: str, inputs: Inputs, records: Records, session: Session) -> None:
        """Check the registry schema, what the rule names, and the priority."""
        new = id_ not in records.get(RULE, {})
        operation = "CreateFirewallRule" if new else "UpdateFirewallRule"
        names = {
            "Action": "action",
            "BlockOverrideDnsType": "blockOverrideDnsType",
            "BlockOverrideDomain": "blockOverrideDomain",
            "BlockOverrideTtl": "blockOverrideTtl",
            "BlockResponse": "blockResponse",
            "FirewallDomainListId": "firewallDomainListId",
            "FirewallDomainRedirectionAction": "firewallDomainRedirectionAction",
            "Priority": "priority",
            "Qtype": "qType",
        }
        rule = {theirs: inputs[ours] for theirs, ours in names.items() if ours in inputs}
        check_schema(
            operation,
            "AWS::Route53Resolver::FirewallRuleGroup",
            {"FirewallRules": [rule]},
            region(inputs, session),
            RESOLVER,
        )
        group, listed = str(inputs["firewallRuleGroupId"]), str(inputs["firewallDomainListId"])
        for what, kind, named in (
            ("rule group", RULE_GROUP, group),
            ("domain list", DOMAIN_LIST, listed),
        ):
            if named not in records.get(kind, {}):
                raise missing(operation, what, named)
        _check_beside(operation, id_, inputs, records)

    def outputs(self, id_: str, inputs: Inputs, session: Session) -> dict[str, Any]:  # noqa: ARG002
        """The outputs that the provider adds."""
        return {"firewallThreatProtectionId": "", "region": region(inputs, session)}


@written(
    "what a response and its override need", "Route 53 API reference, CreateFirewallRule", "2026-11"
)
@believed("the wording of those")
def _block_problems(inputs: Inputs) -> Problems:
    action, response = known(inputs, "action"), known(inputs, "blockResponse")
    if action == "BLOCK" and "blockResponse" not in inputs:
        yield RESOLVER.problem(
            "blockResponse", f"BlockResponse is required with BLOCK: {', '.join(_RESPONSES)}"
        )
    if action in ("ALLOW", "ALERT") and "blockResponse" in inputs:
        yield RESOLVER.problem("blockResponse", f"BlockResponse is only for BLOCK, not {action}")
    yield from enum("blockResponse", response, _RESPONSES)
    for field in _OVERRIDE:
        if response == "OVERRIDE" and field not in inputs:
            yield RESOLVER.problem(field, f"{field} is required with BlockResponse OVERRIDE")
        elif response in _RESPONSES[:2] and field in inputs:
            yield RESOLVER.problem(field, f"{field} is only for BlockResponse OVERRIDE")
    yield from enum("blockOverrideDnsType", known(inputs, "blockOverrideDnsType"), ("CNAME",))
    ttl = known(inputs, "blockOverrideTtl", int)
    if ttl is not None and not 0 <= ttl <= _LONGEST_TTL:
        yield RESOLVER.constraint("blockOverrideTtl", ttl, f"be between 0 and {_LONGEST_TTL}")


@written("100 rules a group", "Route 53 quotas", "2023-06")
@believed("a priority twice is a conflict, in these words")
def _check_beside(operation: str, id_: str, inputs: Inputs, records: Records) -> None:
    group = inputs["firewallRuleGroupId"]
    beside = {
        key: row
        for key, row in records.get(RULE, {}).items()
        if key != id_ and row.get("firewallRuleGroupId") == group
    }
    if len(beside) >= _MOST_RULES:
        raise RESOLVER.refusal(
            operation,
            f"The rule group '{group}' has {_MOST_RULES} rules, the most it can have",
            "LimitExceededException",
        )
    for row in beside.values():
        if row.get("priority") == inputs["priority"]:
            raise conflict(
                operation,
                f"The priority {inputs['priority']} is in use by the rule '{row.get('name')}' of "
                f"the rule group '{group}'",
            )
