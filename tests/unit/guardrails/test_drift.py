"""Drift: each change by hand is told by what it opens, what no longer protects, and what it closes."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner
from paths import ROOT
from refresh_events import SUMMARY, events, stack_of, state, step
from sample import TODAY

from wsus_egress.cli.main import main
from wsus_egress.config.project import load_environments
from wsus_egress.guardrails.differences import differences, shown
from wsus_egress.guardrails.drift import Drift, drifted
from wsus_egress.guardrails.model import Context
from wsus_egress.guardrails.weakened import ADMITTING, lost_with
from wsus_egress.problems import PolicyErrors
from wsus_egress.readers.resources import UNKNOWN, Resource
from wsus_egress.review.refreshed import read_refreshed

Change = Callable[[Resource], Resource | None]
SCHEMA = json.loads(
    (ROOT / "components" / "wsus_egress" / "schemas" / "drift.json").read_text(encoding="utf-8")
)


@pytest.fixture(scope="module")
def stack() -> list[Resource]:
    """What the environment `prod` deploys to both clouds."""
    return stack_of(ROOT, "prod")


def setting(**properties: Any) -> Change:
    """A change of properties; a function gets what was there."""

    def change(resource: Resource) -> Resource:
        given = {k: v(resource.properties[k]) if callable(v) else v for k, v in properties.items()}
        return dataclasses.replace(resource, properties={**resource.properties, **given})

    return change


def gone(_: Resource) -> None:
    """A change that takes the resource away."""


def drift_of(
    stack: list[Resource], folder: Path, changes: dict[str, Change], environment: str = "prod"
) -> Drift:
    """What a refresh after these changes says."""
    found = {each.name: changes[each.name](each) for each in stack if each.name in changes}
    assert {*changes} == {*found}
    (loaded,) = load_environments(ROOT, [environment])
    return drifted(read_refreshed(events(stack, found, folder)), Context(loaded, TODAY))


def named(stack: list[Resource], type_: str) -> str:
    """The name of a resource of a type."""
    return next(each.name for each in stack if each.type.endswith(type_))


def test_a_stack_as_deployed_has_no_drift(stack: list[Resource], tmp_path: Path) -> None:
    """Whatever the cloud counts up on its own."""
    policy = next(each for each in stack if each.type.endswith(":FirewallPolicy"))
    counted = dataclasses.replace(policy, properties={**policy.properties, "updateToken": "2"})
    path = events(stack, {policy.name: counted}, tmp_path, operation="same")
    (loaded,) = load_environments(ROOT, ["prod"])
    found = drifted(read_refreshed(path), Context(loaded, TODAY))
    assert () == found.changed
    assert ((), (), (), False) == (found.opened, found.lost, found.closed, found.fails)


@pytest.mark.parametrize(
    ("type_", "change", "resource", "said"),
    [
        (":SecurityGroupEgressRule", setting(fromPort=0, toPort=65535), "wsus-head-egress-http-ipv4",
         "10.21.0.10 -> 203.0.113.80 tcp/0"),
        ("network:NetworkSecurityGroup", setting(securityRules=lambda old: [
            {**old[0], "name": "by-hand", "priority": 100, "destinationAddressPrefix": "Internet",
             "destinationPortRanges": ["22"]}, *old]), "wsus-nsg", "by rule by-hand"),
        ("RuleCollectionGroup", setting(ruleCollections=lambda old: [
            {**old[0], "name": "by-hand", "rules": [
                {**old[0]["rules"][0], "targetFqdns": ["by-hand.example.com"]}]}, *old]),
         "wsus-firewall-rules", "://by-hand.example.com/"),
        ("networkfirewall/firewallPolicy:FirewallPolicy", setting(firewallPolicy=lambda old: {
            **old, "statefulDefaultActions": ["aws:alert_established"]}), "wsus-network-firewall-policy",
         "10.21.0.10 -> "),
    ],
)  # fmt: skip
def test_what_opens_has_a_flow(
    stack: list[Resource], tmp_path: Path, type_: str, change: Change, resource: str, said: str
) -> None:
    """The guardrail that would have refused it as code names the resource and a flow."""
    (name,) = [e.name for e in stack if e.type.endswith(type_) and e.name == resource]
    found = drift_of(stack, tmp_path, {name: change})

    assert any(each.resource == resource and said in each.what for each in found.opened), found
    assert not any(each.deployed for each in found.opened)
    assert [name] == [each.resource for each in found.changed]
    assert found.fails


def test_what_the_last_update_left_open_is_told_apart(tmp_path: Path) -> None:
    """A stack that is wider as deployed fails too, and says since when."""
    stack = [
        setting(fromPort=0)(each) if each.name == "wsus-head-egress-http-ipv4" else each
        for each in stack_of(ROOT, "prod")
    ]
    found = drift_of([e for e in stack if e is not None], tmp_path, {})
    assert found.opened
    assert all(each.deployed for each in found.opened)
    assert (found.changed, found.fails) == ((), True)


def test_a_rule_beside_the_programs_own_is_found_in_the_group(
    stack: list[Resource], tmp_path: Path
) -> None:
    """The cloud's list of a group has every rule: those of the program are no finding."""
    own = {"protocol": "tcp", "fromPort": 80, "toPort": 80, "cidrBlocks": ["0.0.0.0/0"]}
    other = {**own, "fromPort": 3389, "toPort": 3389}
    assert () == drift_of(stack, tmp_path, {"wsus-head": setting(egress=[own])}).opened

    found = drift_of(stack, tmp_path, {"wsus-head": setting(egress=[own, other])})
    assert all("tcp/3389" in each.what for each in found.opened)
    assert {"wsus-head"} == {each.resource for each in found.opened}


