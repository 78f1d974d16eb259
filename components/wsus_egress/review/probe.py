"""What a server should try: what must pass, and what must not; and what its result says beside the rules.

For example `*.update.microsoft.com` by HTTPS is tried with sws.update.microsoft.com, and update.microsoft.com itself must not pass.
A block counts only beside a control: a listed name that passed to the same host in the same run.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from wsus_egress.model.flows import Scheme
from wsus_egress.model.party import Party
from wsus_egress.model.policy import EgressPolicy, Mode
from wsus_egress.review.analysis import Analysis
from wsus_egress.review.explain import Explainer, Reached
from wsus_egress.review.urls import parse_url

Kind = Literal["tls", "http", "udp"]
# A host that answers for each pattern of Microsoft's, by scheme and domain: WSUS' own since 2020 (SupportArticles-docs, 2023-12-05);
# others from nsacyber/HTTP-Connectivity-Tester (about 2020), delivery-optimization-workflow.md (2024-05-23), and what update
# clients' logs name. Hosts and statuses age, so any answer counts.
_LIVE: Final[Mapping[Scheme, Mapping[str, str]]] = {
    Scheme.HTTP: {
        "windowsupdate.com": "ctldl.windowsupdate.com",
        "download.windowsupdate.com": "au.download.windowsupdate.com",
        "delivery.mp.microsoft.com": "tlu.dl.delivery.mp.microsoft.com",
        "dl.delivery.mp.microsoft.com": "tlu.dl.delivery.mp.microsoft.com",
    },
    Scheme.HTTPS: {
        "update.microsoft.com": "sws.update.microsoft.com",
        "windowsupdate.com": "catalog.s.download.windowsupdate.com",
        "download.windowsupdate.com": "catalog.s.download.windowsupdate.com",
        "delivery.mp.microsoft.com": "fe3.delivery.mp.microsoft.com",
        "dl.delivery.mp.microsoft.com": "catalog.sf.dl.delivery.mp.microsoft.com",
        "do.dsp.mp.microsoft.com": "geo-prod.do.dsp.mp.microsoft.com",
        "prod.do.dsp.mp.microsoft.com": "geo.prod.do.dsp.mp.microsoft.com",
    },
}
# To whose address the names go that must not pass: the first that the policy has.
_CONTROLS: Final[Mapping[Scheme, tuple[str, ...]]] = {
    Scheme.HTTP: ("ctldl.windowsupdate.com", "download.windowsupdate.com"),
    Scheme.HTTPS: ("sws.update.microsoft.com", "fe3.delivery.mp.microsoft.com"),
}
_NOBODY: Final = "wsus-egress-probe"
_OTHER_PORT: Final = 8443
# What no list has: one that says so, and one that only ends alike.
_UNLISTED: Final = (f"{_NOBODY}.example.com", "evilwindowsupdate.com")
_KINDS: Final[Mapping[Scheme, Kind]] = {Scheme.HTTP: "http", Scheme.HTTPS: "tls"}
_MARKED: Final = re.compile(
    r"-----BEGIN WSUS EGRESS PROBE-----\s*(\{.*?\})\s*-----END WSUS EGRESS PROBE-----", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class ProbeTest:
    """One thing to try.

    Attributes:
        name: Sent as Host or SNI; empty for none.
        connect: The host whose address is connected to.
        expect: `pass`, or `block`.
        why: What it shows, in words.
    """

    id: str
    kind: Kind
    name: str
    connect: str
    port: int
    expect: Literal["pass", "block"]
    why: str


@dataclass(frozen=True, slots=True)
class ProbeFinding:
    """What a result says of a test.

    Attributes:
        state: `agrees`, `differs`, or `undecided`.
        words: Which control explains it.
    """

    test: ProbeTest
    state: Literal["agrees", "differs", "undecided"]
    words: str


class NotAResult(ValueError):  # noqa: N818 - it reads as what it is
    """A text that has no result of a probe; the message says why."""


def tests_of(policy: EgressPolicy) -> tuple[ProbeTest, ...]:
    """What must pass, entry by entry, then what must not.

    Args:
        policy: In restricted mode; an open one has no names to tell apart.
    """
    found: list[tuple[Kind, str, str, int, Literal["pass", "block"], str]] = []
    for scheme in Scheme:
        kind, other, port = _KINDS[scheme], _KINDS[_other(scheme)], scheme.port
        patterns = policy.patterns[scheme] if policy.mode is Mode.RESTRICTED else ()
        control = _control(policy, scheme)
        for pattern in patterns:
            host = _LIVE[scheme].get(pattern.host) if pattern.wildcard else pattern.host
            # Where no host below it is known to live, its name goes to another's address: a name filter sees no difference.
            sent = host or f"{_NOBODY}.{pattern.host}"
            if host or control:
                found.append(
                    (kind, sent, host or control, port, "pass", f"{pattern.text} by {scheme}")
                )
        if not control:
            continue
        names = policy.names(port, scheme.application)
        apexes = sorted({p.host for p in patterns if p.wildcard and p.host not in names})
        found += [
            *(
                (kind, apex, control, port, "block", f"{apex} itself by {scheme}")
                for apex in apexes
            ),
            *((kind, name, control, port, "block", f"{name} by {scheme}") for name in _UNLISTED),
            (kind, "", control, port, "block", f"an address without a name by {scheme}"),
            (other, control, control, port, "block", f"{_other(scheme)} on port {port}"),
            (
                kind,
                control,
                control,
                _OTHER_PORT,
                "block",
                f"{control} by {scheme} on port {_OTHER_PORT}",
            ),
        ]
        if scheme is Scheme.HTTPS:
            found.append(("udp", "", control, port, "block", "QUIC"))
    return tuple(ProbeTest(f"t{number:03}", *each) for number, each in enumerate(found, 1))


def _other(scheme: Scheme) -> Scheme:
    return Scheme.HTTP if scheme is Scheme.HTTPS else Scheme.HTTPS


def _control(policy: EgressPolicy, scheme: Scheme) -> str:
    """A listed host that answers by a scheme; nothing where the policy has none."""
    names = policy.names(scheme.port, scheme.application)
    patterns = policy.patterns[scheme] if policy.mode is Mode.RESTRICTED else ()
    live = (_LIVE[scheme].get(p.host, "") if p.wildcard else p.host for p in patterns)
    return next((host for host in (*_CONTROLS[scheme], *live) if host and host in names), "")


def policy_id(policy: EgressPolicy) -> str:
    """What tells a result of an older policy from one of this: a hash of what is tried."""
    text = "\n".join(map(repr, tests_of(policy)))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def read_result(text: str) -> dict[str, Any]:
    """The result in a text: bare, between its marks, or as SSM and Azure Run Command wrap the output.

    Raises:
        NotAResult: When there is none.
    """
    candidates = [text.lstrip("\ufeff"), *_inside(text.lstrip("\ufeff"))]
    for each in candidates:
        marked = _MARKED.search(each)
        try:
            data = json.loads(marked[1] if marked else each)
        except (ValueError, RecursionError):
            continue
        if (
            isinstance(data, dict)
            and data.get("version") == 1
            and isinstance(data.get("tests"), list)
        ):
            return data
    cut = "-----BEGIN WSUS EGRESS PROBE-----" in text
    raise NotAResult(
        "the result is cut: write it to a file with -Output, and give that"
        if cut else "there is no result of a probe in it; give what probe.ps1 printed"
    )  # fmt: skip


def _inside(text: str) -> Iterator[str]:
    """The output in `aws ssm get-command-invocation` and `az vm run-command invoke`."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return
    if isinstance(data, dict):
        if isinstance(output := data.get("StandardOutputContent"), str):
            yield output
        for each in data["value"] if isinstance(data.get("value"), list) else ():
            if isinstance(each, dict) and isinstance(each.get("message"), str):
                yield each["message"]


