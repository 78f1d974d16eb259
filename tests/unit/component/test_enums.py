"""The words of arguments are enums of the schema, which every language takes as it did its texts."""

from __future__ import annotations

import json
from typing import Any

from paths import ROOT

from wsus_egress.choices import CHOICES
from wsus_egress.component.enums import with_enums

SCHEMA: dict[str, Any] = json.loads((ROOT / "components" / "schema.json").read_text())
ENUMS = {
    token.rpartition(":")[2]: kind for token, kind in SCHEMA["types"].items() if "enum" in kind
}


def test_every_argument_of_a_few_words_is_an_enum() -> None:
    """With exactly the words that a Python program may write."""
    found = {name: [each["value"] for each in kind["enum"]] for name, kind in ENUMS.items()}

    assert {name: list(words) for name, words in CHOICES.items()} == found
    assert all(kind["description"] for kind in ENUMS.values())


def test_no_described_choice_is_left_a_text() -> None:
    """A description that lists the words belongs to an enum."""
    kinds = [*SCHEMA["types"].values(), *SCHEMA["resources"].values()]
    fields = [each.get("inputProperties") or each.get("properties", {}) for each in kinds]
    chosen = [
        field
        for each in fields
        for field in each.values()
        if "One of `" in field.get("description", "")
    ]

    assert len(chosen) >= 20
    assert all("type" not in field and len(field["oneOf"]) == 2 for field in chosen)


def test_members_have_names_that_every_language_takes() -> None:
    """`tag+list` is `TagList`, and a zone does not begin with its digit."""
    names = {
        name: [each["name"] for each in kind["enum"]]
        for name, kind in ENUMS.items()
        if name in ("AzureWsusEgressDestinations", "FirewallZones", "DnsFirewallBlockResponse")
    }

    assert names == {
        "AzureWsusEgressDestinations": ["Tag", "List", "TagList"],
        "DnsFirewallBlockResponse": ["NODATA", "NXDOMAIN"],
        "FirewallZones": ["Zone1", "Zone2", "Zone3"],
    }
    for kind in ENUMS.values():
        members = [each["name"] for each in kind["enum"]]
        assert len(set(members)) == len(members)
        assert all(member.isalnum() and member[0].isupper() for member in members)


def test_one_enum_for_components_that_share_their_arguments() -> None:
    """All Azure components take the destinations of AzureWsusEgressArgs."""
    used = {
        token.rpartition(":")[2]: kind["inputProperties"]["destinations"]["oneOf"][0]["$ref"]
        for token, kind in SCHEMA["resources"].items()
        if "destinations" in kind["inputProperties"]
    }

    assert len(used) == 5
    assert set(used.values()) == {"#/types/wsus-egress:index:AzureWsusEgressDestinations"}


def test_the_inferred_schema_is_left_alone() -> None:
    """A list's items become members; the schema that was given does not change."""
    items = {"type": "string", "plain": True}
    field = {"type": "array", "items": items, "plain": True, "description": "Which."}
    given = {
        "types": {"p:index:ExtraEndpoint": {"properties": {"schemes": field}}},
        "resources": {},
    }
    before = json.dumps(given)

    found = with_enums(given, "p", {})

    assert json.dumps(given) == before
    reference = {"$ref": "#/types/p:index:ExtraEndpointSchemes", "plain": True}
    assert found["types"]["p:index:ExtraEndpoint"]["properties"]["schemes"] == {
        **field,
        "items": {"plain": True, "oneOf": [reference, reference]},
    }