def test_a_rule_that_changed_is_told_once(stack: list[Resource], tmp_path: Path) -> None:
    """Not a second time as an entry of its group's list."""
    wide = {"protocol": "tcp", "fromPort": 80, "toPort": 8080, "cidrBlocks": ["0.0.0.0/0"]}
    changes = {
        "wsus-head": setting(egress=[wide]),
        "wsus-head-egress-http-ipv4": setting(toPort=8080),
    }
    found = drift_of(stack, tmp_path, changes)
    assert {"wsus-head-egress-http-ipv4"} == {each.resource for each in found.opened}


@pytest.mark.parametrize(
    ("type_", "change", "said", "opens"),
    [
        ("ec2/route:Route", gone, "is gone, ", True),
        ("ec2/route:Route", setting(vpcEndpointId="vpce-other"), "go elsewhere", True),
        ("firewall:Firewall", setting(deleteProtection=False), "deleteProtection: true -> false", False),
        ("firewall:Firewall", gone, "is gone: nothing in the VPC compares names", True),
        ("loggingConfiguration:LoggingConfiguration", gone, "nothing writes down", False),
        ("logGroup:LogGroup", setting(retentionInDays=1), "retentionInDays: 365 -> 1", False),
        ("ResolverFirewallConfig", setting(firewallFailOpen="ENABLED"), "DISABLED -> ENABLED", False),
        ("network:FirewallPolicy", setting(threatIntelMode="Off"), "threatIntelMode: Deny -> Off", False),
        ("network:AzureFirewall", setting(firewallPolicy={"id": "/other"}), "firewallPolicy.id: ", True),
        ("network:Subnet", setting(networkSecurityGroup=None), "networkSecurityGroup: ", True),
        ("network:Subnet", setting(defaultOutboundAccess=True), "false -> true", True),
        ("network:Subnet", setting(serviceEndpoints=[{"service": "Microsoft.Storage"}]),
         "what goes to these services passes no firewall", True),
        ("network:RouteTable", setting(disableBgpRoutePropagation=False), "a gateway's routes", True),
        ("monitor:DiagnosticSetting", setting(logs=[]), "no longer written down", False),
        ("network:FirewallPolicy", setting(ruleCollectionGroups=[{"id": "/other"}]),
         "the group /other was added", False),
    ],
)  # fmt: skip
def test_what_no_longer_protects(
    stack: list[Resource], tmp_path: Path, type_: str, change: Change, said: str, opens: bool
) -> None:
    """A protection that is gone or weaker is named, with a flow where one may pass now."""
    name = named(stack, type_)
    found = drift_of(stack, tmp_path, {name: change})

    (lost,) = [each for each in found.lost if said in each.what and each.resource == name]
    assert opens == (lost.witness is not None)
    assert lost.witness is None or lost.witness.endswith(".10 -> https://example.com/")
    assert found.fails


@pytest.mark.parametrize(
    ("type_", "change"),
    [
        ("firewall:Firewall", setting(deleteProtection=True)),
        ("logGroup:LogGroup", setting(retentionInDays=0)),
        ("network:AzureFirewall", setting(firewallPolicy=lambda old: {"id": old["id"].upper()})),
        ("monitor:DiagnosticSetting", setting(logs=lambda old: [*old, {"category": "more"}])),
    ],
)
def test_what_protects_as_much_is_no_loss(
    stack: list[Resource], tmp_path: Path, type_: str, change: Change
) -> None:
    """More protection, or the same in another spelling, is at most a change."""
    assert () == drift_of(stack, tmp_path, {named(stack, type_): change}).lost


