"""`preview --base`: the gate, the formats, and every input that cannot be used."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from cases import BEFORE, CASES, CONFIG, CONFIG_BESIDE, CONFIG_FILE, LIST, MAIN_FILE
from click.testing import CliRunner, Result
from gitproject import DAY, GitProject, preview
from schemas import schema_errors

from wsus_egress.cli.main import main

Preview = Callable[..., Result]
ADDED = next(case for case in CASES if case.name == "added-host")
OPENED = next(case for case in CASES if case.name == "mode-opened")
OPEN_BEFORE = tuple(
    f"{target}/{what}"
    for target in ("aws", "azure")
    for what in ("http+https/*", "TCP 80 and 443 to any address, with or without a name")
)
WHATS = ("aws/https/added.example.org", "azure/https/added.example.org")


@pytest.fixture
def project(tmp_path: Path) -> GitProject:
    """A project with one commit and nothing changed."""
    root = tmp_path / "project"
    root.mkdir()
    return GitProject.make(root, BEFORE)


def approved(*whats: str, expires: str = "2027-06-30", gate: str = "") -> str:
    """The configuration with approvals, and perhaps a gate."""
    entries = "".join(
        f"    - {{what: '{what}', owner: team, reason: Needed, expires: {expires}}}\n"
        for what in whats
    )
    return CONFIG + f"  wsus-egress:approved:\n{entries}" + gate


def added() -> dict[str, str]:
    """The list with one more host."""
    return {MAIN_FILE: ADDED.after()[MAIN_FILE]}


def test_a_widening_that_nobody_approved_fails(project: GitProject) -> None:
    """Exit status 1, the numbers below the headline, and what an approval would name."""
    project.write(added())
    result = preview(project.root)
    first = "1 newly allowed (1 not approved), 0 no longer allowed, in 2 of 2 targets"
    assert (1, f"{first}: 2 findings to resolve") == (
        result.exit_code,
        result.stdout.splitlines()[1],
    )
    assert all(f"what: {what}," in result.stdout for what in WHATS)


def test_an_approval_in_the_same_change_opens_the_gate(project: GitProject) -> None:
    """Exit status 0, also on the last day of the approval."""
    project.write({**added(), CONFIG_FILE: approved(*WHATS, expires="2026-12-31")})
    result = preview(project.root, today="2026-12-31")
    assert (0, True) == (
        result.exit_code,
        "approved by team until 2026-12-31: Needed" in result.stdout,
    )


def test_an_approval_of_a_list_approves_what_comes_from_it(project: GitProject) -> None:
    """`aws/list/main` stands for every pattern of the list in AWS, and for nothing in Azure."""
    project.write({**added(), CONFIG_FILE: approved("aws/list/main", "azure/list/main")})
    both = preview(project.root)
    project.write({**added(), CONFIG_FILE: approved("aws/list/main")})
    one = preview(project.root)
    project.write({**added(), CONFIG_FILE: approved("aws/list/other", "azure/list/other")})
    other = preview(project.root)

    assert (0, 1, 1) == (both.exit_code, one.exit_code, other.exit_code)
    assert "1 newly allowed (1 not approved)" in other.stdout


@pytest.mark.parametrize("whats", [("aws/mode/open", "azure/mode/open"), OPEN_BEFORE])
def test_open_mode_is_approved_by_a_short_name(project: GitProject, whats: tuple[str, ...]) -> None:
    """One name a target; the longer ones that older versions wrote count as well."""
    project.write({CONFIG_FILE: OPENED.after()[CONFIG_FILE]})
    refused = preview(project.root)
    opened = approved(*whats).replace(CONFIG, OPENED.after()[CONFIG_FILE])
    project.write({CONFIG_FILE: opened})

    assert (1, 0) == (refused.exit_code, preview(project.root).exit_code)


def test_an_approval_of_another_change_does_not_count(project: GitProject) -> None:
    """What the base has already was given to an earlier change."""
    project.write({CONFIG_FILE: approved(*WHATS)})
    project.commit()
    project.write(added())
    assert 1 == preview(project.root).exit_code


def test_an_expired_approval_is_a_finding(project: GitProject) -> None:
    """Exit status 1 the day after, with the entry's line, although no policy changes."""
    project.write({**added(), CONFIG_FILE: approved(*WHATS, expires="2026-12-31")})
    project.commit()
    result = preview(project.root, today="2027-01-01")
    assert (1, True) == (
        result.exit_code,
        f"FAILS {CONFIG_FILE}:33: expired-entry x\n" in result.stdout,
    )


