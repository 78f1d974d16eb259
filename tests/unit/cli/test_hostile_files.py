"""Files that would stop or fill a machine: each ends in words, within seconds and a bounded memory."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import foreign as f
import pytest
from sample import GOOD_LIST, VPC

SECONDS = 5
MEMORY = 1500 << 20
SETTINGS = json.dumps({
    "config": {
        "wsus-egress:lists": ["good"],
        "wsus-egress:servers": [{"name": "one", "addresses": ["10.20.0.10"]}],
        "wsus-egress:aws": {"vpcId": VPC, "networkFirewall": {}},
    }
})  # fmt: skip
CONFIG, LIST = "config/Pulumi.x.yaml", "config/endpoints/good.yaml"
PROGRAM = "from wsus_egress.cli import main; main()"
# Nine of nine of nine: a few lines that stand for 387 million.
LAUGHS = "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9) if n else 'lol'}]\n" for n in range(9)
)


def limited() -> None:
    """What a process may use."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the command line with little memory and time; a traceback is a failure."""
    command = [sys.executable, "-c", PROGRAM, *map(str, words)]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=60, preexec_fn=limited,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    assert done.returncode in {0, 1, 2}, done.stderr
    return done


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A sound project."""
    for name, text in ((CONFIG, SETTINGS), (LIST, GOOD_LIST)):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def fifo(path: Path) -> None:
    """A pipe to which nobody writes."""
    path.unlink(missing_ok=True)
    os.mkfifo(path)


def folder(path: Path) -> None:
    """A folder where a file should be."""
    path.unlink(missing_ok=True)
    path.mkdir()


def zeros(path: Path) -> None:
    """A device without an end."""
    path.unlink(missing_ok=True)
    path.symlink_to("/dev/zero")


@pytest.mark.parametrize("make", [fifo, folder, zeros])
@pytest.mark.parametrize("file", [CONFIG, LIST, "Pulumi.yaml"])
def test_what_is_not_a_file(project: Path, make: Callable[[Path], None], file: str) -> None:
    """A pipe, a folder or a device in place of a project's file is refused, by its name."""
    make(project / file)
    done = run("check", "--project", project)
    assert 2 == done.returncode
    assert f"{file}:1: the file cannot be read (i" in done.stderr
    assert 2 == run("preview", "--project", project).returncode


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (LAUGHS, "YAML aliases are not read here"),
        ("[" * 200_000, "nested deeper than 32 levels"),
        ("{a: " * 200_000, "nested deeper than 32 levels"),
        ("config:\n" + "".join(f"{' ' * n}a:\n" for n in range(1, 2000)), "nested deeper than 32 levels"),
        (f"config: {{wsus-egress:servers: {'9' * 10_000}}}", "is not a list; write a list"),
        ("config: {wsus-egress:ipv6: .nan, wsus-egress:lists: [.inf, -.inf, 1e400]}", "is not true or false"),
        (f"config: {{wsus-egress:lists: [{'x' * 10_000_000}]}}", "there is no endpoint list 'xxx"),
        (f"# {'x' * 10_000_000}\n", "no `config:` with wsus-egress: settings"),
        ("\n" * 10_000_000, "the file is empty"),
        ("- a\n" * 500_000, "no `config:` with wsus-egress: settings"),
        ("&a [*a]", "YAML aliases are not read here"),
    ],
)  # fmt: skip
def test_settings_without_measure(project: Path, text: str, said: str) -> None:
    """Deep, long, self-referring, and numbers that are none: one sentence each, not too long to read."""
    (project / CONFIG).write_text(text, encoding="utf-8")
    done = run("check", "--project", project, "--env", "x")
    assert 2 == done.returncode
    assert said in done.stderr
    assert len(done.stderr) < 20_000


