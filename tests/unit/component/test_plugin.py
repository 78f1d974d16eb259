"""The plugin's schema, as committed, and what it is made of."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import Any

import pulumi
import pytest
import yaml
from paths import ROOT
from pulumi.errors import InputPropertiesError

from wsus_egress import plugin
from wsus_egress.component.arguments import as_arguments, compile_arguments
from wsus_egress.component.errors import refusal
from wsus_egress.problems import PolicyErrors, Problem
from wsus_egress.release import PUBLISHER, REPOSITORY, VERSION

SCHEMA: dict[str, Any] = json.loads((ROOT / "components" / "schema.json").read_text())
POLICY = {"lists": ["wsus"], "servers": [{"name": "wsus", "addresses": ["10.20.0.10"]}]}
SECRET = pulumi.Output.secret("10.20.0.10")
# Shapes that arrive whole through Pulumi's component host, by its release 3.272.
SAFE_OUTPUTS = ("string", "array", "object")


def test_committed_schema_is_current() -> None:
    """The committed schema is what the components' types say; `make schemas` writes it anew."""
    assert (ROOT / "components" / "schema.json").read_text() == plugin.schema()


def test_version_is_the_wheels() -> None:
    """The schema's version, which must be the tag's, is the package's."""
    assert VERSION == SCHEMA["version"]


def test_the_schema_says_whose_package_it_is() -> None:
    """What registries show. No address to download a plugin from: a release has no such archive."""
    shown = ("publisher", "repository", "homepage", "license", "displayName", "description")
    assert {"keywords", *shown} <= set(SCHEMA)
    assert (PUBLISHER, REPOSITORY, REPOSITORY) == tuple(SCHEMA[key] for key in shown[:3])
    assert f"/{PUBLISHER}/" in REPOSITORY
    assert "pluginDownloadURL" not in SCHEMA


def test_old_names_are_deprecated() -> None:
    """In every language; the new name is there, and neither is required by the schema."""
    old = {
        (token.rpartition(":")[2], name): each["deprecationMessage"]
        for token, kind in SCHEMA["resources"].items()
        for name, each in kind["inputProperties"].items()
        if "deprecationMessage" in each
    }

    assert len(old) == 6
    assert set(old.values()) == {"It is now called resourceGroup."}
    for token, kind in SCHEMA["resources"].items():
        if "AzureWsus" in token:
            assert {"resourceGroup", "resourceGroupName"} <= set(kind["inputProperties"])
            assert not {"resourceGroup", "resourceGroupName"} & set(kind["requiredInputs"])


def test_outputs_have_safe_shapes() -> None:
    """No output is of a type whose names Pulumi's host would leave in snake_case."""
    for resource in SCHEMA["resources"].values():
        for each in resource["properties"].values():
            assert each.get("type") in SAFE_OUTPUTS
            assert "$ref" not in json.dumps(each)


def test_numbers_are_plain() -> None:
    """A whole number is never an output: Pulumi's host fails on one that is."""
    for kind in (*SCHEMA["types"].values(), *SCHEMA["resources"].values()):
        for each in (kind.get("properties", {}) | kind.get("inputProperties", {})).values():
            assert each.get("type") != "integer" or each.get("plain")


def check_properties(given: Any, kind: dict[str, Any]) -> None:
    """Each given property is one that the type has, and none that it needs is missing."""
    known = kind.get("inputProperties") or kind["properties"]
    assert set(given) <= set(known)
    assert set(kind.get("requiredInputs", kind.get("required", ()))) <= set(given)
    for key, value in given.items():
        each = known[key]
        ref = each.get("$ref") or each.get("items", {}).get("$ref")
        if ref:
            inside = SCHEMA["types"][ref.removeprefix("#/types/")]
            for part in value if isinstance(value, list) else [value]:
                check_properties(part, inside)


def test_yaml_example_is_of_the_schema() -> None:
    """The YAML example names a resource, properties and outputs that the schema has."""
    text = (ROOT / "docs" / "examples" / "yaml" / "Pulumi.yaml").read_text()
    program = yaml.safe_load(text)
    resource = program["resources"]["wsus"]
    kind = SCHEMA["resources"][resource["type"]]

    check_properties(resource["properties"], kind)

    used = re.findall(r"\$\{wsus\.(\w+)\}", text)
    assert ["securityGroupIds"] == used
    assert set(used) <= set(kind["properties"])


