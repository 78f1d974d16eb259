"""The `ResourceProvider` service: what the engine asks, answered for one cloud.

Every answer about resources is given under one lock. The engine asks concurrently, the answers take
milliseconds, and neither moto nor the file of the cloud is meant for two threads at once. Only the
time that a cloud takes over a write passes without the lock.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from providers.answers import abort, refusals
from providers.compare import Change, changes, in_old_order
from providers.errors import CloudError
from providers.faults import Fault, Faults, HalfMadeError, kill
from providers.kind import Cloud, Inputs, Kind, Naming, Session, shape_problems
from providers.operations import Traffic, alone
from providers.permissions import count
from providers.store import Records, Store
from providers.wire import UNKNOWN, decode, encode, is_known, secret_names, to_value
from providers.world import World

_KINDS: Final = {
    "add": provider_pb2.PropertyDiff.ADD,
    "delete": provider_pb2.PropertyDiff.DELETE,
    "update": provider_pb2.PropertyDiff.UPDATE,
}
_REPLACING: Final = {
    "add": provider_pb2.PropertyDiff.ADD_REPLACE,
    "delete": provider_pb2.PropertyDiff.DELETE_REPLACE,
    "update": provider_pb2.PropertyDiff.UPDATE_REPLACE,
}
_DEFAULTS: Final = "__defaults"
_PROPOSED: Final = "__proposed"
"""In the outputs of a resource whose update failed: they are the new values, which the cloud has not."""


class StandIn(provider_pb2_grpc.ResourceProviderServicer):
    """One cloud's stand-in, served to one engine."""

    def __init__(
        self,
        cloud: Cloud,
        store: Store,
        world: World,
        fault: Fault | None = None,
        kills: Callable[[str], None] = kill,
    ) -> None:
        """A stand-in that keeps what it accepts in `store`, and plays `fault`."""
        self._cloud = cloud
        self._lock = threading.RLock()
        self._session = Session(store, world)
        self._traffic = Traffic(cloud.throttled)
        self._faults = Faults(cloud.client, fault, kills)

    # What the engine asks about the provider.

    def Handshake(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802, D102
        return provider_pb2.ProviderHandshakeResponse(
            accept_secrets=True, accept_resources=False, accept_outputs=False
        )

    def Attach(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802, D102
        return Empty()

    def Cancel(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802, D102
        return Empty()  # No call waits for long, so there is nothing to stop.

    def GetPluginInfo(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802, D102
        return plugin_pb2.PluginInfo(version=self._cloud.version)

    def GetMapping(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802, D102
        return provider_pb2.GetMappingResponse()

    def GetMappings(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802, D102
        return provider_pb2.GetMappingsResponse()

    def GetSchema(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802, D102
        return provider_pb2.GetSchemaResponse(schema=json.dumps(_schema(self._cloud)))

    def CheckConfig(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802, D102
        config = _settings(decode(request.news))
        failures = [
            provider_pb2.CheckFailure(property=problem.path, reason=problem.reason)
            for problem in self._cloud.config_problems(config)
        ]
        return provider_pb2.CheckResponse(inputs=request.news, failures=failures)

    def DiffConfig(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802, D102
        old, new = _old_inputs(request), decode(request.news)
        found = [change for change in changes(old, new) if change.top != "version"]
        return _difference(found, lambda _: False, delete_first=False)

    def Configure(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802, D102
        config = _settings(decode(request.args))
        self._session = Session(self._session.store, self._session.world, config)
        return provider_pb2.ConfigureResponse(
            acceptSecrets=True, supportsPreview=True, acceptResources=False, acceptOutputs=False
        )

    def Invoke(self, request: Any, context: Any) -> Any:  # noqa: N802, D102
        function = self._cloud.invokes.get(request.tok)
        if function is None:
            abort(
                context,
                f"{request.tok} is not in the sandbox: the stand-in for "
                f"{self._cloud.title} has {', '.join(sorted(self._cloud.invokes))}",
            )
        count(self._cloud.invoked.get(request.tok, "").split())
        with refusals(context, f"invoking {request.tok}"):
            answer = function(decode(request.args), self._session)
            self._session.store.count("read", request.tok)
        return provider_pb2.InvokeResponse(**{"return": encode(answer)})

    # What the engine asks about a resource.

    def Check(self, request: Any, context: Any) -> Any:  # noqa: N802, D102
        kind = self._kind(request.urn, context)
        olds, inputs = decode(request.olds), decode(request.news)
        with self._lock:
            naming = Naming(request.urn, olds, self._records(context))
            added = {
                name: value
                for name, value in kind.defaults(inputs, self._session, naming).items()
                if name not in inputs
            }
            inputs |= added
            problems = [*shape_problems(kind, inputs)]
            if not problems:  # What follows may rely on the types.
                problems = [*kind.problems(inputs, self._session)]
        checked = provider_pb2.CheckResponse(
            inputs=request.news,
            failures=[
                provider_pb2.CheckFailure(property=problem.path, reason=problem.reason)
                for problem in problems
            ],
        )
        if self._cloud.marks_defaults:
            added[_DEFAULTS] = sorted(added)
        for name, value in added.items():
            checked.inputs.fields[name].CopyFrom(to_value(value))
        return checked

    def Diff(self, request: Any, context: Any) -> Any:  # noqa: N802, D102
        kind = self._kind(request.urn, context)
        old = kind.before(_compared(request), decode(request.olds))
        new = decode(request.news)
        before, after = kind.canonical(old), kind.canonical(new)
        found = [*changes(before, in_old_order(before, after, kind.sets))]
        return _difference(found, kind.replaces, delete_first=kind.delete_first(old, new))

    def Create(self, request: Any, context: Any) -> Any:  # noqa: N802, D102
        kind = self._kind(request.urn, context)
        inputs, secrets = decode(request.properties), secret_names(request.properties)
        with refusals(context, f"creating {kind.name}", secrets):
            kind.surroundings(inputs, self._session)
            if request.preview:
                outputs = self._state(kind, "", inputs, preview=True)
                return provider_pb2.CreateResponse(id="", properties=encode(outputs, secrets))
            self._session.store.count("create", kind.type_name)
            count(kind.permissions("write", inputs))
            self._faults.before("create", request.urn, kind.type_name)
            id_ = self._create(kind, inputs)
            again = self._faults.sends_again("create", request.urn)
            if again and not (kind.token or self._cloud.client.upserts):
                id_ = self._create(kind, inputs)
            outputs = self._state(kind, id_, inputs)
            self._faults.after("create", request.urn, kind.type_name, id_, outputs)
        return provider_pb2.CreateResponse(id=id_, properties=encode(outputs, secrets))

    def _create(self, kind: Kind, inputs: Inputs) -> str:
        with self._operation(kind, inputs), self._session.store.change() as records:
            id_ = kind.identify(inputs, self._session)
            held = _find(records, kind, id_)[1]
            if held is not None and (answer := kind.taken(id_)) is not None:
                raise answer
            kind.admit(id_, inputs, records, self._session)
            records.setdefault(kind.type_name, {})[id_] = kind.record(inputs, self._session)
        return id_

    def Read(self, request: Any, context: Any) -> Any:  # noqa: N802, D102
        kind = self._kind(request.urn, context)
        old, secrets = decode(request.inputs), secret_names(request.inputs)
        self._session.store.count("read", kind.type_name)
        with refusals(context, f"reading {kind.name} ({request.id})"):
            self._faults.before("read", request.urn, kind.type_name)
        if self._faults.plays("read", request.urn, "late"):
            return provider_pb2.ReadResponse()
        with refusals(context, f"reading {kind.name} ({request.id})"), self._lock:
            given = request.id if old else kind.id_of_import(request.id)
            id_, record = _find(self._records(context), kind, given)
            record = record or kind.existing(id_, self._session)
            if record is None:
                return provider_pb2.ReadResponse()
            if not old:  # Nothing but the id is known: it is imported.
                record = kind.imported(record, self._session)
            kept = {n: v for n, v in old.items() if n in kind.local or n == _DEFAULTS}
            inputs = {
                name: value
                for name, value in record.items()
                if name not in kind.implied or name in old
            } | kept
            if self._cloud.marks_defaults:
                inputs.setdefault(_DEFAULTS, [])
            count(kind.permissions("read", inputs))
            outputs = self._state(kind, id_, {**record, **kept})
        return provider_pb2.ReadResponse(
            id=id_, inputs=encode(inputs, secrets), properties=encode(outputs, secrets)
        )

    def Update(self, request: Any, context: Any) -> Any:  # noqa: N802, D102
        kind = self._kind(request.urn, context)
        inputs, secrets = decode(request.news), secret_names(request.news)
        with refusals(context, f"updating {kind.name} ({request.id})", secrets):
            kind.surroundings(inputs, self._session)
            outputs = self._state(kind, request.id, inputs, preview=request.preview)
            if request.preview:
                outputs |= dict.fromkeys(kind.unsettled(_old_inputs(request), inputs), UNKNOWN)
            elif _PROPOSED not in decode(request.olds) or self._differs(kind, request, inputs):
                self._session.store.count("update", kind.type_name)
                count(kind.permissions("write", inputs))
                self._update(kind, request, inputs, outputs)
        return provider_pb2.UpdateResponse(properties=encode(outputs, secrets))

    def _differs(self, kind: Kind, request: Any, inputs: Inputs) -> bool:
        before, after = kind.canonical(_compared(request)), kind.canonical(inputs)
        return any(changes(before, in_old_order(before, after, kind.sets)))

    def _update(self, kind: Kind, request: Any, inputs: Inputs, outputs: Inputs) -> None:
        try:
            self._faults.before("update", request.urn, kind.type_name)
            self._change(kind, request.id, inputs)
            self._faults.after("update", request.urn, kind.type_name, request.id, outputs)
        except CloudError as error:
            if self._cloud.client.keeps_proposed and not kind.framework:
                proposed = {**outputs, _PROPOSED: True}
                raise HalfMadeError(str(error), request.id, proposed) from error
            raise

    def _change(self, kind: Kind, id_: str, inputs: Inputs) -> None:
        with self._operation(kind, inputs), self._session.store.change() as records:
            id_, record = _find(records, kind, id_)
            if record is None and (found := kind.existing(id_, self._session)):
                record = records.setdefault(kind.type_name, {})[id_] = found
            if record is None:
                raise CloudError("it does not exist any more; `pulumi refresh` drops it")
            kind.admit(id_, inputs, records, self._session)
            records[kind.type_name][id_] = kind.record(inputs, self._session)

    def Delete(self, request: Any, context: Any) -> Any:  # noqa: N802, D102
        kind = self._kind(request.urn, context)
        inputs = {**decode(request.properties), **decode(request.old_inputs)}
        self._session.store.count("delete", kind.type_name)
        count(kind.permissions("delete", inputs))
        with refusals(context, f"deleting {kind.name} ({request.id})"):
            self._faults.before("delete", request.urn, kind.type_name)
            with self._operation(kind, inputs), self._session.store.change() as records:
                id_, record = _find(records, kind, request.id)
                if record is not None:  # What is gone already is as good as deleted.
                    kind.release(id_, inputs, records)
                    del records[kind.type_name][id_]
            self._faults.after("delete", request.urn, kind.type_name, request.id, {})
        return Empty()

    @contextmanager
    def _operation(self, kind: Kind, inputs: Inputs) -> Iterator[None]:
        """Run a write under the lock: repeated if throttled, alone if it must be."""
        self._traffic.enter()
        scope = kind.alone_in(inputs, self._session)
        with alone(self._session.store.folder, scope, kind.seconds), self._lock:
            yield

    def _kind(self, urn: str, context: Any) -> Kind:
        # urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME
        token = urn.split("::")[2].rsplit("$", 1)[-1]
        kind = self._cloud.kind(token)
        if kind is None:
            abort(
                context,
                f"{token} is not in the sandbox: the stand-in for {self._cloud.title} "
                f"has {', '.join(sorted(self._cloud.kinds))}",
            )
        return kind

    def _records(self, context: Any) -> Records:
        with refusals(context, "reading the sandbox"):
            return self._session.store.read()

    def _state(
        self, kind: Kind, id_: str, inputs: Inputs, *, preview: bool = False
    ) -> dict[str, Any]:
        own = {name: value for name, value in inputs.items() if name != _DEFAULTS}
        if preview and (not id_ or not is_known(own)):
            more = kind.enriched(own, self._session, preview=True)
            return {**dict.fromkeys(kind.computed, UNKNOWN), **own, **more}
        more = kind.enriched(own, self._session, preview=False)
        return {**kind.outputs(id_, own, self._session), **own, **more}


def _find(records: Records, kind: Kind, id_: str) -> tuple[str, dict[str, Any] | None]:
    held = records.get(kind.type_name, {})
    if id_ in held:
        return id_, held[id_]
    # Azure compares its ids without case; an AWS id is lower case anyway.
    for candidate, record in held.items():
        if candidate.casefold() == id_.casefold():
            return candidate, record
    return id_, None


def _old_inputs(request: Any) -> dict[str, Any]:
    # An engine that is too old to send the inputs sends the outputs, which hold them too.
    return decode(request.old_inputs if request.HasField("old_inputs") else request.olds)


def _compared(request: Any) -> dict[str, Any]:
    """What a new program is compared with: the old inputs, or what a failed update left in their place."""
    old, outputs = _old_inputs(request), decode(request.olds)
    if _PROPOSED not in outputs:
        return old
    told = {
        *old,
        *decode(request.news),
    }  # An output that nobody wrote, such as a region, is no input.
    return {name: value for name, value in outputs.items() if name in told}


def _difference(
    found: list[Change], replacing: Callable[[Change], bool], *, delete_first: bool
) -> Any:
    replaces = sorted({change.top for change in found if replacing(change)})
    some, none = provider_pb2.DiffResponse.DIFF_SOME, provider_pb2.DiffResponse.DIFF_NONE
    return provider_pb2.DiffResponse(
        changes=some if found else none,
        diffs=sorted({change.top for change in found}),
        replaces=replaces,
        deleteBeforeReplace=bool(replaces) and delete_first,
        hasDetailedDiff=True,
        detailedDiff={
            change.path: provider_pb2.PropertyDiff(
                kind=(_REPLACING if replacing(change) else _KINDS)[change.kind],
                inputDiff=True,
            )
            for change in found
        },
    )


def _settings(config: Mapping[str, Any]) -> dict[str, Any]:
    """The provider's settings; the SDKs send everything but strings as JSON."""
    return {name: _setting(value) for name, value in config.items()}


def _setting(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in "[{":
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _schema(cloud: Cloud) -> dict[str, Any]:
    anything = {"$ref": "pulumi.json#/Any"}
    resources = {
        token: {
            "inputProperties": {name: anything for name in kind.inputs if name != "id"},
            "properties": {name: anything for name in (*kind.inputs, *kind.computed)
                           if name != "id"},
            "requiredInputs": [*kind.required],
        }
        for token, kind in cloud.kinds.items()
    }  # fmt: skip
    return {
        "name": cloud.provider,
        "version": cloud.version,
        "description": f"A stand-in for {cloud.title}, for trying and testing: it changes no cloud.",
        "resources": resources,
    }
