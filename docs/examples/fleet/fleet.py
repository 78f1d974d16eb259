"""A fleet: the same policy in many accounts and regions, driven by Pulumi's Automation API.

    python fleet.py fleet.yaml preview
    python fleet.py fleet.yaml up

Each place is a separate stack. The engine handles order, retries and state; this only says where.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pulumi
import yaml
from pulumi import automation

from wsus_egress.args import PolicyArgs
from wsus_egress.aws import AwsWsusEgress

AT_ONCE = 4


def program(place: Mapping[str, Any], policy: Any) -> None:
    """What stands in one account and region."""
    own = PolicyArgs(lists=policy["lists"], servers=place["servers"])
    egress = AwsWsusEgress("wsus", policy=own, vpc_id=place["vpcId"], network_firewall={})
    pulumi.export("securityGroupIds", egress.security_group_ids)


def select(place: Mapping[str, Any], policy: Any) -> automation.Stack:
    """The stack of one place, with its account and region."""
    stack = automation.create_or_select_stack(
        stack_name=str(place["name"]),
        project_name="wsus-fleet",
        program=partial(program, place, policy),
    )
    stack.set_config("aws:region", automation.ConfigValue(str(place["region"])))
    if account := place.get("account"):
        # Wrong credentials then fail before anything is made.
        key, value = "aws:allowedAccountIds[0]", automation.ConfigValue(str(account))
        stack.set_config(key, value, path=True)
    return stack


def run(action: str, policy: Any, place: Mapping[str, Any]) -> tuple[str, str, bool]:
    """Preview or deploy one place; its name, what came of it, and whether it succeeded."""
    name = str(place["name"])
    try:
        stack = select(place, policy)
        if action == "up":
            changes: Mapping[Any, int] = stack.up().summary.resource_changes or {}
        else:
            changes = stack.preview().change_summary
    except automation.CommandError as error:
        return name, str(error), False
    counts = {str(getattr(kind, "value", kind)): count for kind, count in changes.items()}
    return name, ", ".join(f"{kind} {counts[kind]}" for kind in sorted(counts)), True


def main(arguments: list[str]) -> int:
    """Every place, a few at once; the failure of one leaves the others alone."""
    if len(arguments) != 2 or arguments[1] not in ("preview", "up"):
        print("usage: fleet.py FLEET.yaml preview|up", file=sys.stderr)
        return 2
    fleet = yaml.safe_load(Path(arguments[0]).read_text(encoding="utf-8"))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        results = list(pool.map(partial(run, arguments[1], fleet["policy"]), fleet["places"]))
    for name, text, _ in results:
        print(f"{name}: {text}")
    return 0 if all(succeeded for _, _, succeeded in results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