def test_the_example_of_the_page_is_true(stack: list[Resource], tmp_path: Path) -> None:
    """The lines of docs/drift.md are what the command says after these four changes."""
    own = {"protocol": "tcp", "fromPort": 80, "toPort": 80, "cidrBlocks": ["0.0.0.0/0"]}
    other = {**own, "fromPort": 3389, "toPort": 3389, "cidrBlocks": ["198.51.100.0/24"]}
    inward = {**own, "fromPort": 8530, "toPort": 8530, "cidrBlocks": ["198.51.100.0/24"]}
    changes: dict[str, Change] = {
        "wsus-head": setting(egress=[own, other], ingress=[inward]),
        "wsus-network-firewall-out-rtb-0b2c3d4e5f605000a": gone,
        "wsus-firewall-policy": setting(threatIntelMode="Off"),
    }
    found = {e.name: changes[e.name](e) for e in stack if e.name in changes}
    path = str(events(stack, found, tmp_path))
    said = CliRunner().invoke(main, ["drift", path, "--project", str(ROOT)]).output
    page = (ROOT / "docs" / "drift.md").read_text(encoding="utf-8")
    block = page.split("```text\n")[1].split("```")[0]
    assert [] == [line for line in block.splitlines() if line not in said.splitlines()], said


def test_what_no_longer_passes(stack: list[Resource], tmp_path: Path) -> None:
    """A rule that is gone makes updates fail: the flow is named, and no protection is lost."""
    found = drift_of(stack, tmp_path, {"wsus-head-egress-http-ipv4": gone})
    assert (found.opened, found.lost) == ((), ())
    assert any("10.21.0.10 -> http://" in each.witness for each in found.closed), found.closed
    assert found.fails


def test_tags_and_descriptions_do_not_fail(stack: list[Resource], tmp_path: Path) -> None:
    """They are shown; anything else does fail, whatever it means."""
    name = named(stack, "firewall:Firewall")
    tagged = setting(tags=lambda old: {**old, "owner": "me"}, description="mine")
    found = drift_of(stack, tmp_path, {name: tagged})
    assert (False, True) == (found.fails, found.changed[0].harmless)
    found = drift_of(stack, tmp_path, {name: setting(name="other")})
    assert (True, False) == (found.fails, found.changed[0].harmless)


def test_what_the_engine_finds_and_nobody_sees_is_a_change(
    stack: list[Resource], tmp_path: Path
) -> None:
    """An update without a difference in the states, such as in a secret."""
    name = named(stack, "logGroup:LogGroup")
    (changed,) = drift_of(stack, tmp_path, {name: setting()}).changed
    assert ("the engine finds a difference in what is not shown", False) == (
        changed.how[0].partition(": ")[2],
        changed.harmless,
    )


def test_an_open_policy_has_no_flow_to_show(tmp_path: Path) -> None:
    """In mode `open` every name is allowed."""
    stack = stack_of(ROOT, "open")
    name = next(each.name for each in stack if lost_with(each) is not None)
    (lost,) = drift_of(stack, tmp_path, {name: gone}, "open").lost
    assert lost.witness is None


def test_every_type_that_is_deployed_has_its_loss() -> None:
    """A new type says what is lost with it, or that only less passes."""
    types = {
        each.type: each
        for environment in ("dev", "open", "prod", "sandbox", "staging")
        for each in stack_of(ROOT, environment)
    }
    assert [] == sorted(
        type_ for type_, each in types.items() if (lost_with(each) is None) != (type_ in ADMITTING)
    )


def test_differences_are_told_by_name() -> None:
    """Of lists with names what came and went; of values both; a secret is not shown."""
    before = {
        "a": [{"name": "x", "v": 1}, {"name": "y"}],
        "b": {"c": 1},
        "d": [1, 2],
        "etag": 1,
        "s": 1,
    }
    after = {"a": [{"name": "x", "v": 2}, {"name": "z"}], "b": {"c": None}, "d": [2, 1], "etag": 2,
             "s": UNKNOWN}  # fmt: skip
    assert (
        ("a", "added z, removed y, changed x"),
        ("b.c", "1 -> nothing"),
        ("d", "another order"),
        ("s", "1 -> a secret"),
    ) == differences(before, after)
    assert (("a", "added 4, 5, 6 and 1 more"),) == differences({"a": []}, {"a": [4, 5, 6, 7]})
    assert 100 == len(shown("x" * 200))


