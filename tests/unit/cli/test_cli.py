"""The command line: what it prints, where, and its exit status."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest
from acceptances import NAMELESS, NAMES, accepted
from click.testing import CliRunner, Result
from schemas import schema_errors

from wsus_egress.cli import as_text
from wsus_egress.cli.main import main
from wsus_egress.config.lists import shipped_lists
from wsus_egress.review.analysis import analyse

Write = Callable[..., Path]
Run = Callable[..., Result]
Process = subprocess.CompletedProcess[bytes]

CONFIG = "config/Pulumi.x.yaml"
GONE = "aws/aws-network-firewall/wider/names"
ATTACHED = "aws/security-group/attachment/vpc-0a1b2c3d4e5f60718"


def test_an_unaccepted_deviation_is_a_finding(write: Write, run: Run) -> None:
    """Exit status 1, and each deviation with its witness and how to accept it."""
    result = run("check", write(), "--today", "2026-11-24")
    expected = f"""\
        x  aws  wider, 1 assumed  2 deviations not accepted

        x: {NAMELESS} (not accepted): the target admits TCP 80 without an HTTP host, or TCP 443 without a TLS server name; the policy does not
            witness: 10.20.0.10 -> 203.0.113.80 tcp/80 (HTTP without a host name)
            add `networkFirewall: {{}}` under wsus-egress:aws, so that rules see host names, or list `what: {NAMELESS}` under x's accept
        x: {NAMES} (not accepted): the target admits any other host name; the policy does not
            witness: 10.20.0.10 -> http://example.com/
            add `networkFirewall: {{}}` under wsus-egress:aws, so that rules see host names, or list `what: {NAMES}` under x's accept

        1 environment, 1 target: 2 not accepted
        """
    assert (result.exit_code, result.stdout) == (1, dedent(expected))


def test_an_accepted_deviation_is_none(write: Write, run: Run) -> None:
    """Exit status 0 on the last day of the acceptance, and a note that it is the last."""
    project = write((CONFIG, "", accepted(NAMES, NAMELESS)))
    result = run("check", project, "--today", "2026-12-31")
    expires = "expires today (2026-12-31); have its owner renew it, or close what it covers"
    expected = f"""\
        x  aws  wider, 1 assumed  2 deviations accepted until 2026-12-31
        note: {CONFIG}:11: x: accept: '{NAMELESS}' {expires}
        note: {CONFIG}:10: x: accept: '{NAMES}' {expires}

        1 environment, 1 target: no finding
        """
    assert (result.exit_code, result.stdout) == (0, dedent(expected))


def test_an_expired_acceptance_is_a_finding(write: Write, run: Run) -> None:
    """Exit status 1 from the day after, and the finding says that it expired."""
    project = write((CONFIG, "", accepted(NAMES, NAMELESS)))
    result = run("check", project, "--today", "2027-01-01")
    assert 1 == result.exit_code
    assert f"x: {NAMES} (acceptance expired): the target admits" in result.stdout
    assert "Accepted until 2026-12-31: Known\n" in result.stdout


def test_deviations_are_counted_apart(write: Write, run: Run) -> None:
    """Where one deviation of two is accepted, the summary counts both kinds."""
    result = run("check", write((CONFIG, "", accepted(NAMES))), "--today", "2026-11-24")
    first = (
        "x  aws  wider, 1 assumed  1 deviation not accepted, 1 deviation accepted until 2026-12-31"
    )
    assert (result.exit_code, result.stdout.splitlines()[0]) == (1, first)


def test_a_stale_acceptance_is_noted(write: Write, run: Run) -> None:
    """An acceptance of what does not occur is a note with its line, and no finding."""
    project = write((CONFIG, "", accepted(NAMES, NAMELESS, GONE)))
    result = run("check", project, "--today", "2026-11-24")
    note = f"note: {CONFIG}:12: accept: '{GONE}' does not occur; remove it"
    assert (0, True) == (result.exit_code, note in result.stdout)


@pytest.mark.parametrize(
    ("what", "instead"),
    [
        (ATTACHED[:-1], f"did you mean '{ATTACHED}'?"),
        ("aws/none", f"remove it; what is assumed here is {ATTACHED}"),
        ("aws/azure-nsg/wider/names", f"remove it; what is assumed here is {ATTACHED}"),
        ("aws/aws-security-group/wider/people", f"remove it; what is assumed here is {ATTACHED}"),
    ],
)
@pytest.mark.parametrize("command", ["check", "preview", "report"])
def test_an_acceptance_of_nothing_is_refused(
    write: Write, run: Run, tmp_path: Path, command: str, what: str, instead: str
) -> None:
    """One line with its place, and what could be meant."""
    project = write((CONFIG, "", accepted(NAMES, NAMELESS, what)))
    given = ("-o", tmp_path / "page.html") if command == "report" else ()
    result = run(command, project, *given, "--today", "2026-11-24")
    expected = (
        f"{CONFIG}:12: accept[2].what: '{what}' is neither assumed here nor a deviation; {instead}\n"
        "1 problem: fix it before you deploy\n"
    )
    assert (2, expected) == (result.exit_code, result.stderr)


def test_an_assumption_on_the_owners_word(write: Write, run: Run) -> None:
    """It stays counted, and every format says until when the owner vouches for it."""
    project = write((CONFIG, "", accepted(NAMES, NAMELESS, ATTACHED)))
    line = run("check", project, "--today", "2026-11-24").stdout.splitlines()[0]
    text = run("preview", project, "--today", "2026-11-24").stdout
    days = ("2026-12-31", "2027-01-01")
    found = [
        json.loads(run("check", project, "--format", "json", "--today", day).stdout) for day in days
    ]
    (first, then) = (each["environments"][0]["targets"][0]["assumptions"][0] for each in found)

    until = "1 assumed on the owner's word until 2026-12-31"
    assert f"x  aws  wider, 1 assumed  2 deviations accepted until 2026-12-31, {until}" == line
    assert "  assumed on the owner's word until 2026-12-31 (Known): every network interface" in text
    assert (True, False) == (first["accepted"], then["accepted"])


APPROVED = """\
  wsus-egress:approved:
    - {what: aws/https/added.example.org, owner: team, reason: Needed, expires: 2026-12-31}
