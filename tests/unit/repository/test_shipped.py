"""What ships: lists, schemas, environments and the shapes of the JSON output."""

from __future__ import annotations

import datetime
import json
import re
import runpy
from collections.abc import Callable
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from click.testing import Result
from referencing import Registry, Resource

from wsus_egress import schemas
from wsus_egress.config.base import json_schema
from wsus_egress.config.lists import load_lists
from wsus_egress.config.settings import EndpointListSettings, EnvironmentSettings
from wsus_egress.controls import Verdict
from wsus_egress.controls.azure.route_table import AzureRouteTable
from wsus_egress.controls.base import met, path_verdict
from wsus_egress.model.flows import Flow, Scheme
from wsus_egress.names.sets import NameSet, minimal_cover
from wsus_egress.proof.proof import prove
from wsus_egress.review.analysis import analyse
from wsus_egress.schemas import render

LISTS = ("automatic-updates", "certificate-validation", "configuration-manager", "connected-cache", "defender",
         "delivery-optimization", "microsoft-365-apps", "update-manager", "windows-autopatch", "wsus-reference",
         "wsus")  # fmt: skip
ENVIRONMENTS = ("dev", "open", "prod", "sandbox", "staging")
SCHEMAS: dict[str, tuple[type[EndpointListSettings | EnvironmentSettings], str]] = {
    "endpoint-list.json": (EndpointListSettings, "WSUS egress endpoint list"),
    "environment.json": (EnvironmentSettings, "WSUS egress environment"),
}


def schema(root: Path, name: str) -> dict[str, Any]:
    """A schema as it is shipped."""
    path = root / "components" / "wsus_egress" / "schemas" / name
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def plain_yaml(path: Path) -> Any:
    """A YAML file as an editor's schema check sees it: every scalar of it, days as text."""
    loader = type("Loader", (yaml.SafeLoader,), {"yaml_implicit_resolvers": {
        first: [(tag, regexp) for tag, regexp in found if tag != "tag:yaml.org,2002:timestamp"]
        for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }})  # fmt: skip
    return yaml.load(path.read_text(), loader)  # noqa: S506 - a SafeLoader without days


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_what_the_types_say(root: Path, name: str) -> None:
    """The committed schemas are those that the types give now."""
    kind, title = SCHEMAS[name]
    assert schema(root, name) == json_schema(kind, title)


@pytest.mark.parametrize(
    "name", [*SCHEMAS, "stack-config.json", "preview.json", "check.json", "explain.json"]
)
def test_a_schema_file_is_rendered(root: Path, name: str) -> None:
    """`python -m wsus_egress.schemas` would write the committed file again, to the byte."""
    path = root / "components" / "wsus_egress" / "schemas" / name
    assert path.read_text() == render()[name]


def test_the_schemas_are_written_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """`python -m wsus_egress.schemas` writes every schema beside itself."""
    written: dict[Path, str] = {}

    def write_text(path: Path, text: str, encoding: str) -> None:
        assert "utf-8" == encoding
        written[path] = text

    monkeypatch.setattr(Path, "write_text", write_text)
    runpy.run_module("wsus_egress.schemas", run_name="__main__")
    folder = Path(str(schemas.__file__)).parent
    assert written == {folder / name: text for name, text in render().items()}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_fits_its_schema(root: Path, name: str) -> None:
    """An editor that checks a shipped list against its schema finds nothing."""
    data = plain_yaml(root / "config" / "endpoints" / f"{name}.yaml")
    validator = jsonschema.Draft202012Validator(schema(root, "endpoint-list.json"))
    assert [] == list(validator.iter_errors(data))


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_an_environment_fits_its_schema(root: Path, name: str) -> None:
    """An editor that checks a shipped environment against the stack's schema finds nothing."""
    environment = Resource.from_contents(schema(root, "environment.json"))
    registry: Registry[Any] = Registry().with_resource("environment.json", environment)
    data = plain_yaml(root / "config" / f"Pulumi.{name}.yaml")
    stack = schema(root, "stack-config.json")
    validator = jsonschema.Draft202012Validator(stack, registry=registry)
    assert [] == list(validator.iter_errors(data))


def test_these_lists_are_shipped(root: Path) -> None:
    """Eleven lists, by name."""
    assert tuple(load_lists(root / "config" / "endpoints", "x")) == LISTS


def test_the_reference_list_is_the_reference_page(root: Path) -> None:
    """Nine patterns, both schemes, and a cover of seven."""
    endpoints = load_lists(root / "config" / "endpoints", "x")["wsus-reference"].endpoints
    patterns = [endpoint.pattern.text for endpoint in endpoints]
    expected = [
        "windowsupdate.microsoft.com",
        "*.windowsupdate.microsoft.com",
        "*.update.microsoft.com",
        "*.windowsupdate.com",
        "download.windowsupdate.com",
        "download.microsoft.com",
        "*.download.windowsupdate.com",
        "wustat.windows.com",
        "ntservicepack.microsoft.com",
    ]
    assert patterns == expected
    assert {endpoint.schemes for endpoint in endpoints} == {frozenset(Scheme)}
    cover = minimal_cover(endpoint.pattern for endpoint in endpoints)
    dropped = [(covered.text, by.text) for covered, by in cover.redundant]
    assert 7 == len(cover.patterns)
    assert [
        ("*.download.windowsupdate.com", "*.windowsupdate.com"),
        ("download.windowsupdate.com", "*.windowsupdate.com"),
    ] == sorted(dropped)


