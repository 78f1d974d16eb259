"""`probe`: what its script tries, and what a result says beside the rules. No PowerShell runs here."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from paths import ROOT

from wsus_egress.cli.main import main

SETTINGS = """\
config:
  aws:region: eu-west-1
  wsus-egress:lists: [wsus]
  wsus-egress:servers:
    - {name: wsus, addresses: [10.20.0.10]}
    - {name: branch, addresses: [10.20.1.10], synchronizesFrom: wsus}
  wsus-egress:aws:
    vpcId: vpc-0a1b2c3d4e5f60718
    networkFirewall: {}
"""
ROW = re.compile(
    r"@\{ id = '(t\d+)'; kind = '(\w+)'; name = '([^']*)'; connect = '([^']*)'; port = (\d+); expect = '(\w+)' \}"
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one environment, `prod`."""
    (tmp_path / "Pulumi.yaml").write_text((ROOT / "Pulumi.yaml").read_text())
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "Pulumi.prod.yaml").write_text(SETTINGS)
    return tmp_path


def run(project: Path, *arguments: str) -> Result:
    """Run `probe` for the server."""
    return CliRunner().invoke(
        main, ["probe", "--project", str(project), "--env", "prod", "--server", "wsus", *arguments]
    )


def tried(project: Path) -> list[tuple[str, ...]]:
    """The rows of the script."""
    return ROW.findall(run(project).output)


def result(project: Path, **outcomes: tuple[str, str]) -> dict[str, Any]:
    """A result in which all is as it should be, but for some tests, by id."""
    policy = re.search(r"\$policy = '(\w+)'", run(project).output)
    assert policy
    tests = []
    for id_, _, _, _, _, expect in tried(project):
        outcome, detail = outcomes.get(
            id_, ("passed", "certificate") if expect == "pass" else ("blocked", "socket-10060")
        )
        tests.append({"id": id_, "outcome": outcome, "detail": detail})
    return {"version": 1, "policy": policy[1], "proxy": "", "tests": tests}


def told(project: Path, data: object, status: int) -> str:
    """What `--read` says of a result."""
    path = project / "result.json"
    path.write_text(json.dumps(data))
    said = run(project, "--read", str(path))
    assert status == said.exit_code, said.output
    return said.output


def test_the_script_tries_both_sides(project: Path) -> None:
    """Each pattern and scheme must pass; the domains themselves, other names, ports and protocols must not."""
    rows = {row[1:] for row in tried(project)}
    assert ("tls", "sws.update.microsoft.com", "sws.update.microsoft.com", "443", "pass") in rows
    assert ("http", "ctldl.windowsupdate.com", "ctldl.windowsupdate.com", "80", "pass") in rows
    for must_not in (
        ("tls", "update.microsoft.com", "sws.update.microsoft.com", "443", "block"),
        ("http", "evilwindowsupdate.com", "ctldl.windowsupdate.com", "80", "block"),
        ("tls", "", "sws.update.microsoft.com", "443", "block"),
        ("http", "sws.update.microsoft.com", "sws.update.microsoft.com", "443", "block"),
        ("tls", "sws.update.microsoft.com", "sws.update.microsoft.com", "8443", "block"),
        ("udp", "", "sws.update.microsoft.com", "443", "block"),
    ):
        assert must_not in rows
    # `dl.delivery.mp.microsoft.com` is listed itself, `delivery.mp.microsoft.com` is not.
    apexes = {row[1] for row in rows if row[4] == "block"}
    assert "dl.delivery.mp.microsoft.com" not in apexes
    assert "delivery.mp.microsoft.com" in apexes


def test_the_script_is_what_powershell_5_1_reads(project: Path) -> None:
    """ASCII, lines that end with CR and LF, no placeholder left, brackets in pairs, quotes in pairs on each line."""
    path = project / "probe.ps1"
    assert 0 == run(project, "-o", str(path)).exit_code
    raw = path.read_bytes()
    text = raw.decode("ascii")
    assert raw.count(b"\n") == raw.count(b"\r\n")
    assert "@@" not in text
    code = [re.sub(r"\"[^\"]*\"|'[^']*'|^\s*#.*", "", line) for line in text.splitlines()]
    assert not [line for line in code if "'" in line or '"' in line]
    whole = "\n".join(code)
    assert all(whole.count(a) == whole.count(b) for a, b in ("()", "{}", "[]"))


def test_run_from_afar(project: Path) -> None:
    """An SSM document and the body of an Azure run command hold the same script."""
    script = run(project).output
    ssm = json.loads(run(project, "--as", "ssm").output)
    (step,) = ssm["mainSteps"]
    assert ("2.2", "aws:runPowerShellScript") == (ssm["schemaVersion"], step["action"])
    assert script.splitlines() == "\r\n".join(step["inputs"]["runCommand"]).splitlines()
    # SSM reads two braces as a parameter.
    assert "{{" not in script
    azure = json.loads(run(project, "--as", "azure").output)
    assert script.splitlines() == azure["properties"]["source"]["script"].splitlines()


def test_a_result_that_agrees(project: Path) -> None:
    """QUIC and another port stay undecided: silence alone proves nothing."""
    said = told(project, result(project), 0)
    assert re.search(r"^\d+ agree, 0 differ, \d+ undecided$", said, re.MULTILINE)
    assert "undecided sws.update.microsoft.com by https on port 8443 (must not pass)" in said
    assert "agrees    update.microsoft.com itself by https (must not pass): socket-10060" in said


