"""Every fenced block of every page is run, read or judged by a test, or says why it is not."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from paths import ROOT

from wsus_egress.cli.main import main

PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "benchmarks/README.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
BLOCK = re.compile(r"^( *)```(\w*)[^\n]*\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
DAY = "2026-11-24"
"""A day on which nothing that the pages name has expired."""


@dataclass(frozen=True)
class Shown:
    """A block that is only shown, and why."""

    reason: str


OF_EVERY_PAGE = {
    "console": "tests/unit/repository/test_docs_console.py",
    "mermaid": "tests/browser/test_site.py",
}
"""Blocks that are run wherever they stand."""
HERE = "tests/unit/repository/test_docs_blocks.py"
CLAIMS: dict[tuple[str, str], str | Shown] = {
    ("README.md", "python"): "tests/unit/component/test_examples.py",
    ("README.md", "sh"): HERE,
    ("README.md", "yaml"): HERE,
    ("CONTRIBUTING.md", "sh"): Shown("it runs tests; below, its files are looked for"),
    ("docs/adopt.md", "sh"): "tests/unit/cli/test_adopt.py",
    ("docs/adopt.md", "text"): "tests/unit/cli/test_adopt.py",
    ("docs/audit.md", "sh"): "tests/unit/cli/test_audit.py",
    ("docs/audit.md", "text"): "tests/unit/cli/test_audit.py",
    ("docs/aws.md", "sh"): "tests/unit/cli/test_import.py",
    ("docs/aws.md", "text"): "tests/oracles/test_suricata_others.py",
    ("docs/aws.md", "yaml"): "tests/unit/repository/test_docs_environments.py",
    ("docs/azure.md", "sh"): "tests/unit/cli/test_import_azure.py",
    ("docs/azure.md", "yaml"): "tests/unit/repository/test_docs_environments.py",
    ("docs/configuration.md", "yaml"): HERE,
    ("docs/deploy.md", "sh"): Shown(
        "it deploys whatever the reader has; the tests deploy the examples"
    ),
    ("docs/drift.md", "sh"): "tests/engine/test_drift.py",
    ("docs/drift.md", "text"): "tests/unit/guardrails/test_drift.py",
    ("docs/examples/README.md", "python"): HERE,
    ("docs/examples/README.md", "yaml"): HERE,
    ("docs/fleet.md", "sh"): "tests/engine/test_languages.py",
    ("docs/fleet.md", "yaml"): HERE,
    ("docs/guardrails.md", "json"): "tests/unit/guardrails/test_guardrails.py",
    ("docs/permissions.md", "json"): "tests/unit/tools/test_permissions_page.py",
    ("docs/preview.md", "yaml"): HERE,
    ("docs/pull-requests.md", "yaml"): HERE,
    ("docs/pull-requests.md", "text"): HERE,
    ("docs/installation-configuration.md", "sh"): Shown(
        "it fetches from a package index; its form is checked"
    ),
    ("docs/release.md", "sh"): Shown(
        "it publishes; only an organization of Pulumi Cloud can run it"
    ),
    ("docs/remove.md", "text"): Shown("what the engine says of a protected resource"),
    ("docs/remove.md", "yaml"): HERE,
    ("docs/guardrails.md", "sh"): Shown(
        "it fetches from a package index; tests/engine/test_policy_pack.py runs the pack"
    ),
    ("docs/start.md", "powershell"): HERE,
    ("docs/tutorial.md", "sh"): "tests/unit/repository/test_docs_complete.py",
    ("docs/tutorial.md", "yaml"): "tests/unit/repository/test_docs_complete.py",
}
"""Who runs the blocks of a page and a language: a test file that names the page."""


def blocks(page: str, language: str) -> list[str]:
    """The blocks of a page in one language, without the indent of a list that they stand in."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return [
        "".join(line.removeprefix(indent) for line in body.splitlines(keepends=True))
        for indent, found, body in BLOCK.findall(text)
        if found == language
    ]


