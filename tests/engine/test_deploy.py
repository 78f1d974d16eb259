"""The program and its environments in the real engine, against the stand-ins for the clouds."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from paths import ROOT
from project import Project

# What the SDK of azure-native sends unasked: its schema has these defaults.
UNASKED: dict[str, dict[str, Any]] = {
    "azure-native:network:Subnet": {
        "privateEndpointNetworkPolicies": "Disabled",
        "privateLinkServiceNetworkPolicies": "Enabled",
    }
}
ENVIRONMENTS = ("dev", "open", "prod", "sandbox", "staging")

pytestmark = pytest.mark.engine


def custom_resources(export: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    """The clouds' resources, by type and logical name."""
    return {
        (resource["type"], resource["urn"].rsplit("::", 1)[1]): resource
        for resource in export["deployment"]["resources"]
        if resource["custom"] and not resource["type"].startswith("pulumi:")
    }


def documents(project: Project, environment: str) -> dict[tuple[str, str], dict[str, Any]]:
    """The preview's documents, by type and logical name."""
    preview = json.loads(
        project.command("preview", "--env", environment, "--format", "json").stdout
    )
    return {
        (document["type"], document["name"]): document["properties"]
        for target in preview["environments"][0]["targets"]
        for control in target["controls"]
        for document in control["documents"]
    }


def value_of(resource: dict[str, Any], path: str) -> str:
    """The deployed value that a document's reference stands for."""
    if path == "id":
        return str(resource["id"])
    if zone := re.fullmatch(r"endpoint\((.+)\)", path):
        (status,) = resource["outputs"]["firewallStatuses"]
        states = {state["availabilityZone"]: state for state in status["syncStates"]}
        return str(states[zone[1]]["attachments"][0]["endpointId"])
    value = resource["outputs"]
    for part in path.replace("[", ".").replace("]", "").split("."):
        value = value[int(part)] if part.isdigit() else value[part]
    return str(value)


def plain(value: Any) -> Any:
    """Inputs without the marks that a bridged provider adds to nested ones."""
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items() if key != "__defaults"}
    return [plain(part) for part in value] if isinstance(value, list) else value


def proved(project: Project, environment: str) -> set[tuple[str, str]]:
    """Each cloud with what `check` says of its rules; what nobody can know is `unknown` to an audit."""
    checked = json.loads(project.command("check", "--env", environment, "--format", "json").stdout)
    return {
        (each["target"], each["fidelity"].replace("opaque", "unknown"))
        for each in checked["environments"][0]["targets"]
    }


def audited(project: Project, environment: str) -> set[tuple[str, str]]:
    """The same of the stack's state, as `audit` reads it."""
    path = project.root / "export.json"
    path.write_text(json.dumps(project.export(environment)), encoding="utf-8")
    command = ("audit", "export.json", "--env", environment, "--format", "json")
    report = json.loads(project.command(*command).stdout)
    return {(each["cloud"], each["fidelity"]) for each in report["targets"]}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_environment_deploys_once(project: Project, environment: str) -> None:
    """Every shipped environment deploys the first time, as previewed, and again without changes."""
    project.up(environment)

    deployed = custom_resources(project.export(environment))
    previewed = documents(project, environment)

    assert previewed.keys() == deployed.keys()
    by_name = {name: resource for (_, name), resource in deployed.items()}
    for key, properties in previewed.items():
        text = json.dumps(properties)
        text = re.sub(
            r"\$\{([^.}]+)\.([^}]+)\}", lambda ref: value_of(by_name[ref[1]], ref[2]), text
        )
        inputs = deployed[key]["inputs"]
        # What the provider itself fills in: `__defaults` names it, but azure-native marks nothing.
        filled = {*inputs.get("__defaults", []), "azureApiVersion"} - {*properties}
        sent = {name: value for name, value in inputs.items() if name not in filled}

        assert {**UNASKED.get(key[0], {}), **json.loads(text)} == plain(sent)
    assert proved(project, environment) == audited(project, environment)

    again = project.pulumi("preview", "--expect-no-changes", "--stack", environment)

    assert 0 == again.returncode, again.stdout + again.stderr


