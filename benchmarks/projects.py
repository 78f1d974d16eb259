"""The projects that are measured: ours, and the same names as the alternative writes them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

ENTRY = "  - {{pattern: {}, schemes: [https], purpose: p, source: s, date: 2026-11-01}}\n"


def names(count: int) -> list[str]:
    """Host names of the shape that Microsoft's have."""
    return [f"h{index}.d{index % 97}.example.com" for index in range(count)]


def ours(folder: Path, count: int, *, both: bool) -> Path:
    """A project with one environment, of Azure or of both clouds, and one list."""
    lists = folder / "config" / "endpoints"
    lists.mkdir(parents=True)
    entries = "".join(ENTRY.format(name) for name in names(count))
    (lists / "many.yaml").write_text(f"title: many\nendpoints:\n{entries}", encoding="utf-8")
    servers = "    - {name: wsus, location: azure, addresses: [10.1.0.10]}\n"
    targets = (
        "  wsus-egress:azure: {resourceGroup: rg, location: westeurope, addressSpace: [10.1.0.0/16],"
        " destinations: list, firewallPolicy: {name: policy}}\n"
    )
    if both:
        servers += "    - {name: wsus-aws, location: aws, addresses: [10.2.0.10]}\n"
        # With a quota of capacity that AWS would have raised for so many names.
        firewall = "{policyCapacity: 200000}"
        targets += (
            f"  wsus-egress:aws: {{vpcId: vpc-0a1b2c3d4e5f60718, networkFirewall: {firewall}}}\n"
        )
    text = f"config:\n  wsus-egress:lists: [many]\n  wsus-egress:servers:\n{servers}{targets}"
    (folder / "config" / "Pulumi.bench.yaml").write_text(text, encoding="utf-8")
    return folder


def theirs(folder: Path, count: int) -> Path:
    """The same names as an aerleon definition and a policy for one Juniper SRX."""
    (folder / "def").mkdir(parents=True)
    (folder / "pol").mkdir()
    values = "".join(f"      - fqdn: {name}\n" for name in names(count))
    (folder / "def" / "network.yaml").write_text(
        f"networks:\n  MANY:\n    values:\n{values}"
        "  SERVER:\n    values:\n      - address: 10.1.0.10/32\n"
        "services:\n  HTTPS:\n    - protocol: tcp\n      port: 443\n",
        encoding="utf-8",
    )
    (folder / "pol" / "policy.yaml").write_text(
        "filters:\n- header:\n    targets:\n      srx: from-zone trust to-zone untrust\n"
        "  terms:\n  - name: wsus\n    source-address: SERVER\n    destination-fqdn: MANY\n"
        "    destination-port: HTTPS\n    protocol: tcp\n    action: accept\n",
        encoding="utf-8",
    )
    return folder


def many_environments(folder: Path, count: int) -> Path:
    """A repository of environments with 40 endpoints each, all of which a change of a list hits.

    They are one policy on many networks, as a landing zone's stacks are.
    """
    config = ours(folder, 40, both=False) / "config"
    text = (config / "Pulumi.bench.yaml").read_text(encoding="utf-8")
    for index in range(count - 1):
        other = text.replace("resourceGroup: rg", f"resourceGroup: rg{index}")
        (config / f"Pulumi.e{index:04}.yaml").write_text(other, encoding="utf-8")
    who = ["-c", "user.name=bench", "-c", "user.email=bench@example.com"]
    for command in (["init", "-q"], ["add", "."], [*who, "commit", "-q", "-m", "base"]):
        subprocess.run(["git", *command], cwd=folder, check=True)
    with (config / "endpoints" / "many.yaml").open("a", encoding="utf-8") as file:
        file.write(ENTRY.format("new.example.com"))
    return folder


def security_group(folder: Path, rules: int) -> Path:
    """What `aws ec2 describe-security-groups` prints of a group with a rule for each of many addresses."""
    egress = [
        {
            "IpProtocol": "tcp",
            "FromPort": 443,
            "ToPort": 443,
            "IpRanges": [{"CidrIp": f"{20 + (n >> 16)}.{n >> 8 & 255}.{n & 255}.7/32"}],
        }
        for n in range(rules)
    ]
    file = folder / f"group{rules}.json"
    group = {"GroupId": "sg-0a1b2c3d4e5f60718", "GroupName": "wsus", "IpPermissionsEgress": egress}
    file.write_text(json.dumps({"SecurityGroups": [group]}), encoding="utf-8")
    return file


def suricata(folder: Path, rules: int) -> Path:
    """Rules that each pass one host."""
    lines = (
        "pass tls $HOME_NET any -> $EXTERNAL_NET 443 "
        f'(tls.sni; content:"h{n}.example.com"; startswith; endswith; flow:to_server, established; sid:{n + 1};)\n'
        for n in range(rules)
    )
    file = folder / f"wsus{rules}.rules"
    file.write_text("".join(lines), encoding="utf-8")
    return file