@pytest.mark.parametrize(
    ("inputs", "paths"),
    [
        ({"policy": SECRET, "vpcId": "vpc-1"}, ["policy"]),
        ({"policy": {**POLICY, "servers": SECRET}, "vpcId": SECRET}, ["policy.servers"]),
        ({"policy": {**POLICY, "lists": [SECRET, "wsus"]}, "vpcId": "v"}, ["policy.lists[0]"]),
        (
            {"policy": {"servers": [{"addresses": [SECRET]}], "colour": "red"}, "dnsFirewal": {}},
            ["dnsFirewal", "policy.colour", "policy.servers[0].name",
             "policy.servers[0].addresses[0]", "vpcId"],
        ),
        ({"policy": POLICY, "vpcId": "v", "tags": {"team": SECRET}}, ["tags.team"]),
    ],
)  # fmt: skip
def test_what_the_host_would_not_see(inputs: dict[str, Any], paths: list[str]) -> None:
    """Every argument that is unknown, missing, or an output where there may be none is named."""
    with pytest.raises(InputPropertiesError) as caught:
        plugin.WsusEgressProvider().construct("wsus", "wsus-egress:index:AwsWsusEgress", inputs)

    found = caught.value.errors or []
    assert paths == [each["property_path"] for each in found]
    for each in found:
        assert each["reason"]


@pytest.mark.parametrize(
    ("error", "path"),
    [
        (PolicyErrors([Problem(None, ("aws", "vpc_id"), "x")]), "vpcId"),
        (
            PolicyErrors([Problem(None, ("servers", 0, "synchronization_ports", "http"), "x")]),
            "policy.servers[0].synchronizationPorts.http",
        ),
        (PolicyErrors([Problem(None, ("aws", "tags", "cost_center"), "x")]), "tags.cost_center"),
        (PolicyErrors([Problem(None, ("aws", "tags", "cost.center"), "x")]), 'tags["cost.center"]'),
        (PolicyErrors([Problem(None, ("endpoint_lists",), "x")]), "endpointLists"),
        (PolicyErrors([Problem(None, ("party",), "'x' does not stand in AWS")]), "party"),
    ],
)
def test_paths_are_as_given(error: PolicyErrors, path: str) -> None:
    """A refusal names an argument as a program in another language wrote it."""
    (detail,) = plugin._details(refusal("wsus", as_arguments("aws", error)))

    assert path == detail["property_path"]


def test_a_refusal_always_has_a_detail() -> None:
    """Pulumi's server breaks on an error that has none."""
    said = "the firewall has no endpoint in eu-west-1a"

    (detail,) = plugin._details(pulumi.RunError(said))

    assert InputPropertiesError("", [detail]).errors == [{"property_path": "", "reason": said}]


def test_whole_numbers_of_other_languages() -> None:
    """8600.0, as other languages send it, is 8600."""
    ports = {"http": 8600.0, "https": 8601.0}
    server = {"name": "wsus", "addresses": ["10.20.0.10"], "synchronization_ports": ports}
    client = {"name": "clients", "addresses": ["10.20.1.0/24"], "updates_from": "wsus"}
    policy = {"lists": ["wsus"], "servers": [server], "clients": [client]}

    _, _, controls = compile_arguments("dev", policy, "aws", {"vpc_id": "vpc-1a2b3c4d"}, None)

    assert {80, 443, 8600, 8601} == {low for control in controls for low, _ in control.ports}


def test_a_folder_that_is_not_there() -> None:
    """A folder of lists that does not exist is refused by its argument's name."""
    with pytest.raises(PolicyErrors) as caught:
        compile_arguments("dev", POLICY, "aws", {"vpc_id": "vpc-1a2b3c4d"}, "/nowhere")

    assert "endpoint_lists: '/nowhere' is not a directory" in str(caught.value)


@pytest.mark.parametrize("package", ["pulumi_aws", "pulumi_azure_native"])
def test_without_a_clouds_sdk_the_plugin_says_what_to_install(package: str) -> None:
    """Both extras at once, and no traceback."""
    code = f"import sys; sys.modules[{package!r}] = None; from wsus_egress.plugin import serve; serve()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert (1, "") == (done.returncode, done.stdout)
    assert done.stderr == (
        f"error: the plugin needs the SDKs of both clouds, and {package} is not installed: "
        'pip install "pulumi-wsus-egress[aws,azure]"\n'
    )