"""


def test_an_expired_approval_is_a_finding(write: Write, run: Run) -> None:
    """Exit status 1 from the day after, with the entry's line and what to do."""
    project = write((CONFIG, "", accepted(NAMES, NAMELESS, expires="2027-06-30") + APPROVED))
    result = run("check", project, "--today", "2027-01-01")
    expected = f"""\
        x  aws  wider, 1 assumed  2 deviations accepted until 2027-06-30

        {CONFIG}:13: x: approved: 'aws/https/added.example.org' expired on 2026-12-31
            close what it covers, or have its owner renew it

        1 environment, 1 target: 1 expired
        """
    assert (1, dedent(expected)) == (result.exit_code, result.stdout)


def test_an_expired_acceptance_of_nothing_is_a_finding(write: Write, run: Run) -> None:
    """What no deviation tells of is told by itself, as `preview --base` does."""
    project = write((CONFIG, "", accepted(NAMES, NAMELESS, GONE)))
    result = run("check", project, "--today", "2027-01-01")
    assert 1 == result.exit_code
    assert f"{CONFIG}:12: x: accept: '{GONE}' expired on 2026-12-31\n" in result.stdout
    assert "1 environment, 1 target: 2 not accepted, 1 expired\n" in result.stdout


@pytest.mark.parametrize(
    ("today", "when"),
    [
        ("2026-11-30", None),
        ("2026-12-01", "in 30 days"),
        ("2026-12-29", "in 2 days"),
        ("2026-12-30", "in 1 day"),
        ("2026-12-31", "today"),
    ],
)
def test_an_expiry_is_announced(write: Write, run: Run, today: str, when: str | None) -> None:
    """From 30 days before, as a note and no finding."""
    project = write((CONFIG, "", accepted(NAMES, NAMELESS, expires="2027-06-30") + APPROVED))
    result = run("check", project, "--today", today)
    note = f"note: {CONFIG}:13: x: approved: 'aws/https/added.example.org' expires"
    assert 0 == result.exit_code
    if when is None:
        assert note not in result.stdout
    else:
        assert f"{note} {when} (2026-12-31); have its owner renew it" in result.stdout


