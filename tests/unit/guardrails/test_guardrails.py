"""Guardrails: a valid stack passes, and each planted widening is found and named."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from guarded import deployed, judge_stack, previewed, resource, urn
from paths import ROOT
from sample import TODAY

from wsus_egress.component.arguments import compile_arguments
from wsus_egress.config.project import environment_names, load_environments
from wsus_egress.controls import compile_target
from wsus_egress.guardrails import pack
from wsus_egress.guardrails.catalogue import GUARDRAILS
from wsus_egress.guardrails.model import Context, Finding, NotApplicable
from wsus_egress.guardrails.pack import configured, exceptions, judged_by, loader, plain, unexcused
from wsus_egress.guardrails.rules import approvals_expired
from wsus_egress.model.environment import Acceptance, Approval, Environment
from wsus_egress.readers.resources import UNKNOWN, Resource

POLICY: dict[str, Any] = {
    "lists": ["wsus"],
    "servers": [
        {"name": "up", "addresses": ["10.20.0.10"]},
        {"name": "down", "addresses": ["10.20.0.11"], "synchronizes_from": "up"},
    ],
    "clients": [{"name": "clients", "addresses": ["10.20.1.0/24"], "updates_from": "down"}],
}
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
CLASSIC = "aws:ec2/securityGroupRule:SecurityGroupRule"
GROUP = "aws:ec2/securityGroup:SecurityGroup"
AWS_POLICY = "aws:networkfirewall/firewallPolicy:FirewallPolicy"
AZURE_POLICY = "azure-native:network:FirewallPolicy"
AZURE_GROUP = "azure-native:network:FirewallPolicyRuleCollectionGroup"
WIDENS, INGRESSES = "wsus-aws-security-group-widens", "wsus-aws-security-group-ingress"
TLS, EDITED = "wsus-tls-interception", "wsus-aws-rule-group-edited"


def baseline(policy: dict[str, Any] | None = None) -> tuple[list[Resource], Context]:
    """A valid stack: what the components declare, ids unknown as in a first preview."""
    target = {"vpc_id": "vpc-1a2b3c4d", "network_firewall": {}}
    environment, _, controls = compile_arguments("dev", policy or POLICY, "aws", target, None)
    documents = [document for control in controls for document in control.documents("wsus")]
    return previewed(documents), Context(environment, TODAY)


def rule(kind: str, group: str = "wsus-up", **properties: Any) -> Resource:
    """A rule that somebody attached to one of the groups."""
    given = {"securityGroupId": UNKNOWN, "ipProtocol": "tcp", **properties}
    return resource(kind, refers={"securityGroupId": [group]}, **given)


def inline(group: str, direction: str, **properties: Any) -> Callable[[Resource], Resource]:
    """A change that writes a rule into a group itself."""

    def change(resource: Resource) -> Resource:
        if resource.name != group:
            return resource
        return replace(resource, properties={**resource.properties, direction: [properties]})

    return change


def edited(text: str) -> Callable[[Resource], Resource]:
    """A change that adds a line to each rule group."""

    def change(resource: Resource) -> Resource:
        if resource.type != "aws:networkfirewall/ruleGroup:RuleGroup":
            return resource
        group = resource.properties["ruleGroup"]
        source = group["rulesSource"]
        changed = {**group, "rulesSource": {**source, "rulesString": source["rulesString"] + text}}
        return replace(resource, properties={**resource.properties, "ruleGroup": changed})

    return change


PLANTED: list[tuple[str, Resource | Callable[[Resource], Resource]]] = [
    (WIDENS, rule(EGRESS, cidrIpv4="0.0.0.0/0", fromPort=8080, toPort=8080)),
    (WIDENS, rule(EGRESS, cidrIpv4="0.0.0.0/0", fromPort=80, toPort=443)),
    (WIDENS, rule(EGRESS, cidrIpv4="0.0.0.0/0", ipProtocol="-1")),
    (WIDENS, rule(EGRESS, cidrIpv4="203.0.113.0/24", fromPort=22, toPort=22)),
    (WIDENS, rule(EGRESS, cidrIpv4="0.0.0.0/0", ipProtocol="udp", fromPort=443, toPort=443)),
    (WIDENS, rule(EGRESS, cidrIpv6="::/0", fromPort=443, toPort=443)),
    (WIDENS, rule(EGRESS, "wsus-down", cidrIpv4="0.0.0.0/0", fromPort=443, toPort=443)),
    (WIDENS, rule(EGRESS, "wsus-clients", cidrIpv4="0.0.0.0/0", fromPort=80, toPort=80)),
    (WIDENS, rule(EGRESS, cidrIpv4="10.20.0.11/32", fromPort=445, toPort=445)),
    (WIDENS, rule(INGRESS, cidrIpv4="10.99.0.0/16", fromPort=8530, toPort=8530)),
    (WIDENS, rule(INGRESS, cidrIpv4="10.20.1.0/24", fromPort=3389, toPort=3389)),
    (WIDENS, rule(CLASSIC, type="egress", protocol="-1", ipProtocol=None, fromPort=0, toPort=0,
                  cidrBlocks=["0.0.0.0/0"])),
    (WIDENS, rule(CLASSIC, type="egress", protocol="tcp", ipProtocol=None, fromPort=21, toPort=21,
                  cidrBlocks=["198.51.100.0/24"])),
    (WIDENS, inline("wsus-up", "egress", protocol="-1", fromPort=0, toPort=0,
                    cidrBlocks=["0.0.0.0/0"])),
    (WIDENS, rule(EGRESS, cidrIpv4="0.0.0.0/0", ipProtocol="icmp", fromPort=-1, toPort=-1)),
    (INGRESSES, rule(INGRESS, cidrIpv4="0.0.0.0/0", fromPort=8531, toPort=8531)),
    (INGRESSES, rule(INGRESS, cidrIpv4="203.0.113.7/32", fromPort=3389, toPort=3389)),
    (INGRESSES, inline("wsus-down", "ingress", protocol="tcp", fromPort=8530, toPort=8530,
                       cidrBlocks=["0.0.0.0/0"])),
    (EDITED, edited('\npass tls $HOME_NET any -> any 443 (msg:"x"; sid:1;)')),
    (EDITED, edited("\npass ip any any -> any any (sid:2;)")),
    (TLS, resource(AWS_POLICY, firewallPolicy={"tlsInspectionConfigurationArn": "arn:x"})),
    (TLS, resource(AZURE_POLICY, transportSecurity={"x": "y"})),
    (TLS, resource(AZURE_GROUP, ruleCollections=[{"rules": [{"terminateTLS": True}]}])),
]  # fmt: skip


@pytest.mark.parametrize(("guardrail", "planted"), PLANTED)
def test_a_planted_widening_is_found(guardrail: str, planted: Any) -> None:
    """One change of a valid stack fires the rule that is there for it, by its resource."""
    resources, context = baseline()
    changed = [planted(each) for each in resources] if callable(planted) else [*resources, planted]

    found = judge_stack(tuple(changed), context)[guardrail]

    assert isinstance(found, tuple)
    assert found
    name = "planted" if isinstance(planted, Resource) else None
    assert all(each.name == name for each in found) or name is None
    assert all(each.sure for each in found)


CLEAN: list[dict[str, Any]] = [
    POLICY,
    {"mode": "open", "servers": [{"name": "only", "addresses": ["10.20.0.10"]}], "ipv6": True},
    {
        "lists": ["wsus", "automatic-updates"],
        "servers": [{"name": "up", "addresses": ["10.20.0.0/28"]}],
        "clients": [
            {"name": "own", "addresses": ["10.20.4.0/24"], "updates_from": "microsoft-update"}
        ],
    },
]


@pytest.mark.parametrize("given", CLEAN)
def test_a_clean_stack_has_no_finding(given: dict[str, Any]) -> None:
    """What the components declare fires nothing, in a first preview too."""
    resources, context = baseline(given)
    other = Resource(GROUP, "other", urn("other"), {"description": "of another team"})

    outcomes = judge_stack((*resources, other), context)

    assert [] == [found for found in outcomes.values() if isinstance(found, tuple) and found]
    assert () == outcomes[WIDENS]
    assert () == outcomes[INGRESSES]


# Where a rule has something to look at in the shipped environments: elsewhere it says so.
APPLIES = {
    "dev": {"aws-security-group", "aws-network-firewall", "aws-rule-group"},
    "open": {"aws-security-group", "azure-nsg", "azure-application-rules", "azure-route",
             "approvals"},
    "prod": {"aws-security-group", "aws-network-firewall", "aws-rule-group", "aws-dns-firewall",
             "aws-route", "azure-nsg", "azure-default-egress", "azure-application-rules",
             "azure-route"},
    "sandbox": {"aws-security-group", "aws-network-firewall", "aws-rule-group",
                "aws-dns-firewall", "aws-route", "azure-nsg", "azure-application-rules"},
    "staging": {"azure-nsg", "azure-application-rules", "azure-route"},
}  # fmt: skip


def shipped(name: str) -> tuple[Environment, list[Any]]:
    """A shipped environment and the documents of all its controls."""
    (environment,) = load_environments(ROOT, [name])
    controls = [c for target in environment.targets for c in compile_target(environment, target)]
    return environment, [document for c in controls for document in c.documents("wsus")]


@pytest.mark.parametrize("seen", [previewed, deployed])
@pytest.mark.parametrize("name", sorted(APPLIES))
def test_what_is_shipped_is_clean(name: str, seen: Callable[[list[Any]], list[Resource]]) -> None:
    """No shipped environment fires a rule, before it is deployed and after; who has a say is known."""
    environment, documents = shipped(name)

    outcomes = judge_stack(tuple(seen(documents)), Context(environment, TODAY))

    judged = {each: found for each, found in outcomes.items() if isinstance(found, tuple)}
    assert [] == [str(finding) for found in judged.values() for finding in found]
    firewalls = [d for d in documents if "irewallPolicy" in d.type]
    expected = {
        each for each in outcomes if each.startswith(tuple(f"wsus-{a}" for a in APPLIES[name]))
    }
    assert expected | ({TLS} if firewalls else set()) == {*judged}


def test_every_shipped_environment_is_looked_at() -> None:
    """A new environment is judged by the guardrails too."""
    assert sorted(APPLIES) == list(environment_names(ROOT))


def test_a_stack_without_any_of_it() -> None:
    """A stack that a rule is not about is neither clean nor at fault."""
    _, context = baseline()

    outcomes = judge_stack((), context)

    assert {each.id for each in GUARDRAILS} == {*outcomes}
    assert all(isinstance(each, NotApplicable) for each in outcomes.values())


def test_what_is_not_known_is_no_pass() -> None:
    """A rule whose peer only the update will know is reported, as unsure."""
    resources, context = baseline()
    planted = rule(EGRESS, cidrIpv4=UNKNOWN, fromPort=443, toPort=443)

    (found,) = judge_stack((*resources, planted), context)[WIDENS]  # type: ignore[misc]

    assert not found.sure
    assert "planted: cannot be judged before the update: cidrIpv4 is not known" in str(found)


@pytest.mark.parametrize(("rules", "sure"), [(UNKNOWN, False), (None, True)])
def test_rules_that_cannot_be_read(rules: Any, sure: bool) -> None:
    """A rule group of ours without readable rules is a finding; unsure where they are unknown."""
    _, context = baseline()
    properties = {
        "tags": {"managed-by": "pulumi-wsus-egress"},
        "ruleGroup": {"rulesSource": {"rulesString": rules}},
    }
    kind = "aws:networkfirewall/ruleGroup:RuleGroup"
    group = Resource(kind, "planted", urn("planted"), properties)

    (found,) = judge_stack((group,), context)[EDITED]  # type: ignore[misc]

    assert sure is found.sure


def test_an_exception_needs_a_reason() -> None:
    """A resource is excused by its name and a reason, and by nothing less."""
    found = (Finding(urn("a"), "a", "x", "y"), Finding(urn("b"), "b", "x", "y"))
    given = [{"resource": "a", "reason": "until the migration"}, {"resource": "b", "reason": " "}]

    excused, wrong = exceptions({"exceptions": given})

    assert ["b"] == [each.name for each in unexcused(found, excused)]
    assert 1 == len(wrong)
    assert "needs a resource and a reason" in wrong[0]


def test_the_policy_of_a_pack() -> None:
    """The policy comes from the pack's configuration; without one there is none."""
    environment = configured({"policy": POLICY})

    assert environment is not None
    assert ["up", "down", "clients"] == [party.name for party in environment.policy.parties]
    assert configured({}) is None
    assert judged_by({}, GUARDRAILS[0]) is None


