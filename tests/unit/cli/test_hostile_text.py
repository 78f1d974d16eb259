"""Text from outside is data in every output: one table of hostile texts, put wherever somebody else writes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import foreign as f
import pytest
from click.testing import CliRunner, Result
from gitproject import GitProject, preview
from hostile import CONTROLS, FREE, TEXTS, is_safe
from markdown_it import MarkdownIt
from refresh_events import events as events_of
from refresh_events import stack_of
from sample import VPC

from wsus_egress.cli.main import main
from wsus_egress.problems import PolicyErrors, Problem, visible

FORMATS = ("text", "markdown", "json", "html", "sarif", "junit")
DAY = "2026-11-24"
# Every text at once: a run costs as much as one of them.
FREELY = " ".join(FREE)[:490]
ANY = " ".join(TEXTS)


def yaml(value: Any) -> str:
    """JSON that YAML reads too: it knows no pairs of surrogates."""
    pairs = re.compile(r"\\ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}")
    return pairs.sub(lambda found: str(json.loads(f'"{found[0]}"')), json.dumps(value))


def settings(text: str, **more: Any) -> str:
    """A stack's file with a text wherever the settings take one."""
    extra = {"pattern": "*.example.com", "schemes": ["https"], "owner": text, "reason": text}
    entry = {"reason": text, "expires": "2027-06-30"}
    config = {
        "wsus-egress:lists": ["own"],
        "wsus-egress:servers": [{"name": "one", "addresses": ["10.20.0.10"]}],
        "wsus-egress:aws": {"vpcId": VPC},
        "wsus-egress:extraEndpoints": [extra],
        "wsus-egress:accept": [{"what": "aws/aws-security-group/wider/names", **entry}],
        "wsus-egress:approved": [{"what": "*.example.com", "owner": text, **entry}],
        **more,
    }
    return yaml({"config": config})


def own_list(text: str, pattern: str) -> str:
    """An endpoint list with a text wherever it takes one."""
    entry = {"pattern": pattern, "schemes": ["https"], "purpose": text, "source": text, "date": "2026-11-01"}  # fmt: skip
    return yaml({"title": text, "endpoints": [entry]})


def changed(folder: Path) -> GitProject:
    """A project in which an endpoint of its own list comes, and one that somebody answers for."""
    files = {
        "Pulumi.yaml": "name: wsus-egress\nruntime: python\nstackConfigDir: config\n",
        "config/Pulumi.x.yaml": settings("as it was", **{"wsus-egress:extraEndpoints": []}),
        "config/endpoints/own.yaml": own_list("as it was", "a.example.com"),
    }
    project = GitProject.make(folder, files)
    project.write({
        "config/Pulumi.x.yaml": settings(FREELY),
        "config/endpoints/own.yaml": own_list(FREELY, "b.example.com"),
    })  # fmt: skip
    return project


@pytest.fixture
def project(tmp_path: Path) -> GitProject:
    """A change that is full of hostile texts."""
    return changed(tmp_path)


def run(*arguments: str | Path, given: str | bytes = "") -> Result:
    """Run the command line."""
    result = CliRunner().invoke(main, [*map(str, arguments)], input=given)
    if result.exception is not None:
        assert isinstance(result.exception, SystemExit), result.exception
    return result


def events(text: str) -> str:
    """What an engine, its providers and policy packs may write."""
    urn = f"urn:pulumi:x::p::t::{text}"
    policy = {"policyName": text, "enforcementLevel": text, "resourceUrn": urn, "message": text}
    return json.dumps({
        "policyEvent": policy,
        "diagnosticEvent": {"severity": "error", "message": text},
        "resourcePreEvent": {"metadata": {"op": "update", "type": text, "urn": urn, "keys": [text]}},
        "summaryEvent": {"resourceChanges": {text: 1}},
    })  # fmt: skip


