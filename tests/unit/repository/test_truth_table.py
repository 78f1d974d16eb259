"""Hosts that tell right from nearly right: `explain`, the policy and the rules answer alike."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from truth_table import CONFIG, LIST, REFUSED, TABLE

from wsus_egress.controls import Ruling, Verdict
from wsus_egress.controls.azure.firewall import AzureApplicationRules
from wsus_egress.model.policy import EgressPolicy
from wsus_egress.review.analysis import Analysis, analyse
from wsus_egress.review.explain import Explainer, Reached
from wsus_egress.review.urls import InvalidUrl, parse_url, requests_of


@pytest.fixture
def analysis(write: Callable[..., Path]) -> Analysis:
    """An Azure target that names the list, and each endpoint's own schemes."""
    files = {"config/endpoints/good.yaml": LIST, "config/Pulumi.x.yaml": CONFIG}
    return analyse(write(files=files), (), None)[0]


@pytest.fixture
def policy(analysis: Analysis) -> EgressPolicy:
    """The environment's policy."""
    return analysis.environment.policy


@pytest.fixture
def rules(analysis: Analysis) -> AzureApplicationRules:
    """The control that sees names."""
    control = analysis.targets[0].controls[-1]
    assert isinstance(control, AzureApplicationRules)
    return control


@pytest.mark.parametrize(("url", "verdict"), TABLE.values(), ids=TABLE)
def test_everything_answers_alike(
    analysis: Analysis, policy: EgressPolicy, rules: AzureApplicationRules, url: str, verdict: str
) -> None:
    """`explain`, the policy, the application rules and their set of names give one answer."""
    request = parse_url(url)
    flow = request.flow(policy.parties[0].addresses[0][0])
    found = Explainer(analysis).explain(request)
    names = rules.names(flow)
    assert names is not None
    answers = {
        "explain": "allow" if found.answer.decision.allowed else "deny",
        "target": found.answer.targets[0].verdict.value,
        "policy": "allow" if policy.decide(flow).allowed else "deny",
        "control": rules.admits(flow).verdict.value,
        "names": "allow" if flow.name is not None and flow.name in names.surely else "deny",
    }
    assert answers == dict.fromkeys(answers, verdict)


@pytest.mark.parametrize(("url", "reason"), REFUSED.items())
def test_an_ambiguous_url_is_refused(url: str, reason: str) -> None:
    """What programs read differently, or nobody can read, gets no answer but a reason."""
    with pytest.raises(InvalidUrl) as caught:
        requests_of(url)
    assert str(caught.value).replace(" ", "") == f"{url!r}{reason}".replace(" ", "")


def test_the_deciding_endpoint_and_rule_are_named(analysis: Analysis) -> None:
    """An allowed URL comes with its endpoint's pattern, its list and the rule of every control."""
    found = Explainer(analysis).explain(parse_url("http://a.windowsupdate.com/"))
    assert "*.windowsupdate.com in good" == found.answer.decision.reason
    assert found.answer.decision.endpoint is not None
    assert "*.windowsupdate.com" == found.answer.decision.endpoint.pattern.text
    rulings = [
        (name, ruling.verdict, ruling.rule) for name, ruling in found.answer.targets[0].rulings
    ]
    expected = [
        ("azure-nsg", Verdict.ALLOW, "allow-microsoft-update"),
        ("azure-application-rules", Verdict.ALLOW, "names-http"),
    ]
    assert rulings == expected


def test_what_nobody_is_denied_is_opaque(write: Callable[..., Path]) -> None:
    """Without a denial Azure's own collection decides: `explain`, flow and names say the same."""
    open_end = CONFIG.replace("destinations: list", "destinations: list\n    denyRest: nobody")
    files = {"config/endpoints/good.yaml": LIST, "config/Pulumi.x.yaml": open_end}
    analysis = analyse(write(files=files), (), None)[0]
    request = parse_url("https://www.example.org/")
    flow = request.flow(analysis.environment.policy.parties[0].addresses[0][0])
    rules = analysis.targets[0].controls[-1]
    (found,) = Explainer(analysis).explain(request).answer.targets
    names = rules.names(flow)
    ruling = Ruling(Verdict.OPAQUE, "Azure's infrastructure collection")

    assert ("azure-application-rules", ruling) == found.rulings[-1]
    assert ruling == rules.admits(flow)
    assert names is not None
    assert flow.name is not None
    assert (False, True) == (flow.name in names.surely, flow.name in names.possibly)
    assert Reached.UNKNOWN is found.verdict


def test_an_apex_says_that_only_names_below_it_are_listed(analysis: Analysis) -> None:
    """The reason tells a wildcard's domain from a name that nobody lists."""
    explainer = Explainer(analysis)
    reasons = [
        explainer.explain(parse_url(f"{scheme}://windowsupdate.com/")).answer.decision.reason
        for scheme in ("http", "https")
    ]
    assert [
        "only names below it are listed for http", "no endpoint has this name for https"
    ] == reasons  # fmt: skip


@pytest.mark.parametrize(
    ("url", "verdicts"),
    [
        ("http://a.windowsupdate.com./", (Verdict.ALLOW, Verdict.OPAQUE, Reached.UNKNOWN)),
        ("http://www.example.org./", (Verdict.ALLOW, Verdict.DENY, Reached.DENY)),
        ("https://download.microsoft.com./", (Verdict.ALLOW, Verdict.ALLOW, Reached.ALLOW)),
    ],
)
def test_a_dot_at_the_end_over_http(
    analysis: Analysis, url: str, verdicts: tuple[Verdict, Verdict, Reached]
) -> None:
    """Azure does not say how it compares one, so only a denial is sure; TLS never sends it."""
    found = Explainer(analysis).explain(parse_url(url))
    (target,) = found.answer.targets
    assert verdicts == (*(ruling.verdict for _, ruling in target.rulings), target.verdict)
    assert found.answer.decision.allowed is (verdicts[1] is not Verdict.DENY)
