"""What the tests of the stand-ins share: an accepted baseline, one change, the exact refusal."""

from __future__ import annotations

import copy
import importlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, cast

import pytest
from paths import ROOT

from providers import world
from providers.errors import CloudError
from providers.kind import Cloud, Kind, Naming, Session, shape_problems
from providers.store import Records, Store

Inputs = dict[str, Any]
Case = tuple[str, Inputs, str, str]
"""A resource type, the change of its baseline, the property at fault, the message."""

GONE: Final = object()
"""As a changed value: the property is taken out."""


def session(folder: Path) -> Session:
    """A provider in eu-west-1, over an empty cloud."""
    return Session(Store("trial", folder), world.load(), {"region": "eu-west-1"})


def changed(base: Inputs, edits: Mapping[str, Any]) -> Inputs:
    """The baseline with some values set, or taken out: `{"rules.0.port": 80}`."""
    inputs = copy.deepcopy(base)
    for place, value in edits.items():
        *outer, last = (int(part) if part.isdecimal() else part for part in place.split("."))
        holder: Any = inputs
        for part in outer:
            holder = holder[part]
        if value is GONE:
            del holder[last]
        else:
            holder[last] = value
    return inputs


def places(value: Any, path: str = "") -> Iterator[str]:
    """Where every value inside a value is."""
    inside = value.items() if isinstance(value, dict) else ()
    for key, inner in enumerate(value) if isinstance(value, list) else inside:
        if "." not in str(key):
            place = f"{path}.{key}".removeprefix(".")
            yield place
            yield from places(inner, place)


def said(kind: Kind, inputs: Inputs, session: Session) -> list[tuple[str, str]]:
    """The problems, as `Check` finds them."""
    found = [*shape_problems(kind, inputs)] or [*kind.problems(inputs, session)]
    return [(problem.path, problem.reason) for problem in found]


def refusal(call: Callable[..., object], *arguments: Any, **edits: Any) -> str:
    """What a call is refused with, by the service."""
    with pytest.raises(CloudError) as refused:
        call(*arguments, **edits)
    return str(refused.value)


def crashes(kind: Kind, inputs: Inputs, session: Session, records: Records) -> str:
    """What goes wrong, other than a refusal, where a create goes as far as it can."""
    records = copy.deepcopy(records)
    naming = Naming("urn:pulumi:s::p::t::trial", {}, records)
    inputs = {**kind.defaults(inputs, session, naming), **inputs}
    try:
        if said(kind, inputs, session):
            return ""
        kind.surroundings(inputs, session)
        id_ = kind.identify(inputs, session)
        kind.admit(id_, inputs, records, session)
        kind.record(inputs, session)
        kind.outputs(id_, inputs, session)
        kind.enriched(inputs, session, preview=False)
    except CloudError:
        return ""
    except Exception as error:  # noqa: BLE001 - whatever it is, a user would see a traceback.
        return repr(error)
    return ""


def crashing(kind: Kind, base: Inputs, session: Session, records: Records) -> dict[str, str]:
    """Where a baseline crashes the stand-in with one value taken out, or a text in its place."""
    return {
        f"{place}={'gone' if value is GONE else value}": found
        for place in places(base)
        for value in (GONE, "nonsense")
        if (found := crashes(kind, changed(base, {place: value}), session, records))
    }


def sdk_properties(package: str, type_name: str, suffix: str = "") -> set[str]:
    """The properties that a Pulumi SDK has of a type, or of its arguments, by their own names."""
    _, module, name = type_name.split(":")
    sdk = importlib.import_module(f"{package}.{module.partition('/')[0]}")
    return {
        getter._pulumi_name  # The SDK's own word for the property.
        for attribute in vars(getattr(sdk, f"{name}{suffix}")).values()
        if isinstance(attribute, property) and (getter := cast("Any", attribute.fget))
    }


@dataclass
class Account:
    """A cloud account to create, update and delete in, without an engine."""

    cloud: Cloud
    session: Session
    base: Mapping[str, Inputs]
    records: Records = field(default_factory=dict)

    def create(self, type_name: str, **edits: Any) -> str:
        """Create the changed baseline; its id."""
        kind, inputs = self.cloud.kinds[type_name], changed(self.base[type_name], edits)
        kind.surroundings(inputs, self.session)
        id_ = kind.identify(inputs, self.session)
        answer = kind.taken(id_) if id_ in self.records.get(type_name, {}) else None
        if answer is not None:
            raise answer
        self._keep(kind, id_, inputs)
        return id_

    def update(self, type_name: str, id_: str, **edits: Any) -> None:
        """Set the resource to the changed baseline."""
        kind, inputs = self.cloud.kinds[type_name], changed(self.base[type_name], edits)
        kind.surroundings(inputs, self.session)
        self._keep(kind, id_, inputs)

    def delete(self, type_name: str, id_: str) -> None:
        """Delete the resource."""
        record = self.records[type_name][id_]
        self.cloud.kinds[type_name].release(id_, record, self.records)
        del self.records[type_name][id_]

    def outputs(self, type_name: str, id_: str) -> Inputs:
        """What the resource adds to its inputs."""
        kind = self.cloud.kinds[type_name]
        return kind.outputs(id_, self.records[type_name][id_], self.session)

    def _keep(self, kind: Kind, id_: str, inputs: Inputs) -> None:
        kind.admit(id_, inputs, self.records, self.session)
        self.records.setdefault(kind.type_name, {})[id_] = kind.record(inputs, self.session)


_CHECK_AND_DIFF = """
import json, sys
from pathlib import Path
from providers.proto import load_without_sdk
load_without_sdk()
from pulumi.runtime.proto import provider_pb2 as pb
from providers import aws, azure, world
from providers.protocol import StandIn
from providers.store import Store
from providers.wire import encode
for cloud in aws.CLOUD, azure.CLOUD:
    stand_in = StandIn(cloud, Store(cloud.provider, Path(sys.argv[1])), world.load())
    for type_name, inputs in json.loads(sys.argv[2]).items():
        if type_name in cloud.kinds:
            urn, news = f"urn:pulumi:s::p::{type_name}::x", encode(inputs)
            checked = stand_in.Check(pb.CheckRequest(urn=urn, news=news), None)
            diff = pb.DiffRequest(urn=urn, old_inputs=checked.inputs, news=checked.inputs)
            assert not checked.failures, checked.failures
            assert stand_in.Diff(diff, None).changes == pb.DiffResponse.DIFF_NONE
print(sorted({"moto", "cfnlint", "azure.mgmt", "boto3", "pulumi.resource"} & set(sys.modules)))
"""


def loaded_without_a_change(base: Mapping[str, Inputs], folder: Path) -> str:
    """The models that `Check` and `Diff` of accepted inputs load, in a process of their own."""
    done = subprocess.run(
        [sys.executable, "-c", _CHECK_AND_DIFF, str(folder), json.dumps(base)],
        cwd=ROOT / "sandbox",
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.returncode, done.stderr
    return done.stdout.strip()