def test_the_current_list_has_eleven_patterns(root: Path) -> None:
    """Microsoft's current list: 11 patterns, 15 pairs of a pattern and a scheme."""
    endpoints = load_lists(root / "config" / "endpoints", "x")["wsus"].endpoints
    pairs = [(e.pattern, scheme) for e in endpoints for scheme in e.schemes]
    assert (11, 15, 15) == (len(endpoints), len(pairs), len(set(pairs)))


def test_the_declared_keys_are_the_settings(root: Path) -> None:
    """Every key of Pulumi.yaml is a setting of an environment, and every setting is declared."""
    declared = yaml.safe_load((root / "Pulumi.yaml").read_text())["config"]
    settings = {f"wsus-egress:{f.alias or n}" for n, f in EnvironmentSettings.model_fields.items()}
    assert set(declared) == settings


def test_the_declared_defaults_are_the_settings(root: Path) -> None:
    """Pulumi.yaml and the types agree on every default; {} stands for a target that is not there."""
    declared = yaml.safe_load((root / "Pulumi.yaml").read_text())["config"]
    fields = EnvironmentSettings.model_fields.items()
    found = {key: entry["default"] or None for key, entry in declared.items()}
    assert found == {f"wsus-egress:{f.alias or n}": f.default or None for n, f in fields}


def test_the_shipped_environments_are_fine(root: Path, run: Callable[..., Result]) -> None:
    """`check` of what ships finds nothing, and says so with exit status 0."""
    result = run("check", root, "--today", "2026-11-24")
    assert (0, "") == (result.exit_code, result.stderr)
    assert result.stdout.endswith("\n\n5 environments, 8 targets: no finding\n")


def test_each_shipped_target_has_its_fidelity(root: Path, today: datetime.date) -> None:
    """Every restricted target is exact but that of the sandbox, which has a tag."""
    found = {
        (analysis.environment.name, target.target.cloud): target.proof.fidelity.value
        for analysis in analyse(root, (), today)
        for target in analysis.targets
        if target.proof is not None
    }
    expected = {
        ("dev", "aws"): "exact",
        ("open", "aws"): "exact",
        ("open", "azure"): "narrower",
        ("prod", "aws"): "exact",
        ("prod", "azure"): "exact",
        ("sandbox", "aws"): "exact",
        ("sandbox", "azure"): "opaque",
        ("staging", "azure"): "exact",
    }
    assert found == expected


def test_each_shipped_target_says_what_it_assumes(root: Path, today: datetime.date) -> None:
    """Whoever changes what is taken for granted sees it here."""
    found = {
        (analysis.environment.name, target.target.cloud): {
            re.sub(r"/vpc-[0-9a-f]+$", "", assumption.id) for assumption in target.assumptions
        }
        for analysis in analyse(root, (), today)
        for target in analysis.targets
    }
    private = "aws/network-firewall/private-route"
    attached, routed = "aws/security-group/attachment", "aws/network-firewall/default-route"
    associated, resolver = "aws/network-firewall/association", "aws/dns-firewall/resolver"
    subnets = {"azure/nsg/attachment", "azure/route-table/attachment"}
    endpoints = "azure/route-table/service-endpoints"
    assert {
        ("dev", "aws"): {attached, routed},
        ("open", "aws"): {attached},
        ("open", "azure"): {
            *subnets,
            endpoints,
            "azure/route-table/firewall-address/10.32.255.4",
        },
        ("prod", "aws"): {
            attached,
            associated,
            resolver,
            "aws/network-firewall/local-route",
            f"{private}/hub",
        },
        ("prod", "azure"): {
            endpoints,
            *(f"azure/route-table/gateway/{prefix}" for prefix in ("10.21.0.0/16", "10.41.0.0/24")),
        },
        ("sandbox", "aws"): {attached, associated, resolver, f"{private}/downstream"},
        ("sandbox", "azure"): {
            "azure/nsg/attachment",
            "azure/route-table/default-route",
            "azure/route-table/private-route/upstream",
            endpoints,
        },
        ("staging", "azure"): {
            *subnets,
            endpoints,
            "azure/route-table/firewall-address/10.30.255.4",
        },
    } == found