def test_an_expired_approval_in_json(write: Write, run: Run) -> None:
    """What fails is listed with its place, as in `preview`."""
    project = write((CONFIG, "", accepted(NAMES, NAMELESS, expires="2027-06-30") + APPROVED))
    result = run("check", project, "--format", "json", "--today", "2027-01-01")
    expected = {
        "kind": "expired-entry",
        "fails": True,
        "environment": "x",
        "target": "",
        "what": "approved: 'aws/https/added.example.org' expired on 2026-12-31",
        "instead": "close what it covers, or have its owner renew it",
        "file": CONFIG,
        "line": 13,
        "approve": "",
        "accept": "",
    }
    assert (1, [expected]) == (result.exit_code, json.loads(result.stdout)["findings"])


def test_what_is_not_proved_is_no_target(root: Path) -> None:
    """An analysis without proofs has nothing to say of its targets."""
    text = as_text.check(analyse(root, ("dev",), None), (), ())
    assert "\n1 environment, 0 targets: no finding\n" == text


def test_check_in_json(write: Write, run: Run) -> None:
    """Deviations come with witness, reason and whether they are accepted."""
    project = write((CONFIG, "", accepted(NAMES)))
    result = run("check", project, "--format", "json", "--today", "2026-11-24")
    found = json.loads(result.stdout)
    (environment,) = found["environments"]
    (target,) = environment["targets"]
    whats = [(each["what"], each["accepted"]) for each in target["deviations"]]
    assert (1, 1, []) == (result.exit_code, found["version"], found["problems"])
    assert ("x", "wider") == (environment["environment"], target["fidelity"])
    assert whats == [(NAMELESS, False), (NAMES, True)]


@pytest.mark.parametrize("accept", [(), (NAMES, NAMELESS)])
def test_the_json_of_check_fits_its_schema(
    write: Write, run: Run, root: Path, accept: tuple[str, ...]
) -> None:
    """Deviations that are accepted or not, and targets of every fidelity that ships."""
    project = write((CONFIG, "", accepted(*accept))) if accept else write()
    for folder in (project, root):
        found = json.loads(run("check", folder, "--format", "json", "--today", "2026-11-24").stdout)
        assert [] == schema_errors(root, "check", found)


def test_a_line_of_explain_fits_its_schema(run: Run, root: Path) -> None:
    """Allowed, denied, and what a control calls opaque or does not apply to."""
    given = "https://sws.update.microsoft.com/\nhttp://evil.com/\nftp://10.0.0.1/\n"
    lines = run("explain", root, "-", given=given).stdout.splitlines()
    found = [json.loads(line) for line in lines]
    assert [] == [error for each in found for error in schema_errors(root, "explain", each)]
    verdicts = {c["verdict"] for each in found for t in each["targets"] for c in t["controls"]}
    assert {"allow", "deny", "opaque", "not-applicable"} >= verdicts >= {"allow", "deny", "opaque"}


@pytest.mark.parametrize("command", ["check", "preview", "explain"])
def test_problems_in_json(write: Write, run: Run, root: Path, command: str) -> None:
    """Problems are objects on standard output, as the schema has them, with exit status 2."""
    project = write((CONFIG, "[good]", "[good, none]"))
    urls = ["https://a.example.com/"] if command == "explain" else []
    result = run(command, project, "--format", "json", *urls)
    assert [] == schema_errors(root, command, json.loads(result.stdout))
    expected = {
        "file": CONFIG,
        "line": 3,
        "path": "lists[1]",
        "what": "there is no endpoint list 'none'",
        "instead": f"the choices are {', '.join(sorted(('good', *(each.stem for each in shipped_lists().glob('*.yaml')))))}",
    }
    assert (result.exit_code, json.loads(result.stdout)["problems"]) == (2, [expected])


