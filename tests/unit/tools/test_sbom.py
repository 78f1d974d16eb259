"""The bill of materials: exactly what is pinned and the wheel needs, and nothing of this machine."""

from __future__ import annotations

import json
import re
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.utils import canonicalize_name
from paths import ROOT

import sbom


@pytest.fixture(scope="module")
def bill(wheel: Path) -> dict[str, Any]:
    """The bill of the wheel of this checkout."""
    return sbom.bill(wheel, ROOT)


def listed(bill: dict[str, Any]) -> dict[str, str]:
    """Its components' versions, by name."""
    return {canonicalize_name(each["name"]): each["version"] for each in bill["components"]}


def test_it_lists_what_is_locked(bill: dict[str, Any], root: Path) -> None:
    """Every package of the run-time lock, and what the policy pack's extra adds, as pinned there."""
    lock = (root / "requirements.txt").read_text(encoding="utf-8")
    locked = dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", lock, re.MULTILINE))
    added = {"pulumi-policy", "setuptools"}

    assert {*locked, *added} == set(listed(bill))
    assert {name: sbom.pins(root)[name] for name in listed(bill)} == listed(bill)
    assert locked == {name: version for name, version in listed(bill).items() if name in locked}


def test_it_is_valid(bill: dict[str, Any]) -> None:
    """CycloneDX's own schema takes it, and refuses it with a field that the schema does not have."""
    validator = JsonStrictValidator(SchemaVersion.V1_6)

    assert "1.6" == bill["specVersion"]
    assert None is validator.validate_str(json.dumps(bill))
    assert None is not validator.validate_str(json.dumps({**bill, "approved": True}))


def test_each_has_a_licence(bill: dict[str, Any]) -> None:
    """Also those whose metadata have it in the old form."""
    assert [] == [each["name"] for each in bill["components"] if not each.get("licenses")]


def test_an_extra_says_what_it_adds(bill: dict[str, Any]) -> None:
    """What is always installed has no extra; the clouds' SDKs have theirs."""
    extras: dict[str, list[str]] = {
        canonicalize_name(each["name"]): [entry["value"] for entry in each.get("properties", ())]
        for each in bill["components"]
    }

    assert [["aws"], ["azure"], ["guardrails"], ["cli"], []] == [
        extras[name]
        for name in ("pulumi-aws", "pulumi-azure-native", "pulumi-policy", "click", "pulumi")
    ]


def test_the_product_is_the_wheel(bill: dict[str, Any]) -> None:
    """Its version and digest, and what it needs directly, extras counted in."""
    version = metadata.version("pulumi-wsus-egress")
    product = bill["metadata"]["component"]
    (needs,) = (
        each["dependsOn"] for each in bill["dependencies"] if each["ref"] == product["bom-ref"]
    )

    assert f"pkg:pypi/pulumi-wsus-egress@{version}" == product["purl"]
    assert 1 == len(product["hashes"])
    assert {"pulumi_aws", "pulumi_azure_native", "pulumi_policy", "click"} <= {
        each.partition("==")[0] for each in needs
    }


def test_nothing_of_this_machine(bill: dict[str, Any], wheel: Path, root: Path) -> None:
    """No path, no address of an index, and twice the same."""
    text = json.dumps(bill)

    assert [] == re.findall(r'"(?:/|file:)[^"]*"', text)
    # The schema's own address, the project's, and one in a package's description of itself.
    assert {"cyclonedx.org", "github.com", "semver.org"} == set(
        re.findall(r"https?://([\w.-]+)", text)
    )
    assert bill == sbom.bill(wheel, root)


def test_another_version_is_refused(
    wheel: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is installed must be what is pinned: the bill would describe something else."""
    pinned = {**sbom.pins(root), "idna": "1.0"}
    monkeypatch.setattr(sbom, "pins", lambda _: pinned)
    installed = metadata.version("idna")

    with pytest.raises(sbom.UnpinnedError, match=f"idna {installed} is installed, 1.0 is pinned"):
        sbom.bill(wheel, root)