def judge(analysis: Analysis, server: Party, result: Mapping[str, Any]) -> tuple[ProbeFinding, ...]:
    """What each test's outcome says beside the rules.

    Args:
        analysis: The environment with its controls.
        server: Who ran the probe.
        result: As `read_result` gives it.
    """
    tests = tests_of(analysis.environment.policy)
    outcomes = {
        each["id"]: each
        for each in result["tests"]
        if isinstance(each, dict) and isinstance(each.get("id"), str)
    }
    passed = {
        test.connect for test in tests
        if test.expect == "pass" and outcomes.get(test.id, {}).get("outcome") == "passed"
    }  # fmt: skip
    explainer = Explainer(analysis, server.addresses[0].network_address)
    return tuple(
        _judged(test, outcomes.get(test.id), passed, explainer) if _can_tell(test, analysis)
        else ProbeFinding(test, "undecided", "Azure Firewall looks the name up itself, and nobody has it")
        for test in tests
    )  # fmt: skip


def _can_tell(test: ProbeTest, analysis: Analysis) -> bool:
    """Azure Firewall resolves the name that is sent, and so fails for a name that is nobody's whatever the rules."""
    dead = test.expect == "pass" and test.name.startswith(f"{_NOBODY}.")
    return not dead or analysis.environment.azure is None


