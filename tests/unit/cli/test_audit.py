"""The command `audit`: its outputs, what it refuses, and that it stays quick and light."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import foreign as f
import jsonschema
import pytest
from click.testing import CliRunner
from paths import ROOT

from wsus_egress import schemas
from wsus_egress.cli.main import main


def run(*arguments: str) -> tuple[int, str]:
    """The exit status, and all that the command prints."""
    result = CliRunner().invoke(main, ["audit", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def written(path: Path, value: object) -> str:
    """A file with a value, or a text; its name."""
    path.write_text(value if isinstance(value, str) else f.text_of(value), encoding="utf-8")
    return str(path)


@pytest.fixture
def wide(tmp_path: Path) -> str:
    """A file with a security group that is wide open."""
    egress = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    group = {"GroupId": "sg-00000001", "GroupName": "g", "IpPermissionsEgress": egress}
    return written(tmp_path / "groups.json", {"SecurityGroups": [group]})


def test_the_page_shows_what_it_prints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The block of docs/audit.md, and the command above it."""
    page = (ROOT / "docs" / "audit.md").read_text(encoding="utf-8")
    source = {"GeneratedRulesType": "ALLOWLIST", "TargetTypes": ["TLS_SNI", "HTTP_HOST"],
              "Targets": [*f.HOSTS[1:], "*.x"[2:], ".windowsupdate.com"]}  # fmt: skip
    source["Targets"] = [*f.HOSTS[1:], ".windowsupdate.com"]
    group = f.cli_group(RulesSource={"RulesSourceList": source})
    monkeypatch.chdir(tmp_path)
    written(Path("rules.json"), group)
    written(Path("policy.json"), f.cli_policy())
    command = re.search(r"```sh\n(.*?)```", page, re.DOTALL)
    assert command is not None
    _, text = run(*command[1].split()[2:], "policy.json")

    for line in (
        "admitted by the domain list wsus (rules.json:2)",
        "  wider: 10.20.0.10 -> https://windowsupdate.com/",
    ):
        assert line in text
    assert "  wider: 10.20.0.10 -> https://windowsupdate.com/" in page


@pytest.mark.parametrize("kind", ["json", "sarif", "markdown", "text"])
def test_every_format_names_witness_and_place(wide: str, kind: str) -> None:
    """And the exit status is 1."""
    status, text = run(wide, "--source", f.SERVER, "--format", kind)

    assert (1, True, True) == (status, "udp/53" in text, "groups.json" in text)


def test_the_json_fits_its_schema(wide: str) -> None:
    """The one that ships."""
    _, text = run(wide, "--source", f.SERVER, "--format", "json")

    jsonschema.validate(json.loads(text), json.loads(schemas.render()["audit.json"]))


def test_sarif_has_the_line_of_the_rule(wide: str) -> None:
    """Not just the file."""
    _, text = run(wide, "--source", f.SERVER, "--format", "sarif")
    found = json.loads(text)["runs"][0]["results"]
    lines = {r["locations"][0]["physicalLocation"]["region"]["startLine"] for r in found}

    assert (
        Path(wide).read_text(encoding="utf-8").splitlines().index('          "IpProtocol": "-1",')
        in lines
    )


def test_a_foreign_text_cannot_break_the_markdown(tmp_path: Path) -> None:
    """A resource's name is somebody else's."""
    group = {
        "GroupId": "sg-00000001",
        "GroupName": "[x](http://e) | <b>",
        "IpPermissionsEgress": [],
    }
    _, text = run(
        written(tmp_path / "g.json", {"SecurityGroups": [group]}),
        "--source",
        f.SERVER,
        "--format",
        "markdown",
    )

    assert "[x](http" not in text


