"""States that earlier versions deployed, updated by today's program in the real engine."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from project import Project

pytestmark = pytest.mark.engine

UPGRADES = Path(__file__).parent / "upgrades"
# Their names have the version of the cloud's SDK, which an upgrade may change.
_PROVIDERS = "::pulumi:providers:"
_RULE = "$aws:vpc/securityGroup"


@dataclass(frozen=True, slots=True)
class Upgrade:
    """A stack of an earlier version, in the engine and in the stand-in clouds."""

    project: Project
    stack: str

    @classmethod
    def of(cls, fixture: str, project: Project) -> Upgrade:
        """Import the fixture's state, beside its settings and the lists of its time."""
        folder = UPGRADES / fixture
        (settings,) = folder.glob("Pulumi.*.yaml")
        upgrade = cls(project, settings.suffixes[0].removeprefix("."))
        config = project.root / "config"
        shutil.rmtree(config)
        shutil.copytree(UPGRADES / "endpoints", config / "endpoints")
        shutil.copy(settings, config)
        cloud = project.root.parent / "cloud"
        cloud.mkdir()
        for held in ("aws.json", "azure-native.json"):
            shutil.copy(folder / held, cloud)
        upgrade.must("stack", "init", upgrade.stack)
        upgrade.must("stack", "import", "--file", str(folder / "state.json"))
        return upgrade

    def must(self, *arguments: str) -> str:
        """Run the engine, which must succeed, and return its output."""
        stack = () if arguments[:2] == ("stack", "init") else ("--stack", self.stack)
        done = self.project.pulumi(*arguments, *stack)
        assert 0 == done.returncode, done.stdout + done.stderr
        return done.stdout

    def previewed(self) -> dict[str, list[str]]:
        """What `up` would do besides leaving alone: the resources' names, by operation."""
        text = self.must("preview", "--json")
        found: dict[str, list[str]] = {}
        for step in json.loads(text[text.index("{") :])["steps"]:
            if step["op"] != "same" and _PROVIDERS not in step["urn"]:
                found.setdefault(step["op"], []).append(step["urn"].rpartition("::")[2])
        return {operation: sorted(names) for operation, names in found.items()}

    def identities(self) -> dict[str, Any]:
        """Each resource's id, by its URN: what a replacement or a rename would change.

        A rule of a security group counts by its id alone: its name is another one now, and an alias
        keeps what it names.
        """
        resources = self.project.export(self.stack)["deployment"]["resources"]
        return {
            resource["id" if _RULE in resource["urn"] else "urn"]: resource.get("id")
            for resource in resources
            if _PROVIDERS not in resource["urn"]
        }

    def set(self, setting: str, value: str) -> None:
        """Change a setting, as the upgrade page says."""
        self.must("config", "set", "--path", f"wsus-egress:azure.{setting}", value)


@pytest.mark.parametrize(
    ("fixture", "updates"),
    [
        ("first", ["wsus-firewall-rules", "wsus-nsg"]),
        ("whole-path", []),
    ],
)
def test_an_upgrade_replaces_nothing(project: Project, fixture: str, updates: list[str]) -> None:
    """Only what the upgrade page names is updated, in place; each resource keeps URN and id."""
    upgrade = Upgrade.of(fixture, project)
    before = upgrade.identities()

    done = upgrade.must("up", "--yes", "--skip-preview")

    operations = project.last_operations(upgrade.stack)
    del operations["same"]
    assert ({"update": len(updates)} if updates else {}) == operations
    assert updates == sorted(re.findall(r"^ ~ +\S+ (\S+) updated", done, re.MULTILINE))
    assert before == upgrade.identities()


def test_two_settings_keep_the_first_rules(project: Project) -> None:
    """With the two settings of the upgrade page, the upgrade changes nothing at all."""
    upgrade = Upgrade.of("first", project)
    upgrade.set("denyRest", "servers")
    upgrade.set("networkSecurityGroup.lateralMovement", "allow")

    assert {} == upgrade.previewed()