@pytest.mark.parametrize(
    ("today", "words"),
    [("2026-12-01", "in 30 days"), ("2026-12-30", "in 1 day "), ("2026-12-31", "today"),
     ("2026-11-30", "")],
)  # fmt: skip
def test_an_expiry_is_announced(project: GitProject, today: str, words: str) -> None:
    """From 30 days before, as a note and no finding."""
    project.write({**added(), CONFIG_FILE: approved(*WHATS, expires="2026-12-31")})
    result = preview(project.root, today=today)
    assert (0, bool(words)) == (result.exit_code, "expires-soon" in result.stdout)
    assert words in result.stdout


def test_thresholds_let_pass(project: GitProject) -> None:
    """A gate in the base lets one widening of a target pass, and says so."""
    gate = "  wsus-egress:gate: {unapproved: 1, warnDays: 0}\n"
    project.write({CONFIG_FILE: CONFIG + gate})
    project.commit()
    project.write(added())
    found = json.loads(preview(project.root, "--format", "json").stdout)["findings"]
    assert ["widening-let-pass"] * 2 == [finding["kind"] for finding in found]


def test_a_change_cannot_open_the_gate_for_itself(project: GitProject) -> None:
    """Of base and head the stricter threshold counts."""
    gate = "  wsus-egress:gate: {unapproved: 9}\n"
    project.write({**added(), CONFIG_FILE: CONFIG + gate})
    assert 1 == preview(project.root).exit_code


def test_an_unaccepted_deviation_fails(project: GitProject) -> None:
    """Exit status 1 where a changed target deviates and nobody accepts it."""
    project.write({CONFIG_FILE: CONFIG.replace("    networkFirewall: {}\n", "")})
    result = preview(project.root, "--format", "json")
    kinds = {finding["kind"] for finding in json.loads(result.stdout)["findings"]}
    assert (1, {"unaccepted-deviation", "unapproved-unguarding"}) == (result.exit_code, kinds)


def test_the_work_tree_is_not_touched(project: GitProject) -> None:
    """Neither files nor git's index change."""
    project.write(added())
    before = project.git("status", "--porcelain=v2", "--branch")
    preview(project.root)
    assert before == project.git("status", "--porcelain=v2", "--branch")


def test_a_project_below_the_repository(tmp_path: Path) -> None:
    """The base is read from the project's own folder."""
    files = {f"deep/project/{name}": text for name, text in BEFORE.items()}
    repository = GitProject.make(tmp_path, files)
    project = GitProject(repository.root / "deep" / "project")
    project.write(added())
    assert 1 == preview(project.root).exit_code


def test_attributes_hide_no_file(project: GitProject) -> None:
    """`export-ignore` takes files out of archives; the base is read all the same."""
    project.write({".gitattributes": "config/** export-ignore\n"})
    project.commit()
    assert 0 == preview(project.root).exit_code


def test_findings_without_a_base(project: GitProject) -> None:
    """They are in the JSON, where with events they decide; nothing must be closed, as status 0 says."""
    project.write({CONFIG_FILE: CONFIG.replace("    networkFirewall: {}\n", "")})
    arguments = ["preview", "--project", str(project.root), "--today", DAY, "--format"]
    shown = CliRunner().invoke(main, [*arguments, "markdown"])
    found = json.loads(CliRunner().invoke(main, [*arguments, "json"]).stdout)
    failing = sum(finding["fails"] for finding in found["findings"])
    assert (0, False) == (shown.exit_code, "changes" in found)
    assert f"\n**1 environment, 2 targets: {failing} findings**\n" in shown.stdout
    event = {"policyEvent": {"policyName": "no-open-ingress", "enforcementLevel": "mandatory"}}
    events = project.root / "events"
    events.write_text(json.dumps(event), encoding="utf-8")
    given = ("--pulumi-events", str(events))
    shown = CliRunner().invoke(main, [*arguments, "markdown", *given])
    assert (1, True) == (
        shown.exit_code,
        f" {failing + 1} findings to resolve**" in shown.stdout,
    )
    result = CliRunner().invoke(main, [*arguments, "json", *given])
    kinds = {finding["kind"] for finding in json.loads(result.stdout)["findings"]}
    assert (1, True) == (result.exit_code, "policy-violation" in kinds)


def test_environments_come_and_go(project: GitProject) -> None:
    """A new one allows all it has; a removed one closes nothing, because nothing enforces it."""
    project.git("mv", CONFIG_FILE, "config/Pulumi.y.yaml")
    changes = json.loads(preview(project.root, "--format", "json").stdout)["changes"]
    found = [
        (change["environment"], bool(change["newly_allowed"]), bool(change["no_longer_allowed"]))
        for change in changes
    ]
    assert [("x", False, False)] * 2 + [("y", True, False)] * 2 == found