def claim(page: str, language: str) -> str | Shown | None:
    """Who runs such a block: as the table says, else the one test file that names the page."""
    name = page.rpartition("/")[2]
    known = OF_EVERY_PAGE.get(language) or CLAIMS.get((page, language))
    if known is None and name != "README.md":
        naming = (
            path.relative_to(ROOT).as_posix()
            for path in sorted((ROOT / "tests").rglob("test_*.py"))
            if f'"{name}"' in path.read_text(encoding="utf-8")
        )
        known = next(naming, None)
    return known


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_block_is_run_or_says_why_not(page: Path) -> None:
    """A new block needs a test that runs it, or a line in `CLAIMS` that says why nothing does."""
    where = page.relative_to(ROOT).as_posix()
    text = page.read_text(encoding="utf-8")
    languages = {language for _, language, _ in BLOCK.findall(text)}

    assert 2 * len(BLOCK.findall(text)) == len(re.findall(r"^ *```", text, re.MULTILINE))
    assert set() == {language for language in languages if claim(where, language) is None}


@pytest.mark.parametrize(("page", "language"), sorted(CLAIMS))
def test_a_claim_is_true(page: str, language: str) -> None:
    """The page has such a block, and the test file that is named reads the page."""
    made = CLAIMS[page, language]
    assert blocks(page, language)
    if isinstance(made, str):
        text = (ROOT / made).read_text(encoding="utf-8")
        assert page.rpartition("/")[2].removesuffix(".md") in text


def test_the_readme_shows_what_others_run() -> None:
    """Its settings are an example's, and its commands, in their order, those of the start page."""
    (settings,) = blocks("README.md", "yaml")
    example = ROOT / "docs/examples/settings/Pulumi.aws-policy.yaml"
    (commands,) = blocks("README.md", "sh")
    start = iter("".join(blocks("docs/start.md", "sh")).splitlines())

    assert yaml.safe_load(example.read_text(encoding="utf-8")) == yaml.safe_load(settings)
    assert [] == [command for command in commands.splitlines() if command not in start]


def test_powershell_has_the_commands_of_the_shell() -> None:
    """Only how a virtual environment is made and which extras are installed differ, and `&&` is no word there."""
    (windows,) = blocks("docs/start.md", "powershell")
    shell = "".join(blocks("docs/start.md", "sh")).splitlines()
    differ = ("mkdir ", "py ", "pip ")

    assert "&&" not in windows
    assert [] == [
        line for line in windows.splitlines() if line not in shell and not line.startswith(differ)
    ]


Check = Callable[[dict[str, Any]], tuple[int, str]]


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """Checks the shortest example with more settings: the exit status, and what `check` says."""
    (tmp_path / "config").mkdir()
    shutil.copytree(ROOT / "config" / "endpoints", tmp_path / "config" / "endpoints")
    example = ROOT / "docs/examples/settings/Pulumi.aws-policy.yaml"

    def checked(more: dict[str, Any]) -> tuple[int, str]:
        settings = yaml.safe_load(example.read_text(encoding="utf-8"))
        settings["config"].update(more)
        (tmp_path / "config" / "Pulumi.mine.yaml").write_text(yaml.safe_dump(settings))
        arguments = ["check", "--project", str(tmp_path), "--today", DAY]
        done = CliRunner().invoke(main, arguments)
        return done.exit_code, done.output

    return checked


@pytest.mark.parametrize("block", blocks("docs/preview.md", "yaml"))
def test_settings_of_the_preview_are_taken(block: str, check: Check) -> None:
    """Whoever copies a block into a settings file has settings that `check` reads."""
    more = yaml.safe_load(block)
    assert (0, "exact") == (check(more)[0], check(more)[1].split()[2].rstrip(","))
    (name,) = more
    assert 2 == check({name: 1})[0]


def merged(first: Any, second: Any) -> Any:
    """Settings with those of a second file over them, at any depth."""
    if not (isinstance(first, dict) and isinstance(second, dict)):
        return second
    return {**first, **{key: merged(first.get(key), value) for key, value in second.items()}}


