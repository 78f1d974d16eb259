"""What the commands print as JSON: one type for each object, of which the JSON Schemas are made too.

`as_json` fills these types, and a type checker holds it to them; nothing checks them at run time.
For example `Quota` below is `{"name": "rules", "used": 2, "limit": 60}` in the output, and in
schemas/preview.json an object with just these three keys. Optional keys are `NotRequired`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, NotRequired

from pydantic import Field, WithJsonSchema
from typing_extensions import TypedDict  # pydantic reads no other before Python 3.12

from wsus_egress.controls import Verdict
from wsus_egress.model.policy import Mode
from wsus_egress.proof.compare import Kind
from wsus_egress.proof.proof import Fidelity
from wsus_egress.review.explain import Reached

Version = Literal[1]
Count = Annotated[int, Field(ge=0)]
Cloud = Annotated[str, WithJsonSchema({"enum": ["aws", "azure"]})]
Line = Annotated[int, Field(ge=1)]
# What becomes of a request at a target, whose controls may be `opaque`.
Decided = Annotated[Reached, WithJsonSchema({"enum": ["allow", "deny", "unknown"]})]
Schemes = Sequence[Annotated[str, WithJsonSchema({"enum": ["http", "https"]})]]


class Problem(TypedDict):
    """One thing that is wrong with the input."""

    file: str | None
    line: Line | None
    path: str
    what: str
    instead: str


class Refusal(TypedDict):
    """What every command prints where it cannot use the input, with exit status 2."""

    version: Version
    problems: Annotated[list[Problem], Field(min_length=1)]
    environments: Annotated[list[Any], Field(max_length=0)]
    findings: Annotated[list[Any], Field(max_length=0)]


class Finding(TypedDict):
    """One thing that a reviewer has to know."""

    kind: str
    fails: bool
    environment: str
    target: str
    what: str
    instead: str
    file: str | None
    line: Line | None
    approve: Annotated[
        str, Field(description="What an entry under `approved` would name, or empty.")
    ]
    accept: Annotated[str, Field(description="What an entry under `accept` would name, or empty.")]


class Deviation(TypedDict):
    """Where a target's rules differ from the policy."""

    what: str
    kind: Kind
    control: str
    witness: str
    reason: str
    accepted: bool


class Way(TypedDict):
    """How an assumption could be made sure: by a setting of this stack, a lookup of the engine's, or evidence."""

    by: Literal["stack", "lookup", "evidence"]
    how: str


class Assumption(TypedDict):
    """What must hold outside the rules for a target's fidelity to be true."""

    id: Annotated[str, Field(description="The same as long as the same is assumed.")]
    what: str
    accepted: Annotated[bool, Field(description="Whether the owner vouches for it today.")]
    whom: Annotated[Sequence[str], Field(description="The servers and client groups concerned.")]
    ways: list[Way]


class Masked(TypedDict):
    """What a target has only where one control hides another one's deviation."""

    masked: NotRequired[
        Annotated[list[Deviation], Field(description="Deviations that another control hides.")]
    ]


class Proof(Masked):
    """A target's fidelity."""

    target: str
    fidelity: Fidelity
    deviations: list[Deviation]
    assumptions: list[Assumption]


class Disparity(TypedDict):
    """A flow that one cloud of an environment admits and the other denies."""

    admits: str
    denies: str
    witness: str
    surely: bool


class ProvedEnvironment(TypedDict):
    """An environment, as `check` proves it."""

    environment: str
    targets: list[Proof]
    parity: NotRequired[list[Disparity]]


class Check(TypedDict):
    """What `check` prints; either `problems` or `environments` is empty."""

    version: Version
    problems: list[Problem]
    environments: list[ProvedEnvironment]
    findings: list[Finding]


class ControlRuling(TypedDict):
    """A control's verdict on a URL, and the rule that gives it."""

    control: str
    verdict: Verdict
    rule: str


class Whom(TypedDict):
    """A party, all of it where there is no address; or an address, which may be no party's."""

    party: str | None
    address: str | None


