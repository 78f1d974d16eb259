"""`logs`: what was blocked and why, what was never used, and what of a log is not shown as it stands."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner, Result
from paths import ROOT

from wsus_egress.cli.main import main
from wsus_egress.review import log_groups

SETTINGS = """\
config:
  aws:region: eu-west-1
  wsus-egress:lists: [wsus]
  wsus-egress:servers:
    - {name: wsus, addresses: [10.20.0.10]}
    - {name: branch, addresses: [10.20.1.10], synchronizesFrom: wsus}
  wsus-egress:clients:
    - {name: office, addresses: [10.20.8.0/24], updatesFrom: wsus}
  wsus-egress:aws:
    vpcId: vpc-0a1b2c3d4e5f60718
    networkFirewall: {}
"""
ENDING = "allowed by *.update.microsoft.com in wsus"
ALL_THE_SAME = "; it passed all the same: another rule lets it through, or the firewall only alerts"


def line(**more: Any) -> dict[str, Any]:
    """An alert record."""
    event = {
        "event_type": "alert", "timestamp": "2026-10-01T09:00:01.000000+0000", "src_ip": "10.20.0.10",
        "dest_ip": "203.0.113.1", "dest_port": 443, "proto": "TCP", "app_proto": "tls",
        "tls": {"sni": "sws.update.microsoft.com"}, "verdict": {"action": "drop"}, **more,
    }  # fmt: skip
    return {"event": event}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one environment, `prod`."""
    (tmp_path / "Pulumi.yaml").write_text((ROOT / "Pulumi.yaml").read_text())
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "Pulumi.prod.yaml").write_text(SETTINGS)
    return tmp_path


def run(project: Path, *arguments: str, given: str = "") -> Result:
    """Run `logs`."""
    return CliRunner().invoke(main, ["logs", "--project", str(project), *arguments], input=given)


