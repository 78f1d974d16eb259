"""What the stand-ins play at a call: refusals, waits, half-made resources, lost answers."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from botocore.session import get_session
from pulumi.runtime.proto import provider_pb2, status_pb2
from standin_aws import BASE as AWS_BASE
from standin_aws import RULE_GROUP, SG
from standin_azure import BASE as AZURE_BASE

from providers import world
from providers.__main__ import main
from providers.aws import CLOUD as AWS
from providers.azure import CLOUD as AZURE
from providers.faults import FAULTS, VARIABLE, Fault, FaultError, kill
from providers.kind import Cloud
from providers.protocol import StandIn
from providers.store import Store
from providers.wire import decode, encode

NSG = "azure-native:network:NetworkSecurityGroup"


class AbortedError(Exception):
    """What gRPC raises when a call is ended."""


@dataclass
class Context:
    """The part of gRPC's context that a stand-in uses."""

    said: str = ""
    kept: Any = None
    metadata: list[tuple[str, bytes]] = field(default_factory=list)

    def set_trailing_metadata(self, metadata: list[tuple[str, bytes]]) -> None:
        """Read what the engine would read."""
        ((name, value),) = metadata
        assert "grpc-status-details-bin" == name
        (detail,) = status_pb2.Status.FromString(value).details
        self.kept = provider_pb2.ErrorResourceInitFailed()
        assert detail.Unpack(self.kept)

    def abort(self, code: object, message: str) -> None:  # noqa: ARG002
        """End the call."""
        self.said = message
        raise AbortedError(message)


@dataclass
class Trial:
    """One resource of one cloud, and what its calls answer."""

    cloud: Cloud
    type_name: str
    inputs: dict[str, Any]
    folder: Path

    def stand_in(self, fault: str = "") -> StandIn:
        """The stand-in, as the engine starts it for a run."""
        made = StandIn(
            self.cloud,
            Store(self.cloud.provider, self.folder),
            world.load(),
            Fault.parse(fault) if fault else None,
        )
        config = encode({"region": "eu-west-1"})
        made.Configure(provider_pb2.ConfigureRequest(args=config), None)
        return made

    def held(self) -> dict[str, dict[str, Any]]:
        """What the cloud has of the type."""
        return Store(self.cloud.provider, self.folder).read().get(self.type_name, {})

    def call(
        self,
        step: str,
        fault: str = "",
        *,
        id_: str = "",
        state: dict[str, Any] | None = None,
        **changes: Any,
    ) -> tuple[Any, Context]:
        """One call: its answer, or None, and how it was ended."""
        context, urn = Context(), f"urn:pulumi:s::p::{self.type_name}::it"
        old, news = encode(self.inputs), encode({**self.inputs, **changes})
        olds = encode({**self.inputs, **(state or {})})
        requests: dict[str, Callable[[], Any]] = {
            "create": lambda: provider_pb2.CreateRequest(urn=urn, properties=news),
            "read": lambda: provider_pb2.ReadRequest(urn=urn, id=id_, inputs=old, properties=olds),
            "update": lambda: provider_pb2.UpdateRequest(
                urn=urn, id=id_, old_inputs=old, olds=olds, news=news
            ),
            "delete": lambda: provider_pb2.DeleteRequest(
                urn=urn, id=id_, old_inputs=old, properties=olds
            ),
            "diff": lambda: provider_pb2.DiffRequest(
                urn=urn, id=id_, old_inputs=old, olds=olds, news=news
            ),
        }
        method = getattr(self.stand_in(fault), step.capitalize())
        try:
            return method(requests[step](), context), context
        except AbortedError:
            return None, context

    def made(self) -> str:
        """Create it, and return its id."""
        answer, context = self.call("create")
        assert answer, context.said
        return str(answer.id)