@pytest.mark.parametrize("case", [case for case in CASES if case.status != 2], ids=lambda c: c.name)
def test_the_json_fits_its_schema(project: GitProject, root: Path, case: object) -> None:
    """The shipped schema, which has no room for another key, takes every recorded change."""
    project.write(case.after())  # type: ignore[attr-defined]
    found = json.loads(preview(project.root, "--format", "json").stdout)
    assert [] == schema_errors(root, "preview", found)


def test_sarif_has_file_and_line(project: GitProject) -> None:
    """Each result points at the entry, by a rule that the log describes."""
    project.write(added())
    result = preview(project.root, "--format", "sarif")
    (run,) = json.loads(result.stdout)["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert {(MAIN_FILE, 13)} == sarif_places(result)
    assert all(rules[each["ruleIndex"]] == each["ruleId"] for each in run["results"])


def sarif_places(result: Result) -> set[tuple[str, int]]:
    """Where the results are; each has a place, or GitHub refuses the whole log."""
    (run,) = json.loads(result.stdout)["runs"]
    return {
        (place["artifactLocation"]["uri"], place["region"]["startLine"])
        for found in run["results"]
        for place in [found["locations"][0]["physicalLocation"]]
    }


def test_sarif_counts_from_the_repository(tmp_path: Path) -> None:
    """A project in a folder of the repository has that folder in its addresses, encoded."""
    files = {f"in fra/b\u00fcro/{name}": text for name, text in BEFORE.items()}
    repository = GitProject.make(tmp_path, files)
    project = GitProject(repository.root / "in fra" / "b\u00fcro")
    project.write(added())
    found = sarif_places(preview(project.root, "--format", "sarif"))
    assert {(f"in%20fra/b%C3%BCro/{MAIN_FILE}", 13)} == found


def test_sarif_has_a_place_for_the_engine(project: GitProject, root: Path) -> None:
    """What the engine finds is at the stack's file; of several stacks at the project's."""
    events = root / "tests" / "golden" / "engine" / "events.json"
    arguments = ("--format", "sarif", "--pulumi-events", str(events))
    assert {(CONFIG_FILE, 1)} == sarif_places(preview(project.root, *arguments))
    project.write({"config/Pulumi.y.yaml": CONFIG_BESIDE})
    assert ("Pulumi.yaml", 1) in sarif_places(preview(project.root, *arguments))


def test_an_entry_is_found_however_it_is_written(project: GitProject) -> None:
    """An international name, upper case and a dot at the end are the entry's own writing."""
    entry = "  - {{pattern: '{}', schemes: [https], purpose: x, source: x, date: 2026-11-01}}\n"
    names = ("b\u00fccher.example", "ADDED.example.org.")
    project.write({MAIN_FILE: BEFORE[MAIN_FILE] + "".join(map(entry.format, names))})
    lines = len(BEFORE[MAIN_FILE].splitlines())
    found = json.loads(preview(project.root, "--format", "json").stdout)["findings"]
    assert {(MAIN_FILE, lines + 1), (MAIN_FILE, lines + 2)} == {
        (f["file"], f["line"]) for f in found
    }


def test_junit_has_a_case_a_target(project: GitProject) -> None:
    """Targets with a finding fail, with the entry's line."""
    project.write(added())
    suites = ET.fromstring(preview(project.root, "--format", "junit").stdout)  # noqa: S314 - ours
    (suite,) = suites
    texts = [case.findtext("failure") or "" for case in suite]
    assert ("2", "2") == (suite.get("tests"), suite.get("failures"))
    assert all(text.startswith(f"{MAIN_FILE}:13: unapproved-widening") for text in texts)


@pytest.mark.parametrize("format_", ["markdown", "sarif", "junit"])
def test_formats_without_a_base(root: Path, format_: str) -> None:
    """They show the head by itself, and no gate is closed."""
    arguments = ["preview", "--project", str(root), "--format", format_, "--today", DAY]
    result = CliRunner().invoke(main, arguments)
    assert (0, "") == (result.exit_code, result.stderr)
    assert "wsus-egress" in result.stdout


def refusal(result: Result) -> str:
    """What a refused run says: exit status 2, nothing on standard output."""
    assert (2, "") == (result.exit_code, result.stdout)
    return result.stderr


def test_there_is_no_git(project: GitProject, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without git there is no base, and the message says what to install."""
    monkeypatch.setenv("PATH", str(project.root))
    assert "git is not on PATH, and --base reads from it; install git" in refusal(
        preview(project.root)
    )


def test_there_is_no_repository(tmp_path: Path) -> None:
    """A folder outside any repository has no base; its own problems are told too."""
    GitProject(tmp_path).write({**BEFORE, CONFIG_FILE: CONFIG.replace("[main]", "[none]")})
    text = refusal(preview(tmp_path))
    assert "cannot be read as a git repository" in text
    assert text.endswith("2 problems: fix them before you deploy\n")
    assert f"{CONFIG_FILE}:2: lists[0]: there is no endpoint list 'none'" in text


@pytest.mark.parametrize("ref", ["nowhere", "-x", "--upload-pack=x", "HEAD~99", "HEAD:config"])
def test_the_ref_is_unknown(project: GitProject, ref: str) -> None:
    """It says what to fetch; a ref that looks like an option never reaches git."""
    text = refusal(preview(project.root, base=ref))
    assert f"there is no commit {ref!r} in this clone; run `git fetch origin {ref}`" in text


@pytest.mark.parametrize("ref", ["", "origin/"])
def test_the_ref_is_empty(project: GitProject, ref: str) -> None:
    """There is nothing to fetch, and nothing is said of the project."""
    expected = f"--base: {ref!r} does not name a commit; name a branch, tag or commit\n1 problem\n"
    assert expected == refusal(preview(project.root, base=ref))


@pytest.mark.parametrize("annotated", [False, True])
@pytest.mark.parametrize("ref", ["origin/main", "origin/main~0"])
def test_the_ref_is_ambiguous(project: GitProject, annotated: bool, ref: str) -> None:
    """A tag beside the remote branch would be the base; of the same commit it makes no difference."""
    project.git("update-ref", "refs/remotes/origin/main", "HEAD")
    project.git("tag", *(["-a", "-m", "x"] if annotated else []), "origin/main", "HEAD")
    assert 0 == preview(project.root, base=ref).exit_code

    project.commit()
    project.git("update-ref", "refs/remotes/origin/main", "HEAD")
    expected = (
        f"--base: {ref!r} is ambiguous here: refs/remotes/origin/main and refs/tags/origin/main are "
        "different commits; write the whole name, for example refs/remotes/origin/main\n1 problem\n"
    )
    assert expected == refusal(preview(project.root, base=ref))
    assert 0 == preview(project.root, base="refs/remotes/origin/main").exit_code


def test_the_clone_is_shallow(project: GitProject, tmp_path: Path) -> None:
    """It says that the clone is shallow, and what to fetch."""
    project.commit()
    source = f"file://{project.root}"
    clone = tmp_path / "clone"
    command = ["git", "clone", "--quiet", "--depth=1", source, str(clone)]
    subprocess.run(command, check=True, capture_output=True)
    text = refusal(preview(clone, base="HEAD~1"))
    assert "which is shallow: it has no history; run `git fetch origin HEAD~1`" in text


def test_the_base_has_no_project(tmp_path: Path) -> None:
    """In the pull request that adds a project all of it is new, and wants approval."""
    project = GitProject.make(tmp_path, {"README": "x"})
    project.write(BEFORE)
    result = preview(project.root)
    assert (1, True) == (result.exit_code, "what: aws/list/main" in result.stdout)


def test_the_base_is_of_another_version(project: GitProject) -> None:
    """A base with settings that are not known is refused as the base's problem, with its line."""
    project.write({CONFIG_FILE: CONFIG + "  wsus-egress:oldSetting: 1\n"})
    project.commit()
    project.write({CONFIG_FILE: CONFIG})
    text = refusal(preview(project.root))
    assert f"HEAD:{CONFIG_FILE}:32: oldSetting: this version cannot read the base" in text


def test_both_sides_are_invalid(project: GitProject) -> None:
    """Problems of both are told, each with its side."""
    project.write({MAIN_FILE: LIST.replace("go.example.com", "*go.example.com")})
    project.commit()
    project.write({MAIN_FILE: LIST.replace("[http]", "[ftp]")})
    text = refusal(preview(project.root))
    assert f"HEAD:{MAIN_FILE}:8: " in text
    assert f"\n{MAIN_FILE}:9: " in text


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"{", "events:1: --pulumi-events: this line is not JSON"),
     (b"{}\n[1]\n", "events:2: --pulumi-events: this line is not an event"),
     (b"\xff", "the file is not UTF-8"),
     (b"", "the file has no preview event"),
     (b'{"steps": 3, "resourcePreEvent": [], "summaryEvent": {"resourceChanges": 1}}', "no preview event"),
     (b"[" * 100_000, "nested too deeply"),
     (None, "the file cannot be read (no such file or directory)")],
)  # fmt: skip
def test_the_events_are_broken(project: GitProject, content: bytes | None, says: str) -> None:
    """A file without preview events is refused, and the head's problems are reported too."""
    events = project.root / "events"
    if content is not None:
        events.write_bytes(content)
    assert says in refusal(preview(project.root, "--pulumi-events", str(events)))


