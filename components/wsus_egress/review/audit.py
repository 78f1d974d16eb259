"""Other people's rules against a policy: reads their files, proves what they hold, and says what not.

For example `audit((Path("plan.json"),), Question(...))` reads a Terraform plan and gives for each
cloud that it has rules of a `Target`: `wider`, with the witness `10.20.0.10 -> https://example.com/`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from wsus_egress.model.environment import Environment
from wsus_egress.model.flows import Network
from wsus_egress.model.party import Party, Place
from wsus_egress.model.policy import EgressPolicy, Endpoint, Mode
from wsus_egress.problems import Location
from wsus_egress.readers.foreign.picture import ROUTES, Picture, pictures
from wsus_egress.readers.formats.lines import line_of
from wsus_egress.readers.formats.recognise import file_text, parameters_of, read_text
from wsus_egress.readers.formats.things import Contents, NotReadable
from wsus_egress.readers.terms.chain import Chain
from wsus_egress.review.audit_answer import Deviation, Judged, Judgement
from wsus_egress.review.audit_assumed import Assumed, assumed
from wsus_egress.review.audit_declared import take_declared
from wsus_egress.review.audit_proof import judge

_ROUTED: Final = (
    "the stack has the routes that the environment declares, which its own proof judges"
)
_CLOUDS: Final[tuple[Place, ...]] = ("aws", "azure")


@dataclass(frozen=True, slots=True)
class Question:
    """What to prove the rules against.

    Attributes:
        policies: By cloud, what is allowed there and whose flows are judged: each party's addresses.
        against: What the policy is, in words: `the list wsus`.
        environment: Whose policy it is, where it is one's.
    """

    policies: Mapping[str, tuple[EgressPolicy, tuple[tuple[str, tuple[Network, ...]], ...]]]
    against: str
    environment: Environment | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A deviation, with the line of its rule."""

    deviation: Deviation
    location: Location


@dataclass(frozen=True, slots=True)
class ControlAnswer:
    """One control on its own, as far as it can see."""

    name: str
    judgement: Judgement
    resources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """What the rules of one cloud do for one source.

    Attributes:
        cloud: `aws`, `azure`, or `any` for a list of names.
        source: Whose flows, in words.
        alternative: Which of several possible groups is meant, in words; empty where one is.
    """

    cloud: str
    source: str
    alternative: str
    judgement: Judgement
    undecided: tuple[str, ...]
    controls: tuple[ControlAnswer, ...]
    deviations: tuple[Found, ...]
    assumed: tuple[str, ...]
    environments: tuple[Assumed, ...] = ()
    """What the environment takes for granted."""


@dataclass(frozen=True, slots=True)
class Unread:
    """Something that was not read, and what it could hide: `wider`, `narrower`, both or nothing."""

    what: str
    location: Location
    could_hide: str


@dataclass(frozen=True, slots=True)
class Audit:
    """The whole answer.

    Attributes:
        files: Each file with what it is.
        unusable: Why files could not be used: their names and clauses.
    """

    against: str
    files: tuple[tuple[str, str], ...]
    targets: tuple[Target, ...]
    unread: tuple[Unread, ...]
    unusable: tuple[tuple[str, str], ...]

    @property
    def fails(self) -> bool:
        """Whether something is not exact, or an assumption is contradicted."""
        states = {each.state for target in self.targets for each in target.environments}
        inexact = any(each.judgement is not Judgement.EXACT for each in self.targets)
        return inexact or "contradicted" in states


def policy_of_lists(
    endpoints: Sequence[Endpoint], sources: tuple[Network, ...], place: Place
) -> EgressPolicy:
    """Every name of some lists, by HTTP on 80 and HTTPS on 443, for some sources."""
    party = Party("source", "server", sources, place, internet=True, asks=None, ports=None)
    ipv6 = any(network.version == 6 for network in sources)
    return EgressPolicy(Mode.RESTRICTED, False, tuple(endpoints), (party,), ipv6)


@dataclass(slots=True)
class ReadFiles:
    """What files have, and which could not be used: their names and clauses."""

    contents: list[Contents] = field(default_factory=list)
    unusable: list[tuple[str, str]] = field(default_factory=list)


