"""What programs and stacks import is recorded: a change here is a change for every user."""

from __future__ import annotations

from pathlib import Path

import pytest
from interface import interface

import wsus_egress
from wsus_egress import args, aws, azure, policy_file
from wsus_egress.aws import arguments as aws_arguments
from wsus_egress.azure import arguments as azure_arguments
from wsus_egress.choices import CHOICES
from wsus_egress.guardrails import pack
from wsus_egress.guardrails.catalogue import GUARDRAILS

GOLDEN = Path(__file__).parent / "interface.txt"
MODULES = (wsus_egress, args, policy_file, aws, aws_arguments, azure, azure_arguments)


def test_the_interface_is_the_recorded_one(pytestconfig: pytest.Config) -> None:
    """Classes, arguments and outputs with their types; `--update-goldens` writes it anew."""
    rules = [f"  {rule.id} ({rule.severity})" for rule in GUARDRAILS]
    choices = [f"  {name}: {', '.join(words)}" for name, words in CHOICES.items()]
    lines = ["wsus_egress.choices", *choices, f"{pack.__name__}: policies", *sorted(rules)]
    found = interface(*MODULES) + "\n".join(lines) + "\n"
    if pytestconfig.getoption("--update-goldens"):
        GOLDEN.write_text(found, encoding="utf-8")

    assert GOLDEN.read_text(encoding="utf-8") == found
