"""`wsus-egress import`: the file, what follows from the settings, and everything that is missing at once."""

from __future__ import annotations

import importlib
import inspect
import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result
from paths import ROOT

from wsus_egress.cli.main import main
from wsus_egress.review.import_ids import FOLLOWS, MADE_UP

PROJECT = "name: demo\nruntime: python\nstackConfigDir: config\n"
ARN = "arn:aws:network-firewall:eu-west-1:123456789012"
CALLED = {"name": "WSUS-Servers", "description": "By hand"}
SERVER = {"name": "head", "addresses": ["10.20.0.10"], "awsSecurityGroup": CALLED}
RULES = {
    "wsus-head": "sg-0a1b2c3d4e5f60718",
    "wsus-head-egress-http-ipv4": "sgr-0a1b2c3d4e5f60718",
    "wsus-head-egress-https-ipv4": "sgr-0a1b2c3d4e5f60719",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project without an environment."""
    (tmp_path / "config").mkdir()
    (tmp_path / "Pulumi.yaml").write_text(PROJECT)
    return tmp_path


def configure(project: Path, server: dict[str, Any] | None = None, **aws: Any) -> None:
    """The environment `prod`."""
    settings = {
        "aws:region": "eu-west-1",
        "wsus-egress:lists": ["wsus"],
        "wsus-egress:servers": [server or SERVER],
        "wsus-egress:aws": {"vpcId": "vpc-0a1b2c3d4e5f60718", **aws},
    }
    text = yaml.safe_dump({"config": settings}, sort_keys=False)
    (project / "config" / "Pulumi.prod.yaml").write_text(text)


def run(project: Path, *arguments: str, ids: dict[str, str] | None = None) -> Result:
    """Run the command."""
    options = [o for name, id_ in (ids or {}).items() for o in ("--id", f"{name}={id_}")]
    command = ["import", "--project", str(project), "--env", "prod", *options, *arguments]
    return CliRunner().invoke(main, command)


def of(result: Result) -> dict[str, str]:
    """Ids by name."""
    assert 0 == result.exit_code, result.output
    return {
        each["logicalName"]: each["id"]
        for each in json.loads(result.stdout)["resources"]
        if "id" in each
    }


def problems(result: Result) -> list[str]:
    """What is wrong, without where."""
    assert 2 == result.exit_code, result.output
    assert "" == result.stdout
    return [line.rpartition("Pulumi.prod.yaml:")[2] for line in result.stderr.splitlines()[:-1]]


def test_a_security_group_is_imported_below_its_component(project: Path) -> None:
    """Each thing has a name of its own in the file, though the component is called like the group."""
    configure(project)

    result = run(project, ids=RULES)

    resources = json.loads(result.stdout)["resources"]
    names = [each["name"] for each in resources]
    assert len(names) == len({*names})
    assert [
        {"type": "wsus-egress:index:AwsWsusEgress", "name": "wsus", "component": True},
        {"type": "wsus-egress:index:AwsWsusSecurityGroup", "name": "component:wsus-head",
         "logicalName": "wsus-head", "component": True, "parent": "wsus"},
        {"type": "aws:ec2/securityGroup:SecurityGroup",
         "name": "aws:ec2/securityGroup:SecurityGroup:wsus-head", "logicalName": "wsus-head",
         "id": "sg-0a1b2c3d4e5f60718", "parent": "component:wsus-head"},
    ] == resources[:3]  # fmt: skip
    assert RULES == of(result)


def test_every_id_and_name_that_is_missing_is_said_at_once(project: Path) -> None:
    """A rule is told by its ports and its peer, for EC2 gives it no name."""
    configure(project, {"name": "head", "addresses": ["10.20.0.10"]}, networkFirewall={})

    found = problems(run(project, "--without", "wsus-network-firewall-policy"))

    keeps = "AWS cannot rename it, so the update after the import would replace it; write"
    assert [
        "--id: wsus-head is a security group, whose id only AWS knows; write --id wsus-head=sg-..., which `aws "
        "ec2 describe-security-groups` shows, or --without wsus-head where it does not exist yet",
        *(
            f"--id: wsus-head-egress-{scheme}-ipv4 (tcp {port}, 0.0.0.0/0) is a security group rule, whose id only AWS "
            f"knows; write --id wsus-head-egress-{scheme}-ipv4=sgr-..., which `aws ec2 describe-security-group-rules` "
            f"shows, or --without wsus-head-egress-{scheme}-ipv4 where it does not exist yet"
            for scheme, port in (("http", 80), ("https", 443))
        ),
        "--id: wsus-network-firewall-rules-1 is a rule group, whose id only AWS knows; write --id "
        "wsus-network-firewall-rules-1=arn:aws:network-firewall:REGION:ACCOUNT:stateful-rulegroup/..., which `aws "
        "network-firewall list-rule-groups` shows, or --without wsus-network-firewall-rules-1 where it does not exist yet",
        f"6: servers[0].awsSecurityGroup: wsus-head has no name in the settings: {keeps} its `name` and "
        "`description`, as `aws ec2 describe-security-groups` shows them",
        "11: aws.networkFirewall.existingNames.rules-1: wsus-network-firewall-rules-1 has no name in the settings: "
        f"{keeps} `rules-1: the name that it has` there",
    ] == found


def test_a_name_is_compared_with_the_arn(project: Path) -> None:
    """The ARN ends in the name; a setting that says another one would replace the group."""
    configure(project, networkFirewall={"existingNames": {"rules-1": "other"}})
    ids = {
        **RULES,
        "wsus-network-firewall-rules-1": f"{ARN}:stateful-rulegroup/mine",
        "wsus-network-firewall-policy": f"{ARN}:firewall-policy/central",
    }

    found = problems(run(project, ids=ids))

    assert [
        "15: aws.networkFirewall.existingNames.policy: wsus-network-firewall-policy has no name in the settings: AWS "
        "cannot rename it, so the update after the import would replace it; write `policy: central` there",
        "16: aws.networkFirewall.existingNames.rules-1: wsus-network-firewall-rules-1 is called mine in AWS, which "
        "cannot rename it; write `rules-1: mine` there",
    ] == found
    configure(project, networkFirewall={"existingNames": {"rules-1": "mine", "policy": "central"}})
    assert ids == of(run(project, ids=ids))


def test_what_follows_from_the_settings_is_worked_out(project: Path) -> None:
    """A list's rule is its group and the list; what belongs to something that is left out is left out too."""
    names = {"group": "wsus", "names-1": "updates", "block-rest": "rest"}
    configure(project, dnsFirewall={"existingNames": names, "manageFailMode": False})
    group, updates = "rslvr-frg-0123456789abcdef", "rslvr-fdl-0123456789abcdef"
    ids = {
        **RULES, "wsus-dns-firewall": group, "wsus-dns-firewall-names-1": updates,
        "wsus-dns-firewall-association": "rslvr-frgassoc-0123456789abcdef",
    }  # fmt: skip

    found = of(run(project, "--without", "wsus-dns-firewall-block-rest", ids=ids))

    assert {**ids, "wsus-dns-firewall-names-1-rule": f"{group}:{updates}"} == found


def test_wrong_options_are_all_said(project: Path) -> None:
    """Names that nothing has, ids of another form, two ids of one, one id of two, and an id that follows."""
    names = {"group": "wsus", "names-1": "updates", "block-rest": "rest"}
    configure(project, dnsFirewall={"existingNames": names, "manageFailMode": False})
    more = (
        "--id", "wsus-dns-firewall-names-1-rule=a:b", "--id", "wsus-hea=sg-0a1b2c3d4e5f60718",
        "--id", "wsus-head=sg-0a1b2c3d4e5f60719", "--without", "nothing-like-it",
        *(o for name in ("names-1", "association", "block-rest") for o in ("--without", f"wsus-dns-firewall-{name}")),
        "--without", "wsus-head-egress-http-ipv4", "--id", "wsus-dns-firewall=sg-1",
        "--id", "wsus-head-egress-https-ipv4=sgr-0a1b2c3d4e5f60718",
    )  # fmt: skip
    ids = {
        "wsus-head": "sg-0a1b2c3d4e5f60718", "wsus-head-egress-http-ipv4": "sgr-0a1b2c3d4e5f60718",
    }  # fmt: skip

    assert [
        "--id: 'sg-1' is not the id of a DNS Firewall rule group, and wsus-dns-firewall is one; write rslvr-frg-..., "
        "which `aws route53resolver list-firewall-rule-groups` shows",
        "--id: sg-0a1b2c3d4e5f60718 is the id of several: wsus-hea, wsus-head; give each its own",
        "--id: sgr-0a1b2c3d4e5f60718 is the id of several: wsus-head-egress-http-ipv4, wsus-head-egress-https-ipv4; "
        "give each its own",
        "--id: the components declare no 'wsus-hea' with these settings; did you mean 'wsus-head'?",
        "--id: wsus-head has two ids; give the one that it has",
        "--id: wsus-head-egress-http-ipv4 has an id, and is left out with --without; give one of the two",
        "--without: the components declare no 'nothing-like-it' with these settings; `preview --format json` lists "
        "what they declare",
    ] == problems(run(project, *more, ids=ids))


def test_two_resources_of_one_name_are_refused(project: Path) -> None:
    """A server may be called as a control's resources end."""
    server = {**SERVER, "name": "network-firewall"}
    zone = {"zone": "eu-west-1a", "subnetId": "subnet-0a1b2c3d4e5ff000a"}
    configure(project, server, networkFirewall={"mode": "full", "endpoints": [zone]})

    assert (
        "--id: several resources are called wsus-network-firewall, so no option can name one of them; give the server "
        "or client group another name"
    ) in problems(run(project))


def test_an_id_that_follows_is_refused(project: Path) -> None:
    """Whoever gives one may mean another resource; of what is left out anyway nothing is said."""
    names = {"group": "wsus", "names-1": "updates", "block-rest": "rest"}
    configure(project, dnsFirewall={"existingNames": names, "manageFailMode": False})
    lists = {
        "wsus-dns-firewall": "rslvr-frg-0123456789abcdef",
        "wsus-dns-firewall-names-1": "rslvr-fdl-0123456789abcdef",
    }
    left = [
        option
        for name in ("association", "block-rest")
        for option in ("--without", f"wsus-dns-firewall-{name}")
    ]
    rule = {"wsus-dns-firewall-names-1-rule": "a:b", "wsus-dns-firewall-block-rest-rule": "c:d"}

    assert [
        "--id: the id of wsus-dns-firewall-names-1-rule follows from the settings; leave it out"
    ] == problems(run(project, *left, ids={**RULES, **lists, **rule}))


def test_nothing_to_import_is_refused(project: Path) -> None:
    """An import of nothing would look like one that went well."""
    configure(project)
    left = [option for name in RULES for option in ("--without", name)]

    assert [
        "--without: nothing is left to import; name only what is not to be imported"
    ] == problems(run(project, *left))


def test_an_option_of_another_form_is_refused(project: Path) -> None:
    """An id needs a resource."""
    configure(project)

    result = run(project, "--id", "sg-0a1b2c3d4e5f60718")

    assert 2 == result.exit_code
    assert "write one, as wsus-head=sg-0a1b2c3d4e5f60718" in result.stderr


def test_an_environment_in_azure_alone_needs_its_subscription() -> None:
    """Of which the settings say nothing."""
    result = CliRunner().invoke(main, ["import", "--project", str(ROOT), "--env", "staging"])

    assert 2 == result.exit_code
    assert "--subscription: staging has no target in AWS, and the subscription" in result.stderr


def test_a_file_that_cannot_be_written_is_said(project: Path) -> None:
    """As of every command."""
    configure(project)

    result = run(project, "-o", str(project / "no" / "import.json"), ids=RULES)

    assert 2 == result.exit_code
    assert "cannot be written" in result.stderr


def test_the_page_shows_a_command_that_works(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The block of docs/aws.md, with the settings of a server called `head`."""
    configure(project)
    monkeypatch.chdir(project)
    page = (ROOT / "docs" / "aws.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"^```sh\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    first = shlex.split(block.replace("\\\n", "").splitlines()[0])

    result = CliRunner().invoke(main, first[1:])

    assert 0 == result.exit_code, result.output
    assert "2 resources; left out: wsus-head-egress-https-ipv4\n" in result.stderr
    command = "pulumi import --stack prod --file import.json --generate-code=false --protect=false"
    assert f"  {command}\n" in result.stderr
    assert command in block


def page_of(token: str) -> str:
    """The SDK's module of a type, which has the type's page in its docstrings."""
    _, module, name = token.split(":")
    loaded = importlib.import_module(f"pulumi_aws.{module.partition('/')[0]}")
    return Path(inspect.getfile(getattr(loaded, name))).read_text(encoding="utf-8")


@pytest.mark.parametrize("token", sorted({*MADE_UP, *FOLLOWS}))
def test_the_forms_are_those_of_the_providers_pages(token: str) -> None:
    """Each example of `pulumi import` in a type's documentation is an id as this command takes or makes it."""
    pattern = rf"^ *\$ pulumi import {re.escape(token)} \S+ (\S+)$"
    examples = re.findall(pattern, page_of(token), re.MULTILINE)

    assert examples
    if token in MADE_UP:
        forms = [MADE_UP[token].pattern]
    else:
        forms = [
            re.compile(re.sub(r"\\{\w+\\}", "[^_]+", re.escape(template)))
            for template in FOLLOWS[token]
        ]
    for example in examples:
        plain = example.strip("'\"").replace("656C65616E6F72", "0a1b2c3d")
        assert any(form.fullmatch(plain) for form in forms), example
