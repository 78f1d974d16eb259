"""The sandbox's environment: the same without credentials for a child process and for a shell."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import env

CREDENTIALS = {
    "ARM_CLIENT_SECRET": "x",
    "AWS_ACCESS_KEY_ID": "x",
    "AWS_PROFILE": "it's mine",
    "AZURE_CONFIG_DIR": "x",
    "PULUMI_ACCESS_TOKEN": "x",
    "PULUMI_CONFIG_PASSPHRASE_FILE": "x",
    "PULUMI_STACK": "x",
}


@pytest.fixture
def user(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The environment of a user with credentials, a backend and a variable that stays."""
    for name, value in {**CREDENTIALS, "PULUMI_BACKEND_URL": "s3://x", "STAYS": "a b"}.items():
        monkeypatch.setenv(name, value)
    return dict(os.environ)


def test_a_child_process_has_no_credentials(user: dict[str, str]) -> None:
    """Everything else of the user's is there."""
    environment = env.engine_environment()

    assert set() == {*CREDENTIALS} & {*environment}
    assert "a b" == environment["STAYS"]
    assert set() == {*user} - {*env.left_out(user)} - {*environment}


def test_a_shell_gets_the_same_environment(user: dict[str, str]) -> None:
    """`eval` leaves a shell with what a child process gets, variable by variable."""
    program = Path(env.__file__)
    shown = f"{sys.executable} -c 'import json, os; print(json.dumps(dict(os.environ)))'"
    done = subprocess.run(
        ["sh", "-c", f'eval "$({sys.executable} {program})"; {shown}'],
        capture_output=True,
        env=user | {"AWS_$(exit 1)": "no identifier"},
        check=True,
        text=True,
    )
    # The shell's own, one that pytest changes meanwhile, and one that Python sets in the locale C.
    ignored = {"PWD", "OLDPWD", "SHLVL", "_", "PYTEST_CURRENT_TEST", "LC_CTYPE", "AWS_$(exit 1)"}
    found = json.loads(done.stdout)
    expected = env.engine_environment()

    assert {k: v for k, v in expected.items() if k not in ignored} == {
        k: v for k, v in found.items() if k not in ignored
    }