@pytest.fixture(params=["aws", "azure"])
def trial(request: pytest.FixtureRequest, tmp_path: Path) -> Trial:
    """A rule group or a network security group, by cloud."""
    if request.param == "aws":
        return Trial(AWS, RULE_GROUP, AWS_BASE[RULE_GROUP], tmp_path)
    return Trial(AZURE, NSG, AZURE_BASE[NSG], tmp_path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("gone create it", "'gone' is not a fault; write one of throttled, conflict, expired, "),
        ("quota delete it", "write 'quota STEP RESOURCE', where STEP is one of create, update"),
        ("quota create", "write 'quota STEP RESOURCE', where STEP is one of create, update"),
        ("late:0 create it", "'0' is not a number of answers; write 'late:3', or 'late'"),
        ("late:x create it", "'x' is not a number of answers; write 'late:3', or 'late'"),
    ],
)
def test_a_text_that_names_no_fault_is_refused(
    text: str, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A stand-in that is to play it does not start: a fault that never comes would prove nothing."""
    with pytest.raises(FaultError) as refused:
        Fault.parse(text)
    assert str(refused.value).startswith(said)

    monkeypatch.setenv(VARIABLE, text)
    assert 2 == main(["aws"])
    assert capsys.readouterr().err.startswith(f"{VARIABLE}: {said}")


@pytest.mark.parametrize(
    ("fault", "step"),
    [
        (name, step)
        for name, (_, steps) in FAULTS.items()
        for step in steps
        if name not in {"late", "partial", "killed", "crashed"}
    ],
)
def test_what_becomes_of_a_call(trial: Trial, fault: str, step: str) -> None:
    """A refusal leaves the cloud as it was; a lost answer does not; the next run plays nothing."""
    id_ = "" if step == "create" else trial.made()
    before = trial.held()

    answer, context = trial.call(step, f"{fault} {step} it", id_=id_, tags={"new": "yes"})

    changed = before != trial.held()
    upserts = trial.cloud is AZURE
    passes = fault == "slow" or (fault == "lost" and (upserts or step != "create"))
    assert passes == (answer is not None), context.said
    assert changed == (step != "read" and (passes or fault in {"lost", "cut"}))
    assert "\n" not in context.said
    assert bool(context.said) != passes
    kept = trial.cloud is AWS and step == "update" and not passes
    assert kept == (context.kept is not None)


@pytest.mark.parametrize("step", ["create", "update"])
def test_a_half_made_resource_is_kept_with_the_reason(trial: Trial, step: str) -> None:
    """The engine gets the id, what there is, and why the call failed."""
    id_ = "" if step == "create" else trial.made()

    answer, context = trial.call(step, f"partial {step} it", id_=id_, tags={"new": "yes"})

    assert answer is None
    (held,) = trial.held()
    assert held == context.kept.id
    assert {"new": "yes"} == decode(context.kept.properties)["tags"]
    assert [context.said] == [*context.kept.reasons]


@pytest.mark.parametrize(
    ("fault", "aws", "azure"),
    [
        ("throttled:3", True, True),
        ("throttled:4", True, False),
        ("throttled:24", True, False),
        ("throttled:25", False, False),
        ("conflict:3", False, True),
        ("conflict:4", False, False),
        ("late:9", True, True),
        # The provider for AWS fails, and keeps what is there; that for Azure warns.
        ("late", False, True),
        # A client of AWS takes a service's LimitExceededException for throttling.
        ("quota:3", True, False),
        ("denied:1", False, False),
        ("expired:1", False, False),
    ],
)
def test_how_often_a_client_asks_again(trial: Trial, fault: str, *, aws: bool, azure: bool) -> None:
    """As the sources of the providers say."""
    answer, context = trial.call("create", f"{fault} create it")

    assert (aws if trial.cloud is AWS else azure) == (answer is not None)
    assert (fault == "late" and trial.cloud is AWS) == (context.kept is not None)


def test_a_refresh_drops_what_is_not_found_yet(trial: Trial) -> None:
    """Both providers take a 404 for a resource that somebody deleted."""
    id_ = trial.made()

    answer, _ = trial.call("read", "late read it", id_=id_)

    assert "" == answer.id
    assert id_ in trial.held()


def test_a_fault_is_played_at_its_own_call_alone(trial: Trial) -> None:
    """Another resource's, and another step's, go their way."""
    answer, _ = trial.call("create", "denied create other")
    assert answer
    answer, _ = trial.call("read", "denied create it", id_=answer.id)
    assert answer.id


def test_after_a_failed_update_aws_is_not_asked_again(trial: Trial) -> None:
    """The state has the new values: the next run finds nothing to do, and the cloud has the old ones.

    A refresh finds them. Azure's provider keeps the old values, so that the next run sends the new ones.
    """
    id_ = trial.made()
    _, context = trial.call("update", "denied update it", id_=id_, tags={"new": "yes"})
    state = decode(context.kept.properties) if context.kept else {}

    diff, _ = trial.call("diff", id_=id_, state=state, tags={"new": "yes"})
    answer, _ = trial.call("update", id_=id_, state=state, tags={"new": "yes"})

    aws = trial.cloud is AWS
    some, none = provider_pb2.DiffResponse.DIFF_SOME, provider_pb2.DiffResponse.DIFF_NONE
    assert (none if aws else some) == diff.changes
    assert answer is not None
    assert ({"new": "yes"} == trial.held()[id_].get("tags")) != aws

    read, _ = trial.call("read", id_=id_, state=state)
    assert (decode(read.inputs).get("tags") == {"new": "yes"}) != aws
    assert decode(read.properties).keys() & {"__proposed"} == set()

    trial.call("update", id_=id_, state=state, tags={"new": "later"})
    assert {"new": "later"} == trial.held()[id_]["tags"]


@pytest.mark.parametrize(
    ("type_name", "service", "operation"),
    [
        (SG, "ec2", "CreateSecurityGroup"),
        ("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", "ec2",
         "AuthorizeSecurityGroupEgress"),
        ("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "ec2",
         "AuthorizeSecurityGroupIngress"),
        ("aws:ec2/managedPrefixList:ManagedPrefixList", "ec2", "CreateManagedPrefixList"),
        ("aws:ec2/route:Route", "ec2", "CreateRoute"),
        ("aws:ec2/routeTable:RouteTable", "ec2", "CreateRouteTable"),
        ("aws:ec2/subnet:Subnet", "ec2", "CreateSubnet"),
        (RULE_GROUP, "network-firewall", "CreateRuleGroup"),
        ("aws:networkfirewall/firewallPolicy:FirewallPolicy", "network-firewall",
         "CreateFirewallPolicy"),
        ("aws:networkfirewall/firewall:Firewall", "network-firewall", "CreateFirewall"),
        ("aws:route53/resolverFirewallDomainList:ResolverFirewallDomainList", "route53resolver",
         "CreateFirewallDomainList"),
        ("aws:route53/resolverFirewallRuleGroup:ResolverFirewallRuleGroup", "route53resolver",
         "CreateFirewallRuleGroup"),
        ("aws:route53/resolverFirewallRule:ResolverFirewallRule", "route53resolver",
         "CreateFirewallRule"),
        ("aws:route53/resolverFirewallRuleGroupAssociation:ResolverFirewallRuleGroupAssociation",
         "route53resolver", "AssociateFirewallRuleGroup"),
        ("aws:cloudwatch/logGroup:LogGroup", "logs", "CreateLogGroup"),
    ],
)  # fmt: skip
def test_the_services_say_which_creates_have_a_token(
    type_name: str, service: str, operation: str
) -> None:
    """With one, a create that is sent again is the same create: the service models name it."""
    model = get_session().get_service_model(service).operation_model(operation)

    assert bool(model.idempotent_members) == AWS.kinds[type_name].token


@pytest.mark.parametrize("fault", ["killed", "crashed"])
def test_a_process_is_killed_once_the_cloud_has_done_it(trial: Trial, fault: str) -> None:
    """The engine, or the stand-in itself: nothing can answer then."""
    gone: list[str] = []
    made = StandIn(
        trial.cloud,
        Store(trial.cloud.provider, trial.folder),
        world.load(),
        Fault.parse(f"{fault} create it"),
        gone.append,
    )
    made.Configure(provider_pb2.ConfigureRequest(args=encode({"region": "eu-west-1"})), None)
    request = provider_pb2.CreateRequest(
        urn=f"urn:pulumi:s::p::{trial.type_name}::it", properties=encode(trial.inputs)
    )

    with pytest.raises(AbortedError):
        made.Create(request, Context())

    assert [fault] == gone
    assert 1 == len(trial.held())


@pytest.mark.parametrize(("fault", "who"), [("killed", os.getppid), ("crashed", os.getpid)])
def test_which_process_that_is(
    fault: str, who: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine is the stand-in's parent."""
    sent: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "kill", lambda process, number: sent.append((process, number)))

    kill(fault)

    assert [(who(), signal.SIGKILL)] == sent