def test_children_are_parented(project: Project) -> None:
    """Every cloud resource stands under a component, and every component under another or the stack."""
    project.up("dev")

    resources = project.export("dev")["deployment"]["resources"]
    parents = {resource["urn"]: resource.get("parent", "") for resource in resources}
    kinds = {resource["urn"]: resource["type"] for resource in resources}
    cloud = [urn for urn, kind in kinds.items() if kind.startswith("aws:")]

    components = [urn for urn, kind in kinds.items() if kind.startswith("wsus-egress:")]

    assert cloud
    assert {
        "wsus-egress:index:AwsWsusNetworkFirewall",
        "wsus-egress:index:AwsWsusSecurityGroup",
    } == {kinds[parents[urn]] for urn in cloud}
    assert {
        "pulumi:pulumi:Stack",
        "wsus-egress:index:AwsWsusEgress",
    } == {kinds[parents[urn]] for urn in components}


def test_added_entry_changes_only_its_rules(project: Project) -> None:
    """Adding a list entry updates the rule collection group in place, and nothing else."""
    project.up("staging")
    project.add_endpoint("wsus", "extra.example.com")

    result = project.pulumi("up", "--yes", "--skip-preview", "--json", "--stack", "staging")

    assert 0 == result.returncode, result.stdout + result.stderr
    operations = project.last_operations("staging")
    assert {"update": 1} == {op: count for op, count in operations.items() if op != "same"}


def test_wrong_settings_deploy_nothing(project: Project) -> None:
    """All mistakes are shown with file and line, without a traceback, and nothing is created."""
    path = project.root / "config" / "Pulumi.dev.yaml"
    text = path.read_text(encoding="utf-8").replace("10.20.0.10", "10.20.0.10/8")
    path.write_text(text.replace("[wsus-reference]", "[wsus-refrence]"), encoding="utf-8")
    project.pulumi("stack", "init", "dev")

    result = project.pulumi("up", "--yes", "--skip-preview", "--stack", "dev")

    output = result.stdout + result.stderr
    assert 0 != result.returncode
    assert "Traceback" not in output
    assert re.search(r"config/Pulumi\.dev\.yaml:\d+: lists\[0\]: there is no endpoint list", output)
    assert re.search(
        r"config/Pulumi\.dev\.yaml:\d+: servers\[0\]\.addresses\[0\]: .* host bits", output
    )
    assert {} == custom_resources(project.export("dev"))


def test_a_setting_that_does_not_exist_deploys_nothing(project: Project) -> None:
    """The engine's program reads every setting of the stack, as `check` does."""
    path = project.root / "config" / "Pulumi.dev.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(f"{text}  wsus-egress:ports: [8080]\n", encoding="utf-8")
    project.pulumi("stack", "init", "dev")

    result = project.pulumi("preview", "--stack", "dev")

    output = result.stdout + result.stderr
    assert 0 != result.returncode
    assert "Traceback" not in output
    assert re.search(r"config/Pulumi\.dev\.yaml:\d+: ports: ", output)


def test_the_program_proves_first(project: Project) -> None:
    """A deviation that nobody accepts is shown by every preview, with a flow, before it is deployed."""
    path = project.root / "config" / "Pulumi.dev.yaml"
    text = path.read_text(encoding="utf-8")
    alert = text.replace("networkFirewall: {}", "networkFirewall: {defaultAction: alert}")
    path.write_text(alert, encoding="utf-8")
    project.pulumi("stack", "init", "dev")

    result = project.pulumi("preview", "--stack", "dev")

    assert 0 == result.returncode, result.stdout + result.stderr
    assert "aws/aws-network-firewall/wider/names is not accepted" in result.stdout
    assert re.search(r"for example 10\.20\.0\.10 -> https?://", result.stdout)

    path.write_text(text.replace("    networkFirewall: {}\n", ""), encoding="utf-8")
    result = project.pulumi("preview", "--stack", "dev")

    output = result.stdout + result.stderr
    assert 0 != result.returncode
    assert "Traceback" not in output
    assert re.search(
        r"config/Pulumi\.dev\.yaml:\d+: accept: nothing on the way of 10\.20\.0\.10 -> http://\S+ sees "
        "host names, and the mode is restricted; add a Network Firewall, or accept "
        "aws/aws-security-group/wider/names with reason and expires",
        output,
    )


def test_the_program_is_two_lines() -> None:
    """All else is in the package, where a project of its own finds it."""
    lines = Path(ROOT / "__main__.py").read_text(encoding="utf-8").splitlines()

    assert ["from wsus_egress.program import run", "run()"] == [each for each in lines[1:] if each]