def test_a_problem_without_a_file_in_json(write: Write, run: Run) -> None:
    """Where a problem is of no file, file and line are null."""
    result = run("check", write(), "--env", "y", "--format", "json")
    expected = {
        "file": None,
        "line": None,
        "path": "",
        "what": "there is no environment 'y'",
        "instead": "the choices are x",
    }
    assert (result.exit_code, json.loads(result.stdout)["problems"]) == (2, [expected])


def test_a_folder_without_a_project(tmp_path: Path, run: Run) -> None:
    """A folder without environments is refused with what to do."""
    result = run("check", tmp_path)
    expected = (
        f"there is no environment: no Pulumi.<name>.yaml in {tmp_path}; "
        "run this in the project's folder, say --project, or begin with `wsus-egress new`\n"
    )
    assert (result.exit_code, result.stderr.splitlines(keepends=True)[0]) == (2, expected)


def test_a_day_that_is_none(write: Write, run: Run) -> None:
    """--today takes days only."""
    result = run("check", write(), "--today", "tomorrow")
    message = "'tomorrow' is not a date; write it as YYYY-MM-DD"
    assert (2, True) == (result.exit_code, message in result.stderr)


def test_preview_of_a_restricted_environment(write: Write, run: Run) -> None:
    """Endpoints, parties, deviations, rules, quotas and known limits, in this order."""
    project = write((CONFIG, "", accepted(NAMES)))
    result = run("preview", project, "--today", "2026-11-24")
    expected = """\
        x: mode restricted
        ==================
        1 endpoint, 0 of them covered by others:
          *.example.com  http+https  good

          one  server  aws  10.20.0.10/32  asks Microsoft Update  serves on 8530/8531

        aws: wider, 1 assumed - admits more than the policy
          wider (NOT ACCEPTED): 10.20.0.10 -> 203.0.113.80 tcp/80 (HTTP without a host name)
            the target admits TCP 80 without an HTTP host, or TCP 443 without a TLS server name; the
            policy does not
          wider (accepted): 10.20.0.10 -> http://example.com/
            the target admits any other host name; the policy does not. Accepted until 2026-12-31: Known
          assumed: every network interface has the security group made for it, and no other (one)
            aws/security-group/attachment/vpc-0a1b2c3d4e5f60718
            made sure by evidence: `aws ec2 describe-network-interfaces` shows the groups of each
            interface
          aws-security-group (on its own: wider)
            one-egress-http-ipv4   allow egress tcp/80 to 0.0.0.0/0
            one-egress-https-ipv4  allow egress tcp/443 to 0.0.0.0/0
            2 of 60 IPv4 egress rules of security group one
          aws-security-group cannot decide:
          - who may reach the Internet on TCP 80 and 443 may reach private addresses on them too: the
            Internet without those is 51 blocks, at two ports 102 rules, and a group has 60 (Amazon VPC
            quotas, 2023-06)
        """
    assert (result.exit_code, result.stdout) == (0, dedent(expected))


def test_preview_of_an_open_environment(root: Path, run: Run) -> None:
    """Mode open needs no endpoints, and Azure's route is said to be assumed."""
    lines = run("preview", root, "--env", "open", "--today", "2026-11-24").stdout.splitlines()
    assert "TCP 80 and 443 to any address" == lines[2]
    assert "  assumed: the servers' subnets have this route table (wsus-azure)" in lines
    assert "    azure/route-table/attachment" in lines


def test_preview_of_what_has_no_rule(write: Write, run: Run) -> None:
    """A control without rules says why, and content from Microsoft Update is mentioned."""
    old = "      addresses: [10.20.0.10]\n"
    new = "      addresses: [10.20.0.10]\n      location: elsewhere\n"
    clients = dedent("""\
          wsus-egress:clients:
            - {name: two, addresses: [10.20.0.11], location: elsewhere, updatesFrom: one}
        """)
    text = run("preview", write((CONFIG, old, new), (CONFIG, "", indented(clients)))).stdout
    assert "    no rules: no source here may reach Microsoft Update\n" in text
    assert "  two  client  elsewhere  10.20.0.11/32  asks one\n" in text