def test_the_command(stack: list[Resource], tmp_path: Path) -> None:
    """Text, Markdown without markup from outside, and JSON by its schema; 1 is the status of drift."""
    name = named(stack, "network:FirewallPolicy")
    now = setting(threatIntelMode="Off", tags={"a": "<b>@you\x1b[31m"})
    found = {each.name: now(each) for each in stack if each.name == name}
    path = str(events(stack, found, tmp_path))
    common = ["drift", path, "--project", str(ROOT), "--today", "2026-11-24"]
    run = CliRunner().invoke

    text = run(main, common)
    assert 1 == text.exit_code, text.output
    assert "prod: " in text.output
    assert (
        "no longer protected:\n  wsus-firewall-policy: threatIntelMode: Deny -> Off" in text.output
    )
    assert "\x1b" not in text.output
    assert "pulumi up --refresh --stack prod" in text.output

    page = tmp_path / "page.md"
    assert 1 == run(main, [*common, "--format", "markdown", "-o", str(page)]).exit_code
    assert [] == [each for each in ("<b>", "@you", "\x1b") if each in page.read_text("utf-8")]

    report = json.loads(run(main, [*common, "--format", "json"]).output)
    jsonschema.validate(report, SCHEMA)
    assert ("prod", True, 1) == (report["environment"], report["fails"], len(report["lost"]))

    clean = run(
        main, ["drift", "-", "--project", str(ROOT)], input=events(stack, {}, tmp_path).read_bytes()
    )
    assert (0, True) == (clean.exit_code, "all as deployed" in clean.output), clean.output
    refused = run(main, [*common, "--format", "json", "--env", "nobody"])
    assert 2 == refused.exit_code
    jsonschema.validate(json.loads(refused.output), SCHEMA)
    assert 2 == run(main, [*common, "-o", str(tmp_path / "no" / "page")]).exit_code


RESOURCE = Resource("aws:ec2/route:Route", "r", "urn:x", {"a": 1})
REFRESH = {"resourcePreEvent": {"metadata": {"op": "refresh"}}}


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([{"steps": [], "changeSummary": {}}], "this is a digest"),
        ([REFRESH, step("create", RESOURCE, RESOURCE), SUMMARY], "they have a step `create`"),
        ([step("same", RESOURCE, RESOURCE), SUMMARY], "not the events of a refresh"),
        ([REFRESH, step("same", RESOURCE, RESOURCE)], "did not finish"),
        ([REFRESH, {"diagnosticEvent": {"severity": "error", "message": "no  token"}}, SUMMARY],
         "the refresh failed, so that what it says is not all: no token"),
        ([], "not the events of a refresh"),
        (["text"], "this line is not an event"),
    ],
)  # fmt: skip
def test_other_input_is_refused(tmp_path: Path, lines: list[Any], said: str) -> None:
    """Half an answer would be taken for all of it."""
    path = tmp_path / "events"
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    with pytest.raises(PolicyErrors, match=said):
        read_refreshed(path)


def test_lying_states_are_passed_over_and_secrets_stay_unknown(tmp_path: Path) -> None:
    """A state of the wrong shape is no resource; a secret that is shown is read."""
    secret = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}
    before = dataclasses.replace(
        RESOURCE, properties={"p": {**secret, "plaintext": '"x"'}, "q": secret, "r": "[secret]"}
    )
    depends = {**state(before), "propertyDependencies": {"p": ["urn:pulumi:a"], "q": [], "r": 1}}
    odd = {"resOutputsEvent": {"metadata": {"op": "same", "old": {"urn": 7}, "new": None}}}
    bare = {
        "resOutputsEvent": {"metadata": {"op": "same", "old": {"urn": "urn:pulumi:p::q::t::n"}}}
    }
    whole = {"resOutputsEvent": {"metadata": {"op": "same", "old": depends, "new": depends}}}
    path = tmp_path / "events"
    lines = (REFRESH, odd, bare, whole, {"resOutputsEvent": 1}, SUMMARY)
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    found = read_refreshed(path)
    assert ("p", 2, 1) == (found.stack, len(found.before), len(found.after))
    (read,) = found.after
    assert ("x", UNKNOWN, UNKNOWN) == tuple(read.properties[key] for key in "pqr")
    assert {"p": ("urn:pulumi:a",)} == read.refers