def test_the_engines_preview_is_shown(project: GitProject, root: Path) -> None:
    """A recorded preview of the real engine: the replaced rule group is a risk, and no failure."""
    events = root / "tests" / "golden" / "engine" / "events.json"
    result = preview(project.root, "--pulumi-events", str(events))
    expected = [
        "  1 to replace, 7 the same, 1 to update",
        "  replace aws:networkfirewall/ruleGroup:RuleGroup wsus-network-firewall-rules-1 (capacity)"
        "  RISK: replaces a rule group",
        "  update aws:networkfirewall/firewallPolicy:FirewallPolicy wsus-network-firewall-policy"
        " (firewallPolicy)",
    ]
    lines = result.stdout.splitlines()
    start = lines.index("what the engine will do") + 1
    assert (0, expected) == (result.exit_code, lines[start : start + 3])


def test_a_broken_policy_pack_rule_fails(project: GitProject) -> None:
    """A mandatory one closes the gate; an advisory one is a note."""
    event = {"policyEvent": {"policyName": "no-open-ingress", "enforcementLevel": "mandatory",
                             "resourceUrn": "urn:pulumi:x::p::t::name", "message": "Open."}}  # fmt: skip
    events = project.root / "events"
    events.write_text(json.dumps(event), encoding="utf-8")
    result = preview(project.root, "--pulumi-events", str(events))
    assert (1, True) == (result.exit_code, "no-open-ingress (name): Open." in result.stdout)
    event["policyEvent"]["enforcementLevel"] = "advisory"
    events.write_text(json.dumps(event), encoding="utf-8")
    assert 0 == preview(project.root, "--pulumi-events", str(events)).exit_code