def indented(text: str) -> str:
    """The text as a part of `config:`."""
    return "".join(f"  {line}\n" for line in text.splitlines())


def test_redundant_endpoints_are_shown(root: Path, run: Run) -> None:
    """An endpoint inside another one says inside which."""
    text = run("preview", root, "--env", "dev").stdout
    assert "9 endpoints, 2 of them covered by others:\n" in text
    assert "  covered by *.windowsupdate.com\n" in text


def test_content_from_microsoft_is_shown(root: Path, run: Run) -> None:
    """A downstream server that fetches content itself says so."""
    text = run("preview", root, "--env", "prod").stdout
    assert "asks head, content from Microsoft Update" in text


def test_explain_in_text(write: Write, run: Run) -> None:
    """For whom, what the policy says and why, then each target and control."""
    urls = ("https://a.example.com/", "https://203.0.113.80/")
    result = run("explain", write(), *urls)
    expected = """\
        https://a.example.com/  [x, for every party that may ask: one]
          policy: allow, *.example.com in good
          aws: allow for one
            aws-security-group  allow  one-egress-https-ipv4
        https://203.0.113.80/  [x, for every party that may ask: one]
          policy: deny, there is no host name, and addresses are not listed (an address)
          aws: allow for one
            aws-security-group  allow  one-egress-https-ipv4
        """
    assert (result.exit_code, result.stdout) == (0, dedent(expected))


def test_explain_for_one_address(write: Write, run: Run) -> None:
    """A party's address, and one that nobody has."""
    project, url = write(), "https://a.example.com/"
    found = [run("explain", project, url, "--from", each) for each in ("10.20.0.10", "192.0.2.1")]
    expected = """\
        https://a.example.com/  [x, for 10.20.0.10 (one)]
          policy: allow, *.example.com in good
          aws: allow
            aws-security-group  allow  one-egress-https-ipv4
        https://a.example.com/  [x, for 192.0.2.1 (no party has it)]
          policy: deny, this source may not reach Microsoft Update itself
          aws: deny
            aws-security-group  not-applicable  neither end has a security group of this policy
        """
    assert dedent(expected) == "".join(each.stdout for each in found)
    line = json.loads(
        run("explain", project, url, "--from", "10.20.0.10", "--format", "json").stdout
    )
    one = [{"party": "one", "address": "10.20.0.10"}]
    assert [one, one] == [line["from"], line["targets"][0]["from"]]


def test_explain_for_a_network_is_refused(write: Write, run: Run) -> None:
    """One address asks, not a network."""
    result = run("explain", write(), "https://a.example.com/", "--from", "10.20.0.0/24")
    told = "Invalid value for '--from': '10.20.0.0/24' is not an address; write one, as 10.20.0.10"
    assert (2, True) == (result.exit_code, told in result.stderr)


def test_explain_names_the_first_of_many_parties(write: Write, run: Run) -> None:
    """Where nobody may ask it says so, and long lists of names are cut."""
    more = "".join(
        f"\n    - {{name: s{number}, addresses: [10.20.1.{number}], synchronizesFrom: one}}"
        for number in range(1, 8)
    )
    project = write((CONFIG, "10.20.0.10]", f"10.20.0.10]{more}"))
    first, *_ = run("explain", project, "https://10.9.9.9/").stdout.splitlines()
    expected = "for every party, none of which may ask: one, s1, s2, s3, s4 and 3 more"
    assert f"https://10.9.9.9/  [x, {expected}]" == first


def test_a_host_without_a_scheme_is_asked_by_both(write: Write, run: Run) -> None:
    """First by http, then by https, also with a port or a path, and also on standard input."""
    project = write()
    for typed in ("a.example.com", "a.example.com/x", "a.example.com:8080", "[2001:db8::1]:80"):
        for arguments in ((typed, "--format", "json"), ("-",)):
            lines = run("explain", project, *arguments, given=typed).stdout.splitlines()
            urls = [json.loads(line)["url"] for line in lines]
            assert [f"http://{typed}", f"https://{typed}"] == urls


