"""No single change that weakens protection or opens something passes; what is harmless passes."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import yaml
from gitproject import GitProject, preview
from paths import ROOT
from weakenings import GONE, HARMLESS, WEAKENING, Edits, Row

from wsus_egress.review.meanings import AWS, AZURE, PEER

SCHEMA = ROOT / "components" / "wsus_egress" / "schemas" / "environment.json"
# Findings about what stands in the base already are no answer to a change.
ANSWERS = {
    "unapproved-unguarding",
    "unapproved-widening",
    "unapproved-acceptance",
    "unapproved-removal",
    "unapproved-renewal",
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> GitProject:
    """The shipped environments and lists, committed."""
    root = tmp_path_factory.mktemp("shipped")
    shutil.copytree(ROOT / "config", root / "config")
    return GitProject.make(root, {})


def edited(file: str, text: str, edits: Edits) -> str:
    """A file's text with settings set or taken out."""
    data = yaml.safe_load(text)
    for path, value in edits.items():
        keys = path.split(".") if ":" not in path else [path]
        node = data
        if not file.startswith("endpoints/"):
            node = data["config"]
            keys[0] = keys[0] if ":" in keys[0] else f"wsus-egress:{keys[0]}"
        for key in keys[:-1]:
            node = node[int(key)] if isinstance(node, list) else node.setdefault(key, {})
        last: Any = int(keys[-1]) if isinstance(node, list) else keys[-1]
        if value is GONE:
            del node[last]
        else:
            node[last] = value
    return yaml.safe_dump(data, sort_keys=False)


def tried(project: GitProject, row: Row, *arguments: str) -> tuple[int, str]:
    """The exit status and the page of a row's change."""
    folder, _, name = row.file.rpartition("/")
    file = f"config/{folder}/{name}.yaml" if folder else f"config/Pulumi.{name}.yaml"
    base = edited(row.file, (ROOT / file).read_text(encoding="utf-8"), row.base)
    project.git("checkout", "--quiet", ".")
    project.write({file: base})
    project.commit()
    project.write({file: edited(row.file, base, {**row.edits, **row.also})})
    chosen = () if folder else ("--env", name)
    result = preview(project.root, *chosen, *arguments)
    shown = result.exit_code, result.output
    project.write({file: (ROOT / file).read_text(encoding="utf-8")})
    project.commit()
    return shown


@pytest.mark.parametrize("row", WEAKENING, ids=lambda row: row.name)
def test_what_weakens_never_passes(project: GitProject, row: Row) -> None:
    """Status 1 with a finding that wants an approval of this change, and no word of comfort."""
    status, page = tried(project, row)
    _, found = tried(project, row, "--format", "json")
    failing = {each["kind"] for each in json.loads(found)["findings"] if each["fails"]}

    assert (1, []) == (status, re.findall(r"(?i)\bfine\b", page)), page
    assert failing & ANSWERS


@pytest.mark.parametrize("row", HARMLESS, ids=lambda row: row.name)
def test_what_is_harmless_passes(project: GitProject, row: Row) -> None:
    """Status 0, and the first line says that it is fine."""
    status, page = tried(project, row)

    assert (0, True) == (status, "fine" in page.splitlines()[0].lower()), page


@pytest.mark.parametrize("name", ["dev", "open", "prod", "sandbox", "staging"])
def test_no_environment_can_be_removed_unseen(project: GitProject, name: str) -> None:
    """Every target of it is named as one that is no longer protected."""
    file = project.root / f"config/Pulumi.{name}.yaml"
    text = file.read_text(encoding="utf-8")
    file.unlink()
    result = preview(project.root)
    file.write_text(text, encoding="utf-8")

    assert (1, True) == (result.exit_code, "no longer protected" in result.stdout)


def settings(node: Mapping[str, Any], path: str, types: Mapping[str, Any]) -> Iterator[str]:
    """Every setting below a node of the JSON Schema that has no settings in it."""
    if "$ref" in node:
        node = types[node["$ref"].rpartition("/")[2]]
    inside = list(node.get("anyOf", ()))
    if "items" in node and "$ref" in node["items"]:
        yield from settings(node["items"], f"{path}[]", types)
    elif inside:
        for each in inside:
            yield from settings(each, path, types) if each.get("type") != "null" else ()
    elif "properties" in node:
        for key, value in node["properties"].items():
            yield from settings(value, f"{path}.{key}" if path else key, types)
    else:
        yield path


def every_setting() -> set[str]:
    """Of an environment, as the shipped schema has them."""
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return set(settings(schema, "", schema["$defs"]))


def test_every_setting_has_a_row() -> None:
    """A new setting needs a row that says what its change means."""
    rows = {
        re.sub(r"\.[0-9]+\b", "[]", path) for row in (*WEAKENING, *HARMLESS) for path in row.edits
    }
    # Another deviation is another acceptance; a new reason is shown, neither refused nor called fine.
    assert {"accept[].what", "accept[].reason"} == every_setting() - rows


def test_every_meaning_is_that_of_a_setting() -> None:
    """A setting that is gone or has another name leaves no meaning behind."""
    known = every_setting()
    parents = {name[: found.start()] for name in known for found in re.finditer(r"\.|\[\]", name)}
    meanings = {
        *(f"aws.{name}" for name in AWS),
        *(f"azure.{name}" for name in AZURE),
        *(f"servers[].{name}" for name in PEER),
    }

    assert set() == meanings - known - parents


def test_the_tables_are_long_enough() -> None:
    """No row is there twice, and both tables have what they promise."""
    names = [row.name for row in (*WEAKENING, *HARMLESS)]

    assert len(WEAKENING) >= 60
    assert len(HARMLESS) >= 15
    assert len({(row.name, repr(row)) for row in (*WEAKENING, *HARMLESS)}) == len(names)
