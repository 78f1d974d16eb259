"""A policy from a file is what the file says, and its mistakes come with their lines."""

from __future__ import annotations

from pathlib import Path

import pulumi
import pytest

from wsus_egress.policy_file import policy_from_file

POLICY = """\
lists: [wsus]
servers:
  - name: wsus
    addresses: [10.20.0.10]
    synchronizationPorts: {http: 8600, https: 8601}
"""


def test_a_policy_is_read(tmp_path: Path) -> None:
    """The mapping is the file's, as a program would have written it."""
    file = tmp_path / "policy.yaml"
    file.write_text(POLICY, encoding="utf-8")

    assert {
        "lists": ["wsus"],
        "servers": [
            {
                "name": "wsus",
                "addresses": ["10.20.0.10"],
                "synchronizationPorts": {"http": 8600, "https": 8601},
            }
        ],
    } == policy_from_file(file)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[wsus]", "wsus", "policy.yaml:1: lists: "),
        ("name: wsus", "name: 5", "policy.yaml:3: servers[0].name: "),
        ("lists: [wsus]", "gate: {}", "policy.yaml:1: gate: is not part of a policy; give it to"),
        ("[10.20.0.10]", "[10.20.0.10", "policy.yaml:"),
    ],
)
def test_mistakes_have_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, said: str
) -> None:
    """A wrong type is refused where it stands, in an error without a traceback."""
    monkeypatch.chdir(tmp_path)
    assert old in POLICY
    Path("policy.yaml").write_text(POLICY.replace(old, new), encoding="utf-8")

    with pytest.raises(pulumi.RunError) as caught:
        policy_from_file("policy.yaml")

    assert said in str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """The file's name is in the message."""
    with pytest.raises(pulumi.RunError, match=r"none\.yaml:1: the file cannot be read"):
        policy_from_file(tmp_path / "none.yaml")