def told(project: Path, *given: dict[str, Any], more: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """The JSON objects for records, each of which fits the schema."""
    result = run(project, "-", "--format", "json", *more, given="\n".join(map(json.dumps, given)))
    assert 0 == result.exit_code, result.output
    schema = json.loads((ROOT / "components/wsus_egress/schemas/logs.json").read_text())
    found = [json.loads(text) for text in result.output.splitlines()]
    for each in found:
        jsonschema.validate(each, schema)
    return found


@pytest.mark.parametrize(("more", "policy", "reason", "words"), [
    ({}, "allow", "allowed", f"{ENDING}; aws-network-firewall blocked it all the same: an older deployment, or rules that are not of these settings"),
    ({"verdict": {"action": "pass"}}, "allow", "allowed", ENDING),
    ({"tls": {"sni": "login.example.com"}}, "deny", "no-list", "in no list"),
    ({"tls": {"sni": "windowsupdate.com"}}, "deny", "no-list", "in no list; only names below it, *.windowsupdate.com, are"),
    ({"tls": {"sni": "evilwindowsupdate.com"}, "verdict": {"action": "alert"}}, "deny", "no-list", f"in no list{ALL_THE_SAME}"),
    ({"tls": {"sni": "tsfe.trafficshaping.dsp.mp.microsoft.com"}}, "deny", "other-list", "in list automatic-updates, which prod does not use"),
    ({"tls": {"sni": "kv1.prod.do.dsp.mp.microsoft.com"}}, "deny", "other-list", "in lists automatic-updates, delivery-optimization, none of which prod uses"),
    ({"dest_port": 8443}, "deny", "port", "the name is allowed, but port 8443 is not TCP 80 or TCP 443, the only ports of Microsoft Update"),
    ({"app_proto": "http", "tls": None, "http": {"hostname": "sws.update.microsoft.com"}}, "deny", "scheme", "the name is allowed, but HTTP on port 443, which is for TLS only"),
    ({"dest_port": 80}, "deny", "scheme", "the name is allowed, but TLS on port 80, which is for HTTP only"),
    ({"tls": {"sni": "a.example.com"}, "dest_port": 8443}, "deny", "no-list", "in no list; also, port 8443 is not TCP 80 or TCP 443, the only ports of Microsoft Update"),
    ({"tls": {}}, "deny", "no-name", "TLS without a host name, and addresses are not listed"),
    ({"tls": {}, "dest_port": 25}, "deny", "port", "port 25 is not TCP 80 or TCP 443, the only ports of Microsoft Update"),
    ({"tls": None, "app_proto": None}, "deny", "no-name", "the record has no host name, and addresses are not listed"),
    ({"tls": None, "app_proto": None, "proto": "UDP"}, "deny", "port", "UDP 443, which is QUIC, is not TCP 80 or TCP 443, the only ports of Microsoft Update"),
    ({"tls": None, "app_proto": None, "proto": "ICMP"}, "deny", "port", "ICMP is not TCP 80 or TCP 443, the only ports of Microsoft Update"),
    ({"src_ip": "10.20.8.7"}, "deny", "no-internet", "office asks wsus, and may not reach Microsoft Update itself"),
    ({"src_ip": "10.20.0.99"}, "unknown-source", "unknown-source", "no server and no clients of prod has this address; add it to them if it is one of theirs"),
    ({"dest_ip": "2001:db8::1"}, "deny", "ipv6", "went to an IPv6 address, and `ipv6` is not set"),
    ({"src_ip": "10.20.1.10", "dest_ip": "10.20.0.10", "dest_port": 8530, "app_proto": None, "tls": None, "verdict": {"action": "pass"}}, "allow", "allowed", "synchronization with wsus"),
    ({"dest_ip": "10.20.0.77", "app_proto": None, "tls": None}, "deny", "port", "inside the network, to 10.20.0.77: not a synchronization port of a server"),
])  # fmt: skip
def test_the_reason_of_each_kind(
    project: Path, more: dict[str, Any], policy: str, reason: str, words: str
) -> None:
    """One record of each, and what is said of it."""
    found, _ = told(project, line(**more))
    assert (policy, reason, words) == (found["policy"], found["reason"], found["text"])


def test_a_list_with_schemes_as_listed(project: Path) -> None:
    """A name that is listed for the other scheme is right, and its scheme is wrong."""
    path = project / "config" / "Pulumi.prod.yaml"
    path.write_text(
        path.read_text().replace(
            "lists: [wsus]", "lists: [delivery-optimization]\n  wsus-egress:schemes: as-listed"
        )
    )
    *found, _ = told(
        project,
        line(tls={"sni": "download.windowsupdate.com"}),
        line(tls={"sni": "a.b1.download.windowsupdate.com"}),
    )
    assert {
        "the name is listed, but not for https, and the environment has `schemes: as-listed`"
    } == {each["text"] for each in found}


def test_an_open_environment(project: Path) -> None:
    """Any name on TCP 80 and 443, by DNS too; nothing is unused."""
    path = project / "config" / "Pulumi.prod.yaml"
    path.write_text(
        path.read_text()
        .replace("lists: [wsus]", "mode: open")
        .replace("networkFirewall: {}", "tags: {}")
    )
    dns = {"query_name": "a.example.com.", "srcaddr": "10.20.0.10"}
    *found, last = told(project, dns, line(verdict={"action": "pass"}), line(dest_port=81))
    assert ["port", "allowed", "allowed"] == [each["reason"] for each in found]
    assert [] == last["unused"]


def test_records_alike_are_one_group(project: Path) -> None:
    """With how often, the first and the last; `--since` leaves out what is older."""
    times = [f"2026-10-0{day}T09:00:01.000000+0000" for day in (2, 1, 3)]
    found, _ = told(project, *(line(timestamp=each) for each in times))
    assert (3, "2026-10-01T09:00:01Z", "2026-10-03T09:00:01Z") == (
        found["count"],
        found["first"],
        found["last"],
    )

    found, last = told(
        project, *(line(timestamp=each) for each in (*times, "")), more=("--since", "2026-10-02")
    )
    assert (3, "2026-10-02T09:00:01Z", 1) == (found["count"], found["first"], last["earlier"])
    said = run(
        project,
        "-",
        "--since",
        "2026-10-02T00:00+01:00",
        given="\n".join(json.dumps(line(timestamp=each)) for each in (*times, "")),
    )
    assert (
        "1 record older than --since left out\n1 record without a time kept, whatever --since says"
        in said.output
    )
    assert 2 == run(project, "-", "--since", "soon").exit_code


def test_what_was_allowed_and_never_used(project: Path) -> None:
    """Where a log has what passes; not of the resolver's, which leaves out what is in its cache."""
    *_, last = told(project, line(verdict={"action": "pass"}))
    assert "*.update.microsoft.com" not in last["unused"]
    assert "download.microsoft.com" in last["unused"]
    assert (
        "download.microsoft.com\n"
        in run(project, "-", given=json.dumps(line(verdict={"action": "pass"}))).output
    )

    *_, last = told(project, {"query_name": "a.example.com.", "srcaddr": "10.20.0.10"})
    assert last["unused"] is None
    # A report of server names has no HTTP; with both schemes counting, no entry is for TLS alone.
    report = {"Protocol": "TLS_SNI", "Domain": "sws.update.microsoft.com", "Hits": {"Count": 412}}
    found, last = told(project, {"AnalysisReportResults": [report]})
    assert (f"{ENDING}; 412 hits", []) == (found["text"], last["unused"])
    said = run(project, "-", given=json.dumps({"AnalysisReportResults": [report]})).output
    assert said.startswith("whoever asked (as prod sees it)\n  seen    https://sws.update.")


def test_a_name_that_is_too_long_pads_no_other(project: Path) -> None:
    """Whoever sends it would push every other line's times out of sight."""
    given = [line(tls={"sni": each}) for each in ("a" * 100_000, "b.example.com")]
    said = run(project, "-", given="\n".join(map(json.dumps, given))).output
    (short,) = (each for each in said.splitlines() if "b.example.com" in each)
    assert len(short) < 130


def test_several_environments_each_answer(project: Path) -> None:
    """Of a machine's own log nobody knows whose it is."""
    other = SETTINGS.replace("[wsus]", "[wsus-reference]").replace("10.20.", "10.50.")
    (project / "config" / "Pulumi.test.yaml").write_text(other)
    text = "2026-10-01 09:00:02.166 UTC\tWarning\tw3wp.1\tA.B\tWebException: not resolved: 'fe3.delivery.mp.microsoft.com'"
    result = run(project, "-", "--format", "json", given=text)
    *found, _ = map(json.loads, result.output.splitlines())
    assert [("prod", "allow"), ("test", "deny")] == [
        (each["environment"], each["policy"]) for each in found
    ]
    said = run(project, "-", given=text).output
    assert (
        "the machine itself (as prod sees it)\n  blocked fe3.delivery.mp.microsoft.com  1 time, 2026-10-01T09:00:02Z"
        in said
    )
    (one, _) = told(project, line(src_ip="10.50.0.10"))
    assert ("test", "wsus") == (one["environment"], one["party"])
    assert (
        "no server and no clients of prod, test have"
        in run(project, "-", given=json.dumps(line(src_ip="10.9.9.9"))).output
    )


HOSTILE = "a\x1b[31m\n\u202eb`|<b>@everyone\x07.example.com"


@pytest.mark.parametrize("format_", ["text", "markdown", "json"])
def test_what_a_log_holds_is_data(project: Path, format_: str) -> None:
    """No control character, escape, or mark that turns the writing reaches a terminal; no markup a page."""
    records = [line(tls={"sni": HOSTILE}), line(src_ip=HOSTILE, tls={"sni": "\ud800.example.com"})]
    result = run(project, "-", "--format", format_, given="\n".join(map(json.dumps, records)))
    assert 0 == result.exit_code
    assert all(c.isprintable() or c == "\n" for c in result.output)
    if format_ == "markdown":
        assert "<b>" not in result.output
    assert r"\u001b[31m" in result.output or format_ == "markdown"


def test_files_and_folders(project: Path) -> None:
    """A folder means its files; what cannot be read is an error, and the rest is read all the same."""
    logs = project / "logs" / "2026"
    logs.mkdir(parents=True)
    (logs / "a.log").write_text(json.dumps(line()))
    (logs / "b.log").write_text("another product's line\n")
    (project / "x.parquet").write_bytes(b"PAR1....")
    result = run(
        project, str(project / "logs"), str(project / "x.parquet"), str(project / "absent")
    )
    assert 2 == result.exit_code
    assert (
        "read 1 record of 2 files\n1 line in no known form, or cut, was not read\n" in result.output
    )
    assert "x.parquet: is Parquet, not text; let the flow log write text" in result.output
    assert "absent: no such file or directory" in result.output


def test_an_empty_path_is_not_this_folder(project: Path) -> None:
    """A shell's variable without a value would have the command read all that lies around."""
    result = run(project, "", given=json.dumps(line()))
    assert 2 == result.exit_code
    assert "'' is not a path; name a file, or write . for this folder" in result.output


def test_without_a_usable_project(tmp_path: Path) -> None:
    """The problems, as every command prints them."""
    (tmp_path / "Pulumi.yaml").write_text("name: x\nruntime: python\n")
    (tmp_path / "Pulumi.prod.yaml").write_text("config:\n  wsus-egress:lists: 7\n")
    assert 2 == run(tmp_path, "-").exit_code
    assert [] != json.loads(run(tmp_path, "-", "--format", "json").output)["problems"]


def test_too_many_different_names(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A scan does not fill the memory: what is beyond the most is counted."""
    monkeypatch.setattr(log_groups, "MOST_GROUPS", 3)
    many = [line(tls={"sni": f"h{n}.example.com"}) for n in range(5)]
    *found, last = told(project, *many)
    assert (3, 2) == (len(found), last["left_out"])
    assert (
        "2 records of further names left out"
        in run(project, "-", given="\n".join(map(json.dumps, many))).output
    )


def test_a_long_file_says_how_far_it_is(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On standard error, so that the output stays what it is."""
    monkeypatch.setattr("wsus_egress.cli.logs_command._SELDOM", 0.0)
    result = run(project, "-", given=json.dumps(line()))
    assert "standard input: 0 MB read" in result.stderr
    assert "MB read" not in result.stdout


def test_from_a_pipe(project: Path) -> None:
    """As a person runs it, bytes that are not text included."""
    program = "from wsus_egress.cli import main; main()"
    given = json.dumps(line()).encode() + b"\n\xff\xfe\n"
    done = subprocess.run(
        [sys.executable, "-c", program, "logs", "-", "--project", str(project)],
        input=given, check=False, capture_output=True,
    )  # fmt: skip
    assert (0, b"") == (done.returncode, done.stderr)
    assert b"1 line in no known form, or cut, was not read" in done.stdout


def test_the_page_shows_what_happens(project: Path) -> None:
    """The line of `logs.md` gives what the page shows."""
    page = (ROOT / "docs" / "logs.md").read_text(encoding="utf-8")
    (record,) = re.findall(r"^```json\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    (shown,) = re.findall(r"^```text\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    path = project / "alert.log"
    path.write_text(record)
    assert shown == run(project, str(path), "--env", "prod").output


def edits(project: Path, *given: dict[str, Any]) -> list[dict[str, Any]]:
    """What is suggested for records."""
    *_, last = told(project, *given, more=("--suggest", "--today", "2026-11-24"))
    found: list[dict[str, Any]] = last["suggestions"]
    return found


def test_the_smallest_edit_is_a_list_and_a_host(project: Path) -> None:
    """The list that opens least; for a name that is in none, this host alone, and what is not blocked does not count."""
    (edit,) = edits(
        project,
        line(tls={"sni": "geo.prod.do.dsp.mp.microsoft.com"}), line(tls={"sni": "a.b.example.com"}),
        line(tls={"sni": "c.b.example.com"}), line(tls={"sni": "crl.microsoft.com"}, verdict={"action": "pass"}),
        line(tls={"sni": "login.live.com"}, dest_port=8443), line(tls={"sni": "x.example.com"}, src_ip="10.9.9.9"),
        {"query_name": "d.example.com.", "srcaddr": "10.20.0.10", "firewall_rule_action": "BLOCK"},
        line(tls={"sni": "not a host.example.com"}),
    )  # fmt: skip
    assert ("prod", ["delivery-optimization"], []) == (
        edit["environment"],
        edit["lists"],
        edit["problems"],
    )
    assert [
        ("a.b.example.com", ["https"]), ("c.b.example.com", ["https"]), ("d.example.com", ["http", "https"]),
    ] == [(each["pattern"], each["schemes"]) for each in edit["extraEndpoints"]]  # fmt: skip
    opened = {each["pattern"]: each["schemes"] for each in edit["opens"]}
    assert {
        "a.b.example.com",
        "c.b.example.com",
        "d.example.com",
        "*.do.dsp.mp.microsoft.com",
    } <= opened.keys()
    assert ["https"] == opened["a.b.example.com"]
    assert {"aws": "exact"} == edit["fidelities"]


def test_the_edit_does_what_it_says(project: Path) -> None:
    """Whoever writes it into the settings and fills it in has an environment that allows the name."""
    blocked = line(tls={"sni": "login.example.com"})
    result = run(project, "-", "--suggest", given=json.dumps(blocked))
    block = result.output.partition("  wsus-egress:extraEndpoints:\n")[2].partition("  it opens")[0]
    assert "+ https login.example.com\n" in result.output
    path = project / "config" / "Pulumi.prod.yaml"
    path.write_text(f"{path.read_text()}  wsus-egress:extraEndpoints:\n{block}")
    (found, _) = told(project, blocked)
    assert ("allowed", "login.example.com") == (found["reason"], found["endpoint"])


def test_a_scheme_that_a_list_does_not_have(project: Path) -> None:
    """With `as-listed` a list may not help: then it is the host by this scheme."""
    path = project / "config" / "Pulumi.prod.yaml"
    path.write_text(
        path.read_text().replace(
            "lists: [wsus]", "lists: [wsus-reference]\n  wsus-egress:schemes: as-listed"
        )
    )
    (edit,) = edits(project, line(tls={"sni": "oneocsp.microsoft.com"}))
    assert (["certificate-validation"], ["https"]) == (
        edit["lists"],
        edit["extraEndpoints"][0]["schemes"],
    )


def test_nothing_to_suggest(project: Path) -> None:
    """Where the name is allowed, or no endpoint could allow it."""
    swapped = line(app_proto="http", tls=None, http={"hostname": "sws.update.microsoft.com"})
    assert [] == edits(project, line(), line(tls={}), swapped)
    said = run(project, "-", "--suggest", given=json.dumps(line())).output
    assert "no edit of an endpoint would allow anything more of what was blocked" in said
    page = run(project, "-", "--suggest", "--format", "markdown", given=json.dumps(line())).output
    assert "```text\nno edit of an endpoint" in page


def test_an_edit_that_cannot_be_deployed_says_why(project: Path) -> None:
    """For example beyond a capacity that cannot grow."""
    path = project / "config" / "Pulumi.prod.yaml"
    path.write_text(
        path.read_text().replace("networkFirewall: {}", "networkFirewall: {policyCapacity: 100}")
    )
    many = [line(tls={"sni": f"h{n}.example.com"}) for n in range(100)]
    (edit,) = edits(project, *many)
    said = run(project, "-", "--suggest", given="\n".join(map(json.dumps, many))).output
    assert edit["problems"]
    assert "cannot be deployed: " in said