class _Elements(HTMLParser):
    """The elements of a page, by how many there are."""

    def __init__(self) -> None:
        super().__init__()
        self.counts: dict[str, int] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self.counts[tag] = self.counts.get(tag, 0) + 1


def sound(form: str, text: str) -> None:
    """A page of one format is valid, and shows all that is in it."""
    assert is_safe(text)
    if form in {"json", "sarif"}:
        json.loads(text)
    elif form == "junit":
        root = ET.fromstring(text)  # noqa: S314 - the project's own
        assert all(is_safe(value) for each in root.iter() for value in (*each.attrib.values(), each.text or ""))  # fmt: skip
    elif form == "markdown":
        tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(text)
        inside = [part for token in tokens for part in token.children or ()]
        assert not {"link_open", "image", "em_open", "strong_open"} & {
            part.type for part in inside if "example" in part.content
        }
        # GitHub makes neither mentions nor links of what is code.
        assert "@everyone" not in re.sub("<code>.*?</code>", "", text)
        assert "<script" not in text
        assert "](http" not in text
    elif form == "html":
        page = _Elements()
        page.feed(text)
        assert {"script": 2} == {"script": page.counts["script"]}


@pytest.mark.parametrize("form", FORMATS)
def test_a_change_and_what_the_engine_says(project: GitProject, form: str) -> None:
    """Purposes, sources, owners, reasons, and every word of the engine."""
    (project.root / "events").write_text(events(ANY), encoding="utf-8")
    told = ("--format", form, "--pulumi-events", str(project.root / "events"))
    result = preview(project.root, *told)
    assert (1, "") == (result.exit_code, result.stderr), result.stderr
    sound(form, result.stdout)


@pytest.mark.parametrize("form", FORMATS)
def test_what_stands(project: GitProject, form: str) -> None:
    """The same without a base, where the whole policy is shown."""
    result = run("preview", "--project", project.root, "--today", DAY, "--format", form)
    assert (0, "") == (result.exit_code, result.stderr), result.stderr
    sound(form, result.stdout)


def test_the_report_shows_what_its_script_reads(project: GitProject) -> None:
    """The table of endpoints is made by the page's script: its texts are escaped before."""
    page = project.root / "page.html"
    assert 1 == run("report", "--project", project.root, "--today", DAY, "-o", page).exit_code
    text = page.read_text(encoding="utf-8")
    sound("html", text)
    data = json.loads(text.partition('type="application/json">')[2].partition("</script>")[0])
    assert visible(FREELY) in json.dumps(data["endpoints"], ensure_ascii=False).replace(
        "\\\\", "\\"
    )


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_check(project: GitProject, form: str) -> None:
    """An acceptance's reason is shown."""
    result = run("check", "--project", project.root, "--today", DAY, "--format", form)
    sound(form, result.stdout)


def test_lists(project: GitProject) -> None:
    """Titles in the table, purposes and sources in what other programs read."""
    place = ("--project", project.root)
    sound("text", run("lists", *place, "--today", DAY).stdout)
    for form in ("text", "edl", "squid", "csv"):
        sound("text", run("lists", "export", "own", *place, "--format", form).stdout)
    exported = run("lists", "export", "own", *place).stdout
    sound("json", exported)
    assert FREELY == json.loads(exported)["lists"][0]["title"]


def test_a_page_that_is_compared(tmp_path: Path) -> None:
    """A page's hosts, and its own name."""
    for number, text in enumerate(TEXTS):
        page = tmp_path / f"page{number}{text.replace('/', '-').replace(chr(0), '')}"
        page.write_text(f"`{text}.example.com` and https://{text}.example.com/", encoding="utf-8")
        result = run("lists", "compare", "wsus", page, "--project", tmp_path)
        assert result.exit_code in {0, 1}
        assert is_safe(result.stdout)


