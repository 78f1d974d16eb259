"""`wsus-egress adopt`: settings that say what somebody's rules say, and what they say otherwise."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import foreign
import pytest
from click.testing import CliRunner, Result

from wsus_egress.cli.main import main

PROJECT = "name: demo\nruntime: python\nstackConfigDir: config\n"
GROUP = {
    "GroupId": "sg-0a1b2c3d4e5f60718", "GroupName": "wsus-server", "Description": "Updates",
    "VpcId": "vpc-0a1b2c3d4e5f60718",
}  # fmt: skip


def permission(port: int, *blocks: str, protocol: str = "tcp", to: int = 0) -> dict[str, Any]:
    """A rule as the AWS CLI prints it."""
    return {"IpProtocol": protocol, "FromPort": port, "ToPort": to or port,
            "IpRanges": [{"CidrIp": each} for each in blocks]}  # fmt: skip


def groups(*permissions: dict[str, Any]) -> dict[str, Any]:
    """An answer of `describe-security-groups`."""
    return {"SecurityGroups": [{**GROUP, "IpPermissionsEgress": list(permissions)}]}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project without an environment."""
    (tmp_path / "config").mkdir()
    (tmp_path / "Pulumi.yaml").write_text(PROJECT)
    return tmp_path


def adopt(project: Path, *inputs: Any, more: tuple[str, ...] = (), write: bool = True) -> Result:
    """Run the command on inputs, each a file."""
    paths = []
    for number, each in enumerate(inputs):
        path = project / f"in{number}.json"
        path.write_text(each if isinstance(each, str) else foreign.text_of(each))
        paths.append(str(path))
    output = ("-o", str(project / "config/Pulumi.x.yaml")) if write else ()
    arguments = ["adopt", *paths, "--source", foreign.SERVER, "--project", str(project)]
    return CliRunner().invoke(main, [*arguments, *output, *more])


def checked(project: Path) -> Result:
    """What `check` says of the settings that were written."""
    return CliRunner().invoke(main, ["check", "--project", str(project), "--today", "2026-11-29"])


def settings(project: Path) -> str:
    """What was written."""
    return (project / "config/Pulumi.x.yaml").read_text()


def test_a_firewall_that_has_the_list(project: Path) -> None:
    """The list is named, the settings pass, and nothing differs."""
    done = adopt(project, foreign.cli_policy(), foreign.cli_group())

    assert 0 == done.exit_code, done.output
    assert "wsus-egress:lists: [wsus]" in settings(project)
    assert "vpcId: vpc-00000000  # replace: the VPC that the server is in" in settings(project)
    assert "mode: policy" in settings(project)
    assert "toward the Internet the settings say the same as the rules" in done.output
    assert 0 == checked(project).exit_code, checked(project).output


def test_names_that_no_list_has(project: Path) -> None:
    """They stand one by one, with their schemes; what lacks of a list is said."""
    text = foreign.suricata(hosts=("go.microsoft.com", "mirror.contoso.com"))
    text += 'pass tls any any -> any 443 (tls.sni; content:"only.contoso.com"; startswith; endswith; sid:90;)\n'

    done = adopt(project, foreign.cli_policy(), foreign.cli_group(text), more=("--owner", "us"))

    assert 0 == done.exit_code, done.output
    assert "of the list wsus the rules deny download.microsoft.com" in done.output
    assert "pattern: mirror.contoso.com\n      schemes: [http, https]\n      owner: us" in settings(
        project
    )
    assert "pattern: only.contoso.com\n      schemes: [https]" in settings(project)
    assert 0 == checked(project).exit_code, checked(project).output


def test_what_only_the_rules_admit_is_named(project: Path) -> None:
    """A name that is too wide becomes no entry: it is a difference with a witness."""
    text = foreign.suricata() + (
        'pass tls any any -> any 443 (tls.sni; content:"contoso.com"; endswith; sid:91;)\n'
        "pass tcp any any -> any 22 (sid:92;)\n"
        'pass tls any any -> any 443 (tls.sni; content:".com"; endswith; sid:93;)\n'
    )

    done = adopt(project, foreign.cli_policy(), foreign.cli_group(text))

    assert 1 == done.exit_code
    assert "evil" not in settings(project)
    assert '"*.com"' not in settings(project)
    assert "'*.com'" not in settings(project)
    assert "differs: only the rules admit 10.20.0.10 -> https://evilcontoso.com/" in done.output
    assert "tcp/22" in done.output


def test_a_security_group_alone(project: Path) -> None:
    """Open ports are the mode open; what it reaches inside is a rule; its name and description stay."""
    done = adopt(project, groups(
        permission(80, "0.0.0.0/0"), permission(443, "0.0.0.0/0"),
        permission(1433, "10.20.8.0/24"), permission(49152, "10.20.9.0/24", to=65535)))  # fmt: skip

    assert 0 == done.exit_code, done.output
    assert "mode: open" in settings(project)
    assert "name: wsus-server\n        description: Updates" in settings(project)
    assert "vpcId: vpc-0a1b2c3d4e5f60718\n" in settings(project)
    assert "destinationPorts: [1433]\n        destinations: [10.20.8.0/24]" in settings(project)
    assert "portRanges: [49152-65535]" in settings(project)
    assert 0 == checked(project).exit_code, checked(project).output


