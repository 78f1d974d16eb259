"""The stand-in for AWS under the real engine: a firewall's life, growth without an outage, refusals."""

from __future__ import annotations

import pytest
from trial import Stack

from env import ROOT, suricata_program

pytestmark = pytest.mark.engine

GROUP = "aws:networkfirewall/ruleGroup:RuleGroup"
POLICY = """
    import pulumi, pulumi_aws as aws
    strict = {{"rule_order": "STRICT_ORDER"}}
    group = aws.networkfirewall.RuleGroup(
        "rules", {name} capacity={capacity}, type="STATEFUL",
        rule_group={{
            "rules_source": {{"rules_string": {rules!r}}},
            "rule_variables": {{
                "ip_sets": [{{"key": "SERVERS", "ip_set": {{"definitions": ["10.23.0.10/32"]}}}}]}},
            "stateful_rule_options": strict,
        }},
        opts=pulumi.ResourceOptions(delete_before_replace={delete_first}),
    )
    policy = aws.networkfirewall.FirewallPolicy(
        "policy",
        firewall_policy={{
            "stateless_default_actions": ["aws:forward_to_sfe"],
            "stateless_fragment_default_actions": ["aws:forward_to_sfe"],
            "stateful_engine_options": strict,
            "stateful_default_actions": ["aws:drop_established_app_layer_to_server"],
            "stateful_rule_group_references": [{{"priority": 100, "resource_arn": group.arn}}],
        }},
    )
"""
FIREWALL = """
    vpc, digits = "vpc-0d4e5f607182a3b4c", "0d4e5f607182"
    firewall = aws.networkfirewall.Firewall(
        "wsus", firewall_policy_arn=policy.arn, vpc_id=vpc,
        subnet_mappings=[{"subnet_id": f"subnet-{digits}f000{zone}"} for zone in "ab"],
    )
    logs = aws.cloudwatch.LogGroup("alerts", retention_in_days=30)
    aws.networkfirewall.LoggingConfiguration(
        "logging", firewall_arn=firewall.arn,
        logging_configuration={"log_destination_configs": [{
            "log_type": "ALERT", "log_destination_type": "CloudWatchLogs",
            "log_destination": {"logGroup": logs.name},
        }]},
    )
    endpoints = firewall.firewall_statuses.apply(lambda statuses: {
        state.availability_zone: state.attachments[0].endpoint_id
        for state in statuses[0].sync_states
    })
    for zone, servers in ("a", "10.23.0.0/22"), ("b", "10.23.8.0/22"):
        subnet = aws.ec2.get_subnet(id=f"subnet-{digits}5000{zone}")
        assert (subnet.vpc_id, subnet.cidr_block) == (vpc, servers)
        endpoint = endpoints[subnet.availability_zone]
        aws.ec2.Route(f"out-{zone}", route_table_id=f"rtb-{digits}5000{zone}",
                      destination_cidr_block="0.0.0.0/0", vpc_endpoint_id=endpoint)
        aws.ec2.Route(f"back-{zone}", route_table_id=f"rtb-{digits}9000{zone}",
                      destination_cidr_block=servers, vpc_endpoint_id=endpoint)
    pulumi.export("endpoints", endpoints)
"""
DNS = """
    import pulumi_aws as aws
    group = aws.route53.ResolverFirewallRuleGroup("wsus")
    names = aws.route53.ResolverFirewallDomainList("names", domains=["*"])
    aws.route53.ResolverFirewallRule(
        "block", action="BLOCK", block_response="NODATA", priority=1,
        firewall_rule_group_id=group.id, firewall_domain_list_id=names.id)
    aws.route53.ResolverFirewallRuleGroupAssociation(
        "wsus", firewall_rule_group_id=group.id, priority=101, vpc_id="vpc-0d4e5f607182a3b4c")
"""


