"""The HTML report: what its tables say, what it embeds, and how it is written."""

from __future__ import annotations

import base64
import datetime
import hashlib
import html.parser
import json
import re
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from acceptances import NAMELESS, NAMES, accepted
from click.testing import Result
from paths import ROOT

from wsus_egress.cli.report import as_html
from wsus_egress.cli.report.lookup import Names
from wsus_egress.cli.report.topology import Box, draw
from wsus_egress.review.analysis import Analysis, analyse
from wsus_egress.review.askers import askers, known_hosts
from wsus_egress.review.comparison import without_base
from wsus_egress.review.events import EngineReport, Step

Write = Callable[..., Path]
Run = Callable[..., Result]

LIST = "config/endpoints/good.yaml"
CONFIG = "config/Pulumi.x.yaml"
TODAY = datetime.date(2026, 11, 24)


class Reader(html.parser.HTMLParser):
    """Collects a page's elements and the text in them."""

    def __init__(self) -> None:
        """Begin with nothing."""
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self._open = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.elements.append((tag, dict(attrs)))
        self._open = tag

    def handle_data(self, data: str) -> None:
        """Note a text."""
        self.texts.setdefault(self._open, []).append(data)


def read(page: str) -> Reader:
    """A page's elements."""
    reader = Reader()
    reader.feed(page)
    return reader


@pytest.fixture(scope="module")
def shipped() -> tuple[Analysis, ...]:
    """The shipped environments, proved."""
    root = ROOT
    return analyse(root, (), TODAY, each_control=True)


@pytest.fixture(scope="module")
def page(shipped: tuple[Analysis, ...]) -> str:
    """Their page."""
    return as_html.render(without_base(shipped, TODAY))


def test_the_page_loads_nothing(page: str) -> None:
    """No element fetches anything, and the only links are references that a reader follows."""
    loading = {"src", "srcset", "data", "poster", "action", "background", "xlink:href", "style"}
    found = [(tag, name) for tag, attributes in read(page).elements for name in attributes
             if name in loading or name.startswith("on") or (name == "href" and tag != "a")]  # fmt: skip
    tags = {tag for tag, _ in read(page).elements}
    assert ([], set()) == (found, tags & {"link", "img", "iframe", "object", "embed", "base"})


def test_the_policy_names_just_its_own_script_and_style(page: str) -> None:
    """The hashes in the Content Security Policy are those of the script and style that are there."""
    policy = next(
        attributes["content"] for tag, attributes in read(page).elements
        if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"
    )  # fmt: skip

    def hashed(pattern: str) -> str:
        (text,) = re.findall(pattern, page, re.DOTALL)
        return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()

    expected = (
        f"default-src 'none'; script-src '{hashed('<script>(.*?)</script>')}'; "
        f"style-src '{hashed('<style>(.*?)</style>')}'; base-uri 'none'; form-action 'none'"
    )
    assert expected == policy


def test_the_same_input_is_the_same_page(page: str, shipped: tuple[Analysis, ...]) -> None:
    """Nothing in it comes from a clock, an order of sets or a random number."""
    assert as_html.render(without_base(shipped, TODAY)) == page


def test_every_value_is_escaped(write: Write, today: datetime.date) -> None:
    """A purpose or a source that is HTML stays text, in the markup and in the data."""
    evil = "</script><script>alert(1)</script><img src=x onerror=alert(1)>"
    project = write((LIST, "A page", f"'{evil}'"), (LIST, "purpose: Files", f"purpose: '{evil}'"))
    found = as_html.render(without_base(analyse(project, (), today, each_control=True), today))
    assert (2, False) == (found.count("<script"), "<img" in found)
    assert "&lt;/script&gt;&lt;script&gt;alert(1)" in found


def test_the_data_say_whose_endpoint_it_is(shipped: tuple[Analysis, ...]) -> None:
    """Every listed endpoint of every environment is in the data, with its list and source."""
    data = as_html.data(shipped)
    expected = {
        each.environment.name: [
            (e.pattern.text, e.list, e.source)
            for e in each.environment.policy.endpoints
            if each.environment.policy.mode == "restricted"
        ]
        for each in shipped
    }
    found: dict[str, Any] = {}
    for environment in data["environments"]:
        rows = [data["endpoints"][number] for number in environment["endpoints"]]
        found[environment["environment"]] = [(row[0], row[2], row[4]) for row in rows]
    assert expected == found