def test_the_shipped_synchronization_has_a_way_there_and_back(
    root: Path, today: datetime.date
) -> None:
    """Between prod's clouds and its branch, every control on the path admits what servers ask.

    Without the routes that its settings ask for, the default route drops it, and the proof says so.
    """
    (analysis,) = analyse(root, ("prod",), today)
    environment = analysis.environment
    azure = analysis.targets[1]
    head, hub, branch = (ip_address(each) for each in ("10.21.0.10", "10.31.0.10", "10.41.0.10"))
    flows = [
        Flow(source, destination, "tcp", port)
        for source, destination in ((hub, head), (branch, hub))
        for port in (8530, 8531)
    ]
    assert [True] * 4 == [environment.policy.decide(flow).allowed for flow in flows]
    for target in analysis.targets:
        for flow in flows:
            rulings = [control.admits(flow) for control in met(target.controls, flow)]
            assert path_verdict(rulings, allowed=False) is not Verdict.DENY

    table = next(c for c in azure.controls if isinstance(c, AzureRouteTable))
    bare = replace(table, rules=table.rules[:1])
    controls = [bare if each is table else each for each in azure.controls]
    found = prove(environment, azure.target, controls, today)
    assert ["azure/azure-route-table/narrower/synchronization"] == [
        d.what for d in found.deviations
    ]
    assert {Verdict.DENY} == {bare.admits(flow).verdict for flow in flows}


def keys(value: Any, path: str = "") -> dict[str, set[str]]:
    """The keys of every kind of object in a JSON value, by where it stands."""
    found: dict[str, set[str]] = {}
    if isinstance(value, dict):
        found[path] = set(value)
        for key, part in value.items():
            if key != "properties":
                for where, names in keys(part, f"{path}.{key}").items():
                    found.setdefault(where, set()).update(names)
    for part in value if isinstance(value, list) else ():
        for where, names in keys(part, path).items():
            found.setdefault(where, set()).update(names)
    return found


def test_the_preview_has_the_documented_shape(root: Path, run: Callable[..., Result]) -> None:
    """The JSON preview has exactly the documented keys, and a version."""
    arguments = ("--format", "json", "--today", "2026-11-24")
    preview = json.loads(run("preview", root, *arguments).stdout)
    target = ".environments.targets"
    expected = {
        "": {"version", "environments", "findings"},
        ".findings": {
            "kind",
            "fails",
            "environment",
            "target",
            "what",
            "instead",
            "file",
            "line",
            "approve",
            "accept",
        },
        ".environments": {"environment", "mode", "endpoints", "targets"},
        ".environments.endpoints": {"pattern", "schemes", "list"},
        target: {
            "target",
            "cloud",
            "fidelity",
            "deviations",
            "assumptions",
            "controls",
            "residues",
        },
        f"{target}.assumptions": {"id", "what", "accepted", "whom", "ways"},
        f"{target}.assumptions.ways": {"by", "how"},
        f"{target}.residues": {"control", "what", "source"},
        f"{target}.deviations": {"what", "kind", "control", "witness", "reason", "accepted"},
        f"{target}.controls": {"control", "fidelity", "rules", "documents", "quotas"},
        f"{target}.controls.rules": {"id", "text", "endpoints"},
        f"{target}.controls.documents": {"type", "name", "properties"},
        f"{target}.controls.quotas": {"name", "used", "limit"},
    }
    assert (keys(preview), preview["version"]) == (expected, 1)


def test_explain_has_the_documented_shape(root: Path, run: Callable[..., Result]) -> None:
    """Every line of `explain -` is an object with exactly the documented keys."""
    given = "https://sws.update.microsoft.com/\n\nhttp://evil.com/\n"
    lines = run("explain", root, "-", given=given).stdout.splitlines()
    expected = {
        "": {"version", "url", "verdict", "endpoint", "environment", "from", "targets"},
        ".from": {"party", "address"},
        ".targets": {"target", "verdict", "from", "controls"},
        ".targets.from": {"party", "address"},
        ".targets.controls": {"control", "verdict", "rule"},
    }
    assert len(lines) == 2 * len(ENVIRONMENTS)
    assert [keys(json.loads(line)) for line in lines] == [expected] * len(lines)


def test_every_name_of_the_reports_is_in_a_list(root: Path) -> None:
    """Hosts that public reports of failed updates name, by the scheme that they name, as the lists have them."""
    lists = load_lists(root / "config" / "endpoints", "x")
    asked = (
        "https://login.live.com", "https://settings-win.data.microsoft.com", "https://officecdn.microsoft.com",
        "http://officecdn.microsoft.com.edgesuite.net", "https://clients.config.office.net", "https://go.microsoft.com",
        "http://crl.microsoft.com", "http://www.microsoft.com", "http://ctldl.windowsupdate.com",
        "https://wdcp.microsoft.com", "http://assets1.xboxlive.com", "http://dl.delivery.mp.microsoft.com",
        "https://catalog.s.download.windowsupdate.com", "https://kv801.prod.do.dsp.mp.microsoft.com",
    )  # fmt: skip
    missing = [
        url for url in asked
        for scheme, _, name in [url.partition("://")]
        if not any(
            scheme in each.schemes and name in NameSet.of([each.pattern])
            for one in lists.values() for each in one.endpoints
        )
    ]  # fmt: skip
    # Defender's page has names below it alone.
    assert ["https://wdcp.microsoft.com"] == missing