def rules(*names: str, keyword: str = "tls.sni") -> str:
    """One rule for each name."""
    return "\n".join(
        f'pass tls $SERVERS any -> $EXTERNAL_NET 443 ({keyword}; content:"{name}"; startswith; '
        f"nocase; endswith; sid:{number};)"
        for number, name in enumerate(names, 1)
    )


def program(
    *names: str,
    capacity: int = 10,
    name: str = "",
    keyword: str = "tls.sni",
    delete_first: str = "None",
) -> str:
    """A rule group and a policy of it."""
    return POLICY.format(
        rules=rules(*names, keyword=keyword),
        capacity=capacity,
        name=f'name="{name}",' if name else "",
        delete_first=delete_first,
    )


def test_a_firewall_lives_its_whole_life(stack: Stack) -> None:
    """A firewall is created, left alone, changed in place, and removed completely."""
    stack.write(program("a.com") + FIREWALL)
    assert "10 created" in stack.up()
    endpoints = stack.outputs()["endpoints"]
    assert {"eu-west-1a", "eu-west-1b"} == {*endpoints}
    routes = stack.held("aws")["aws:ec2/route:Route"].values()
    assert {*endpoints.values()} == {route["vpcEndpointId"] for route in routes}
    assert "10 unchanged" in stack.run("refresh", "--yes", "--skip-preview", "--expect-no-changes")
    (group,) = stack.held("aws")[GROUP]

    stack.write(program("a.com", "b.com") + FIREWALL)

    assert [("update", "rules")] == stack.operations()
    assert [group] == [*stack.held("aws")[GROUP]]
    stack.run("destroy", "--yes", "--skip-preview")
    assert {} == stack.held("aws")


def test_a_group_grows_without_an_outage(stack: Stack) -> None:
    """The engine creates the bigger group, points the policy to it, then deletes the old one."""
    stack.write(program("a.com", capacity=1))
    stack.up()
    (before,) = stack.held("aws")[GROUP].values()
    stack.write(program("a.com", "b.com", capacity=2))

    done = stack.operations()

    assert [
        ("create-replacement", "rules"),
        ("replace", "rules"),
        ("update", "policy"),
        ("delete-replaced", "rules"),
    ] == done
    (after,) = stack.held("aws")[GROUP].values()
    assert (1, 2) == (before["capacity"], after["capacity"])
    assert before["name"] != after["name"]


def test_a_fixed_name_stands_in_its_own_way(stack: Stack) -> None:
    """Deleted first, the old group is in use; created first, the new one's name is taken."""
    stack.write(program("a.com", name="fixed"))
    stack.up()
    stack.write(program("a.com", name="fixed", capacity=20))
    said = stack.up(fails=True)
    assert (
        "InvalidOperationException: Unable to delete the object because it is still in use" in said
    )
    stack.write(program("a.com", name="fixed", capacity=20, delete_first="False"))
    said = stack.up(fails=True)
    assert "InvalidRequestException: RuleGroup name already exists, parameter: [fixed]" in said


@pytest.mark.skipif(suricata_program(ROOT) is None, reason="no Suricata: `make setup` says why")
def test_a_broken_rule_fails_in_the_preview(stack: Stack) -> None:
    """The preview fails with Suricata's own message, before it creates anything."""
    stack.write(program("a.com", keyword="tls.snii"))

    said = stack.run("preview", fails=True)

    assert "property ruleGroup.rulesSource.rulesString value" in said
    assert "stateful rule is invalid, rule: pass tls $SERVERS any" in said
    assert "reason: unknown rule keyword 'tls.snii'." in said


def test_two_stacks_fight_over_a_vpc(stack: Stack) -> None:
    """The second stack's association asks for a priority that the first one's has."""
    stack.write(DNS)
    assert "5 created" in stack.up()
    stack.run("stack", "init", "second")
    stack.run("config", "set", "aws:region", "eu-west-1", "--stack", "second")

    said = stack.up("--stack", "second", fails=True)

    assert (
        "AssociateFirewallRuleGroup, ConflictException: The priority 101 is in use on vpc-0d4e5f6"
        in said
    )
