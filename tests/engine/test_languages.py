"""Stacks in TypeScript, Go and Python consume the components through the real engine."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import workspace
from sample import VPC
from workspace import Workspace

pytestmark = pytest.mark.engine

STACKS = Path(__file__).parent / "stacks"


@pytest.fixture(scope="module")
def typescript(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The TypeScript example, ready to run."""
    if not workspace.has("npm", "pulumi-language-nodejs", "sdkgen"):
        pytest.skip("there is no npm, or no host of TypeScript: `make setup` says why")
    return workspace.typescript(tmp_path_factory.mktemp("typescript"))


def test_typescript_example(typescript: Workspace) -> None:
    """Ten lines of TypeScript make the server's security group, and the firewall's rules."""
    outputs = typescript.up()

    assert ["wsus"] == list(outputs["securityGroupIds"])
    ports = [
        each["inputs"]["fromPort"]
        for each in typescript.resources()
        if each["type"] == "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
    ]
    assert [80, 443] == sorted(ports)


def test_values_survive(typescript: Workspace) -> None:
    """Whole numbers stay whole, and a secret VPC id stays secret."""
    shutil.copy(STACKS / "values.ts", typescript.root / "index.ts")

    outputs = typescript.up()

    assert {"clients", "wsus"} == set(outputs["securityGroupIds"])
    inputs = {
        each["urn"].rpartition("::")[2]: each.get("inputs") for each in typescript.resources()
    }
    rule = inputs["first-wsus-ingress-8601-10-20-1-0-24"]
    assert rule is not None
    assert 8601 == rule["fromPort"]
    group = inputs["first-wsus"]
    assert group is not None
    assert "ciphertext" in group["vpcId"]
    association = inputs["first-dns-firewall-association"]
    assert association is not None
    assert 250 == association["priority"]


@pytest.mark.parametrize(
    ("stack", "said"),
    [
        ("unknown", ["policy.servers[0].addresses[0]", "is an output or a secret"]),
        ("wrong", ["policy.lists", "vpcId", "policy.servers[0].synchronizationPorts.http"]),
        ("missing", ["vpcId", "Missing required property"]),
        ("misspelt", ["policy.colour", "is not an argument here; the choices are clients"]),
        ("twice", ["name", "another AwsWsusEgress of this stack has this name"]),
        ("same_network", ["dnsFirewall", "the component first-dns-firewall has the DNS Firewall"]),
        ("region", ["vpcId", "this component's provider, of the region us-east-1, cannot look"]),
        (
            "blind",
            [
                "accept",
                "nothing on the way of 10.20.0.10 -> http://example.com/ sees host names",
                "or accept aws/aws-security-group/wider/names with reason and expires",
            ],
        ),
    ],
)
def test_wrong_arguments(typescript: Workspace, stack: str, said: list[str]) -> None:
    """The component names the argument, and no traceback of its process appears."""
    shutil.copy(STACKS / f"{stack}.ts", typescript.root / "index.ts")

    output = typescript.refused()

    assert [] == [text for text in said if text not in output], output
    assert "Traceback" not in output
    assert "component.py" not in output


def test_deviations_are_warned_of(typescript: Workspace) -> None:
    """What nobody accepts any more is in the engine's own warnings, with a flow."""
    shutil.copy(STACKS / "expired.ts", typescript.root / "index.ts")

    said = typescript.must("pulumi", "preview", "--non-interactive", "--stack", "dev")

    assert "warning: expired: aws/aws-security-group/wider/names is not accepted: " in said
    assert "(for example 10.20.0.10 -> http://example.com/)" in said


def test_choices_in_typescript(typescript: Workspace) -> None:
    """A choice is a word or a member of its enum; another word does not compile."""
    program = typescript.root / "index.ts"
    shutil.copy(STACKS / "chosen.ts", program)
    typescript.must("npx", "--no-install", "tsc", "--noEmit", "-p", ".")

    program.write_text(program.read_text().replace('"restricted"', '"opne"'))
    refused = typescript.run("npx", "--no-install", "tsc", "--noEmit", "-p", ".")

    assert refused.returncode != 0
    assert """Type '"opne"' is not assignable to type 'PolicyMode | undefined'.""" in refused.stdout

    shutil.copy(STACKS / "chosen.ts", program)
    said = typescript.must("pulumi", "preview", "--non-interactive", "--stack", "dev")

    assert "chosen-network-firewall" in said


@pytest.fixture(scope="module")
def golang(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The Go example, ready to run."""
    if not workspace.has("go", "pulumi-language-go", "sdkgen"):
        pytest.skip("there is no Go, or no host of it: `make setup` says why")
    return workspace.golang(tmp_path_factory.mktemp("go"))


def test_go_example(golang: Workspace) -> None:
    """Ten lines of Go compile against the generated SDK and make the same group."""
    outputs = golang.up()

    assert ["wsus"] == list(outputs["securityGroupIds"])


def test_choices_in_go(golang: Workspace) -> None:
    """A choice is a text, as it was before there were enums, or the text of an enum's member."""
    program = golang.root / "main.go"
    shutil.copy(STACKS / "chosen.go", program)

    said = golang.must("pulumi", "preview", "--non-interactive", "--stack", "dev")

    assert "chosen-network-firewall" in said


def test_python_example(tmp_path: Path) -> None:
    """Ten lines of Python do the same, without a plugin."""
    stack = workspace.python(tmp_path)

    outputs = stack.up()

    assert ["wsus"] == list(outputs["securityGroupIds"])
    groups = [each for each in stack.resources() if each["type"].endswith(":SecurityGroup")]
    assert [VPC] == [each["inputs"]["vpcId"] for each in groups]


@pytest.mark.parametrize("program", ["python/__main__.py", "typescript/index.ts"])
def test_an_existing_network_takes_ten_lines(program: str) -> None:
    """The two programs above: lines that are neither empty nor only a comment or the docstring."""
    text = (workspace.EXAMPLES / program).read_text(encoding="utf-8")
    lines = [line.strip() for line in text.splitlines()]
    code = [line for line in lines if line and not line.startswith(("#", "//", '"""'))]

    assert "AwsWsusEgress" in text
    assert 10 >= len(code), code


def test_fleet_example(tmp_path: Path) -> None:
    """The Automation API deploys one policy to every place; a failing place stops no other."""
    stack = Workspace.of("fleet", tmp_path)

    said = stack.must("python", "fleet.py", "fleet.yaml", "up")

    assert ["branch-eu-west-1: create 9", "security-eu-west-1: create 9"] == sorted(
        said.strip().splitlines()
    )

    fleet = stack.root / "fleet.yaml"
    fleet.write_text(fleet.read_text().replace("vpc-0d4e5f607182a3b4c", "no-vpc"))
    done = stack.run("python", "fleet.py", "fleet.yaml", "preview")

    assert 1 == done.returncode
    assert "security-eu-west-1: same 9" in done.stdout
    assert "no-vpc" in done.stdout
