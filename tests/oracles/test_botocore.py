"""AWS's own service models judge every document of random environments: 0 problems."""

from __future__ import annotations

import random
from typing import Any

import pytest
from botocore_models import REQUESTS, answers
from random_environments import endpoints, settings

from wsus_egress.config.assembly import build_environment
from wsus_egress.config.lists import EndpointList
from wsus_egress.controls import Document, compile_target
from wsus_egress.problems import PolicyErrors

SEEDS = 300
# What a setting may be asked to be; some of it is refused, alone or together.
NAMES = (
    "wsus",
    "prod-wsus",
    "prod.wsus",
    "prod_wsus",
    "prod wsus",
    "sg-wsus",
    "w" * 33,
    "w" * 60,
    "wsüs",
)
TEXTS = ("cost", "cost centre", "a&b", "aws:cost", "k" * 129, "größe", "a\tb", "")
GROUPS = ("/aws/network-firewall/wsus", "my log group", "a" * 511, "a#b", "logs:x")
BUCKETS = ("logs", "Logs", "lo", "logs.example", "l" * 64)
PRINCIPALS = (
    "111122223333", "not an account",
    "arn:aws:organizations::111122223333:organization/o-exampleorg1",
    "arn:aws:organizations::111122223333:ou/o-exampleorg1/ou-ab12-cdef3456", "arn:aws:iam::1:user/x",
)  # fmt: skip
UNITS = ("ou-ab12-cdef3456", "bad")
ACCOUNTS = ("111122223333", "nonsense", "1234")


def strained(rng: random.Random, data: dict[str, Any]) -> None:
    """Settings of AWS with values from the edge of what a service takes."""
    aws = data.setdefault("aws", {"vpcId": "vpc-0a1b2c3d"})
    for party in (*data["servers"], *data["clients"]):
        if party["location"] == "azure" and "azure" not in data:
            party["location"] = "elsewhere"
    if rng.random() < 0.4:
        aws["tags"] = {rng.choice(TEXTS): rng.choice(TEXTS) for _ in range(rng.randint(1, 2))}
    if rng.random() < 0.2:
        data["clients"].append({
            "name": "many", "location": "elsewhere", "updatesFrom": data["servers"][0]["name"],
            "addresses": [f"10.30.{n}.0/25" for n in range(rng.choice([70, 110, 160]))],
        })  # fmt: skip
        aws["securityGroup"] = {"rulesPerDirection": 900}
    if rng.random() < 0.2:
        return
    mode = rng.choice(["rules-only", "policy", "full"])
    firewall: dict[str, Any] = {"mode": mode}
    if mode == "full":
        data["ipv6"] = False
        zone = rng.choice(["eu-west-1a", "eusc-de-east-1a", "us-gov-west-1b"])
        back = {"routeTableId": "rtb-0a1b2c3e", "destinations": ["10.10.0.0/16"]}
        firewall["endpoints"] = [
            {"zone": zone, "subnetId": "subnet-0a1b2c3d", "protectedRouteTables": ["rtb-0a1b2c3d"],
             "returnRoutes": [back]}
        ]  # fmt: skip
        firewall["keepDefaultRoutes"] = rng.random() < 0.5
        if rng.random() < 0.8:
            days = rng.choice([1, 100, 365, 3653])
            firewall["logging"] = rng.choice([
                {"logGroup": rng.choice(GROUPS), "retentionDays": days},
                {"bucket": rng.choice(BUCKETS), "prefix": rng.choice(["", "x/y"])},
            ])  # fmt: skip
    if mode == "rules-only" and rng.random() < 0.5:
        firewall["firewallManager"] = {
            "accounts": [rng.choice(ACCOUNTS)],
            "organizationalUnits": [rng.choice(UNITS)],
            "resourceTags": {rng.choice(TEXTS): rng.choice(TEXTS)} if rng.random() < 0.5 else {},
        }
    if rng.random() < 0.3:
        firewall["shareWith"] = [rng.choice(PRINCIPALS)]
    if rng.random() < 0.3:
        firewall["capacity"] = rng.choice([1, 5000, 30000, 40000])
    aws["networkFirewall"] = firewall


def made(seed: int) -> tuple[str, list[Document]] | None:
    """A seed's environment as documents, under a component's name; None where it is refused."""
    rng = random.Random(seed)  # noqa: S311 - a seed that is printed
    data, listed = settings(rng), endpoints(rng)
    strained(rng, data)
    # Most seeds have names that are taken, or the rest would seldom be judged.
    name = rng.choice(NAMES) if rng.random() < 0.3 else "wsus"
    lists = {"generated": EndpointList("generated", "x", (), tuple(listed))}
    try:
        environment = build_environment("test", data, lists, lambda _: None)
        target = environment.aws
        assert target is not None
        controls = compile_target(environment, target, name)
    except PolicyErrors:
        return None
    return name, [document for control in controls for document in control.documents(name)]


def test_every_request_is_one_that_aws_takes() -> None:
    """Types, required members, enums, patterns and lengths, over every document that passes `check`."""
    problems: dict[str, list[str]] = {}
    judged: dict[str, int] = dict.fromkeys(REQUESTS, 0)
    environments = 0
    seed = -1
    while environments < SEEDS:
        seed += 1
        if (found := made(seed)) is None:
            continue
        environments += 1
        name, documents = found
        kinds = {document.name: document.type for document in documents}
        for document in documents:
            judged[document.type.rpartition(":")[2]] += 1
            if said := answers(document, kinds):
                problems[f"{seed} {name}: {document.name}"] = said

    assert {} == problems
    assert all(judged.values()), judged


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ({"name": "a_b"}, "does not match ^[a-zA-Z0-9-]+$"),
        ({"name": "a" * 129}, "129, and ResourceName is 128 at most"),
        ({"type": "OTHER"}, "is none of"),
        ({"capacity": "1"}, "Invalid type for parameter Capacity"),
        ({"description": "a" * 513}, "is 512 at most"),
    ],
)
def test_the_judge_finds_what_it_looks_for(edits: dict[str, Any], expected: str) -> None:
    """Each kind of mistake is told."""
    group = {
        "name": "a",
        "type": "STATEFUL",
        "capacity": 1,
        "description": "",
        "ruleGroup": {"rulesSource": {"rulesString": "x"}},
    }
    document = Document("aws:networkfirewall/ruleGroup:RuleGroup", "a", {**group, **edits})

    assert any(expected in text for text in answers(document, {}))
