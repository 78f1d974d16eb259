"""`visit.py`: requests through the rules that a stand-in holds; what keeps it from judging them is one sentence."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

import env
import visit
from providers.store import Store

FIREWALL = "arn:aws:network-firewall:eu-west-1:123456789012:firewall/egress"
GROUP = "aws:networkfirewall/ruleGroup:RuleGroup"
POLICY = "aws:networkfirewall/firewallPolicy:FirewallPolicy"
LOGGING = "aws:networkfirewall/loggingConfiguration:LoggingConfiguration"
RULE = """\
pass tls $WSUS any -> $EXTERNAL_NET 443 (alert; msg:"ours"; ssl_state:client_hello; tls.sni; content:"a.example.com"; startswith; nocase; endswith; flow:to_server, established; sid:7; rev:1;)
"""
DROP = "aws:drop_established_app_layer_to_server"
ALERT = "aws:alert_established_app_layer_to_server"


def held() -> dict[str, dict[str, Any]]:
    """A firewall with one rule, as the stand-in for AWS holds it."""
    sets = {"ipSets": [{"key": "WSUS", "ipSet": {"definitions": ["10.20.0.10/32"]}}]}
    home = [{"key": "HOME_NET", "ipSet": {"definitions": ["10.0.0.0/8"]}}]
    return {
        "aws:networkfirewall/firewall:Firewall": {
            FIREWALL: {
                "name": "egress", "firewallPolicyArn": "policy", "region": "eu-west-1",
                "subnetMappings": [{"subnetId": "subnet-0a1b2c3d4e5ff000a"}],
            }
        },
        POLICY: {
            "policy": {
                "firewallPolicy": {
                    "policyVariables": {"ruleVariables": home},
                    "statefulDefaultActions": [DROP, ALERT],
                    "statefulRuleGroupReferences": [{"priority": 1, "resourceArn": "group"}],
                }
            }
        },
        GROUP: {"group": {"ruleGroup": {"ruleVariables": sets, "rulesSource": {"rulesString": RULE}}}},
        LOGGING: {
            FIREWALL: {
                "loggingConfiguration": {
                    "logDestinationConfigs": [
                        {"logType": "FLOW", "logDestination": {"logGroup": "/egress/flow"}},
                        {"logType": "ALERT", "logDestination": {"logGroup": "/egress/alert"}},
                    ]
                }
            }
        },
    }  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The stand-in clouds' folder."""
    monkeypatch.setenv("WSUS_EGRESS_SANDBOX_CLOUD", str(tmp_path))
    return tmp_path


def ask(monkeypatch: pytest.MonkeyPatch, *urls: str, source: str = "10.20.0.10") -> int:
    """Run the program; its status."""
    monkeypatch.setattr(sys, "argv", ["visit.py", "--from", source, *urls])
    return visit.main()


def hold(records: dict[str, dict[str, Any]]) -> None:
    """Let the stand-in hold this."""
    with Store("aws").change() as changed:
        changed.update(records)


@pytest.mark.skipif(env.suricata_program(env.ROOT) is None, reason="no Suricata 7.0")
@pytest.mark.parametrize(
    ("actions", "verdicts", "signatures"),
    [
        ([DROP, ALERT], ["passed ", "blocked"], ["ours", f"{ALERT} action"]),
        ([DROP], ["passed ", "blocked"], ["ours"]),
        ([ALERT], ["passed ", "passed "], ["ours", f"{ALERT} action"]),
    ],
)
def test_what_the_log_says(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    actions: list[str],
    verdicts: list[str],
    signatures: list[str],
) -> None:
    """A default action that only alerts lets pass, and one that only drops writes nothing."""
    records = held()
    records[POLICY]["policy"]["firewallPolicy"]["statefulDefaultActions"] = actions
    hold(records)
    assert 0 == ask(monkeypatch, "https://a.example.com/", "http://b.example.com/")
    said = capsys.readouterr().out.splitlines()
    assert verdicts == [line[:7] for line in said[:2]]
    assert f"records added to {folder}/logs/egress/alert.log: {len(signatures)}" == said[2]
    lines = (folder / "logs" / "egress" / "alert.log").read_text().splitlines()
    found = [json.loads(line) for line in lines]
    assert signatures == [each["event"]["alert"]["signature"] for each in found]
    assert {("egress", "eu-west-1a")} == {
        (each["firewall_name"], each["availability_zone"]) for each in found
    }
    assert "a.example.com" == found[0]["event"]["tls"]["sni"]


@pytest.mark.skipif(env.suricata_program(env.ROOT) is None, reason="no Suricata 7.0")
@pytest.mark.parametrize(
    ("source", "url", "missing", "said"),
    [
        ("10.20.0.10", "https://a.example.com/", GROUP, "has no ruleGroup 'group'"),
        ("10.20.0.10", "https://a.example.com/", LOGGING, "writes no alert log"),
        ("10.20.0.10", "https://a.example.com/", "all", "has 0 Network Firewalls, and one is needed"),
        ("server", "https://a.example.com/", "", "'server' does not appear to be an IPv4"),
        ("10.20.0.10", "gopher://a.example.com/", "", "the scheme 'gopher' is unknown"),
    ],
)  # fmt: skip
def test_what_cannot_be_judged(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    source: str,
    url: str,
    missing: str,
    said: str,
) -> None:
    """One sentence, and nothing is written."""
    hold({k: v for k, v in held().items() if missing not in {k, "all"}})
    assert 2 == ask(monkeypatch, url, source=source)
    error = capsys.readouterr().err
    assert (1, True) == (error.count("\n"), error.startswith("error: "))
    assert said in error
    assert not (folder / "logs").exists()


@pytest.mark.skipif(env.suricata_program(env.ROOT) is None, reason="no Suricata 7.0")
def test_a_file_that_somebody_broke(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The stand-in says which."""
    (folder / "aws.json").write_text("{")
    assert 2 == ask(monkeypatch, "https://a.example.com/")
    assert f"error: {folder}/aws.json: not what the stand-in wrote" in capsys.readouterr().err


def test_without_suricata(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing else may judge the rules."""
    monkeypatch.setattr(env, "suricata_program", lambda _: None)
    assert 2 == ask(monkeypatch, "https://a.example.com/")
    assert "error: there is no Suricata 7.0: `make setup` says why\n" == capsys.readouterr().err
    assert [] == list(folder.iterdir())
