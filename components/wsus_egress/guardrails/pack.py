"""The guardrails as Pulumi policies."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from wsus_egress._extras import needing
from wsus_egress.assembly import build_environment
from wsus_egress.endpoints import load_lists, shipped_lists
from wsus_egress.guardrails.catalogue import RULES
from wsus_egress.guardrails.model import UNKNOWN, Finding, NotApplicable, Resource, Rule
from wsus_egress.policy import EgressPolicy
from wsus_egress.problems import PolicyErrors
from wsus_egress.project import load_environments

with needing("pulumi_policy", "guardrails"):
    import pulumi_policy as crossguard
    from pulumi_policy.proxy import UnknownValueError

_CONFIG: Final[dict[str, dict[str, Any]]] = {
    "project": {"type": "string", "description": "Folder with the project's config/."},
    "environment": {"type": "string", "description": "The environment in it whose policy holds."},
    "policy": {"type": "object", "description": "The policy itself, where there is no project."},
    "exceptions": {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {"resource": {"type": "string"}, "reason": {"type": "string"}},
        },
        "description": "Resources that may fire this rule, each with a reason.",
    },
}
_NO_POLICY: Final = (
    "the rule has no WSUS policy to compare with; set `policy`, or `project` and `environment`, in "
    "its configuration"
)


def policies() -> list[crossguard.Policy]:
    """Every guardrail as a policy of a policy pack."""
    return [_policy(rule) for rule in RULES]


def _policy(rule: Rule) -> crossguard.StackValidationPolicy:
    def validate(args: crossguard.StackValidationArgs, report: crossguard.ReportViolation) -> None:
        config = plain(args.get_config())
        try:
            policy = configured(config) if rule.needs_policy else None
        except PolicyErrors as error:
            report(str(error), None)
            return
        if rule.needs_policy and policy is None:
            report(_NO_POLICY, None)
            return
        excused, wrong = exceptions(config)
        for text in wrong:
            report(text, None)
        outcome = rule.judge(tuple(map(read, args.resources)), policy)
        if isinstance(outcome, NotApplicable):
            args.not_applicable(outcome.reason)
            return
        for finding in unexcused(outcome, excused):
            report(str(finding), finding.urn)

    return crossguard.StackValidationPolicy(
        name=rule.id,
        description=rule.why,
        display_name=rule.title,
        severity=crossguard.Severity(rule.severity),
        enforcement_level=crossguard.EnforcementLevel.MANDATORY,
        config_schema=crossguard.PolicyConfigSchema(properties=_CONFIG),
        validate=validate,
    )


def configured(config: Mapping[str, Any]) -> EgressPolicy | None:
    """The policy that a rule's configuration names; None where it names none.

    Raises:
        PolicyErrors: When it cannot be used.
    """
    if project := config.get("project"):
        (environment,) = load_environments(Path(project), [str(config.get("environment"))])
        return environment.policy
    if not (given := config.get("policy")):
        return None
    data = {**given, "aws": {"vpcId": "vpc-00000000"}}
    lists = load_lists(shipped_lists(), "lists")
    return build_environment("guardrails", data, lists, lambda _: None).policy


def exceptions(config: Mapping[str, Any]) -> tuple[frozenset[str], list[str]]:
    """Names of the resources that are excused, and what is wrong with the others."""
    excused, wrong = set(), []
    for entry in config.get("exceptions") or ():
        if entry.get("resource") and str(entry.get("reason") or "").strip():
            excused.add(str(entry["resource"]))
        else:
            wrong.append(f"the exception {entry} needs a resource and a reason")
    return frozenset(excused), wrong


def unexcused(findings: tuple[Finding, ...], excused: frozenset[str]) -> tuple[Finding, ...]:
    """The findings of resources that nobody excused."""
    return tuple(each for each in findings if each.name not in excused)


def read(resource: crossguard.PolicyResource) -> Resource:
    """A resource as the rules read it."""
    refers = {
        key: tuple(each.urn for each in found)
        for key, found in resource.property_dependencies.items()
    }
    properties = plain(resource.props)
    return Resource(resource.resource_type, resource.name, resource.urn, properties, refers)


def plain(value: Any) -> Any:
    """A property without Pulumi's proxies: whole numbers whole, UNKNOWN for what is not known."""
    if isinstance(value, Mapping):
        return {str(key): _item(value, key) for key in value}
    if not isinstance(value, str) and hasattr(value, "__getitem__"):
        return [_item(value, index) for index in range(len(value))]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _item(value: Any, key: Any) -> Any:
    try:
        return plain(value[key])
    except UnknownValueError:
        return UNKNOWN
