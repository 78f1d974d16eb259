"""Two small environments, and copies of their stacks at every stage of their lives."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from env import copy_program, private_engine
from life.engine import STACK, run

UP: Final = ("up", "--yes", "--skip-preview")
REFRESH: Final = ("refresh", "--yes", "--skip-preview")
DESTROY: Final = ("destroy", "--yes", "--skip-preview")

_VNET: Final = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-wsus-sandbox"
    "/providers/Microsoft.Network/virtualNetworks/vnet-wsus-sandbox"
)
_AWS: Final = """
config:
  aws:region: eu-west-1
  wsus-egress:lists: [{lists}]
  wsus-egress:servers:
    - {{name: wsus, addresses: [10.23.0.10]}}
    - {{name: {other}, addresses: [10.23.0.20]}}
  wsus-egress:aws:
    vpcId: vpc-0d4e5f607182a3b4c
    networkFirewall:
      mode: full
      protected: false
      endpoints:
        - zone: eu-west-1a
          subnetId: subnet-0d4e5f607182f000a
          protectedRouteTables: [rtb-0d4e5f6071825000a]
          returnRoutes:
            - {{routeTableId: rtb-0d4e5f6071829000a, destinations: [10.23.0.0/22]}}
"""
_AZURE: Final = """
config:
  azure-native:location: westeurope
  wsus-egress:lists: [{lists}]
  wsus-egress:servers:
    - {{name: wsus, location: azure, addresses: [10.33.0.10]}}
    - {{name: {other}, location: azure, addresses: [10.33.0.20]}}
  wsus-egress:azure:
    resourceGroup: rg-wsus-sandbox
    location: westeurope
    addressSpace: [10.33.0.0/16]
    destinations: list
    ipGroups: true
    firewallPolicy: {{name: afwp-life, mode: full}}
    routeTable: {{}}
    firewall: {{name: afw-life, virtualNetwork: {network}}}
    subnets:
      - {{virtualNetwork: vnet-wsus-sandbox, name: snet-wsus, addressPrefix: 10.33.0.0/24, attached: {attached}}}
"""
SETTINGS: Final = {"aws": _AWS, "azure": _AZURE}
PROVIDERS: Final = {"aws": "aws", "azure": "azure-native"}
_ENDPOINT: Final = re.compile(r"vpce-[0-9a-f]+")
ROUTES: Final = {
    "aws": "aws:ec2/route:Route",
    "azure": "azure-native:network:RouteTable",
}
"""The servers' way out, by cloud."""


def settings(cloud: str, *, changed: bool = False, attached: bool = True) -> str:
    """An environment's settings: changed, it has another list and another second server."""
    return SETTINGS[cloud].format(
        lists="wsus-reference" if changed else "wsus",
        other="branch" if changed else "old",
        attached=str(attached).lower(),
        network=_VNET,
    )


@dataclass(frozen=True, slots=True)
class Stage:
    """A stack in a folder, and what the next command is to do with it.

    Attributes:
        name: `up`, `change`, `refresh` or `destroy`.
        folder: The stack before that command.
        command: The command, for the engine.
        calls: What the command asks of the cloud: a step and a resource's name.
        after: The cloud after a run without a fault.
    """

    name: str
    folder: Path
    command: tuple[str, ...]
    calls: tuple[tuple[str, str], ...]
    after: Mapping[str, Any]


def copy(folder: Path, to: Path) -> Path:
    """Copy a stack with its state and its clouds."""
    shutil.copytree(folder, to)
    return to


def _latest(folder: Path) -> dict[str, Any]:
    (file,) = folder.glob(f"state/.pulumi/stacks/*/{STACK}.json")
    return json.loads(file.read_text(encoding="utf-8"))["checkpoint"].get("latest") or {}


def readable(folder: Path) -> None:
    """Take away what an engine that was killed while it wrote its state leaves beside it: an empty file.

    The library that keeps states in a folder writes a state's attributes into `life.json.attrs`, in two
    steps, and answers EOF for an empty one; without the file it takes none (gocloud.dev's
    blob/fileblob/attrs.go, read 2026-11-30). docs/deploy.md says the same to users.
    """
    for file in folder.glob(f"state/.pulumi/stacks/*/{STACK}.json*.attrs"):
        if not file.stat().st_size:
            file.unlink()