def test_the_data_know_what_a_rule_admits_besides(shipped: tuple[Analysis, ...]) -> None:
    """Names that DNS Firewall resolves besides the policy's are classes of their own."""
    (prod,) = (each for each in shipped if each.environment.name == "prod")
    assert "eu-west-1.amazonaws.com" in known_hosts(prod, askers(prod))


def test_a_class_of_names_has_a_name_that_is_in_no_closer_one() -> None:
    """The name below a host is not below another known one, and the rest is below none."""
    hosts = {"example.com", "a.example.com", "b.a.example.com", "a"}
    names = Names.of(hosts)
    expected = ("a", "a.a", "a.example.com", "a.a.example.com", "b.a.example.com",
                "a.b.a.example.com", "example.com", "b.example.com", "b")  # fmt: skip
    assert expected == names.witnesses


def test_below_the_longest_name_there_is_none() -> None:
    """A class of names that would be longer than DNS allows is left empty."""
    longest = ".".join(["a" * 63] * 3 + ["a" * 61])
    shorter = ".".join(["a" * 63] * 3 + ["a" * 59])
    assert (longest, None) == Names.of({longest}).witnesses[:2]
    assert f"a.{shorter}" == Names.of({shorter}).witnesses[1]


def test_the_data_have_international_names_as_lists_do(write: Write, today: datetime.date) -> None:
    """A listed `bücher.example` is in the data in ASCII, and no table of letters goes with it."""
    entry = (
        "  - {pattern: bücher.example, schemes: [http], purpose: x, source: x, date: 2026-11-01}\n"
    )
    project = write((LIST, "", entry))
    data = as_html.data(analyse(project, (), today, each_control=True))
    tables = (
        "version",
        "environments",
        "hosts",
        "endpoints",
        "tables",
        "columns",
        "answers",
        "deciding",
    )
    assert ("xn--bcher-kva.example" in data["hosts"][0], tables) == (True, tuple(data))


@pytest.mark.parametrize("name", ["dev", "open", "prod", "sandbox", "staging"])
def test_boxes_of_the_picture_stand_apart(shipped: tuple[Analysis, ...], name: str) -> None:
    """No box covers another one, all but lanes, and all are inside the picture."""
    (analysis,) = (each for each in shipped if each.environment.name == name)
    picture = draw(analysis)
    boxes = [box for box in picture.boxes if box.kind != "lane"]

    def apart(one: Box, other: Box) -> bool:
        across = one.right <= other.x or other.right <= one.x
        return across or one.y + one.height <= other.y or other.y + other.height <= one.y

    assert all(apart(a, b) for i, a in enumerate(boxes) for b in boxes[:i])
    assert all(b.right <= picture.width and b.y + b.height <= picture.height for b in boxes)
    parties = {party.name for party in analysis.environment.policy.parties}
    assert parties == {box.title for box in boxes if box.kind in ("server", "client")}


def test_who_is_not_enforced_here_is_drawn_so(shipped: tuple[Analysis, ...], write: Write,
                                              today: datetime.date) -> None:  # fmt: skip
    """A server elsewhere that asks Microsoft Update has an arrow of its own kind; others do not."""
    extra = "    - {name: far, location: elsewhere, addresses: [10.9.0.1]}\n"
    project = write((CONFIG, "  wsus-egress:aws:", f"{extra}  wsus-egress:aws:"))
    (analysis,) = analyse(project, (), today, each_control=True)
    kinds = {arrow.kind for arrow in draw(analysis).arrows}
    others = {arrow.kind for each in shipped for arrow in draw(each).arrows}
    assert ({"internet", "unenforced"}, {"internet", "synchronization"}) == (kinds, others)


def test_report_writes_a_page(root: Path, run: Run, tmp_path: Path) -> None:
    """Exit status 0, nothing printed, and a file that others may read as any new file."""
    place = tmp_path / "report.html"
    result = run("report", root, "--env", "dev", "--today", "2026-11-24", "-o", str(place))
    (tmp_path / "other").touch()
    modes = {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("report.html", "other")}
    assert (0, "", 1) == (result.exit_code, result.output, len(modes))
    assert place.read_text().startswith("<!DOCTYPE html>")
    assert ["other", "report.html"] == sorted(path.name for path in tmp_path.iterdir())


