"""Widenings that people add to their stacks, in the real engine: the policy pack finds each one.

The forms are those of `tests/unit/guardrails/test_planted.py` that add resources which the stand-ins have.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import handwritten_aws
import handwritten_aws_forms
import handwritten_azure
import handwritten_azure_forms
import pytest
import workspace
from handwritten import Form, Stack
from paths import ROOT
from test_policy_pack import AZURE, configure, guarded, harness
from workspace import Workspace

from wsus_egress.controls.base import Document

pytestmark = pytest.mark.engine

Rows = dict[str, tuple[str, Any]]
REFERENCE: Final = re.compile(r"\$\{([^.}]+)\.[^}]+\}")
FORMS: Final[Mapping[str, tuple[ModuleType, Mapping[str, Form], tuple[str, ...]]]] = {
    "aws": (handwritten_aws, handwritten_aws_forms.PLANTED, (
        "a_port", "a_range_of_ports", "every_protocol", "udp", "an_open_ingress", "private_ingress",
        "a_prefix_list")),
    "azure": (handwritten_azure, handwritten_azure_forms.PLANTED, (
        "a_name", "a_port_by_name", "a_tag_of_names", "a_network_rule",
        "a_destination_group", "a_source_group")),
}  # fmt: skip
# After the component's own resources, which the forms name as those of their stacks.
PLANT: Final = """
import json
import pulumi

MADE = {OWN}
last = egress
for name, (type_, text) in json.loads({ROWS!r}).items():
    properties = json.loads(text)

    def put(value):
        if isinstance(value, dict):
            return {{key: put(each) for key, each in value.items()}}
        if isinstance(value, list):
            return [put(each) for each in value]
        return MADE.get(value, value) if isinstance(value, str) else value

    # One after another, and after the component: Azure refuses two changes of a policy at once.
    made = pulumi.CustomResource(type_, name, put(properties), pulumi.ResourceOptions(depends_on=[last]))
    last = made
    MADE["${{" + name + ".id}}"] = made.id
"""
OWN: Final = {
    "aws": '{"${wsus-sg.id}": egress.security_group_ids["wsus"]}',
    "azure": '{"${policy.name}": "afwp"}',
}


def planted(cloud: str) -> Rows:
    """What each form adds, under names that say whose it is; a form must not change what was there."""
    rows: Rows = {}
    for number, form in enumerate(FORMS[cloud][2]):
        stack, before = _outside(cloud, form)
        word = form.replace("_", "-")
        for name, each in stack.documents.items():
            if name in before:
                continue
            properties = {**each.properties}
            if "priority" in properties:  # Each group of a policy has its own.
                properties["priority"] += number
            for key in ("ruleCollectionGroupName", "ipGroupsName", "name"):
                if key in properties:
                    properties[key] = f"{word}-{properties[key]}"
            text = json.dumps(properties).replace("rg-wsus", "rg-wsus-sandbox")
            text = text.replace("10.20.", "10.33.") if cloud == "azure" else text
            for other in set(REFERENCE.findall(text)) - before.keys():
                text = text.replace(f"${{{other}.", f"${{{word}-{other}.")
            rows[f"{word}-{name}"] = (each.type, text)
    return rows


def _outside(cloud: str, form: str) -> tuple[Stack, Mapping[str, Document]]:
    """A stack in whose style the form only adds resources of types that the stand-ins have, and what it had before."""
    base, forms, _ = FORMS[cloud]
    for seed in range(20):
        stack = base.stack(seed)
        before = dict(stack.documents)
        forms[form](stack)
        kinds = {each.type for name, each in stack.documents.items() if name not in before}
        kept = all(stack.documents.get(name) == each for name, each in before.items())
        if kept and handwritten_aws.OLD_RULE not in kinds:
            return stack, before
    raise AssertionError(form)


@pytest.fixture
def stack(tmp_path: Path) -> Workspace:
    """The Python example, with the pack."""
    made = workspace.python(tmp_path)
    shutil.copytree(ROOT / "policy_pack", tmp_path / "pack")
    harness(tmp_path, tmp_path / "pack")
    return made


@pytest.mark.parametrize("cloud", FORMS)
def test_each_planted_widening_is_found(stack: Workspace, cloud: str) -> None:
    """In the preview, where ids are not known, and once the stack is deployed with them."""
    configure(stack, "10.20.0.10" if cloud == "aws" else "10.33.0.10")
    program = stack.root / "__main__.py"
    text = program.read_text(encoding="utf-8")
    if cloud == "azure":
        text = AZURE.replace("\nAzureWsusEgress(", "\negress = AzureWsusEgress(")
    rows = planted(cloud)
    program.write_text(text + PLANT.format(OWN=OWN[cloud], ROWS=json.dumps(rows)), encoding="utf-8")

    status, said = guarded(stack, "preview")
    assert 0 != status
    missed = {"preview": _missed(said, cloud)}
    stack.up()
    status, said = guarded(stack, "preview")
    assert 0 != status
    missed["after the update"] = _missed(said, cloud)

    assert {"preview": [], "after the update": []} == missed, said


def _missed(said: str, cloud: str) -> list[str]:
    """The forms of which no finding names a resource."""
    found = "\n".join(line for line in said.splitlines() if ": " in line)
    words = [form.replace("_", "-") for form in FORMS[cloud][2]]
    return [word for word in words if not re.search(rf"(?m)(^|[\s:]){word}-[a-z-]+: ", found)]
