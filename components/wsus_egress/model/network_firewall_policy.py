"""The firewall policies of others: their default actions, and those that Firewall Manager makes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from wsus_egress.model.aws_forms import AccountId, BucketName, PolicyArn, UnitId
from wsus_egress.model.base import Items, MayBeOutput, Settings, Tags, each_once
from wsus_egress.model.other_rules import OtherRule
from wsus_egress.problems import Keys, Problem

# AWS's default since 2026-06 for policies in strict order: it waits for the server name or Host and
# lets the firewall's own packets to the client pass ("Network Firewall updates default drop action",
# 2026-06-22).
DROP: Final = "aws:drop_established_app_layer_to_server"
ALERT: Final = "aws:alert_established_app_layer_to_server"
# Each waits for the name. The others do not: drop_established drops the first segment of a
# ClientHello in two, as post-quantum key shares make it, and drop_strict the TCP handshake, unless
# a rule passes it.
WAITING_DROPS: Final = (DROP, "aws:drop_established_app_layer")
ESTABLISHED_DROP: Final = "aws:drop_established"
STRICT_DROP: Final = "aws:drop_strict"
DROP_ACTIONS: Final = (*WAITING_DROPS, ESTABLISHED_DROP, STRICT_DROP)
_KNOWN_ACTIONS: Final = frozenset(
    f"aws:{verb}_{scope}"
    for verb in ("drop", "alert")
    for scope in ("strict", "established", "established_app_layer", "established_app_layer_to_server")
)  # fmt: skip


class ExistingFirewallPolicy(Settings):
    """What a firewall policy of your own does, with mode rules-only: the proof rests on it."""

    arn: Annotated[
        PolicyArn | None,
        Field(
            description="Its ARN. `pulumi preview` and `pulumi up` then look at the policy, and log what it does."
        ),
    ] = None
    rule_order: Annotated[
        str,
        Field(description="STRICT_ORDER; in any other order these rules cannot be used."),
    ] = "STRICT_ORDER"
    stateful_default_actions: Annotated[
        Items[str], Field(description="The policy's default actions, as AWS writes them.")
    ] = (DROP, ALERT)
    rules: Annotated[
        Items[OtherRule],
        Field(description="Rules that others keep in the policy, for the proof."),
    ] = ()

    def problems(self) -> Iterator[Problem]:
        """What keeps these rule groups, or any, from being in the policy; keys as in `networkFirewall`."""
        order, actions = self.rule_order, self.stateful_default_actions
        if order != "STRICT_ORDER":
            what = (
                f"a firewall policy in {order} cannot refer to these rule groups, which are in "
                "STRICT_ORDER: the service answers that it has an invalid rule order"
            )
            instead = "give the policy STRICT_ORDER (it is replaced by that)"
            yield Problem(None, ("existingPolicy", "ruleOrder"), what, instead)
        keys: Keys = ("existingPolicy", "statefulDefaultActions")
        for index, action in enumerate(actions):
            if action not in _KNOWN_ACTIONS:
                what = f"{action!r} is not a default action that is known here"
                yield Problem(None, (*keys, index), what, f"write {DROP}")
        families = {each.partition("_")[2] for each in actions if each in _KNOWN_ACTIONS}
        if len([action for action in actions if action.startswith("aws:drop")]) > 1:
            yield Problem(
                None, keys, "a firewall policy has at most one drop action", f"keep {DROP}"
            )
        elif len(families - {"strict"}) > 1:
            # "StatefulDefaultActions cannot exist together" (CreateFirewallPolicy, measured 2026-09).
            what = "a firewall policy's drop and alert actions are of one kind, and these are of several"
            yield Problem(None, keys, what, f"keep {actions[0]} and those that end alike")


class FirewallManager(Settings):
    """An AWS Firewall Manager policy that puts a firewall into the VPCs of an organization."""

    accounts: Annotated[
        Items[AccountId],
        AfterValidator(each_once),
        Field(description="Account ids; all where empty."),
    ] = ()
    organizational_units: Annotated[
        Items[UnitId],
        AfterValidator(each_once),
        Field(description="Organizational units, by id; all where empty."),
    ] = ()
    resource_tags: Annotated[
        Tags, Field(description="Only VPCs with these tags; all where empty.")
    ] = ()
    remediation: Annotated[
        bool, Field(description="Whether Firewall Manager creates firewalls, or only reports.")
    ] = False
    log_bucket: Annotated[
        BucketName | None,
        MayBeOutput("unknown-log-bucket"),
        Field(
            description="An S3 bucket that exists, for the alerts and flows of its firewalls; without it they have no logs."
        ),
    ] = None