DEEP = "[" * 300_000
BIG = json.dumps({"ref": [f.cli_group(), "9" * 10_000_000]})
NESTED = "map(range(0, 10000), lambda('x', " * 5 + "1" + "))" * 5
RANGE = f.arm(
    {"type": "Microsoft.Network/networkSecurityGroups", "name": "[string(range(0, 1000000000))]", "properties": {}},
    {"type": "Microsoft.Network/networkSecurityGroups", "name": "[mul('aaaaaaaaaa', 1000000000)]", "properties": {}},
    {"type": "Microsoft.Network/networkSecurityGroups", "name": "[variables('v30')]", "properties": {}},
    {"type": "Microsoft.Network/networkSecurityGroups", "name": "n", "properties": {"securityRules": "[variables('w40')]"}},
    {"type": "Microsoft.Network/networkSecurityGroups", "name": f"[string({NESTED})]", "properties": {}},
    variables={"v0": "aaaaaaaaaa", **{f"v{n}": f"[concat(variables('v{n - 1}'), variables('v{n - 1}'))]" for n in range(1, 31)},
               "w0": ["a"], **{f"w{n}": [f"[variables('w{n - 1}')]", f"[variables('w{n - 1}')]"] for n in range(1, 41)}},
)  # fmt: skip
FORMATION = f"Resources:\n  A: &x {{Type: 'AWS::EC2::SecurityGroup', Properties: {{}}}}\n{LAUGHS}"
FOREIGN = {
    "deep": DEEP, "deep objects": '{"a":' * 300_000, "a long text": BIG, "a huge number": '{"format_version": ' + "9" * 10_000 + "}",
    "a template that grows": json.dumps(RANGE), "aliases": FORMATION, "a long rule": f.suricata() + "pass ip " + "(" * 5_000_000,
    "no numbers": '[{"SecurityGroups": [{"GroupId": NaN, "IpPermissionsEgress": [{"FromPort": Infinity, "ToPort": 1e999}]}]}]',
}  # fmt: skip


@pytest.mark.parametrize("name", FOREIGN)
def test_other_peoples_rules_without_measure(tmp_path: Path, name: str) -> None:
    """The audit says what it cannot read, and takes no more of the machine than a large file needs."""
    (tmp_path / "rules").write_text(FOREIGN[name], encoding="utf-8")
    done = run("audit", tmp_path / "rules", "--source", "10.20.0.10", "--project", tmp_path)
    assert done.returncode in {1, 2}
    assert len(done.stdout) < 20_000
    assert done.stdout


@pytest.mark.parametrize(
    "text", [DEEP, BIG, "9" * 10_000_000, '{"event": ' * 100_000, "x" * 10_000_000]
)
def test_logs_without_measure(project: Path, text: str) -> None:
    """What is in no known form is counted."""
    (project / "log").write_text(text, encoding="utf-8")
    done = run("logs", project / "log", "--project", project)
    assert 0 == done.returncode
    assert len(done.stdout) < 20_000


@pytest.mark.parametrize("text", [DEEP, BIG, '{"steps": ' + "9" * 10_000 + "}", "x" * 10_000_000])
def test_results_and_events_without_measure(project: Path, text: str) -> None:
    """What engines and servers write, and what a page of errors is made of."""
    file = project / "file"
    file.write_text(text, encoding="utf-8")
    place = ("--project", project)
    assert 2 == run("preview", *place, "--pulumi-events", file).returncode
    assert 2 == run("probe", *place, "--env", "x", "--server", "one", "--read", file).returncode
    assert len(run("failure", file).stdout) < 70_000
    assert run("lists", "compare", "wsus", file, *place).returncode in {0, 1}


def test_devices_without_an_end(project: Path) -> None:
    """Whatever command reads a file that somebody names."""
    place = ("--project", project)
    assert 2 == run("audit", "/dev/zero", "--source", "10.20.0.10", *place).returncode
    assert 2 == run("preview", *place, "--pulumi-events", "/dev/zero").returncode
    assert 0 == run("failure", "/dev/zero").returncode
    assert 2 == run("audit", "/dev/null", "--source", "10.20.0.10", *place).returncode


@pytest.mark.parametrize("name", ["x" * 300, "x/" * 3000, "\u20ac" * 200])
def test_names_that_no_file_has(project: Path, name: str) -> None:
    """Too long for any file system."""
    for words in (
        ("check", "--project", name), ("logs", name, "--project", project), ("audit", name, "--source", "10.20.0.10"),
        ("lists", "compare", "wsus", name), ("preview", "--project", project, "--pulumi-events", name), ("failure", name),
        ("report", "--project", project, "-o", name), ("new", "x", "--cloud", "aws", "--project", name),
        ("check", "--project", project, "--env", name), ("preview", "--project", project, "--base", name),
    ):  # fmt: skip
        assert 2 == run(*words).returncode, words