@pytest.mark.parametrize(("location", "rule_id", "place"), [
    (None, "wsus-aws-security-group-widens", "aws"),
    (None, "wsus-azure-nsg-widens", "azure"),
    ("azure", "wsus-aws-security-group-widens", "azure"),
])  # fmt: skip
def test_servers_stand_where_a_rule_looks(location: str | None, rule_id: str, place: str) -> None:
    """A policy that does not say where its servers stand is judged in the cloud of the rule."""
    server = {
        "name": "one",
        "addresses": ["10.20.0.10"],
        **({"location": location} if location else {}),
    }
    config = {"policy": {"lists": ["wsus"], "servers": [server]}, "today": "2026-11-24"}
    (judged,) = [each for each in GUARDRAILS if each.id == rule_id]

    context = judged_by(config, judged)

    assert context is not None
    assert TODAY == context.today
    assert [place] == [party.place for party in context.policy.parties]


def test_a_day_that_is_none() -> None:
    """A `today` that is not a date is refused with an example of one."""
    with pytest.raises(
        ValueError, match="'soon' is not a date; use YYYY-MM-DD, for example 2026-11-24"
    ):
        judged_by({"policy": POLICY, "today": "soon"}, GUARDRAILS[0])


def test_expired_approvals() -> None:
    """An acceptance or approval until yesterday is a finding; one that holds today is not."""
    _, context = baseline()
    old, last = datetime.date(2026, 11, 23), TODAY
    environment = replace(
        context.environment,
        accept=(Acceptance("a", "known", old, None), Acceptance("b", "known", last, None)),
        approved=(Approval("c", "team", "known", old),),
    )

    found = approvals_expired.judge((), Context(environment, TODAY))

    assert ["accept: a expired on 2026-11-23", "approved: c expired on 2026-11-23"] == [
        str(each).partition(";")[0]
        for each in found  # type: ignore[union-attr]
    ]


