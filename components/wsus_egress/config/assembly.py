"""From settings to an environment: the checks that only make sense across settings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeVar

from wsus_egress.config.across import refuse_circles, refuse_outside, refuse_twice
from wsus_egress.config.base import parse_settings
from wsus_egress.config.expiring import acceptances, approvals
from wsus_egress.config.inside import Inside, without_servers
from wsus_egress.config.lists import EndpointList, resolve
from wsus_egress.config.settings import (
    ClientSettings,
    EnvironmentSettings,
    ServerSettings,
    SynchronizationPortsSettings,
)
from wsus_egress.model.addresses import is_within, parse_network, widest
from wsus_egress.model.base import MICROSOFT_UPDATE
from wsus_egress.model.environment import (
    Environment,
    Gate,
)
from wsus_egress.model.flows import PRIVATE_NETWORKS, Network
from wsus_egress.model.party import Party, Place, SynchronizationPorts
from wsus_egress.model.policy import EXTRA, EgressPolicy, Endpoint, Mode
from wsus_egress.names.hosts import InvalidName, Pattern
from wsus_egress.problems import Collector, Keys, Locate, PolicyErrors, Problem, choices

PLACES: Final[tuple[Place, ...]] = ("aws", "azure")
T = TypeVar("T")


def build_environment(
    name: str,
    data: Any,
    lists: Mapping[str, EndpointList] | None,
    locate: Locate,
    *,
    from_file: bool = False,
) -> Environment:
    """Check settings as a whole and make an environment of them.

    Args:
        name: The environment's name.
        data: The settings, camelCase or snake_case. An empty `aws` or `azure` counts as none:
            Pulumi gives every stack one.
        lists: The endpoint lists there are; None where they could not be read, which is no
            problem of this environment.
        locate: Gives the line of a value.
        from_file: Whether a file has the settings: there keys are camelCase, as editors complete.

    Raises:
        PolicyErrors: With everything that is wrong.
    """
    if isinstance(data, Mapping):
        data = {
            key: value
            for key, value in data.items()
            if key not in ("aws", "azure") or (value is not None and value != {})
        }
    settings, problems = parse_settings(EnvironmentSettings, data, locate, snake_case=not from_file)
    if settings is None:
        raise PolicyErrors([*problems, *_beside(data, problems, lists, locate)])
    builder = _Builder(settings, lists, locate)
    builder.problems.extend(problems)
    environment = builder.environment(name)
    builder.problems.raise_if_any()
    return environment


def _beside(
    data: Any,
    problems: Sequence[Problem],
    lists: Mapping[str, EndpointList] | None,
    locate: Locate,
) -> Sequence[Problem]:
    """What else is wrong, where settings could not be read: one run shows every mistake.

    Where only targets could not be read, everything else is checked as always.
    """
    unread = {key for problem in problems for key in problem.keys[:1]}
    places = tuple(place for place in PLACES if place in unread)
    rest = None
    if (
        places
        and len(places) == len(unread)
        and all(isinstance(data[place], Mapping) for place in places)
    ):
        kept = {key: value for key, value in data.items() if key not in places}
        rest, _ = parse_settings(EnvironmentSettings, kept, locate)
    if rest is None:
        builder = _Builder(EnvironmentSettings(), lists, locate)
        builder.check_values(data)
    else:
        builder = _Builder(rest, lists, locate, places)
        builder.environment("")
    return builder.problems.problems


class _Builder:
    """Turns settings into values and notes every problem on the way."""

    def __init__(
        self,
        settings: EnvironmentSettings,
        lists: Mapping[str, EndpointList] | None,
        locate: Locate,
        unread: tuple[Place, ...] = (),
    ) -> None:
        self.problems = Collector()
        self._settings = settings
        self._lists = lists
        self._locate = locate
        self._unread = unread

    def _refuse(self, keys: Keys, what: str, instead: str = "") -> None:
        self.problems.add(self._locate(keys), keys, what, instead)

    def check_values(self, data: Any) -> None:
        """Check what can be checked value by value, where the settings' shape is wrong elsewhere.

        So that one run shows those mistakes too, and no mistake that only follows from another.
        """
        for keys, value in _values(data, ("servers", "clients"), "addresses"):
            if isinstance(value, list) and all(isinstance(text, str) for text in value):
                self._networks(keys, value)
        for keys, value in _values(data, ("extraEndpoints",), "pattern"):
            if isinstance(value, str):
                self._pattern(keys, value)
        names = data.get("lists") if isinstance(data, Mapping) else None
        if isinstance(names, list) and all(isinstance(name, str) for name in names):
            self._known_lists(names)

    @property
    def _own(self) -> tuple[Network, ...]:
        """What is inside though it is not private."""
        return self._settings.aws.own_ranges if self._settings.aws else ()

    def _known_lists(self, names: Sequence[str]) -> list[str]:
        """Those that there are; of each other one it is noted."""
        lists = self._lists or {}
        for index, name in enumerate(names if self._lists is not None else ()):
            if name not in lists:
                what = f"there is no endpoint list {name!r}"
                self._refuse(("lists", index), what, choices(lists))
        return [name for name in names if name in lists]

    def _pattern(self, keys: Keys, text: str) -> Pattern | None:
        try:
            return Pattern.parse(text)
        except InvalidName as error:
            self._refuse(keys, f"{error.text} {error.reason}", error.instead)
            return None

    def environment(self, name: str) -> Environment:
        settings = self._settings
        targets = tuple(target for target in (settings.aws, settings.azure) if target)
        places: tuple[Place, ...] = (*(target.cloud for target in targets), *self._unread)
        if not places:
            self._refuse((), "there is no target to enforce the policy on", "add `aws` or `azure`")
        parties = self._parties(places)
        policy = EgressPolicy(
            mode=Mode(settings.mode),
            as_listed=settings.schemes == "as-listed",
            endpoints=self._endpoints(),
            parties=parties,
            ipv6=settings.ipv6,
            own=self._own,
            permits=tuple(self._ends.permits(parties, settings.aws)),
        )
        refuse_outside(settings, policy.parties, targets, places, self._refuse)
        return Environment(
            name,
            policy,
            targets,
            acceptances(settings.accept, self._locate, self._refuse),
            self._locate,
            approvals(settings.approved, self._locate, self._refuse),
            Gate(settings.gate.unapproved, settings.gate.warn_days) if settings.gate else Gate(),
        )

    def _endpoints(self) -> tuple[Endpoint, ...]:
        settings = self._settings
        endpoints: list[Endpoint] = []
        before = len(self.problems.problems)
        if self._lists is not None:
            endpoints += resolve(self._lists, self._known_lists(settings.lists))
        for index, extra in enumerate(settings.extra_endpoints):
            keys = ("extraEndpoints", index, "pattern")
            pattern = self._pattern(keys, extra.pattern)
            if pattern is None:
                continue
            endpoints.append(Endpoint(pattern, extra.schemes, extra.reason, extra.owner, "", EXTRA))
        found = len(self.problems.problems) > before or self._lists is None
        if settings.mode == "restricted" and not endpoints and not found:
            what = "the mode is restricted and no endpoint is listed: nothing could be reached"
            self._refuse(("lists",), what, "name an endpoint list, such as wsus")
        return tuple(endpoints)

    def _parties(self, places: Sequence[Place]) -> tuple[Party, ...]:
        settings = self._settings
        servers = {server.name for server in settings.servers}
        if not settings.servers:
            self._refuse(("servers",), "there is no server", "name the WSUS servers")
        parties = [
            self._server(("servers", index), server, servers, places)
            for index, server in enumerate(settings.servers)
        ] + [
            self._client(("clients", index), client, servers, places)
            for index, client in enumerate(settings.clients)
        ]
        parties = [without_servers(party, parties) for party in parties]
        refuse_twice(settings, parties, self._refuse)
        refuse_circles(settings.servers, self._refuse)
        given: tuple[tuple[Keys, ServerSettings | ClientSettings], ...] = (
            *_keyed("servers", settings.servers),
            *_keyed("clients", settings.clients),
        )
        return tuple(self._ends.proxied(parties, given))

    @property
    def _ends(self) -> Inside:
        return Inside(self._own, self._settings.ipv6, self._refuse)

    def _server(
        self, keys: Keys, server: ServerSettings, servers: set[str], places: Sequence[Place]
    ) -> Party:
        upstream = server.synchronizes_from
        if upstream == server.name:
            what = f"{server.name} synchronizes from itself"
            instead = f"name another server, or {MICROSOFT_UPDATE}"
            self._refuse((*keys, "synchronizesFrom"), what, instead)
        elif upstream != MICROSOFT_UPDATE and upstream not in servers:
            what = f"there is no server {upstream!r}"
            instead = choices({*servers, MICROSOFT_UPDATE} - {server.name})
            self._refuse((*keys, "synchronizesFrom"), what, instead)
        top = upstream == MICROSOFT_UPDATE
        return Party(
            name=server.name,
            kind="server",
            addresses=self._networks((*keys, "addresses"), server.addresses),
            place=self._place(keys, server, places),
            internet=top or server.content_from == MICROSOFT_UPDATE,
            asks=None if top else upstream,
            ports=self._ports((*keys, "synchronizationPorts"), server.synchronization_ports),
            aws_peer=server.aws_peer,
            aws_vpc_id=server.aws_vpc_id,
            aws_security_group=server.aws_security_group,
        )

    def _client(
        self, keys: Keys, client: ClientSettings, servers: set[str], places: Sequence[Place]
    ) -> Party:
        direct = client.updates_from == MICROSOFT_UPDATE
        if direct and "content_from" in client.model_fields_set:
            what = (
                f"{client.name} update from Microsoft Update, and so have their content from there"
            )
            self._refuse((*keys, "contentFrom"), what, "remove it")
        if not direct and client.updates_from not in servers:
            what = f"there is no server {client.updates_from!r}"
            self._refuse((*keys, "updatesFrom"), what, choices({*servers, MICROSOFT_UPDATE}))
        return Party(
            name=client.name,
            kind="client",
            addresses=self._networks((*keys, "addresses"), client.addresses),
            place=self._place(keys, client, places),
            internet=direct or client.content_from == MICROSOFT_UPDATE,
            asks=None if direct else client.updates_from,
            ports=None,
            aws_peer=client.aws_peer,
            aws_vpc_id=client.aws_vpc_id,
            aws_security_group=client.aws_security_group,
        )

    def _place(
        self, keys: Keys, party: ServerSettings | ClientSettings, places: Sequence[Place]
    ) -> Place:
        place = self._located(keys, party.location, places)
        if party.aws_vpc_id is not None and place != "aws":
            what = f"{party.name} stands in no VPC of the target: its place is {place}"
            self._refuse((*keys, "awsVpcId"), what, "remove it, or write `location: aws`")
        if party.aws_security_group is not None and place != "aws":
            what = f"{party.name} has no security group in the target: its place is {place}"
            self._refuse((*keys, "awsSecurityGroup"), what, "remove it, or write `location: aws`")
        return place

    def _located(self, keys: Keys, location: Place | None, places: Sequence[Place]) -> Place:
        if location is None:
            if len(places) == 1:
                return places[0]
            if places:
                what = "the environment has both clouds, and it is not said where this stands"
                self._refuse(keys, what, "add `location: aws`, `azure` or `elsewhere`")
        elif location != "elsewhere" and places and location not in places:
            what = f"it stands in {location}, and the environment has no {location} target"
            self._refuse((*keys, "location"), what, f"add `{location}`, or write elsewhere")
        return location or "elsewhere"

    def _ports(self, keys: Keys, ports: SynchronizationPortsSettings) -> SynchronizationPorts:
        # 80 with 443 is WSUS 3.2's pair; any other pair must be adjacent ("Step 2: Configure
        # WSUS", section 2.3.2, 2025-05-02).
        pair = (ports.http, ports.https)
        if ports.https is not None and ports.https != ports.http + 1 and pair != (80, 443):
            what = f"WSUS needs the HTTP port to be the HTTPS port - 1, not {pair[0]} and {pair[1]}"
            instead = f"write http: {ports.https - 1} or https: {ports.http + 1}"
            self._refuse(keys, what, instead)
        return SynchronizationPorts(ports.http, ports.https)

    def _networks(self, keys: Keys, texts: Sequence[str]) -> tuple[Network, ...]:
        networks = []
        for index, text in enumerate(texts):
            network = parse_network((*keys, index), text, self._refuse)
            if network is None:
                continue
            if not is_within(network, (*PRIVATE_NETWORKS, *self._own)):
                what = f"{text} is an Internet address range, and servers and clients are private"
                instead = "write a range of RFC 1918, RFC 6598 or fc00::/7"
                if self._settings.aws is not None:
                    instead += ", or name the block that is your own in aws.ownRanges"
                self._refuse((*keys, index), what, instead)
            elif network.version == 6 and not self._settings.ipv6:
                what = f"{text} is an IPv6 address, and IPv6 is not asked for"
                self._refuse((*keys, index), what, "write `ipv6: true`, or an IPv4 address")
            else:
                networks.append(network)
        return widest(networks)


def _keyed(section: str, entries: Iterable[T]) -> Iterator[tuple[Keys, T]]:
    """Each entry of a section, with where it stands."""
    return (((section, index), entry) for index, entry in enumerate(entries))


def _values(data: Any, sections: Sequence[str], key: str) -> Iterator[tuple[Keys, Any]]:
    """The values under a key of every entry of some sections, as far as there are any."""
    for section in sections if isinstance(data, Mapping) else ():
        entries = data.get(section)
        for index, entry in enumerate(entries if isinstance(entries, list) else ()):
            if isinstance(entry, Mapping):
                yield (section, index, key), entry.get(key)