BAD = {
    "cut off": (b'{"SecurityGroups": [{"GroupId": "sg', "cut off"),
    "no such thing": (b'{"a": 1}', "none of the formats"),
    "a log of a plan": (b'{"@level":"info","@message":"x","type":"version"}\n{"@level":"info"}\n', "not the plan"),
    "empty": (b"", "empty"),
    "binary": (b"\x00\x01\x02\x03abc", "binary"),
    "deep": (b"[" * 100_000, "nested too deeply"),
    "a source": (b'resource "aws_security_group" "a" {\n}\n', "terraform show -json"),
    "bicep": (b"param x string = 'a'\nresource r 'a@1' = {\n}\n", "bicep build"),
    "a table": (b"GroupId   Name\n-------   ----\nsg-1      a b c\n", "neither a Suricata rule nor a name"),
    "an odd shape": (b'{"format_version": "1.0", "values": {"root_module": {"resources": [3]}}}', "not formed"),
    "properties that are none": (
        f.text_of(f.arm({"type": "Microsoft.Network/ipGroups", "name": "i", "properties": [[]]})).encode(),
        "not formed",
    ),
    "a newer format": (b'{"format_version": "2.0", "planned_values": {}}', "newer"),
    "broken YAML": (b"Resources:\n  a: [b\n", "line 3: this is not YAML"),
    "latin-1": (b'pass tls any any -> any any (msg:"\xe9"; sid:1;)', "save it as UTF-8"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_one_clear_line_and_the_rest_is_judged(
    tmp_path: Path, wide: str, name: str
) -> None:
    """With status 2; nothing is called exact."""
    raw, words = BAD[name]
    (tmp_path / "bad").write_bytes(raw)
    status, text = run(str(tmp_path / "bad"), wide, "--source", f.SERVER)

    assert (2, True, True) == (status, words in text.splitlines()[0], "udp/53" in text)


def test_a_binary_plan_is_told(tmp_path: Path, wide: str) -> None:
    """It is a ZIP file."""
    with zipfile.ZipFile(tmp_path / "p.tfplan", "w") as file:
        file.writestr("tfplan", "x")
    _, text = run(str(tmp_path / "p.tfplan"), wide, "--source", f.SERVER)

    assert "run `terraform show -json PLAN`" in text


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_what_a_windows_shell_wrote(wide: str, encoding: str) -> None:
    """PowerShell's `>` writes UTF-16 with a mark."""
    text = Path(wide).read_text(encoding="utf-8")
    Path(wide).write_text(text, encoding=encoding)

    assert 1 == run(wide, "--source", f.SERVER)[0]


def test_a_key_that_stands_twice_is_told(tmp_path: Path) -> None:
    """Only the last one counts, so nothing is exact."""
    group = f.text_of(f.cli_group()).replace('"RulesSource"', '"RulesSource": {}, "RulesSource"', 1)
    status, text = run(
        written(tmp_path / "g.json", group),
        written(tmp_path / "p.json", f.cli_policy()),
        "--source",
        f.SERVER,
    )

    assert (1, True, True) == (status, "stands twice" in text, ": unknown" in text)


def test_a_source_is_needed_and_private(wide: str) -> None:
    """And a list has to exist."""
    assert (2, True) == ((r := run(wide))[0], "give the server's address" in r[1])
    assert "Internet address" in run(wide, "--source", "8.8.8.8")[1]
    assert "there is no list 'x'" in run(wide, "--source", f.SERVER, "--list", "x")[1]


def test_against_an_environment(wide: str) -> None:
    """Its servers are the sources."""
    status, text = run(wide, "--env", "prod", "--project", str(ROOT))

    assert (1, True) == (status, "against the environment prod" in text)


def test_the_cloud_can_be_chosen(wide: str) -> None:
    """The other one's rules are not looked at."""
    status, text = run(wide, "--source", f.SERVER, "--cloud", "azure")

    assert (2, True) == (status, text.startswith("nothing to judge"))


def test_the_answer_can_be_a_file(wide: str, tmp_path: Path) -> None:
    """As for the other commands."""
    run(wide, "--source", f.SERVER, "--format", "json", "-o", str(tmp_path / "o.json"))

    assert 1 == json.loads((tmp_path / "o.json").read_text(encoding="utf-8"))["version"]


def test_no_sdk_and_no_pulumi_is_loaded(wide: str) -> None:
    """It works on rules of people who will never deploy ours."""
    code = (
        "import sys\nfrom wsus_egress.cli.main import main\n"
        f"try:\n    main(['audit', {wide!r}, '--source', '10.20.0.10'])\nexcept SystemExit:\n    pass\n"
        "print([m for m in sys.modules if m.split('.')[0].startswith(('pulumi', 'boto', 'azure', 'grpc'))])\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert "[]" == result.stdout.splitlines()[-1]


def test_a_thousand_rules_take_less_than_two_seconds(tmp_path: Path) -> None:
    """Of three kinds: names, prefixes, and ports."""
    names = f.suricata(hosts=[f"h{n}.example.com" for n in range(500)], below=())
    prefixes = [
        {
            "IpProtocol": "tcp",
            "FromPort": n + 1,
            "ToPort": n + 1,
            "IpRanges": [{"CidrIp": f"52.{n // 250}.{n % 250}.0/24"}],
        }
        for n in range(1000)
    ]
    ports = [f.nsg_rule(f"r{n}", 100 + n, destinationPortRange=str(1000 + n)) for n in range(1000)]
    inputs = (
        [f.cli_group(names), f.cli_policy()],
        [{"SecurityGroups": [{"GroupId": "sg-00000001", "IpPermissionsEgress": prefixes}]}],
        [f.az_nsg(*ports)],
    )
    for number, each in enumerate(inputs):
        paths = [written(tmp_path / f"{number}-{n}.json", data) for n, data in enumerate(each)]
        start = time.process_time()
        run(*paths, "--source", f.SERVER)
        assert 2 > time.process_time() - start


def test_an_environments_assumptions_are_confirmed_or_contradicted(tmp_path: Path) -> None:
    """By the other groups of the firewall policy that it uses."""
    (tmp_path / "config").mkdir()
    written(tmp_path / "Pulumi.yaml", "name: x\nruntime: python\nstackConfigDir: config\n")
    written(
        tmp_path / "config" / "Pulumi.prod.yaml",
        """config:
  wsus-egress:lists: [wsus]
  wsus-egress:servers: [{name: wsus, addresses: [10.20.0.10], location: azure}]
  wsus-egress:azure:
    resourceGroup: rg
    location: westeurope
    addressSpace: [10.20.0.0/16]
    destinations: list
    firewallPolicy: {id: /subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/r/providers/Microsoft.Network/firewallPolicies/p}
""",
    )
    other = f.az_group(f.collection(f.application_rule(sourceAddresses=["10.99.0.0/16"])), name="o")
    ours = f.az_group(f.collection(f.application_rule()), name="wide", priority=900)
    project = ("--project", str(tmp_path), "--env", "prod")
    _, kept = run(written(tmp_path / "a.json", [other]), *project)
    _, broken = run(written(tmp_path / "b.json", [other, ours]), *project)

    assert "confirmed: azure/firewall-policy/other-rules/p" in kept
    assert "contradicted: azure/firewall-policy/other-rules/p" in broken


def test_a_policy_of_aws_that_an_environment_takes_for_granted(tmp_path: Path) -> None:
    """What `describe-firewall-policy` prints says whether it is so; another policy says nothing."""
    (tmp_path / "config").mkdir()
    written(tmp_path / "Pulumi.yaml", "name: x\nruntime: python\nstackConfigDir: config\n")
    written(
        tmp_path / "config" / "Pulumi.prod.yaml",
        f"""config:
  wsus-egress:lists: [wsus]
  wsus-egress:servers: [{{name: wsus, addresses: [10.20.0.10], location: aws}}]
  wsus-egress:aws:
    vpcId: vpc-0a1b2c3d4e5f60718
    networkFirewall:
      mode: rules-only
      existingPolicy: {{arn: "{f.POLICY}", statefulDefaultActions: ["{f.DROPS}"]}}
""",
    )
    ours = f.GROUP.replace("wsus", "wsus-network-firewall-rules-1-0a1b2c3")
    reference = {"ResourceArn": ours, "Priority": 100}
    project = ("--project", str(tmp_path), "--env", "prod")

    def states(**more: Any) -> dict[str, str]:
        policy = f.cli_policy(StatefulRuleGroupReferences=[reference], **more)
        group = f.cli_group()
        group["RuleGroupResponse"]["RuleGroupArn"] = ours
        files = [written(tmp_path / "p.json", policy), written(tmp_path / "g.json", group)]
        _, text = run(*files, *project, "--format", "json")
        told = json.loads(text)["targets"][0]["assumptions"]
        return {
            each["id"].removeprefix("aws/network-firewall/").partition("/")[0]: each["state"]
            for each in told
        }

    assert "confirmed" == states()["policy"]
    assert "contradicted" == states(StatefulDefaultActions=[])["policy"]
    assert "contradicted" == states(StatelessDefaultActions=["aws:pass"])["policy"]