def test_what_the_settings_cannot_say_of_a_group(project: Path) -> None:
    """A port of the Internet differs; what the rule opens inside too is left out, and said."""
    done = adopt(project, groups(permission(80, "0.0.0.0/0"), permission(443, "0.0.0.0/0"),
                                 permission(22, "0.0.0.0/0"), permission(8530, "10.0.0.0/8")))  # fmt: skip

    assert 1 == done.exit_code
    assert "differs: only the rules admit 10.20.0.10 -> 203.0.113.80 tcp/22" in done.output
    assert 2 == done.output.count("what it opens inside the network is left out")
    assert "networkRules" not in settings(project)


def test_a_firewall_of_azure(project: Path) -> None:
    """Its policy is named as it is, and rules are added to it."""
    done = adopt(project, [foreign.az_group(foreign.collection(foreign.application_rule()))])

    assert 0 == done.exit_code, done.output
    assert "name: p\n      mode: rules-only" in settings(project)
    assert "resourceGroup: r\n" in settings(project)
    assert "addressSpace: [10.20.0.10/32]  # replace:" in settings(project)
    assert 0 == checked(project).exit_code, checked(project).output


def test_one_port_alone(project: Path) -> None:
    """The mode open opens both ports: what only the settings admit is named."""
    done = adopt(project, groups(permission(443, "0.0.0.0/0")))

    assert 1 == done.exit_code
    assert "differs: only the settings admit 10.20.0.10 -> http://example.com/" in done.output


@pytest.mark.parametrize(("inputs", "said"), [
    (["{"], "not used: "),
    ([groups(permission(22, "10.0.0.0/8"))], "no name is sure to pass for 10.20.0.10/32"),
    ([{"SecurityGroups": [{**GROUP, "GroupId": f"sg-0000000{n}", "GroupName": f"g{n}", "IpPermissionsEgress": []}
                          for n in range(2)]}], "2 sets of rules could be the server's"),
    ([groups(permission(443, "0.0.0.0/0")), foreign.az_nsg()], "rules of both clouds; choose one"),
    ([foreign.az_group(foreign.collection(foreign.application_rule(targetFqdns=[], fqdnTags=["WindowsUpdate"])))],
     "no name is sure to pass"),
    (["windowsupdate.com\n.update.microsoft.com\n"], "the files have no rules of a security group"),
])  # fmt: skip
def test_what_makes_no_settings(project: Path, inputs: list[Any], said: str) -> None:
    """The reason is said, and nothing is written."""
    done = adopt(project, *inputs)

    assert 2 == done.exit_code
    assert said in done.output
    assert "u000a" not in done.output
    assert not (project / "config/Pulumi.x.yaml").exists()


def test_settings_go_to_standard_output(project: Path) -> None:
    """Without -o they are printed, and what differs goes to standard error."""
    done = adopt(project, foreign.cli_policy(), foreign.cli_group(), write=False)

    assert done.stdout.startswith("# What `wsus-egress adopt` read")
    assert "lists: wsus" in done.stderr


def test_a_name_that_settings_refuse(project: Path) -> None:
    """What is wrong with the settings that would follow is said as `check` says it."""
    done = adopt(project, groups(permission(443, "0.0.0.0/0")), more=("--name", "Bad Name"))

    assert 2 == done.exit_code
    assert "servers[0].name" in done.output


def test_a_list_that_there_is_not(project: Path) -> None:
    """The choices are named."""
    done = adopt(project, groups(permission(443, "0.0.0.0/0")), more=("--list", "wsuss"))

    assert 2 == done.exit_code
    assert "there is no list 'wsuss'" in done.output


def rule(number: int, port: int, peer: str = "0.0.0.0/0", **more: Any) -> dict[str, Any]:
    """A rule with its id, as `describe-security-group-rules` prints it."""
    return {"SecurityGroupRuleId": f"sgr-0000000{number}", "GroupId": GROUP["GroupId"], "IsEgress": True,
            "IpProtocol": "tcp", "FromPort": port, "ToPort": port, "CidrIpv4": peer, **more}  # fmt: skip


def rules(*each: dict[str, Any]) -> dict[str, Any]:
    """An answer of `describe-security-group-rules`."""
    return {"SecurityGroupRules": list(each)}


def kept(project: Path) -> dict[str, str]:
    """The ids of the import file, by name."""
    resources = json.loads((project / "import.json").read_text())["resources"]
    return {each["logicalName"]: each["id"] for each in resources if "id" in each}


def importing(project: Path, *inputs: Any, more: tuple[str, ...] = ()) -> Result:
    """Run the command with an import file."""
    return adopt(project, *inputs, more=("--import", str(project / "import.json"), *more))


