"""What both stand-ins share: differences, wire values, names, the cloud's file, lazy models."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import standin
from pulumi.runtime.proto import provider_pb2
from standin_aws import BASE, FIREWALL, FIREWALL_ARN, RULE_GROUP, SG

from providers import world
from providers.aws import CLOUD as AWS
from providers.compare import Change, changes, in_old_order
from providers.kind import Naming
from providers.protocol import StandIn
from providers.store import Store, StoreError
from providers.wire import UNKNOWN, decode, encode, secret_names


def test_changes_are_named_by_their_paths() -> None:
    """Paths number list items and quote unusual keys; `1` and `True` differ."""
    old = {"a": [{"b": 1}, {"b": 2}], "t": {"x.y": "1"}, "gone": 1, "n": 1}
    new = {"a": [{"b": 1}, {"b": UNKNOWN}, {}], "t": {"x.y": "2"}, "n": True}
    assert [*changes(old, new)] == [
        Change("a[1].b", "update"),
        Change("a[2]", "add"),
        Change('t["x.y"]', "update"),
        Change("gone", "delete"),
        Change("n", "update"),
    ]


def test_values_survive_the_wire() -> None:
    """Unknowns and secrets are marked; a whole number stays one."""
    plain = {"a": [1, 1.5, True, "x", {"k": UNKNOWN}], "s": "hush"}
    struct = encode(plain, {"s"})
    assert decode(struct) == plain
    assert {"s"} == secret_names(struct)


def test_a_name_is_the_same_every_time_unless_it_is_taken() -> None:
    """A replacement gets another name, so that it can exist beside the old resource."""
    kind, urn = AWS.kinds[SG], "urn:pulumi:s::p::aws:ec2/securityGroup:SecurityGroup::wsus"
    first = Naming(urn, {}, {}).pick("name", kind, "-", 7)
    assert first == Naming(urn, {}, {}).pick("name", kind, "-", 7)
    second = Naming(urn, {}, {SG: {"sg-1": {"name": first}}}).pick("name", kind, "-", 7)
    assert second != first
    assert Naming(urn, {"name": first}, {}).pick("name", kind, "-", 7) == first


def test_a_store_keeps_all_or_nothing(tmp_path: Path) -> None:
    """An error inside the block keeps nothing; a file that is not JSON is reported as such."""
    store = Store("trial", tmp_path)
    with store.change() as records:
        records["t"] = {"id": {"a": 1}}
    with pytest.raises(KeyError), store.change() as records:
        records["t"]["id"]["a"] = records["nowhere"]
    assert {"t": {"id": {"a": 1}}} == store.read()
    (tmp_path / "trial.json").write_text("{", encoding="utf-8")
    with pytest.raises(StoreError, match="fix the JSON, or delete the file"):
        store.read()


def test_a_full_disk_is_one_sentence(tmp_path: Path) -> None:
    """What was there stays, and nothing half-written is left beside it."""
    store = Store("trial", tmp_path)
    with store.change() as records:
        records["t"] = {"id": {"a": 1}}
    (tmp_path / "trial.operations").symlink_to("/dev/full")
    (tmp_path / f"trial.{os.getpid()}.new").symlink_to("/dev/full")

    said = f"{tmp_path}/trial.json: cannot be written: No space left on device"
    with pytest.raises(StoreError, match=said):
        store.count("create", "t")
    with pytest.raises(StoreError, match=said), store.change() as records:
        records["t"]["id"]["a"] = 2

    assert {"t": {"id": {"a": 1}}} == store.read()
    assert [] == [*tmp_path.glob("*.new")]


def test_a_list_without_an_order_differs_only_in_what_it_holds() -> None:
    """Reordering a set is not a difference at any depth; reordering a list is."""
    old = {"a": {"b": [1, 2]}, "c": [1, 2], "d": [1, 2]}
    new = {"a": {"b": [2, 1]}, "c": [2, 1], "d": [2, 3]}

    same = in_old_order(old, new, ("a.b", "d", "e.f"))

    assert {"a": {"b": [1, 2]}, "c": [2, 1], "d": [2, 3]} == same
    assert {"b": [2, 1]} == new["a"]


def test_a_list_inside_the_rows_of_a_list_has_no_order_either() -> None:
    """The addresses of a variable are a set in each row."""
    old = {"rows": [{"key": "A", "of": {"addresses": [1, 2]}}, 7]}
    new = {"rows": [{"key": "A", "of": {"addresses": [2, 1]}}, 7, 8]}

    same = in_old_order(old, new, ("rows.of.addresses", "rows"))

    assert {"rows": [{"key": "A", "of": {"addresses": [1, 2]}}, 7, 8]} == same


@pytest.mark.parametrize(
    ("path", "replaced"),
    [
        ("capacity", True),
        ("ruleGroup.statefulRuleOptions.ruleOrder", True),
        ("ruleGroup.rulesSource.rulesString", False),
        ("ruleGroup", False),
        ("nameless", False),
    ],
)
def test_what_replaces_may_be_inside(path: str, *, replaced: bool) -> None:
    """A rule order is deep in the inputs; its neighbours change in place."""
    assert replaced == AWS.kinds[RULE_GROUP].replaces(Change(path, "update"))


def test_what_an_update_settles_is_unknown_until_then(tmp_path: Path) -> None:
    """In a preview a firewall's endpoints are known where its subnets stay, as pulumi-aws has it."""
    stand_in = StandIn(AWS, Store("trial", tmp_path), world.load())
    old = {**BASE[FIREWALL], "region": "eu-west-1"}
    fewer = {**old, "subnetMappings": old["subnetMappings"][:1]}
    answers = [
        decode(
            stand_in.Update(
                provider_pb2.UpdateRequest(
                    id=FIREWALL_ARN,
                    urn=f"urn:pulumi:s::p::{FIREWALL}::x",
                    old_inputs=encode(old),
                    news=encode(new),
                    preview=True,
                ),
                None,
            ).properties
        )["firewallStatuses"]
        for new in ({**old, "description": "new"}, fewer)
    ]

    assert UNKNOWN is not answers[0]
    assert UNKNOWN is answers[1]


def test_a_run_that_changes_nothing_loads_no_model(tmp_path: Path) -> None:
    """Neither the SDK nor moto nor cfn-lint: `Check` and `Diff` do without."""
    assert "[]" == standin.loaded_without_a_change(BASE, tmp_path)
