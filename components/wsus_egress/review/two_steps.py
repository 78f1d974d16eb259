"""Changes that the engine or a cloud refuses in one step, or that drop connections while they are made.

For example a rule group of a firewall policy that others own: AWS refuses to delete it while the policy refers
to it, so a reviewer learns of the two steps before `pulumi up` does.
"""

from __future__ import annotations

from collections.abc import Sequence

from wsus_egress.review.finding import Finding


def rule_group_at_risk(
    environment: str, target: str, operation: str, type_: str, name: str
) -> Finding:
    """A rule group that is replaced or deleted; the engine's report names no environment."""
    what = "connections may drop until every endpoint has the new rules"
    instead = "keep its name and capacity, or deploy when no server synchronizes"
    if type_.endswith(":AzureFirewall"):
        # A network has one firewall: the old one goes first.
        what = "nothing passes from when the old one goes until the new one is there"
        instead = "keep its name, or deploy when no server synchronizes"
    return Finding(
        "rule-group-replaced",
        environment,
        target,
        f"the engine will {operation} {type_} {name}: {what}",
        instead,
    )


def unswitched_groups(environment: str, target: str, names: Sequence[str]) -> Finding:
    """Rule groups that a firewall policy of others goes on without: the engine cannot switch it.

    AWS refuses to delete a group that a policy refers to (`InvalidOperationException` of DeleteRuleGroup,
    API reference, read 2026-11; terraform-provider-aws issue 19616).
    """
    return Finding(
        "two-steps",
        environment,
        target,
        f"your firewall policy refers to {' and '.join(names)}, and `pulumi up` makes another in its place: "
        "the policy goes on with the old rules, and AWS refuses to delete the old group",
        "write `networkFirewall.capacity` so large that the list fits, once; or be ready to give the policy "
        "the new ARN, take the old one out, and run `pulumi up` again",
    )


def deleted_first(environment: str, target: str, type_: str, name: str, called: str) -> Finding:
    """A resource that is replaced under a name that a setting fixes: the old one has to go first.

    AWS deletes neither a rule group that a policy refers to nor a security group that an interface has
    (DeleteRuleGroup, DeleteSecurityGroup, API references, read 2026-11).
    """
    what = (
        f"{name} is replaced, and both would be called {called}: the engine deletes the old one first, which "
        "AWS refuses while it is in use"
    )
    instead = (
        "take its name out of `existingNames` in this change: then the new one stands beside it"
    )
    if type_.endswith(":SecurityGroup"):
        instead = "keep its description and VPC, or write another name for it in this change"
    return Finding("two-steps", environment, target, what, instead)


def refused_while_protected(
    environment: str, target: str, setting: str, names: Sequence[str]
) -> Finding:
    """Protected resources that a change deletes, replaces or moves: `pulumi up` refuses that."""
    rest = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return Finding(
        "two-steps",
        environment,
        target,
        f"`{setting}` protects {names[0]}{rest}: `pulumi up` refuses to delete, replace or move it",
        f"write `{setting}: false` and run `pulumi up`; deploy this change after that",
    )


def refused_in_place(
    environment: str, target: str, setting: str, instead: str, names: Sequence[str]
) -> Finding:
    """Resources of which Azure never changes what a setting says: `pulumi up` fails there."""
    rest = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return Finding(
        "two-steps",
        environment,
        target,
        f"Azure never changes `{setting}` of what is there, {names[0]}{rest}: `pulumi up` fails",
        f"keep it, or {instead}",
    )
