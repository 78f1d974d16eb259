"""What AWS Network Firewall does with what no rule has: a policy's default actions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wsus_egress.controls.base import Verdict
from wsus_egress.model.network_firewall_policy import WAITING_DROPS
from wsus_egress.readers.formats.things import Contents, Ref, Thing, many, pick
from wsus_egress.readers.resources import UNKNOWN


def default_of(
    policy: Thing | None, body: Mapping[str, Any], *, strict: bool
) -> tuple[Verdict, str, Verdict]:
    """What becomes of the rest, what says so, and what of a first packet."""
    if not strict:
        return Verdict.ALLOW, "the default order, in which no default action drops", Verdict.ALLOW
    if policy is None:
        return Verdict.OPAQUE, "the default actions, which are in no file", Verdict.OPAQUE
    actions = pick(body, "stateful_default_actions")
    if actions is UNKNOWN or any(each is UNKNOWN for each in many(actions)):
        return Verdict.OPAQUE, "the default actions, which are not known", Verdict.OPAQUE
    words = [str(each) for each in many(actions)]
    for word in words:
        if word == "aws:drop_strict":
            return Verdict.DENY, f"the default action {word}", Verdict.DENY
        if word.startswith("aws:drop"):
            return Verdict.DENY, f"the default action {word}", Verdict.ALLOW
    return Verdict.ALLOW, "the default actions, none of which drops", Verdict.ALLOW


def waits(body: Mapping[str, Any]) -> bool:
    """Whether what drops the rest waits for the name."""
    return any(each in WAITING_DROPS for each in many(pick(body, "stateful_default_actions")))


def fragments(policy: Thing, body: Mapping[str, Any], contents: Contents) -> None:
    """Fragments of UDP have a default action of their own (botocore 1.44.5, FirewallPolicy)."""
    actions = pick(body, "stateless_fragment_default_actions")
    if isinstance(actions, Ref) or any(a is UNKNOWN or a == "aws:pass" for a in many(actions)):
        what = f"{policy.name} passes fragments of UDP, or may: its StatelessFragmentDefaultActions are not judged"
        contents.gap(what, "wider", policy.path)