def _judged(
    test: ProbeTest, said: Mapping[str, Any] | None, passed: set[str], explainer: Explainer
) -> ProbeFinding:
    outcome, detail = (said or {}).get("outcome"), str((said or {}).get("detail", ""))[:60]
    if outcome not in {"passed", "blocked"}:
        return ProbeFinding(test, "undecided", detail or "not in the result")
    if test.expect == "pass":
        if outcome == "passed":
            return ProbeFinding(test, "agrees", detail)
        if not _is_sure(test, explainer):
            return ProbeFinding(test, "undecided", f"{detail}; nobody is known to answer there")
        if detail == "name-not-resolved" and test.connect == test.name:
            return ProbeFinding(
                test, "differs", f"{detail}: a DNS firewall, the resolver, or the host is gone"
            )
        return ProbeFinding(
            test, "differs", f"{detail}; {_controls(test, explainer, wanted=Reached.DENY)}"
        )
    if outcome == "passed":
        return ProbeFinding(
            test, "differs", f"{detail}; {_controls(test, explainer, wanted=Reached.ALLOW)}"
        )
    if test.connect not in passed or test.port == _OTHER_PORT:
        return ProbeFinding(
            test, "undecided", f"{detail}, and nothing shows that somebody listens there"
        )
    if (
        test.kind == "tls"
        and test.port == Scheme.HTTP.port
        and "timeout" not in detail
        and not detail.startswith("socket-")
    ):
        # An HTTP server may have answered what is not TLS: that would have passed.
        return ProbeFinding(test, "undecided", f"{detail}, which may be the server's own answer")
    return ProbeFinding(test, "agrees", detail)


def _is_sure(test: ProbeTest, explainer: Explainer) -> bool:
    """Whether a list names the scheme itself, and not only the setting `schemes: both`."""
    scheme = Scheme.HTTP if test.kind == "http" else Scheme.HTTPS
    answer = explainer.explain(parse_url(f"{scheme}://{test.name}/")).answer
    return answer.decision.endpoint is not None and scheme in answer.decision.endpoint.schemes


def _controls(test: ProbeTest, explainer: Explainer, *, wanted: Reached) -> str:
    """Which control explains an outcome, or should have made another."""
    if test.kind == "udp" or not test.name:
        return "no rule of these settings lets it pass: another rule or route does"
    scheme = "http" if test.kind == "http" else "https"
    answer = explainer.explain(parse_url(f"{scheme}://{test.name}:{test.port}/")).answer
    told = [
        f"{target.target}: {name} {ruling.verdict} by {ruling.rule}"
        for target in answer.targets for name, ruling in target.rulings
        if (ruling.verdict == "deny") == (target.verdict is Reached.DENY)
    ]  # fmt: skip
    if any(target.verdict is wanted for target in answer.targets):
        return "as these rules say: " + ", ".join(told)
    which = "lets it pass" if wanted is Reached.ALLOW else "blocks it"
    return f"not these rules ({', '.join(told) or 'no control is met'}): an older deployment, or something else {which}"


def usable(policy: EgressPolicy, servers: Sequence[Party], name: str) -> Party | str:
    """The server to probe from, or why it cannot be one."""
    party = next((each for each in servers if each.name == name and each.kind == "server"), None)
    if party is None:
        names = ", ".join(each.name for each in servers if each.kind == "server")
        return f"there is no server {name!r}; the choices are {names}"
    if policy.mode is Mode.OPEN:
        return "the environment's mode is open: it has no names to tell apart"
    if not party.internet:
        return f"{name} may not reach Microsoft Update itself, so nothing must pass; probe from the server that it asks"
    return party