def audit(paths: Sequence[Path], question: Question) -> Audit:
    """Read files and prove what they hold.

    Args:
        paths: Files, and folders whose files belong together; the same rules may come in several.
        question: What to prove them against.
    """
    read = read_files(paths)
    targets: list[Target] = []
    named = False
    for cloud, (policy, parties) in question.policies.items():
        environment = question.environment
        routed = environment is not None and take_declared(environment, cloud, read.contents)
        for name, networks in parties:
            for picture in pictures(read.contents, networks[0], (cloud,), name):
                if picture.cloud == "any":
                    if named:
                        continue
                    named = True
                source = ", ".join(map(_plain, networks))
                shown = source if not name else f"{name} ({source})"
                target = _target(read, picture, policy, networks, shown)
                if environment is not None:
                    told = assumed(environment, cloud, read.contents)
                    target = replace(target, environments=told)
                if routed:
                    own = tuple(_ROUTED if each == ROUTES else each for each in target.assumed)
                    target = replace(target, assumed=own)
                targets.append(target)
    unread = _unread(read)
    hides = any(each.could_hide for each in unread if not each.weighed) or read.unusable
    if hides:
        targets = [
            replace(t, judgement=Judgement.UNKNOWN) if t.judgement is Judgement.EXACT else t
            for t in targets
        ]
    return Audit(
        question.against,
        tuple((each.file, each.format) for each in read.contents),
        tuple(targets),
        tuple(Unread(each.what, each.location, each.could_hide) for each in unread),
        tuple(read.unusable),
    )


def _plain(network: Network) -> str:
    return str(network if network.prefixlen < network.max_prefixlen else network.network_address)


def read_files(paths: Sequence[Path]) -> ReadFiles:
    """What files and folders have; a file of parameters counts for all of them."""
    read = ReadFiles()
    texts: list[tuple[str, str]] = []
    parameters: dict[str, Any] = {}
    for path in _files(paths):
        name = str(path)
        try:
            text = file_text(path)
        except NotReadable as error:
            read.unusable.append((name, str(error)))
            continue
        values = parameters_of(text)
        if values is None:
            texts.append((name, text))
        else:
            parameters.update(values)
            read.contents.append(Contents(name, "a file of parameters", text=text))
    for name, text in texts:
        try:
            read.contents.append(read_text(text, name, parameters))
        except NotReadable as error:
            read.unusable.append((name, str(error)))
    return read


def _files(paths: Sequence[Path]) -> list[Path]:
    found: dict[Path, None] = {}
    for path in paths:
        inside = (
            sorted(each for each in path.iterdir() if each.is_file()) if path.is_dir() else [path]
        )
        found.update(dict.fromkeys(inside))
    return list(found)


def _target(
    read: ReadFiles,
    picture: Picture,
    policy: EgressPolicy,
    networks: tuple[Network, ...],
    source: str,
) -> Target:
    together = judge(policy, picture.chains, networks)
    controls = tuple(
        ControlAnswer(
            each.name, _alone(policy, each, networks, together, picture).judgement, each.resources
        )
        for each in picture.chains
    )
    files = {each.file: each for each in read.contents}
    taken = [*picture.assumed]
    for name in dict.fromkeys(chain.place.file for chain in picture.chains):
        taken += files[name].assumed
    deviations = tuple(
        Found(each, Location(each.place.file, line_of(files[each.place.file], each.place.path)))
        for each in together.deviations
    )
    return Target(
        picture.cloud, source, picture.alternative, together.judgement, together.undecided,
        controls, deviations, tuple(dict.fromkeys(taken)),
    )  # fmt: skip


def _alone(
    policy: EgressPolicy,
    chain: Chain,
    networks: tuple[Network, ...],
    together: Judged,
    picture: Picture,
) -> Judged:
    if len(picture.chains) == 1 and chain.sees_names:
        return together
    return judge(policy, (chain,), networks, alone=True)


@dataclass(frozen=True, slots=True)
class _Weighed(Unread):
    weighed: bool = False


def _unread(read: ReadFiles) -> list[_Weighed]:
    return [
        _Weighed(gap.what, Location(gap.file, line_of(each, gap.path)), gap.hides, gap.weighed)
        for each in read.contents
        for gap in each.gaps
    ]