def wrong(text: str) -> tuple[Mapping[str, str], ...]:
    """Projects with a text where it has no business."""
    good = {"config/Pulumi.x.yaml": settings("a reason"), "config/endpoints/own.yaml": own_list("a purpose", "a.example.com")}  # fmt: skip
    named = {"wsus-egress:servers": [{"name": text, "addresses": [text], "location": text}]}
    network = {"wsus-egress:aws": {"vpcId": text, text: 1, "networkFirewall": {"mode": text}}}
    azure = {"wsus-egress:azure": {"resourceGroup": text, "location": text, "addressSpace": [text], "firewallPolicy": {"name": text}}}  # fmt: skip
    return (
        {**good, "config/Pulumi.x.yaml": settings("a reason", **named)},
        {**good, "config/Pulumi.x.yaml": settings("a reason", **network)},
        {**good, "config/Pulumi.x.yaml": settings("a reason", **azure)},
        {**good, "config/Pulumi.x.yaml": settings("a reason", **{f"wsus-egress:{text}": 1})},
        {**good, "config/endpoints/own.yaml": own_list("a purpose", text)},
        {**good, "config/endpoints/own.yaml": yaml({"title": "a", text: 1, "endpoints": text})},
    )  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
def test_names_and_ids_refuse_it(tmp_path: Path, text: str) -> None:
    """Wherever a name, an id or a key is wanted: refused, with the text in a form that is shown."""
    for number, files in enumerate(wrong(text)):
        root = tmp_path / str(number)
        GitProject(root).write(files)
        result = run("check", "--project", root, "--today", DAY)
        assert (2, "") == (result.exit_code, result.stdout)
        assert is_safe(result.stderr)
        told = run("check", "--project", root, "--today", DAY, "--format", "json")
        sound("json", told.stdout)


@pytest.mark.parametrize("text", TEXTS)
def test_options_refuse_it(tmp_path: Path, text: str) -> None:
    """Names of environments, lists, folders, days, addresses and git's refs that are none."""
    given = text.replace("\x00", "")
    for words in (
        ("check", "--project", tmp_path / given), ("check", "--env", given), ("check", "--today", given), (given,),
        ("check", f"--{given}"), ("check", given), ("preview", "--format", given), ("explain", "--from", given, "a.example"),
        ("preview", "--base", given, "--project", tmp_path), ("lists", given), ("lists", "export", given),
        ("lists", "compare", given, "page"), ("lists", "compare", "wsus", given), ("audit", given),
        ("audit", tmp_path, "--list", given, "--source", "10.20.0.10"), ("audit", tmp_path, "--source", given),
        ("logs", given), ("logs", "x", "--since", given), ("probe", "--env", given, "--server", given), ("failure", given),
        ("import", "--env", given), ("import", "--env", "x", "--project", tmp_path, "--id", f"{given}={given}"),
        ("new", given, "--cloud", "aws", "--project", tmp_path), ("comment", given), ("explain", f"https://{given}/"),
        ("new", "x", "--cloud", "aws", "--name", given, "--project", tmp_path / given),
    ):  # fmt: skip
        result = run(*words)
        assert is_safe(result.stdout), words
        assert is_safe(result.stderr), words


@pytest.mark.parametrize("text", [each for each in TEXTS if "\x00" not in each])
def test_names_of_files_and_folders(tmp_path: Path, text: str) -> None:
    """A stack's file, an endpoint list, a folder, another project above: named in messages, escaped."""
    name = text.replace("/", "-")
    project = tmp_path / name
    files = {f"config/Pulumi.{name}.yaml": settings("a"), f"config/endpoints/{name}.yaml": "title: 1\n",
             "config/Pulumi.x.yaml": settings("a"), f"Pulumi.{name}.yaml": settings("a")}  # fmt: skip
    GitProject(project).write(files)
    for words in (("check",), ("lists",), ("preview", "--format", "json")):
        result = run(*words, "--project", project)
        assert is_safe(result.stdout)
        assert is_safe(result.stderr)
    written = run(
        "new", "dev", "--cloud", "both", "--ci", "github", "--project", tmp_path / f"n{name}"
    )
    assert is_safe(written.stdout)
    assert is_safe(written.stderr)