def resources(folder: Path) -> dict[str, dict[str, Any]]:
    """What the state knows, of the clouds, by name; those that a replacement left are not there."""
    return {
        each["urn"].rsplit("::", 1)[-1]: each
        for each in _latest(folder).get("resources", [])
        if each.get("custom") and not each["type"].startswith("pulumi:")
    }


def pending(folder: Path) -> list[dict[str, Any]]:
    """What a killed run had begun."""
    return _latest(folder).get("pending_operations") or []


def unsettled(folder: Path) -> str:
    """What a run has left open in the state."""
    failed = [name for name, each in resources(folder).items() if each.get("initErrors")]
    return ", ".join([*(each["type"] for each in pending(folder)), *failed])


def picture(folder: Path, cloud: str) -> dict[str, Any]:
    """What the cloud holds: by the resource's name in the state, or by id if no state knows it.

    Random ids and names stand as the resource's name, so that two runs can be compared.
    """
    file = folder / "cloud" / f"{PROVIDERS[cloud]}.json"
    if not file.exists():
        return {}
    text = json.dumps(json.loads(file.read_text(encoding="utf-8"))["resources"])
    known = resources(folder)
    ids = {each["id"]: name for name, each in known.items()}
    words = {each["id"]: f"<{name}>" for name, each in known.items()}
    for name, each in known.items():
        words[str(each["outputs"].get("name") or each["id"])] = f"<{name}>"
        for endpoint in _ENDPOINT.findall(json.dumps(each["outputs"].get("firewallStatuses", ""))):
            words[endpoint] = f"<{name}'s endpoint>"
    # The longest first: a name is a part of an id.
    for word in sorted(words, key=lambda word: (-len(word), word)):
        text = text.replace(json.dumps(word)[1:-1], words[word])
    rows = json.loads(text)
    held = json.loads(file.read_text(encoding="utf-8"))["resources"]
    found: dict[str, Any] = {}
    for kind, records in held.items():
        for (id_, _), row in zip(records.items(), rows[kind].values(), strict=True):
            found[ids.get(id_, f"{kind} {id_}")] = row
    return found


def make(cloud: str, folder: Path) -> Iterator[Stage]:
    """Live through a whole life without a fault, and keep a copy before each command."""
    empty = folder / "up"
    environment = private_engine(empty)
    copy_program(empty / "project")
    (empty / "project" / "config").mkdir()
    _write(empty, settings(cloud))
    made = ["pulumi", "stack", "init", STACK, "--non-interactive"]
    subprocess.run(made, cwd=empty / "project", env=environment, check=True, capture_output=True)

    yield _lived("up", empty, UP, cloud, folder / "deployed")
    _write(copy(folder / "deployed", folder / "change"), settings(cloud, changed=True))
    yield _lived("change", folder / "change", UP, cloud, folder / "changed")
    deployed = folder / "deployed"
    reads = tuple(("read", name) for name in resources(deployed))
    yield Stage("refresh", deployed, REFRESH, reads, picture(deployed, cloud))
    released = copy(deployed, folder / "destroy")
    _write(released, settings(cloud, attached=False))
    _must(released, *UP)
    yield _lived("destroy", released, DESTROY, cloud, folder / "destroyed")


def _lived(name: str, before: Path, command: tuple[str, ...], cloud: str, to: Path) -> Stage:
    _must(copy(before, to), *command)
    old, new = resources(before), resources(to)
    calls = [
        ("create" if key not in old else "delete" if key not in new else "update", key)
        for key in {**old, **new}
        if old.get(key, {}).get("inputs") != new.get(key, {}).get("inputs")
        # A subnet is somebody else's: the engine forgets it, and asks the cloud nothing.
        and (key in new or not old[key].get("retainOnDelete"))
    ]
    return Stage(name, before, command, tuple(sorted(calls)), picture(to, cloud))


def _must(folder: Path, *command: str) -> None:
    done = run(folder, *command)
    if done.status:
        raise RuntimeError(f"{command}, without a fault, failed: {done.said}")


def _write(folder: Path, text: str) -> None:
    file = folder / "project" / "config" / f"Pulumi.{STACK}.yaml"
    file.write_text(text, encoding="utf-8")
