"""Killed processes, a full disk, two runs at once: each ends in a run that works, or in one sentence."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from trial import Stack

from providers.faults import VARIABLE

pytestmark = pytest.mark.engine

POLICY = "azure-native:network:FirewallPolicy"
PROGRAM = """
    import os, pulumi, signal, pulumi_azure_native.network as net
    policy = net.FirewallPolicy(
        "policy", resource_group_name="rg-wsus-sandbox", firewall_policy_name="afwp-trial"
    )
    def then(_):
        {then}
    net.NetworkSecurityGroup(
        "nsg", resource_group_name="rg-wsus-sandbox", network_security_group_name="nsg-trial",
        tags={{"after": policy.id.apply(lambda id_: then(id_) or "it")}},
    )
"""
GOES_ON = PROGRAM.format(then="pass")


def faulty(stack: Stack, fault: str) -> Stack:
    """The same stack, whose stand-ins play a fault."""
    return Stack(stack.folder, {**stack.environment, VARIABLE: fault})


def test_a_provider_that_is_killed(stack: Stack) -> None:
    """The run says that it has gone; what it made is imported by its id, and nothing is made twice."""
    stack.write(GOES_ON)

    said = faulty(stack, "crashed create policy").up(fails=True)

    assert "policy" in said
    (id_,) = stack.held("azure-native")[POLICY]
    said = stack.up(fails=True)
    assert f"cannot create already existing resource '{id_}'" in said
    stack.run("import", POLICY, "policy", id_, "--yes", "--protect=false", "--generate-code=false")
    stack.up("--refresh")
    assert [id_] == [*stack.held("azure-native")[POLICY]]
    stack.run("preview", "--expect-no-changes")


def test_a_program_that_is_killed(stack: Stack) -> None:
    """The engine keeps what was made, and a second run makes the rest."""
    stack.write(PROGRAM.format(then="os.kill(os.getpid(), signal.SIGKILL)"))

    stack.up(fails=True)

    assert {POLICY} == {*stack.held("azure-native")}
    stack.write(GOES_ON)
    assert "1 created" in stack.up()
    stack.run("preview", "--expect-no-changes")


def test_a_run_beside_another_one(stack: Stack) -> None:
    """The second one is refused in one sentence, also after the first one was killed; `pulumi cancel` lets it in."""
    stack.write(GOES_ON)
    killed = subprocess.run(
        stack.command("up", "--yes", "--skip-preview"),
        cwd=stack.folder,
        env={**stack.environment, VARIABLE: "killed create policy"},
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert killed.returncode < 0

    said = stack.up(fails=True)

    assert said.startswith("error: the stack is currently locked by 1 lock(s).")
    assert [POLICY] == [*stack.held("azure-native")]
    stack.run("cancel", "--yes")
    said = stack.up(fails=True)
    assert "interrupted while creating" in said
    assert "cannot create already existing resource" in said


def test_a_state_that_a_kill_left_half_written(stack: Stack) -> None:
    """What the engine says of each of its two files, and what docs/deploy.md says to do about it."""
    stack.write(GOES_ON)
    stack.up()
    backend = Path(stack.environment["PULUMI_BACKEND_URL"].removeprefix("file://"))
    (state,) = backend.glob(".pulumi/stacks/*/*.json")
    attributes, before = (state.with_name(state.name + end) for end in (".attrs", ".bak"))

    attributes.write_bytes(b"")
    assert "failed to load checkpoint: EOF" in stack.up(fails=True)
    attributes.unlink()
    stack.run("preview", "--expect-no-changes")

    state.write_bytes(b"")
    assert "unexpected end of JSON input" in stack.up(fails=True)
    state.write_bytes(before.read_bytes())
    stack.up("--refresh")
    stack.run("preview", "--expect-no-changes")


def test_a_full_disk_is_one_sentence(stack: Stack) -> None:
    """The stand-in says so, the cloud stays as it was, and a second run makes all."""
    stack.write(GOES_ON)
    stack.cloud.mkdir(parents=True, exist_ok=True)
    (stack.cloud / "azure-native.operations").symlink_to("/dev/full")

    said = stack.up(fails=True)

    assert "azure-native.json: cannot be written: No space left on device" in said
    assert {} == stack.held("azure-native")
    (stack.cloud / "azure-native.operations").unlink()
    assert "2 created" in stack.up()
