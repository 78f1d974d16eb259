"""`lists`: which endpoint lists settings can name, and a copy of one of the package's."""

from __future__ import annotations

import csv
import datetime
import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml
from click.testing import CliRunner
from paths import ROOT
from sample import GOOD_LIST

from wsus_egress.cli.main import main
from wsus_egress.cli.output import cell
from wsus_egress.config.lists import shipped_lists


def run(*arguments: str) -> tuple[int, str]:
    """The exit status, and what the command prints."""
    result = CliRunner().invoke(main, ["lists", *arguments])
    return result.exit_code, result.output


def test_the_lists_of_the_package_and_the_projects_own(tmp_path: Path) -> None:
    """Each with what it is for, and where it is from; one that is used instead says so."""
    (tmp_path / "endpoints").mkdir()
    for name in ("mine", "wsus"):
        (tmp_path / "endpoints" / f"{name}.yaml").write_text(GOOD_LIST, encoding="utf-8")
    status, text = run("--project", str(tmp_path), "--today", "2026-11-24")
    rows = {line.split()[0]: re.split("  +", line)[1:] for line in text.splitlines()}

    assert (0, 12) == (status, len(rows))
    assert [
        "1 endpoint", "A list", "sources of 2026-11-01, 23 days old", "endpoints/mine.yaml"
    ] == rows["mine"]  # fmt: skip
    assert "endpoints/wsus.yaml, instead of the package's" == rows["wsus"][-1]
    assert ["The reference page's list", "from the package"] == rows["wsus-reference"][1::2]
    assert ["0 endpoints and automatic-updates", "no sources of its own"] == rows["update-manager"][
        ::2
    ]


def test_in_the_packages_own_repository_they_are_files() -> None:
    """There none is used instead of another."""
    _, text = run("--project", str(ROOT))

    assert text.splitlines()[-1].endswith("  config/endpoints/wsus.yaml")


def test_a_list_is_printed_to_be_copied(tmp_path: Path) -> None:
    """All of it but the path to a schema, which a copy would not find; a project's own does not count."""
    (tmp_path / "endpoints").mkdir()
    (tmp_path / "endpoints" / "wsus.yaml").write_text("", encoding="utf-8")
    status, text = run("wsus", "--project", str(tmp_path))
    original = (shipped_lists() / "wsus.yaml").read_text(encoding="utf-8")

    assert (0, yaml.safe_load(original)) == (status, yaml.safe_load(text))
    assert ("", text) == (original.removesuffix(text).partition("\n")[2], text)


def test_a_list_that_is_none(tmp_path: Path) -> None:
    """An unknown name and a broken own list end in a sentence."""
    assert (2, True) == ((said := run("wsu"))[0], said[1].startswith("the package has no list 'wsu'; the choices are automatic-updates,"))  # fmt: skip
    (tmp_path / "endpoints").mkdir()
    (tmp_path / "endpoints" / "mine.yaml").write_text("title: 7\n", encoding="utf-8")
    status, text = run("--project", str(tmp_path))

    assert (2, True) == (status, text.startswith("endpoints/mine.yaml:1: "))


LIST = """\
title: A list
includes: [wsus-reference]
endpoints:
  - {pattern: "*.a.example.com", schemes: [http, https], purpose: P, source: S, date: 2026-11-01}
  - {pattern: b.example.com, schemes: [https], purpose: P, source: S, date: 2026-11-01}
"""


@pytest.fixture
def project(tmp_path: Path) -> str:
    """A project with a list `mine`."""
    (tmp_path / "endpoints").mkdir()
    (tmp_path / "endpoints" / "mine.yaml").write_text(LIST, encoding="utf-8")
    return str(tmp_path)


