"""Twelve changes of a small project of its own: each a commit, and the project after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

LIST: Final = """\
title: The list
endpoints:
  - pattern: "*.update.example.com"
    schemes: [http, https]
    purpose: Update files
    source: The vendor's page
    date: "2026-11-01"
  - pattern: "go.example.com"
    schemes: [http]
    purpose: Links
    source: The vendor's page
    date: "2026-11-01"
"""
OTHER: Final = """\
title: The other list
endpoints:
  - pattern: "go.example.com"
    schemes: [http]
    purpose: Links
    source: The vendor's page
    date: "2026-11-01"
  - pattern: "cdn.example.net"
    schemes: [https]
    purpose: Files
    source: The vendor's page
    date: "2026-11-01"
"""
CONFIG: Final = """\
config:
  wsus-egress:lists: [main]
  wsus-egress:schemes: as-listed
  wsus-egress:servers:
    - name: head
      location: aws
      addresses: [10.20.0.10]
    - name: hub
      location: azure
      addresses: [10.30.0.10]
      synchronizesFrom: head
      contentFrom: microsoft-update
  wsus-egress:clients:
    - name: desktops
      location: azure
      addresses: [10.30.4.0/24]
      updatesFrom: hub
  wsus-egress:aws:
    vpcId: vpc-0a1b2c3d4e5f60718
    networkFirewall: {}
  wsus-egress:azure:
    resourceGroup: rg
    location: westeurope
    addressSpace: [10.30.0.0/16]
    destinations: list
    firewallPolicy:
      name: policy
  wsus-egress:accept:
    - what: azure/azure-application-rules/narrower/nameless
      reason: Application rules pass what has a name.
      expires: "2027-06-30"
"""
# Another environment beside it: two cannot make the same names in one resource group.
CONFIG_BESIDE: Final = CONFIG.replace("resourceGroup: rg", "resourceGroup: other")
MAIN_FILE: Final = "config/endpoints/main.yaml"
OTHER_FILE: Final = "config/endpoints/other.yaml"
CONFIG_FILE: Final = "config/Pulumi.x.yaml"
BEFORE: Final[Mapping[str, str]] = {MAIN_FILE: LIST, OTHER_FILE: OTHER, CONFIG_FILE: CONFIG}

_ADDED: Final = """\
  - pattern: "{}"
    schemes: [https]
    purpose: Telemetry | requested by @ops <b>now</b>
    source: A ticket
    date: "2026-11-20"
"""
_APPROVED: Final = """\
  wsus-egress:approved:
    - what: {}/https/added.example.org
      owner: network team
      reason: The new CDN
      expires: "2026-12-10"
"""


@dataclass(frozen=True, slots=True)
class Case:
    """An edit: file, old text and new text; an empty old text stands for the file's end."""

    name: str
    edits: tuple[tuple[str, str, str], ...]
    status: int

    def after(self) -> dict[str, str]:
        """The project's files after the change."""
        files = dict(BEFORE)
        for file, old, new in self.edits:
            assert old in files[file], (self.name, old)
            files[file] = files[file].replace(old, new, 1) if old else files[file] + new
        return files


CASES: Final = (
    Case("added-host", (
        (MAIN_FILE, "", _ADDED.format("added.example.org")),
        (CONFIG_FILE, "", _APPROVED.format("aws")),
    ), 1),
    Case("removed-host", ((MAIN_FILE, LIST[LIST.index('  - pattern: "go'):], ""),), 0),
    Case("wildcard-widened", ((MAIN_FILE, "*.update.example.com", "*.example.com"),), 1),
    Case("apex-added", ((MAIN_FILE, "", _ADDED.format("update.example.com")),), 1),
    Case("port-scheme-changed", ((MAIN_FILE, "schemes: [http]", "schemes: [https]"),), 1),
    Case("list-swapped", ((CONFIG_FILE, "lists: [main]", "lists: [other]"),), 1),
    Case("mode-opened", ((CONFIG_FILE, "config:\n", "config:\n  wsus-egress:mode: open\n"),), 1),
    Case("server-moved", ((CONFIG_FILE, "[10.20.0.10]", "[10.20.0.99]"),), 1),
    Case("client-added", ((CONFIG_FILE, "  wsus-egress:aws:", """\
    - name: kiosks
      location: azure
      addresses: [10.30.8.0/24]
      updatesFrom: microsoft-update
  wsus-egress:aws:"""),), 1),
    Case("sync-port-changed", ((CONFIG_FILE, "      addresses: [10.30.0.10]\n", """\
      addresses: [10.30.0.10]
      synchronizationPorts: {http: 9530, https: 9531}
"""),), 1),
    Case("only-comments", ((MAIN_FILE, "title:", "# A comment.\ntitle:"),), 0),
    Case("invalid-file", ((MAIN_FILE, "*.update.example.com", "*update.example.com"),
                          (CONFIG_FILE, "10.20.0.10", "8.8.8.8")), 2),
)  # fmt: skip