def test_explain_where_nothing_stands(write: Write, run: Run) -> None:
    """A target in which no server stands allows nothing."""
    project = write((CONFIG, "10.20.0.10]", "10.20.0.10]\n      location: elsewhere"))
    result = run("explain", project, "https://a.example.com/", "--format", "json")
    (target,) = json.loads(result.stdout)["targets"]
    (control,) = target["controls"]
    assert ("deny", "not-applicable") == (target["verdict"], control["verdict"])


@pytest.mark.parametrize(
    ("urls", "place"), [(("//bad", "http://a.com/"), ""), (("-",), "line 4: ")]
)
def test_a_bad_url_does_not_stop_the_others(
    write: Write, run: Run, urls: tuple[str, ...], place: str
) -> None:
    """Every URL that can be read is answered; the others are named, with exit status 2.

    Lines are counted as an editor counts them: empty ones too.
    """
    result = run("explain", write(), *urls, given="http://a.com/\n\n  \n//bad\n")
    expected = f"{place}'//bad' is neither a URL nor a host; write https:// and the host\n"
    assert (result.exit_code, result.stderr) == (2, expected)
    assert "http://a.com/" in result.stdout


def explained(project: Path, encoding: str, *arguments: str, given: bytes = b"") -> Process:
    """Run the command as a process, with a terminal of this encoding."""
    command = (sys.executable, "-c", "from wsus_egress.cli.main import main; main()", "explain")
    return subprocess.run(
        [*command, "--project", str(project), *arguments], input=given, capture_output=True, check=False,
        env={**os.environ, "PYTHONIOENCODING": encoding},
    )  # fmt: skip


def test_a_url_that_the_terminal_cannot_show(write: Write) -> None:
    """Letters that are not of the terminal's encoding are escaped."""
    done = explained(write(), "ascii", "https://m\u00fcnchen.example.com/")
    assert (0, b"") == (done.returncode, done.stderr)
    assert done.stdout.startswith(b"https://m\\xfcnchen.example.com/  [x, ")


@pytest.mark.parametrize(("given", "hint"), [
    ("https://a.example.com/\nHTTPS request from 10.30.0.10:5 to a.example.com:443. Action: Deny\n", True),
    ('{"event":{"tls":{"sni":"a.example.com"}}}\n', True),
    ("bad\\host\nhttps://a.example.com/\n", False),
])  # fmt: skip
def test_lines_of_a_log_belong_to_another_command(
    write: Write, run: Run, given: str, *, hint: bool
) -> None:
    """Whoever pipes a firewall's log into it is told which command reads that, once at the end."""
    result = run("explain", write(), "-", given=given)
    assert 2 == result.exit_code
    last = result.stderr.splitlines()[-1]
    assert hint == ("if these are lines of a log, `wsus-egress logs -` reads them" in last)


def test_bytes_that_are_no_text(write: Write) -> None:
    """A line that is not UTF-8 is refused with its number, and the others are answered."""
    given = b"https://a.example.com/\nhttps://m\xfcnchen.example.com/\n"
    done = explained(write(), "utf-8:strict", "-", given=given)
    assert (2, "https://a.example.com/") == (done.returncode, json.loads(done.stdout)["url"])
    told = b"line 2: 'https://m\\udcfcnchen.example.com/' has '\\udcfc' in it; write it percent-encoded\n"
    assert told == done.stderr


def test_json_is_json_in_every_encoding(write: Write) -> None:
    """What is escaped for a terminal is escaped as JSON does it."""
    project = write((CONFIG, "[good]", "[b\u00fccher]"))
    done = explained(project, "latin-1", "--format", "json", "https://a.example.com/")
    (problem,) = json.loads(done.stdout)["problems"]
    assert (2, "there is no endpoint list 'b\u00fccher'") == (done.returncode, problem["what"])


@pytest.mark.parametrize("command", ["check", "preview", "report -o policy.html"])
def test_a_bare_name_is_told_to_be_an_option(command: str) -> None:
    """Every command that takes environments by `--env` only says so."""
    done = CliRunner().invoke(main, [*command.split(), "prod", "test"])

    assert 2 == done.exit_code
    assert "an environment is given as an option: write --env prod --env test" in done.output
