"""Somebody's rules as settings of this package: what they admit, said as lists and targets, and proved.

For example a Network Firewall that passes the list `wsus` for 10.20.0.10 becomes `lists: [wsus]` with one
server and a target. What the settings say otherwise than the rules is a difference with a witness.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from wsus_egress.config.assembly import build_environment
from wsus_egress.config.lists import EndpointList
from wsus_egress.controls.compile import compile_target
from wsus_egress.model.environment import Environment
from wsus_egress.model.flows import Network
from wsus_egress.problems import choices
from wsus_egress.proof.proof import Deviation, prove
from wsus_egress.readers.foreign.picture import Picture, pictures
from wsus_egress.readers.formats.lines import line_of
from wsus_egress.readers.formats.things import Contents, Thing
from wsus_egress.review.adopt_import import Kept, kept
from wsus_egress.review.adopt_names import Names, entries, names_of
from wsus_egress.review.adopt_targets import Target, aws_target, azure_target
from wsus_egress.review.audit import read_files
from wsus_egress.review.audit_answer import Judged, Judgement
from wsus_egress.review.audit_proof import judge
from wsus_egress.review.import_file import Declared, Given, ImportFile, declared, import_file
from wsus_egress.review.import_ids import MADE_UP

_SHOWN: Final = 8
_CLOUDS: Final = ("aws", "azure")


class CannotAdopt(ValueError):  # noqa: N818 - it reads as what it is
    """Why files make no settings.

    Attributes:
        lines: A line for each reason; none is broken by what stands in a file.
    """

    def __init__(self, *lines: str) -> None:
        """Keep the lines apart: a value in one of them may have a new line in it."""
        super().__init__("\n".join(lines))
        self.lines = lines


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for.

    Attributes:
        files: Files and folders that belong together.
        source: The server's address.
        name: What the settings call the server.
        owner: Who answers for what is in no list.
        wanted: The list that the rules are expected to have.
        cloud: The only cloud that counts; empty for whichever the files have.
    """

    files: Sequence[Path]
    source: Network
    name: str = "wsus"
    owner: str = "network team"
    cloud: str = ""
    wanted: str = "wsus"


@dataclass(frozen=True, slots=True)
class Adopted:
    """The settings, and what they say otherwise.

    Attributes:
        settings: As a settings file has them, without the namespace.
        missing: Placeholders: the path of a setting, and what to write in its place.
        environment: What the settings make.
        difference: Of the rules against the settings' policy: `wider` is what only the rules admit.
        own: What the settings' own rules would do otherwise than their policy: `check` says the same.
        names: What was read of the names.
        left: What the files have and no setting says, as clauses.
        assumed: What was taken for granted, as `audit` has it.
        unread: What could not be read, each with its place.
        things: The resources of the files.
        cloud: Whose rules they are.
        wanted: The list that they are expected to have.
        imported: What an import keeps of the files' resources; None where they are Azure's.
    """

    settings: Mapping[str, Any]
    missing: Mapping[tuple[str, str], str]
    environment: Environment
    difference: Judged
    own: tuple[Deviation, ...]
    names: Names
    left: tuple[str, ...]
    assumed: tuple[str, ...]
    unread: tuple[str, ...]
    things: tuple[Thing, ...]
    cloud: str
    wanted: str
    imported: ImportFile | None = None

    @property
    def same(self) -> bool:
        """Whether the settings surely say what the rules say."""
        exact = self.difference.judgement is Judgement.EXACT
        return exact and not self.unread and not self.own


