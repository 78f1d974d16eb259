"""A program run in this process: Pulumi's mocks stand for the engine, the networks are there."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from pulumi.runtime import mocks, set_all_config, set_mocks
from pulumi.runtime.stack import run_pulumi_func
from sample import VPC


class Clouds(mocks.Mocks):
    """Both clouds: what is created is as it was asked for, and what is looked up fits."""

    def __init__(self, config: dict[str, Any]) -> None:
        """Nothing exists yet.

        Args:
            config: The stack's, whose networks exist.
        """
        self.types: list[str] = []
        aws = config.get("wsus-egress:aws", {})
        self._vpc = aws.get("vpcId", VPC)
        self._endpoints = aws.get("networkFirewall", {}).get("endpoints", [])

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        """A resource with the outputs that other resources need of it."""
        self.types.append(args.typ)
        made = {"arn": f"arn:{args.name}", "name": args.name, **args.inputs}
        if args.typ == "aws:networkfirewall/firewall:Firewall":
            states = [
                {"availabilityZone": each["zone"], "attachments": [{"endpointId": "vpce-1"}]}
                for each in self._endpoints
            ]
            made["firewallStatuses"] = [{"syncStates": states}]
        if args.typ == "azure-native:network:AzureFirewall":
            configurations = args.inputs["ipConfigurations"]
            made["ipConfigurations"] = [
                {**each, "privateIPAddress": "10.0.0.4"} for each in configurations
            ]
        return f"{args.name}-id", made

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        """A region, network, subnet or route table, as the settings expect it."""
        subnet = args.args.get("id")
        zones = [each["zone"] for each in self._endpoints if each["subnetId"] == subnet]
        zone = zones[0] if zones else ""
        return {"region": "eu-west-1", "vpcId": self._vpc, "availabilityZone": zone}, []


def deploy(config: dict[str, Any], program: Callable[[], Any]) -> list[str]:
    """Run a program as the stack `prod` of this project; the types that it registers."""
    clouds = Clouds(config)
    set_mocks(clouds, project="wsus-egress", stack="prod", preview=False)
    texts = {
        key: value if isinstance(value, str) else json.dumps(value) for key, value in config.items()
    }
    set_all_config(texts)
    # Not asyncio.run: Pulumi takes up the loop that is there.
    asyncio.get_event_loop().run_until_complete(run_pulumi_func(program))
    return clouds.types