def test_a_group_and_its_rules_are_imported(project: Path) -> None:
    """Two answers about one group are one; a rule is known by its ports and its peer, and of incoming ones none is taken."""
    done = importing(
        project,
        rules(rule(1, 443), rule(2, 1433, "10.20.8.0/24"), rule(3, 80, IsEgress=False), rule(4, 22, "10.20.9.0/24")),
        groups(permission(80, "0.0.0.0/0"), permission(443, "0.0.0.0/0"),
               permission(1433, "10.20.8.0/24"), permission(22, "10.20.9.0/24")),
    )  # fmt: skip

    assert 0 == done.exit_code, done.output
    found = kept(project)
    assert found.pop("wsus-wsus") == GROUP["GroupId"]
    assert found.pop("wsus-wsus-egress-https-ipv4") == "sgr-00000001"
    assert {"sgr-00000002", "sgr-00000004"} == {*found.values()}
    assert f"{project}/import.json keeps: wsus-wsus, wsus-wsus-egress-https-ipv4" in done.stderr
    assert "the update after it makes: wsus-wsus-egress-http-ipv4\n" in done.stderr


def test_without_an_id_nothing_is_imported(project: Path) -> None:
    """A plan knows none, and Azure's file has another form: neither is written."""
    done = importing(project, foreign.cli_policy(), foreign.cli_group())
    azure = importing(project, [foreign.az_group(foreign.collection(foreign.application_rule()))])

    assert 0 == done.exit_code, done.output
    assert (
        "no import file: of what the settings declare the files have nothing with an id"
        in done.stderr
    )
    assert "the update after it makes: wsus-network-firewall-policy, " in done.stderr
    assert "no import file: it is for AWS alone" in azure.stderr
    assert not (project / "import.json").exists()


def test_rules_of_another_group_are_not_imported(project: Path) -> None:
    """Nor is a rule group with other rules than those of the settings: an import would put ours in their place."""
    other = rule(1, 443, GroupId="sg-0a1b2c3d4e5f60719")
    interface = {"NetworkInterfaces": [{
        "NetworkInterfaceId": "eni-1", "PrivateIpAddress": foreign.SERVER, "Groups": [{"GroupId": GROUP["GroupId"]}],
    }]}  # fmt: skip

    done = importing(
        project, rules(other), interface,
        groups(permission(80, "0.0.0.0/0"), permission(443, "0.0.0.0/0")),
        foreign.cli_policy(), foreign.cli_group(),
    )  # fmt: skip

    assert 0 == done.exit_code, done.output
    assert {"wsus-wsus": GROUP["GroupId"]} == kept(project)


def test_an_import_file_that_cannot_be_written(project: Path) -> None:
    """As of every command."""
    done = adopt(
        project,
        groups(permission(443, "0.0.0.0/0")),
        more=("--import", str(project / "no" / "import.json")),
    )

    assert 2 == done.exit_code
    assert "cannot be written" in done.stderr


def test_a_rule_group_that_says_the_same_is_imported(project: Path) -> None:
    """Text, variables and capacity are those of the settings, whose policy is then imported too; otherwise neither is."""
    adopt(project, foreign.cli_policy(), foreign.cli_group())
    path = project / "config/Pulumi.x.yaml"
    (document,) = documents(project, "RuleGroup")
    body = document["ruleGroup"]
    group = foreign.cli_group(body["rulesSource"]["rulesString"])
    sets = {
        each["key"]: {"Definition": each["ipSet"]["definitions"]}
        for each in body["ruleVariables"]["ipSets"]
    }
    group["RuleGroup"]["RuleVariables"] = {"IPSets": sets}
    group["RuleGroupResponse"]["Capacity"] = document["capacity"]
    (own,) = documents(project, "FirewallPolicy")
    defaults = {
        f"{key[0].upper()}{key[1:]}": value
        for key, value in own["firewallPolicy"].items()
        if key.endswith("Actions")
    }

    done = importing(project, foreign.cli_policy(**defaults), group)

    assert 0 == done.exit_code, done.output
    assert {
        "wsus-network-firewall-rules-1": foreign.GROUP,
        "wsus-network-firewall-policy": foreign.POLICY,
    } == kept(project)
    assert "existingNames:\n        rules-1: wsus\n        policy: hub" in path.read_text()
    assert 0 == checked(project).exit_code, checked(project).output

    other = foreign.cli_policy(**{**defaults, "StatefulDefaultActions": [foreign.DROPS]})
    importing(project, other, group)
    assert {"wsus-network-firewall-rules-1": foreign.GROUP} == kept(project)

    (project / "import.json").unlink()
    group["RuleGroupResponse"]["Capacity"] = document["capacity"] + 1
    importing(project, foreign.cli_policy(**defaults), group)
    assert not (project / "import.json").exists()


def documents(project: Path, kind: str) -> list[dict[str, Any]]:
    """The properties of what the settings declare of one type."""
    shown = CliRunner().invoke(main, ["preview", "--project", str(project), "--format", "json"])
    (environment,) = json.loads(shown.stdout)["environments"]
    return [
        each["properties"]
        for target in environment["targets"]
        for control in target["controls"]
        for each in control["documents"]
        if each["type"].endswith(f":{kind}")
    ]