def test_the_engines_control_characters_reach_no_terminal(project: GitProject) -> None:
    """What a provider or a policy pack writes is shown, without what a terminal would obey."""
    nasty = "a\x1b]0;t\x07\nb"
    engine = {
        "policyEvent": {"policyName": nasty, "enforcementLevel": "advisory",
                        "resourceUrn": f"urn:pulumi:x::p::t::{nasty}", "message": nasty},
        "diagnosticEvent": {"severity": "error", "message": nasty},
        "resourcePreEvent": {"metadata": {"op": "update", "type": nasty, "urn": nasty, "keys": [nasty]}},
        "summaryEvent": {"resourceChanges": {nasty: 1}},
    }  # fmt: skip
    events = project.root / "events"
    events.write_text(json.dumps(engine), encoding="utf-8")
    shown = preview(project.root, "--pulumi-events", str(events)).stdout
    assert r"error: a\u001b]0;t\u0007 b" in shown
    assert [] == [line for line in shown.split("\n") if not line.isprintable()]


def test_the_output_is_written_whole(project: GitProject, tmp_path: Path) -> None:
    """`-o` gives what standard output would, and the same exit status."""
    project.write(added())
    output = tmp_path / "page.md"
    result = preview(project.root, "--format", "markdown", "-o", str(output))
    assert (1, "") == (result.exit_code, result.stdout)
    assert preview(project.root, "--format", "markdown").stdout == output.read_text()


def test_the_output_cannot_be_written(project: GitProject, tmp_path: Path) -> None:
    """Exit status 2, why, and no file, not even a part of one."""
    output = tmp_path / "none" / "page.md"
    text = refusal(preview(project.root, "-o", str(output)))
    assert f"{output} cannot be written (no such file or directory); name another file\n" == text


def test_an_output_stays_where_the_input_is_refused(project: GitProject, tmp_path: Path) -> None:
    """What was written by the last run is not lost by a broken one."""
    output = tmp_path / "page.md"
    output.write_text("before", encoding="utf-8")
    refusal(preview(project.root, "-o", str(output), base="nowhere"))
    assert ("before", ["page.md", "project"]) == (
        output.read_text(),
        sorted(path.name for path in tmp_path.iterdir()),
    )


def test_completion_knows_the_environments(project: GitProject) -> None:
    """The shell's completion of --env is the project's environments."""
    words = f"wsus-egress preview --project {project.root} --env "
    environment = {
        **os.environ,
        "_WSUS_EGRESS_COMPLETE": "bash_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": "5",
    }
    done = subprocess.run(
        ["wsus-egress"], env=environment, capture_output=True, text=True, check=False
    )
    assert "plain,x\n" == done.stdout