def adopt(asked: Asked, known: Mapping[str, EndpointList]) -> Adopted:
    """Make settings of somebody's files.

    Args:
        asked: What is asked for.
        known: The lists that settings can name.

    Raises:
        CannotAdopt: Where the files have no rules, or do not say which of several are the server's.
        PolicyErrors: Where what the files have cannot be settings.
    """
    if asked.wanted not in known:
        raise CannotAdopt(f"--list: there is no list {asked.wanted!r}; {choices(known)}")
    read = read_files(asked.files)
    if read.unusable:
        raise CannotAdopt(*(f"{name}: not used: {what}" for name, what in read.unusable))
    picture = _picture(read.contents, asked)
    things = tuple(thing for each in read.contents for thing in each.things)
    reason = f"As the rules have it in {', '.join(sorted({Path(e.file).name for e in read.contents}))[:150]}"
    names = names_of(picture.chains, asked.source, known, asked.wanted)
    if not (names.everything or names.lists or names.extra):
        raise CannotAdopt(
            f"no name is sure to pass for {asked.source} by HTTP or HTTPS, so that there is nothing to write",
            *(f"  not read: {gap}" for gap in _gaps(read.contents)[:_SHOWN]),
        )
    if picture.cloud == "aws":
        target = aws_target(things, picture.chains, reason, asked.source.version)
    else:
        target = azure_target(things, picture.chains, asked.source)
    settings = _settings(asked, picture, names, target, reason)
    environment = build_environment("adopted", settings, known, lambda _: None)
    imported = None
    if picture.cloud == "aws":
        found = kept(_declared(environment), things)
        settings = _keeping(settings, found)
        environment = build_environment("adopted", settings, known, lambda _: None)
        imported = _imported(environment, found)
    difference = judge(environment.policy, picture.chains, (asked.source,))
    return Adopted(
        settings,
        {(picture.cloud, key): what for key, what in target.missing.items()},
        environment,
        difference,
        _own(environment),
        names,
        tuple(target.left),
        picture.assumed,
        tuple(_gaps(read.contents)),
        things,
        picture.cloud,
        asked.wanted,
        imported,
    )


def _declared(environment: Environment) -> tuple[Declared, ...]:
    (target,) = environment.targets
    return tuple(declared(environment, compile_target(environment, target)))


def _keeping(settings: dict[str, Any], found: Sequence[Kept]) -> dict[str, Any]:
    """The settings with the names that resources have, and that an import would lose."""
    aws = settings["aws"]
    for each in found:
        if each.name:
            _, control, setting, key = each.declared.setting
            own = aws[control]
            names = {**own.get(setting, {}), key: each.name}
            aws = {**aws, control: {**own, setting: names}}
    return {**settings, "aws": aws}


def _imported(environment: Environment, found: Sequence[Kept]) -> ImportFile:
    (target,) = environment.targets
    ids = [(each.declared.document.name, each.id) for each in found]
    names = {name for name, _ in ids}
    others = [each.document for each in _declared(environment)]
    without = [each.name for each in others if each.type in MADE_UP and each.name not in names]
    return import_file(environment, compile_target(environment, target), Given(ids, without))


def _own(environment: Environment) -> tuple[Deviation, ...]:
    (target,) = environment.targets
    controls = compile_target(environment, target)
    return prove(environment, target, controls, datetime.date.min).deviations


def _picture(contents: Sequence[Contents], asked: Asked) -> Picture:
    clouds = (asked.cloud,) if asked.cloud else _CLOUDS
    found = [p for p in pictures(contents, asked.source, clouds) if p.cloud != "any"]
    if not found:
        raise CannotAdopt(
            "the files have no rules of a security group or a firewall; give those that the server's flows meet"
        )
    if len({each.cloud for each in found}) > 1:
        raise CannotAdopt("the files have rules of both clouds; choose one with --cloud")
    if len(found) > 1:
        rows = [f"  {each.alternative}" for each in found]
        raise CannotAdopt(
            f"{len(found)} sets of rules could be the server's, and nothing says which; give the file that has the "
            f"server's interface too, or only the rules that are its own:",
            *rows,
        )
    return found[0]


def _settings(
    asked: Asked, picture: Picture, names: Names, target: Target, reason: str
) -> dict[str, Any]:
    source = asked.source
    shown = str(source if source.prefixlen < source.max_prefixlen else source.network_address)
    found: dict[str, Any] = {"mode": "open"} if names.everything else {}
    if names.lists:
        found["lists"] = [*names.lists]
    if names.extra:
        found["extraEndpoints"] = entries(names.extra, asked.owner, reason)
    found["servers"] = [{"name": asked.name, "addresses": [shown], **target.server}]
    if source.version == 6:
        found["ipv6"] = True
    return {**found, picture.cloud: target.settings}


def _gaps(contents: Sequence[Contents]) -> list[str]:
    return [
        f"{gap.file}:{line_of(each, gap.path)}: {gap.what}"
        for each in contents
        for gap in each.gaps
    ]