def test_a_ref_of_git(project: GitProject) -> None:
    """Git takes marks that nobody sees in the name of a branch."""
    project.git("branch", "a\u202e\u200bb")
    for form in FORMATS:
        sound(form, preview(project.root, "--format", form, base="a\u202e\u200bb").stdout)


@pytest.mark.parametrize("form", ["text", "markdown", "json", "sarif"])
def test_other_peoples_rules(tmp_path: Path, form: str) -> None:
    """Names, ids, ports and comments of rules, and of the files that they are in."""
    for number, text in enumerate(TEXTS):
        rule = f.application_rule(
            ["*.example.com"], name=text, sourceAddresses=["10.20.0.10", text]
        )
        group = f.az_group(
            f.collection(rule, f.network_rule(name=text, destinationPorts=[text]), name=text),
            name=text,
        )
        folder = tmp_path / f"{number}{text.replace('/', '-').replace(chr(0), '')}"
        folder.mkdir()
        (folder / "group.json").write_text(json.dumps(group), encoding="utf-8")
        (folder / "a.rules").write_text(
            f'pass ip any any -> any any (msg:"{text}"; sid:1;) # {text}\n{text}\n',
            encoding="utf-8",
        )
        result = run("audit", folder, "--source", "10.20.0.10", "--format", form)
        assert is_safe(result.stderr)
        sound(form, result.stdout)


@pytest.mark.parametrize("form", ["text", "markdown", "json"])
def test_logs(project: GitProject, form: str) -> None:
    """Hosts, addresses and times of a log, and the edit that is suggested of them."""
    records = [
        {"firewall_name": text, "event_timestamp": text, "event": {
            "src_ip": source, "dest_port": 443, "proto": "TCP", "event_type": "alert", "timestamp": text,
            "alert": {"action": "blocked", "signature": text}, "app_proto": "tls", "tls": {"sni": name}}}
        for text in TEXTS for source in ("10.20.0.10", text) for name in (text, f"{text}.example.com")
    ]  # fmt: skip
    given = "\n".join(map(json.dumps, records))
    result = run("logs", "-", "--project", project.root, "--today", DAY, "--suggest", "--format", form, given=given)  # fmt: skip
    assert is_safe(result.stderr)
    assert is_safe(result.stdout)
    if form == "markdown":
        sound(form, result.stdout)


@pytest.mark.parametrize("text", TEXTS)
def test_rules_that_are_adopted(tmp_path: Path, text: str) -> None:
    """The settings that come of them are YAML without any of it, and what is said beside them is shown."""
    rule = f.application_rule(
        ["*.example.com", text], name=text, sourceAddresses=["10.20.0.10", text]
    )
    group = f.az_group(f.collection(rule, name=text), name=text)
    (tmp_path / "group.json").write_text(json.dumps(group), encoding="utf-8")
    result = run(
        "adopt",
        tmp_path / "group.json",
        "--source",
        "10.20.0.10",
        "--project",
        tmp_path,
        "--owner",
        text.replace("\x00", ""),
    )
    assert is_safe(result.stderr)
    assert is_safe(result.stdout)
    assert "\t" not in result.stdout


@pytest.mark.parametrize("form", ["text", "markdown", "json"])
def test_drift(project: GitProject, form: str) -> None:
    """What a cloud answers of a stack: values, names and ids that somebody else wrote."""
    stack = stack_of(project.root, "x")
    changed = {
        each.name: replace(
            each, properties={**each.properties, "description": ANY, "tags": {ANY: ANY}}
        )
        for each in stack
    }
    given = events_of(stack, changed, project.root)
    text = given.read_text(encoding="utf-8").replace("::wsus", f"::{json.dumps(ANY)[1:-1]}")
    given.write_text(text, encoding="utf-8")
    result = run(
        "drift", given, "--env", "x", "--project", project.root, "--today", DAY, "--format", form
    )
    assert is_safe(result.stderr)
    sound(form, result.stdout)


