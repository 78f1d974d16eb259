"""Resources of an audited Pulumi stack that stand there as the environment's own settings make them.

For example the route 0.0.0.0/0 of `rtb-0a1b2c3d4e5f60718` to the firewall's endpoint: a reader of files judges
no routes, but the proof of the environment has judged this one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from wsus_egress.controls.base import Document
from wsus_egress.controls.compile import compile_target
from wsus_egress.model.environment import Environment
from wsus_egress.readers.formats.things import Contents, State
from wsus_egress.readers.resources import plain_type

# What decides nothing, or follows the name of the component.
_ASIDE: Final = frozenset(("tags", "routeTableName", "__defaults", "azureApiVersion"))
_ROUTES: Final = ("aws:ec2/route:Route", "azure-native:network:RouteTable")


def take_declared(environment: Environment, cloud: str, contents: Sequence[Contents]) -> bool:
    """Leave out the gaps for what the environment declares as it stands there.

    Returns:
        Whether every route that the environment declares in this cloud is among it.
    """
    target = next((each for each in environment.targets if each.cloud == cloud), None)
    controls = compile_target(environment, target) if target is not None else ()
    wanted = [each for control in controls for each in control.documents("wsus")]
    left = [each for each in wanted if each.type in _ROUTES]
    routes = bool(left)
    for file in contents:
        for gap in [*file.gaps]:
            hit = next((w for w in wanted if gap.state and _declares(w, gap.state)), None)
            if hit is not None:
                file.gaps.remove(gap)
                left = [each for each in left if each is not hit]
    return routes and not left


def _declares(document: Document, state: State) -> bool:
    """Whether a resource is one that a document describes, whatever the cloud called it."""
    if plain_type(state.type) != document.type:
        return False
    aside = {*_ASIDE, *state.inputs.get("__defaults", ())}  # What the provider fills in.
    given = {key: value for key, value in state.inputs.items() if key not in aside}
    wanted = {key: value for key, value in document.properties.items() if key not in _ASIDE}
    return given.keys() == wanted.keys() and all(
        _same(value, given[key], made=key in state.made_from) for key, value in wanted.items()
    )


def _same(wanted: Any, given: Any, *, made: bool) -> bool:
    if isinstance(wanted, str) and "${" in wanted:
        return made  # Another resource's value: it is known by what it is made from.
    if isinstance(wanted, Mapping) and isinstance(given, Mapping):
        return wanted.keys() == given.keys() and all(
            _same(value, given[key], made=made) for key, value in wanted.items()
        )
    if isinstance(wanted, (list, tuple)) and isinstance(given, list):
        return len(wanted) == len(given) and all(
            _same(one, other, made=made) for one, other in zip(wanted, given, strict=True)
        )
    return bool(wanted == given)