def test_what_should_pass_and_does_not(project: Path) -> None:
    """The rules allow it: something else blocks. By a scheme that no list names nobody may answer."""
    by_name = {(row[1], row[2]): row[0] for row in tried(project) if row[5] == "pass"}
    sws, catalog = (
        by_name["tls", "sws.update.microsoft.com"],
        by_name["tls", "catalog.s.download.windowsupdate.com"],
    )
    fe3 = by_name["tls", "fe3.delivery.mp.microsoft.com"]
    said = told(
        project,
        result(
            project,
            **{
                sws: ("blocked", "socket-10060"),
                catalog: ("blocked", "x"),
                fe3: ("blocked", "name-not-resolved"),
            },
        ),
        1,
    )
    assert (
        "differs   *.update.microsoft.com by https (must pass): socket-10060; not these rules (aws: aws-security-group allow"
        in said
    )
    assert (
        "undecided *.windowsupdate.com by https (must pass): x; nobody is known to answer there"
        in said
    )
    assert "name-not-resolved: a DNS firewall, the resolver, or the host is gone" in said
    # Without a control, any listed name that passed to the same address, a block is not decided.
    silent = {
        row[0]: ("blocked", "x")
        for row in tried(project)
        if row[3] == "sws.update.microsoft.com" and row[5] == "pass"
    }
    said = told(project, result(project, **silent), 1)
    assert (
        "undecided update.microsoft.com itself by https (must not pass): socket-10060, and nothing shows"
        in said
    )


def test_what_must_not_pass_and_does(project: Path) -> None:
    """The rule that should have stopped it is named."""
    rows = tried(project)
    apex = next(row[0] for row in rows if row[2] == "update.microsoft.com" and row[1] == "tls")
    bare = next(row[0] for row in rows if row[2] == "" and row[1] == "tls")
    odd = next(row[0] for row in rows if row[1] == "tls" and row[4] == "80")
    said = told(
        project,
        result(
            project,
            **{
                apex: ("passed", "certificate"),
                bare: ("passed", "certificate"),
                odd: ("blocked", "IOException"),
            },
        ),
        1,
    )
    assert (
        "differs   update.microsoft.com itself by https (must not pass): certificate; not these rules (aws: aws-network-firewall deny"
        in said
    )
    assert (
        "differs   an address without a name by https (must not pass): certificate; no rule of these settings lets it pass"
        in said
    )
    assert (
        "undecided https on port 80 (must not pass): IOException, which may be the server's own answer"
        in said
    )


def test_results_as_they_come(project: Path) -> None:
    """Bare, between marks, wrapped by SSM and Azure, in UTF-16; of another policy, through a proxy, cut, or none."""
    data = result(project)
    marked = f"noise\n-----BEGIN WSUS EGRESS PROBE-----\r\n{json.dumps(data)}\r\n-----END WSUS EGRESS PROBE-----\r\n"
    path = project / "r"
    for text in (
        marked,
        json.dumps({"StandardOutputContent": marked}),
        json.dumps({"value": [{"message": marked}]}),
    ):
        for encoding in ("utf-8", "utf-8-sig", "utf-16"):
            path.write_bytes(text.encode(encoding))
            assert 0 == run(project, "--read", str(path)).exit_code
    assert "of another policy" in told(project, {**data, "policy": "x"}, 0)
    assert "uses the proxy p:80" in told(project, {**data, "proxy": "p:80"}, 0)
    assert "not in the result" in told(project, {**data, "tests": [7, {"id": 7}]}, 0)
    path.write_text(marked[:300])
    assert "the result is cut" in run(project, "--read", str(path)).output
    assert "there is no result of a probe in it" in told(project, [1], 2)


def test_who_cannot_probe(project: Path) -> None:
    """A server that is none, one that may reach nothing, an open environment."""

    def said(server: str) -> str:
        done = CliRunner().invoke(
            main, ["probe", "--project", str(project), "--env", "prod", "--server", server]
        )
        assert 2 == done.exit_code
        return done.output

    assert "there is no server 'x'; the choices are wsus, branch" in said("x")
    assert "branch may not reach Microsoft Update itself" in said("branch")
    path = project / "config" / "Pulumi.prod.yaml"
    path.write_text(
        SETTINGS.replace("lists: [wsus]", "mode: open").replace("networkFirewall: {}", "tags: {}")
    )
    assert "mode is open" in said("wsus")
    path.write_text("config:\n  wsus-egress:lists: 7\n")
    assert "Pulumi.prod.yaml:2" in said("wsus")
    path.write_text(SETTINGS)
    assert "cannot be written" in run(project, "-o", str(project / "no" / "p.ps1")).output


def test_azure_firewall_looks_names_up_itself(project: Path) -> None:
    """A name that nobody has fails there whatever the rules."""
    path = project / "config" / "Pulumi.prod.yaml"
    azure = "  wsus-egress:azure: {resourceGroup: rg, location: westeurope, addressSpace: [10.20.0.0/16], destinations: list, firewallPolicy: {name: afwp}}\n"
    path.write_text(
        SETTINGS[: SETTINGS.index("  wsus-egress:aws:")].replace("  aws:region: eu-west-1\n", "")
        + azure
    )
    said = told(project, result(project), 0)
    assert (
        "*.windowsupdate.microsoft.com by https (must pass): Azure Firewall looks the name up itself"
        in said
    )
