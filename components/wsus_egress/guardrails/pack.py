"""The guardrails as Pulumi policies."""

from __future__ import annotations

import datetime
import functools
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias

from wsus_egress.config.assembly import build_environment
from wsus_egress.config.lists import load_lists, shipped_lists
from wsus_egress.config.project import load_environments
from wsus_egress.extras import needing
from wsus_egress.guardrails.catalogue import GUARDRAILS
from wsus_egress.guardrails.model import NO_POLICY, Context, Finding, Guardrail, NotApplicable
from wsus_egress.model.environment import Environment
from wsus_egress.model.party import Place
from wsus_egress.problems import PolicyErrors
from wsus_egress.readers.resources import UNKNOWN, Resource, plain_type

with needing("pulumi_policy", "guardrails"):
    import pulumi_policy as crossguard
    from pulumi_policy.proxy import UnknownValueError

Load: TypeAlias = Callable[[str, str], Environment]
"""Reads the environment of a project: its folder and the environment's name."""
_CONFIG: Final[dict[str, dict[str, Any]]] = {
    "project": {
        "type": "string",
        "description": "Folder of the project's Pulumi.yaml, from the pack's folder.",
    },
    "environment": {
        "type": "string",
        "description": "The project's environment whose policy applies.",
    },
    "policy": {"type": "object", "description": "The policy itself, instead of a project."},
    "today": {"type": "string", "description": "YYYY-MM-DD, the day to judge by. Default: today."},
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
    "this rule needs a WSUS policy to compare with; set `policy`, or `project` and `environment`, in "
    "its configuration"
)


def policies(folder: Path = Path()) -> list[crossguard.Policy]:
    """Every guardrail as a policy of a policy pack.

    Args:
        folder: Where a relative `project` of the configuration starts. Pulumi starts a pack in its own
            folder or in the project's, by its runtime (NewPolicyAnalyzer in pulumi's
            sdk/go/common/resource/plugin/analyzer_plugin.go, 2026-11-30), so the pack names its own.
    """
    load = loader(folder)
    return [_policy(guardrail, load) for guardrail in GUARDRAILS]


def loader(folder: Path = Path()) -> Load:
    """Reads environments of projects, each once: every rule of a run judges by the same state of the files.

    Args:
        folder: Where a relative project starts.
    """

    @functools.cache
    def load(project: str, environment: str) -> Environment:
        (found,) = load_environments(folder / project, [environment])
        return found

    return load


def _policy(guardrail: Guardrail, load: Load) -> crossguard.StackValidationPolicy:
    def validate(args: crossguard.StackValidationArgs, report: crossguard.ReportViolation) -> None:
        config = plain(args.get_config())
        try:
            context = judged_by(config, guardrail, load)
        except (PolicyErrors, ValueError) as error:
            report(str(error), None)
            return
        if context is None:
            report(_NO_POLICY, None)
            return
        excused, wrong = exceptions(config)
        for text in wrong:
            report(text, None)
        outcome = guardrail.judge(tuple(map(read, args.resources)), context)
        if isinstance(outcome, NotApplicable):
            args.not_applicable(outcome.reason)
            return
        for finding in unexcused(outcome, excused):
            report(str(finding), finding.urn or None)

    return crossguard.StackValidationPolicy(
        name=guardrail.id,
        description=guardrail.why,
        display_name=guardrail.title,
        severity=crossguard.Severity(guardrail.severity),
        enforcement_level=(
            crossguard.EnforcementLevel.ADVISORY
            if guardrail.advisory
            else crossguard.EnforcementLevel.MANDATORY
        ),
        config_schema=crossguard.PolicyConfigSchema(properties=_CONFIG),
        validate=validate,
    )


def judged_by(
    config: Mapping[str, Any], guardrail: Guardrail, load: Load | None = None
) -> Context | None:
    """What a rule judges a stack by; None where its configuration names no policy and it needs one.

    Args:
        config: The rule's configuration.
        guardrail: The rule.
        load: What reads a project's environment; None for projects from the current folder.

    Raises:
        PolicyErrors: When the policy cannot be used.
        ValueError: When `today` is not a date.
    """
    if not guardrail.needs_policy:
        return NO_POLICY
    environment = configured(config, guardrail.place, load)
    if environment is None:
        return None
    given = config.get("today")
    try:
        day = datetime.date.fromisoformat(given) if given else datetime.date.today()  # noqa: DTZ011 - as `check`
    except (TypeError, ValueError):
        raise ValueError(
            f"today: {given!r} is not a date; use YYYY-MM-DD, for example 2026-11-24"
        ) from None
    return Context(environment, day)


def configured(
    config: Mapping[str, Any], place: Place = "aws", load: Load | None = None
) -> Environment | None:
    """The environment that a rule's configuration names; None where it names none.

    Args:
        config: The rule's configuration.
        place: Where the servers stand of a policy that does not say.
        load: What reads a project's environment; None for projects from the current folder.

    Raises:
        PolicyErrors: When it cannot be used.
    """
    if project := config.get("project"):
        return (load or loader())(str(project), str(config.get("environment")))
    if not (given := config.get("policy")):
        return None
    lists = load_lists(shipped_lists(), "lists")
    return build_environment("guardrails", with_targets(given, place), lists, lambda _: None)


def with_targets(given: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """A policy's settings with the targets that its servers and clients stand in.

    Args:
        given: The settings; a target that they have themselves is left as it is.
        place: The target where they name none.
    """
    parties = [
        party
        for kind in ("servers", "clients")
        for party in given.get(kind) or ()
        if isinstance(party, Mapping)
    ]
    said = {party.get("location") for party in parties}
    in_azure = {"azure", None} if place == "azure" else {"azure"}
    space = [
        address
        for party in parties
        if party.get("location") in in_azure
        for address in party.get("addresses") or ()
    ]
    targets: dict[str, dict[str, Any]] = {
        "aws": {"vpcId": "vpc-00000000"},
        "azure": {
            "resourceGroup": "guardrails",
            "location": "guardrails",
            "addressSpace": space,
            # Who gives no settings has not asked for remote administration to be denied.
            "networkSecurityGroup": {"lateralMovement": "allow"},
        },
    }
    wanted = {each for each in targets if each in said}
    if not wanted and not {*targets} & {*given}:
        wanted = {place}
    return {**{each: targets[each] for each in sorted(wanted)}, **given}


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
    kind = plain_type(resource.resource_type)
    return Resource(kind, resource.name, resource.urn, properties, refers)


def plain(value: Any) -> Any:
    """A property without Pulumi's proxies: whole numbers whole, UNKNOWN for what is not known."""
    # Each rule reads every property of the stack anew, and nearly all are of these types.
    kind = type(value)
    if isinstance(value, str) or kind is bool:
        return value
    if kind is float:
        return int(value) if value.is_integer() else value
    if isinstance(value, Mapping):
        return {str(key): _item(value, key) for key in value}
    if hasattr(value, "__getitem__"):
        return [_item(value, index) for index in range(len(value))]
    return value


def _item(value: Any, key: Any) -> Any:
    try:
        return plain(value[key])
    except UnknownValueError:
        return UNKNOWN