def test_a_rule_more_on_a_group_of_another_stack() -> None:
    """Where the policy names a server's group by its id, a rule that is added to it here is judged."""
    group = "sg-0a1b2c3d4e5f60718"
    server = {"name": "up", "addresses": ["10.20.0.10"], "awsPeer": {"securityGroupId": group}}
    config = {"policy": {"lists": ["wsus"], "servers": [server]}, "today": "2026-11-24"}
    context = judged_by(config, GUARDRAILS[0])
    assert context is not None

    def judged(port: int) -> Any:
        planted = resource(
            EGRESS, securityGroupId=group, ipProtocol="tcp", cidrIpv4="203.0.113.0/24",
            fromPort=port, toPort=port,
        )  # fmt: skip
        return judge_stack((planted,), context)[WIDENS]

    assert () == judged(443)
    assert ["planted"] == [each.name for each in judged(22)]


def test_what_is_accepted_is_no_finding() -> None:
    """A deviation that the environment accepts today excuses what shows it; an expired one does not."""
    resources, context = baseline()
    planted = rule(EGRESS, cidrIpv4="203.0.113.0/24", fromPort=8080, toPort=8080)
    what = "aws/aws-security-group/wider/ports"

    def judged(expires: datetime.date) -> Any:
        accept = (Acceptance(what, "known", expires, None),)
        environment = replace(context.environment, accept=accept)
        return judge_stack((*resources, planted), Context(environment, TODAY))[WIDENS]

    assert () == judged(TODAY)
    assert ["planted"] == [each.name for each in judged(datetime.date(2026, 11, 23))]


def test_numbers_of_a_pack() -> None:
    """Pulumi gives whole numbers as 443.0."""
    assert {"ports": [443, 1.5], "name": "x"} == plain({"ports": [443.0, 1.5], "name": "x"})


def test_every_guardrail_is_documented() -> None:
    """The table of rules has every rule, once, and no other."""
    text = (ROOT / "docs" / "guardrails.md").read_text(encoding="utf-8")

    rows = [line.split("`")[1] for line in text.splitlines() if line.startswith("| `")]

    assert sorted(rule.id for rule in GUARDRAILS) == sorted(rows)


def test_an_environment_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seventeen rules of one run name the same environment."""
    read: list[list[str]] = []
    original = load_environments

    def counted(folder: Path, names: list[str]) -> tuple[Environment, ...]:
        read.append(names)
        return tuple(original(folder, names))

    monkeypatch.setattr(pack, "load_environments", counted)
    load = loader(ROOT)
    found = {id(configured({"project": ".", "environment": "dev"}, "aws", load)) for _ in range(3)}

    assert ([["dev"]], 1) == (read, len(found))
