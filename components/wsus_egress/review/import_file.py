"""A Pulumi import file for what the AWS components declare: their names, types and parents, and AWS's ids.

For example the group of `wsus` is `wsus-wsus`, below the component of the same name. Pulumi reads such a
file with `pulumi import --file`; a component in it has no id, and is made in the state alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from wsus_egress.controls import Control, Document
from wsus_egress.controls.aws.dns_firewall import AwsDnsFirewall
from wsus_egress.controls.aws.existing_names import GENERATED
from wsus_egress.controls.aws.network_firewall import AwsNetworkFirewall
from wsus_egress.controls.aws.security_groups import AwsSecurityGroups
from wsus_egress.model.environment import COMPONENT_NAME, Environment
from wsus_egress.problems import Keys, PolicyErrors, Problem, close_to, shortened
from wsus_egress.review.import_ids import FOLLOWS, MADE_UP, follows, referred
from wsus_egress.review.replacements import is_replaced

_COMPONENT: Final = "wsus-egress:index:{}"
_GROUP_TYPE: Final = "aws:ec2/securityGroup:SecurityGroup"


@dataclass(frozen=True, slots=True)
class Declared:
    """A resource that the components declare.

    Attributes:
        parent: The component around it: its class and its name.
        setting: What keeps the name that it has in AWS; nothing in Azure, where it has the settings'.
    """

    document: Document
    parent: tuple[str, str]
    setting: Keys = ()

    @property
    def loses_its_name(self) -> bool:
        """Whether Pulumi makes up a name, and replaces whatever is called otherwise."""
        own = self.document
        auto = own.type in GENERATED or own.type == _GROUP_TYPE
        return auto and "name" not in own.properties and is_replaced(own.type, ["name"])


@dataclass(frozen=True, slots=True)
class Given:
    """What whoever asks for an import file says.

    Attributes:
        ids: Resources' names, each with its id in AWS.
        without: The names of resources that do not exist yet, or that the stack has already.
    """

    ids: Sequence[tuple[str, str]] = ()
    without: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class ImportFile:
    """What is imported.

    Attributes:
        resources: With its id, in the order of the documents.
        left: The names of those that are not imported.
        top: The class of the component around all of them.
    """

    resources: tuple[tuple[Declared, str], ...]
    left: tuple[str, ...] = field(default=())
    top: str = "AwsWsusEgress"

    @property
    def content(self) -> dict[str, Any]:
        """The file as data: components first, and each thing under a name of its own in the file."""
        outer = (self.top, COMPONENT_NAME)
        parents = {each.parent: None for each, _ in self.resources if each.parent != outer}
        top = {
            "type": _COMPONENT.format(self.top), "name": COMPONENT_NAME, "component": True,
        }  # fmt: skip
        components = [
            {"type": _COMPONENT.format(kind), "name": f"component:{name}", "logicalName": name,
             "component": True, "parent": COMPONENT_NAME}
            for kind, name in parents
        ]  # fmt: skip
        rest = [
            {"type": each.document.type, "name": f"{each.document.type}:{each.document.name}",
             "logicalName": each.document.name, "id": id_,
             "parent": COMPONENT_NAME if each.parent == outer else f"component:{each.parent[1]}"}
            for each, id_ in self.resources
        ]  # fmt: skip
        return {"resources": [top, *components, *rest]}

    @property
    def text(self) -> str:
        """The file."""
        return json.dumps(self.content, indent=2) + "\n"


def declared(environment: Environment, controls: Iterable[Control]) -> Iterator[Declared]:
    """What the components of its AWS target declare, as `AwsWsusEgress` called `wsus` does."""
    for control in controls:
        if isinstance(control, AwsSecurityGroups):
            for group in control.groups:
                parent = ("AwsWsusSecurityGroup", f"{COMPONENT_NAME}-{group.party}")
                keys = (*_party(environment, group.party), "awsSecurityGroup")
                for document in control.group_documents(COMPONENT_NAME, group):
                    yield Declared(document, parent, keys)
        elif isinstance(control, (AwsDnsFirewall, AwsNetworkFirewall)):
            dns, named = isinstance(control, AwsDnsFirewall), control.named
            kind = "AwsWsusDnsFirewall" if dns else "AwsWsusNetworkFirewall"
            for document in control.documents(COMPONENT_NAME):
                key = named.key(document, COMPONENT_NAME)
                keys = ("aws", named.setting, "existingNames", key)
                yield Declared(document, (kind, f"{COMPONENT_NAME}{named.suffix}"), keys)


def _party(environment: Environment, name: str) -> Keys:
    """Where the settings have a server or client group."""
    party = environment.policy.party(name)
    alike = [each.name for each in environment.policy.parties if each.kind == party.kind]
    return (f"{party.kind}s", alike.index(name))


def import_file(environment: Environment, controls: Iterable[Control], given: Given) -> ImportFile:
    """The import file of an environment's AWS target.

    Raises:
        PolicyErrors: With every id that is missing or wrong, and every resource that the next update
            would replace for its name.
    """
    everything = tuple(declared(environment, controls))
    resources = {each.document.name: each for each in everything}
    problems = [*_alike(everything), *_unknown(resources, given), *_twice(given)]
    without = {name for name in given.without if name in resources}
    ids = {name: id_ for name, id_ in given.ids if name in resources and name not in without}
    # What is made of the id of something that does not exist does not exist either.
    without |= {name for name, each in resources.items() if without & {*referred(each.document)}}
    for name, each in resources.items():
        if name not in without:
            problems += _wrong(each, ids.get(name), environment)
    if problems:
        raise PolicyErrors(problems)
    for name, each in resources.items():
        if each.document.type in FOLLOWS and name not in without:
            ids[name] = follows(each.document, ids)
    found = tuple((each, ids[name]) for name, each in resources.items() if name not in without)
    return ImportFile(found, tuple(sorted(without)))


def _alike(everything: Sequence[Declared]) -> Iterator[Problem]:
    """Resources of one name, as the group of a server called `network-firewall` and the firewall."""
    names = [each.document.name for each in everything]
    for name in {name for name in names if names.count(name) > 1}:
        what = f"several resources are called {name}, so no option can name one of them"
        yield Problem(None, ("--id",), what, "give the server or client group another name")


def _unknown(resources: Mapping[str, Declared], given: Given) -> Iterator[Problem]:
    for option, names in (("--id", [name for name, _ in given.ids]), ("--without", given.without)):
        for name in names:
            if name not in resources:
                what = f"the components declare no {shortened(name)!r} with these settings"
                instead = (
                    close_to(name, resources) or "`preview --format json` lists what they declare"
                )
                yield Problem(None, (option,), what, instead)


def _twice(given: Given) -> Iterator[Problem]:
    names = [name for name, _ in given.ids]
    for name in {name for name in names if names.count(name) > 1}:
        yield Problem(None, ("--id",), f"{name} has two ids", "give the one that it has")
    for name in {*names} & {*given.without}:
        what = f"{name} has an id, and is left out with --without"
        yield Problem(None, ("--id",), what, "give one of the two")
    ids = [id_ for _, id_ in given.ids]
    for id_ in {id_ for id_ in ids if ids.count(id_) > 1}:
        several = ", ".join(sorted({name for name, own in given.ids if own == id_}))
        if "," in several:
            what = f"{shortened(id_)} is the id of several: {several}"
            yield Problem(None, ("--id",), what, "give each its own")


def _wrong(each: Declared, id_: str | None, environment: Environment) -> Iterator[Problem]:
    """What is wrong with one resource that exists."""
    document = each.document
    form = MADE_UP.get(document.type)
    if form is None:
        if id_ is not None:
            what = f"the id of {document.name} follows from the settings"
            yield Problem(None, ("--id",), what, "leave it out")
        return
    if id_ is None:
        what = f"{document.name}{_about(document)} is {form.called}, whose id only AWS knows"
        instead = (
            f"write --id {document.name}={form.example}, which `aws {form.shown_by}` shows, or "
            f"--without {document.name} where it does not exist yet"
        )
        yield Problem(None, ("--id",), what, instead)
    elif not form.pattern.fullmatch(id_):
        what = f"{shortened(id_)!r} is not the id of {form.called}, and {document.name} is one"
        instead = f"write {form.example}, which `aws {form.shown_by}` shows"
        yield Problem(None, ("--id",), what, instead)
        return
    yield from _renamed(each, id_, environment)


def _renamed(each: Declared, id_: str | None, environment: Environment) -> Iterator[Problem]:
    """What an import does not save: AWS cannot rename it, so another name replaces it."""
    document = each.document
    ends_in_name = "/" in MADE_UP[document.type].example and document.type in GENERATED
    real = id_.rpartition("/")[2] if id_ is not None and ends_in_name else ""
    if each.loses_its_name:
        what = (
            f"{document.name} has no name in the settings: AWS cannot rename it, so the update after the "
            "import would replace it"
        )
        yield Problem(environment.locate(each.setting), each.setting, what, _instead(each, real))
    elif real and document.properties.get("name") != real:
        what = f"{document.name} is called {real} in AWS, which cannot rename it"
        yield Problem(environment.locate(each.setting), each.setting, what, _instead(each, real))


def _instead(each: Declared, real: str) -> str:
    if each.document.type == _GROUP_TYPE:
        return (
            "write its `name` and `description`, as `aws ec2 describe-security-groups` shows them"
        )
    return f"write `{each.setting[-1]}: {real or 'the name that it has'}` there"


def _about(document: Document) -> str:
    """Which rule it is, since EC2 gives rules no names."""
    own = document.properties
    if "ipProtocol" not in own:
        return ""
    peer = next(own[key] for key in _PEERS if key in own)
    ports = (
        own["fromPort"]
        if own["fromPort"] == own["toPort"]
        else f"{own['fromPort']}-{own['toPort']}"
    )
    return f" ({own['ipProtocol']} {ports}, {peer})"


_PEERS: Final = ("cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId")