# `from` is a word of Python's, so this type has another form.
TargetRuling = TypedDict(
    "TargetRuling",
    {"target": str, "verdict": Decided, "from": list[Whom], "controls": list[ControlRuling]},
)
TargetRuling.__doc__ = (
    "Whether a URL is reached through all of a target's controls, for some of those who ask."
)

Answer = TypedDict(
    "Answer",
    {
        "verdict": Annotated[Literal["allow", "deny"], Field(description="What the policy says.")],
        "endpoint": Annotated[str | None, Field(description="The pattern that decides.")],
        "environment": str,
        "from": Annotated[list[Whom], Field(description="For whom this holds.")],
        "targets": list[TargetRuling],
    },
)


class Explanation(Answer):
    """One URL in one environment: a line of `explain -`."""

    version: Version
    url: str


class Endpoint(TypedDict):
    """An endpoint that the policy allows."""

    pattern: str
    schemes: Schemes
    list: str


class Rule(TypedDict):
    """A rule of a control, and the endpoints that it is made of."""

    id: str
    text: str
    endpoints: Sequence[str]


class Document(TypedDict):
    """A resource's inputs as its provider gets them."""

    type: str
    name: str
    properties: Mapping[str, Any]


class Quota(TypedDict):
    """How much of a cloud's limit is used."""

    name: str
    used: Count
    limit: Count


class Control(TypedDict):
    """A control: what it admits on its own, and what it is made of."""

    control: str
    fidelity: Fidelity
    rules: list[Rule]
    documents: list[Document]
    quotas: list[Quota]


class Residue(TypedDict):
    """What no rule of a control's kind can decide."""

    control: str
    what: str
    source: str


class Target(Masked):
    """A target with its controls."""

    target: str
    cloud: Cloud
    fidelity: Fidelity
    deviations: list[Deviation]
    assumptions: list[Assumption]
    controls: list[Control]
    residues: list[Residue]


class Environment(TypedDict):
    """An environment, as `preview` shows it."""

    environment: str
    mode: Mode
    endpoints: list[Endpoint]
    targets: list[Target]


class NameChange(TypedDict):
    """Flows that only one side of a change allows."""

    pattern: Annotated[str, Field(description="Empty where `text` says what it is.")]
    schemes: Schemes
    witness: str
    parties: Sequence[str]
    text: str


class Opened(NameChange):
    """Flows that a change newly allows."""

    approved: bool


class Unprotected(TypedDict):
    """A setting whose change takes protection away, or opens what no endpoint list has."""

    what: Annotated[str, Field(description="How an approval names it.")]
    text: str
    approved: bool


class RuleChange(TypedDict):
    """A rule that differs; `was` is the text of one that changed."""

    control: str
    id: str
    kind: Literal["added", "removed", "changed"]
    text: str
    was: str


class Change(TypedDict):
    """What a change does to one target; `unchanged` counts patterns."""

    environment: str
    target: Cloud
    unprotected: list[Unprotected]
    newly_allowed: list[Opened]
    no_longer_allowed: list[NameChange]
    unchanged: Count
    rules: list[RuleChange]
    notes: Sequence[str]


class Step(TypedDict):
    """A resource that the engine will change."""

    operation: str
    type: str
    name: str
    properties: Sequence[str]
    risk: bool


class PolicyResult(TypedDict):
    """A rule of a policy pack that is broken."""

    rule: str
    level: str
    resource: str
    message: str


class Engine(TypedDict):
    """What the engine will do."""

    steps: list[Step]
    policies: list[PolicyResult]
    diagnostics: Sequence[str]
    counts: Mapping[str, Count]


class Preview(TypedDict):
    """What `preview` prints; headline and changes only with a base, `engine` where it was asked."""

    version: Version
    headline: NotRequired[str]
    environments: list[Environment]
    changes: NotRequired[list[Change]]
    findings: list[Finding]
    engine: NotRequired[Engine]