def test_report_fails_where_check_does(write: Write, run: Run, tmp_path: Path) -> None:
    """Exit status 1 and the page, which names the finding."""
    place = tmp_path / "report.html"
    result = run("report", write(), "--today", "2026-11-24", "-o", str(place))
    assert (1, True) == (
        result.exit_code,
        "1 environment, 1 target: 2 findings to resolve." in place.read_text(),
    )


def test_report_of_a_broken_project_writes_nothing(write: Write, run: Run, tmp_path: Path) -> None:
    """Exit status 2, the problem, and what was there before is still there."""
    place = tmp_path / "report.html"
    place.write_text("before")
    result = run("report", write((LIST, "*.example.com", "*")), "-o", str(place))
    assert (2, "before") == (result.exit_code, place.read_text())
    assert "is every name" in result.output


def test_a_place_that_cannot_be_written(root: Path, run: Run, tmp_path: Path) -> None:
    """Exit status 2, what is wrong with the place, and no part of the page."""
    place = tmp_path / "none" / "report.html"
    result = run("report", root, "--env", "dev", "--today", "2026-11-24", "-o", str(place))
    error = f"{place} cannot be written (no such file or directory); name another file\n"
    assert (2, error, []) == (result.exit_code, result.output, list(tmp_path.iterdir()))


def test_preview_prints_the_same_page(root: Path, run: Run, tmp_path: Path) -> None:
    """`preview --format html` and `report` are one page."""
    place = tmp_path / "report.html"
    options = ("--env", "dev", "--today", "2026-11-24")
    run("report", root, *options, "-o", str(place))
    assert place.read_text() == run("preview", root, *options, "--format", "html").stdout


@pytest.fixture
def changed(write: Write) -> Path:
    """A project of which the last commit has fewer names, and one that is gone now."""
    project = write((CONFIG, "", accepted(NAMES, NAMELESS)))
    git = ("git", "-C", str(project), "-c", "user.name=x", "-c", "user.email=x@example.com")
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "base"]):
        subprocess.run([*git, *command], check=True)
    entry = "  - {pattern: new.example.org, schemes: [https], purpose: '<b>New</b>', source: x, date: 2026-11-01}\n"
    text = (project / LIST).read_text().replace("*.example.com", "*.a.example.com")
    (project / LIST).write_text(text + entry)
    return project


def test_a_change_is_on_the_page(changed: Path, run: Run, tmp_path: Path) -> None:
    """What is newly allowed comes first, with who approved it or that nobody did; then what is not."""
    place = tmp_path / "report.html"
    result = run("report", changed, "--base", "HEAD", "--today", "2026-11-24", "-o", str(place))
    page = place.read_text()
    opened, closed = (
        page.index(f"<h3>{title}</h3>") for title in ("Newly allowed", "No longer allowed")
    )
    assert 1 == result.exit_code
    assert "<code>new.example.org</code>" in page[opened:closed]
    assert "not approved</span>" in page[opened:closed]
    assert "&lt;b&gt;New&lt;/b&gt;" in page[opened:closed]
    assert "<code>*.example.com</code>" in page[closed:]
    assert ("Against <code>HEAD</code>", False) == (
        re.findall("Against <code>[^<]*</code>", page)[0], "<b>New" in page)  # fmt: skip


def test_without_a_base_there_are_no_changes(page: str) -> None:
    """The section is there only where something is compared."""
    assert 'id="changes"' not in page


def test_what_the_engine_does_is_on_the_page(shipped: tuple[Analysis, ...]) -> None:
    """A replacement of a rule group is marked as the risk that it is."""
    step = Step("replace", "aws:networkfirewall/ruleGroup:RuleGroup", "<i>x</i>", ("capacity",))
    report = EngineReport((step,), (), ("A warning",), (("replace", 1),), ended=True)
    page = as_html.render(without_base(shipped, TODAY), report)
    found = page[page.index("What the engine will do") :].partition("</section>")[0]
    assert "risk: replaces a rule group" in found
    assert (True, True) == ("&lt;i&gt;x&lt;/i&gt;" in found, "A warning" in found)


def test_the_data_are_json(page: str) -> None:
    """What the page carries is JSON that a program can read, with its version."""
    (text,) = re.findall('<script id="data" type="application/json">(.*?)</script>', page)
    assert json.loads(text)["version"] == as_html.VERSION