def test_lists_for_other_programs(project: str) -> None:
    """What each form says is what the list says: a domain itself is not below it."""

    def exported(form: str) -> str:
        status, text = run("export", "mine", "--project", project, "--format", form)
        assert 0 == status
        return text

    data = json.loads(exported("json"))
    jsonschema.validate(
        data, json.loads((ROOT / "components/wsus_egress/schemas/lists.json").read_text())
    )
    (one,) = data["lists"]
    assert (11, ["wsus-reference"], "wsus-reference") == (
        len(one["endpoints"]),
        one["includes"],
        one["endpoints"][-1]["list"],
    )
    assert {"*.a.example.com", "b.example.com"} <= set(exported("text").splitlines())
    assert {"*.a.example.com/", "b.example.com/"} <= set(exported("edl").splitlines())
    squid = exported("squid").splitlines()
    assert r"acl https_mine_below dstdom_regex -i \.a\.example\.com$" in squid
    assert "acl https_mine dstdomain b.example.com" in squid
    assert "acl http_mine dstdomain b.example.com" not in squid
    rows = list(csv.DictReader(exported("csv").splitlines()))
    assert {("b.example.com", "443")} == {
        (row["pattern"], row["port"]) for row in rows if row["pattern"] == "b.example.com"
    }
    assert len(json.loads(run("export", "--project", project)[1])["lists"]) == 12


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_no_cell_is_a_formula(project: str, start: str) -> None:
    """A spreadsheet runs a cell that begins so: what a colleague's list says of its source is text."""
    formula = f"{start}1+cmd|' /C calc'!A0"
    entry = {
        "pattern": "b.example.com",
        "schemes": ["https"],
        "purpose": formula,
        "source": formula,
    }
    path = Path(project) / "endpoints" / "mine.yaml"
    path.write_text(
        yaml.safe_dump(
            {"title": "A list", "endpoints": [{**entry, "date": datetime.date(2026, 11, 1)}]}
        )
    )
    status, text = run("export", "mine", "--project", project, "--format", "csv")
    (row,) = csv.DictReader(text.splitlines())
    assert (0, f"'{formula}", f"'{formula}") == (status, row["purpose"], row["source"])
    assert ["\\u0009=1", "\\u000d=1"] == [cell("\t=1"), cell("\r=1")]


PAGE = """\
# Endpoints, see [the docs](https://docs.example.org/page.md "title")
<script>var x = "script.example.com"</script>
| `https://*.a.example.com` | https://c.example.com:443/path |
| <td>kv*.a.example.com</td> | http://b.example.com |
Run setup.exe; \\*.update.microsoft.com&#46;
[1]: https://link.example.org
"""


def test_a_page_beside_a_list(project: str, tmp_path: Path) -> None:
    """What only one of them has; where links lead and names of files are no hosts."""
    page = tmp_path / "page.md"
    page.write_text(PAGE, encoding="utf-8")
    status, text = run("compare", "mine", str(page), "--project", project)
    lines = text.splitlines()
    assert (1, f"mine beside {page}:") == (status, lines[0])
    assert [
        "  + c.example.com by https: the list lacks it",
        "  ~ b.example.com: the list does not have it by http",
        "  ? kv*.a.example.com: not a pattern; look for the hosts that are meant",
    ] == lines[1:4]
    assert "  - download.microsoft.com: only in the list" in lines
    assert not [
        line for line in lines if "example.org" in line or "setup.exe" in line or "script" in line
    ]

    assert (0, "mine beside mine:\n  no difference\n") == run(
        "compare", "mine", "mine", "--project", project
    )
    assert 2 == run("compare", "mine", str(tmp_path / "absent"), "--project", project)[0]
    status, text = run("compare", "mine", "", "--project", project)
    assert (2, True) == (status, "'' is not a path; name a file" in text)
    assert 2 == run("compare", "absent", "mine", "--project", project)[0]
    assert 2 == run("export", "absent", "--project", project)[0]


def test_the_names_of_an_environment_for_its_proxy(tmp_path: Path) -> None:
    """Its lists and its own entries, by the schemes that count there; none where every name is admitted."""
    (tmp_path / "config").mkdir()
    settings = """config:
  wsus-egress:lists: [wsus-reference]
  wsus-egress:extraEndpoints:
    - {pattern: mirror.example.com, schemes: [https], owner: team, reason: Files}
  wsus-egress:servers:
    - {name: head, addresses: [10.24.0.10], proxy: {address: 10.24.9.5, port: 3128}}
  wsus-egress:aws: {vpcId: vpc-0aaaaaaaaaaaaaaab}
"""
    file = tmp_path / "config" / "Pulumi.prod.yaml"
    file.write_text(settings, encoding="utf-8")
    project = ("--project", str(tmp_path))

    status, squid = run("export", "--env", "prod", "--format", "squid", *project)
    assert 0 == status
    assert "acl https_prod dstdomain mirror.example.com\n" in squid
    assert "acl http_prod dstdomain mirror.example.com" not in squid
    assert "acl http_prod_below dstdom_regex -i \\.windowsupdate\\.com$\n" in squid
    status, text = run("export", "--env", "prod", "--format", "json", *project)
    (one,) = json.loads(text)["lists"]
    assert "prod" == one["name"]
    assert "extra" in {each["list"] for each in one["endpoints"]}

    assert 2 == run("export", "--env", "test", *project)[0]
    status, said = run("export", "wsus", "--env", "prod", *project)
    assert (2, True) == (status, "wsus is a list, and --env prints an environment's names" in said)
    file.write_text(
        settings.replace("config:", "config:\n  wsus-egress:mode: open", 1), encoding="utf-8"
    )
    status, said = run("export", "--env", "prod", *project)
    assert (2, True) == (status, "prod has the mode open, which admits every name" in said)