def test_urls(project: GitProject) -> None:
    """On the command line, and a line each from standard input."""
    given = "\n".join(f"https://{text}.example.com/{text}" for text in TEXTS)
    result = run("explain", "-", "--project", project.root, given=given)
    assert is_safe(result.stderr)
    assert is_safe(result.stdout)
    assert all(json.loads(line) for line in result.stdout.splitlines())


def test_a_result_of_the_probe(project: GitProject) -> None:
    """Whatever a server writes."""
    tests = [
        {"id": f"t{n:03}", "outcome": "passed", "detail": text, "issuer": text, "address": text}
        for n, text in enumerate(TEXTS, start=1)
    ]
    data = {"version": 1, "tests": tests, "proxy": ANY, "policy": ANY, "server": ANY}
    (project.root / "result").write_text(json.dumps(data), encoding="utf-8")
    given = ("probe", "--project", project.root, "--env", "x", "--server", "one")
    result = run(*given, "--read", project.root / "result")
    assert result.exit_code in {0, 1}
    assert is_safe(result.stdout)
    script = run(*given).stdout.replace("\r\n", "\n")
    assert script.isascii()
    assert is_safe(script)


@pytest.mark.parametrize("text", TEXTS)
def test_the_page_of_a_failed_preview(tmp_path: Path, text: str) -> None:
    """Whatever a command wrote before it failed is one block of code."""
    errors = tmp_path / "errors"
    errors.write_bytes(f"first {text}\n{text} last\n".encode())
    page = run("failure", errors).stdout
    assert all(visible(line) == line for line in page.split("\n"))
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(page)
    assert {"heading_open", "inline", "heading_close", "paragraph_open", "paragraph_close", "code_block"} >= {
        token.type for token in tokens
    }  # fmt: skip


def test_a_problem_is_one_line() -> None:
    """Also where a program that embeds the package prints it, as a component does."""
    for text in TEXTS:
        error = PolicyErrors([Problem(None, (text, 0), text, text)])
        assert is_safe(str(error))
        assert 1 == len(str(error).splitlines())


def test_a_problem_is_short() -> None:
    """A name of a megabyte is shown by its ends."""
    told = str(Problem(None, ("a",), "x" * 1_000_000 + "!", "y"))
    assert told.startswith("a: xxx")
    assert told.endswith("xxx!; y")
    assert 8_100 > len(told)


def test_what_is_shown_is_shown_again_as_it_is() -> None:
    """Escaping twice is escaping once, and plain text stays."""
    assert r"\u001b\u202e\U000e0041\u3164 é 日本" == visible("\x1b\u202e\U000e0041\u3164 é 日本")
    for text in TEXTS:
        assert visible(text) == visible(visible(text))


def test_free_texts_refuse_control_characters(tmp_path: Path) -> None:
    """An owner, a reason or a purpose has no line ends and no escape sequences in it."""
    for number, text in enumerate(CONTROLS):
        root = tmp_path / str(number)
        GitProject(root).write({
            "config/Pulumi.x.yaml": settings(text), "config/endpoints/own.yaml": own_list(text, "a.example.com"),
        })  # fmt: skip
        result = run("check", "--project", root, "--today", DAY)
        assert 2 == result.exit_code
        assert is_safe(result.stderr)
        assert 5 <= result.stderr.count("has a control character in it") or "\x00" in text


@pytest.mark.parametrize("text", TEXTS)
def test_options_of_an_import(project: GitProject, text: str) -> None:
    """Names and ids that nothing has are shown in what is said of them."""
    plain = text.replace("\0", "").replace("=", "")
    given = ("--id", f"{plain}x={plain}y", "--id", f"wsus-one={plain}z", "--without", f"{plain}x")

    result = run("import", "--project", project.root, "--env", "x", *given)

    assert 2 == result.exit_code
    assert is_safe(result.stdout)
    assert is_safe(result.stderr)