def test_the_first_step_of_a_removal_is_settings(check: Check) -> None:
    """Over those of `prod` they are read, without a word about a key or a value."""
    (block,) = blocks("docs/remove.md", "yaml")
    prod = yaml.safe_load((ROOT / "config/Pulumi.prod.yaml").read_text(encoding="utf-8"))
    status, said = check(merged(prod, yaml.safe_load(block))["config"])
    assert status in {0, 1}, said
    status, said = check(
        merged(prod, yaml.safe_load(block.replace("attached", "atached")))["config"]
    )
    assert (2, True) == (status, "did you mean 'attached'?" in said)


def test_the_endpoint_list_is_one(check: Check, tmp_path: Path) -> None:
    """The list of the page is read, and its entry becomes a rule; without its pattern it is refused."""
    (block,) = blocks("docs/configuration.md", "yaml")
    path = tmp_path / "config" / "endpoints" / "ours.yaml"
    path.write_text(block)
    assert 0 == check({"wsus-egress:lists": ["ours"]})[0]
    arguments = ["explain", "--project", str(tmp_path), "https://a.example.com/"]
    assert "policy: allow" in CliRunner().invoke(main, arguments).output

    path.write_text(block.replace("pattern", "patern"))
    status, said = check({"wsus-egress:lists": ["ours"]})
    assert (2, True) == (status, "did you mean 'pattern'?" in said)


def test_what_a_component_may_accept_is_all_that_there_is(check: Check) -> None:
    """Both forms of the page are one; with them the path without names passes, without them it does not."""
    python, text = (
        next(
            block
            for block in blocks("docs/examples/README.md", kind)
            if re.search(r"^accept\b", block, re.MULTILINE)
        )
        for kind in ("python", "yaml")
    )
    made: dict[str, Any] = {}
    exec(python, made)  # noqa: S102 - the page's own block
    accept = yaml.safe_load(text)["accept"]
    assert made["accept"] == accept

    aws = {"wsus-egress:aws": {"vpcId": "vpc-0a1b2c3d4e5f60718"}}
    assert 1 == check(aws)[0]
    status, said = check({**aws, "wsus-egress:accept": accept})
    assert (0, "wider") == (status, said.split()[2].rstrip(","))


@pytest.mark.parametrize(
    ("page", "number", "schema"),
    [
        ("pull-requests", 0, "vendor.github-workflows"),
        ("pull-requests", 1, "vendor.gitlab-ci"),
        ("fleet", 0, "vendor.github-workflows"),
    ],
)
def test_jobs_are_jobs(page: str, number: int, schema: str, tmp_path: Path) -> None:
    """The platforms' own schemas take them; with a misspelt key they do not."""
    block = blocks(f"docs/{page}.md", "yaml")[number]
    verdicts = []
    for text in (block, block.replace("runs-on", "run-on").replace("remote", "remot")):
        (tmp_path / "job.yml").write_text(text)
        command = ["check-jsonschema", "--builtin-schema", schema, str(tmp_path / "job.yml")]
        verdicts.append(subprocess.run(command, capture_output=True, check=False).returncode)
    assert [0, 1] == verdicts


def test_what_has_owners_exists() -> None:
    """Each line of the CODEOWNERS names something of the project, and an owner."""
    (block,) = blocks("docs/pull-requests.md", "text")
    lines = [line.split() for line in block.splitlines() if not line.startswith("#")]
    assert lines
    assert [] == [path for path, _ in lines if not (ROOT / path.strip("/")).exists()]
    assert all(owner.startswith("@") for _, owner in lines)


def test_files_of_the_contributing_page_exist() -> None:
    """Whoever runs one test as the page says finds it."""
    (block,) = blocks("CONTRIBUTING.md", "sh")
    named = re.findall(r"\b(?:tests|tools)/[\w/.]+", block)
    assert len(named) >= 3
    assert [] == [name for name in named if not (ROOT / name).exists()]
