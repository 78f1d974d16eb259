"""What the Azure resources share: ids, names, locations, tags, and a body that a model checks."""

from __future__ import annotations

import hashlib
import json
import re
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, Final
from uuid import NAMESPACE_URL, uuid5

from providers.azure import models
from providers.azure.permissions import calls
from providers.compare import join
from providers.errors import CloudError, Problem, Problems, azure_error, azure_text
from providers.evidence import written
from providers.kind import Inputs, Kind, Naming, Session, known
from providers.store import Record, Records
from providers.world import WORLD_NAME

API_VERSION: Final = "2024-05-01"
# An input that azure-native adds to every resource since version 3, of the type's own version
# (pulumi-azure-native, provider.go, applyDefaults, read 2026-11). ARM has it in the address.
_VERSION: Final = "azureApiVersion"
# The pattern of firewall policies' names in the API's own description (draft operations,
# 2024-05-01), and what "Naming rules for Azure resources" says of network security groups.
NAME: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,78}[A-Za-z0-9_])?")
# "Use tags to organize your Azure resources" (2026-11).
_TAGS: Final = 50
_TAG_NAME: Final = 512
_TAG_VALUE: Final = 256
# What azure-native notes of a name that it has made up: the next one is another.
_CREATE_FIRST: Final = "__createBeforeDelete"
_PROVIDER: Final = "pulumi-azure-native provider/pkg"
_UNNAMED_SUBSCRIPTION: Final = "00000000-0000-0000-0000-000000000000"


def subscription(session: Session) -> str:
    """The subscription of the provider's settings, or one of zeros: no login is needed."""
    return session.setting("subscriptionId", _UNNAMED_SUBSCRIPTION)


def resource_id(session: Session, resource_group: str, path: str) -> str:
    """An ARM id in the network provider."""
    return (
        f"/subscriptions/{subscription(session)}/resourceGroups/{resource_group}"
        f"/providers/Microsoft.Network/{path}"
    )


class AzureKind(Kind):
    """One resource type of Microsoft.Network."""

    name_input: ClassVar[str]
    """The input that is the resource's own name."""
    collection: ClassVar[str]
    """Its part of the id: `firewallPolicies`."""
    model: ClassVar[str]
    """Its class in azure-mgmt-network."""
    located: ClassVar[bool] = True
    api_version: ClassVar[str] = API_VERSION
    fixed: ClassVar[Sequence[str]] = ("location",)
    """What the service refuses to change, and the provider sends all the same."""
    local: ClassVar = frozenset({_VERSION})
    required: ClassVar[Sequence[str]] = ("resourceGroupName",)
    computed: ClassVar[Sequence[str]] = (
        _VERSION,
        "etag",
        "name",
        "provisioningState",
        "type",
    )

    def __init_subclass__(cls) -> None:
        """Add the input that the provider gives every resource."""
        super().__init_subclass__()
        if "inputs" in cls.__dict__:  # What several types have in common has none.
            cls.inputs = {**cls.inputs, _VERSION: str}

    def path(self, inputs: Inputs) -> str:
        """The id after the network provider."""
        return f"{self.collection}/{inputs[self.name_input]}"

    @abstractmethod
    def body(self, inputs: Inputs) -> dict[str, Any]:
        """The request's JSON, as ARM wants it: azure-native has flattened its `properties`."""

    def defaults(self, inputs: Inputs, session: Session, naming: Naming) -> dict[str, Any]:
        """A name; the location of the provider's settings, else of the resource group."""
        # azure-native adds eight digits without a hyphen.
        given: dict[str, Any] = {self.name_input: naming.pick(self.name_input, self, "", 8)}
        if self.name_input not in inputs:
            given[_CREATE_FIRST] = True
        given[_VERSION] = self.api_version
        if self.located:
            group = known(inputs, "resourceGroupName")
            theirs = session.world.location(group) if group else None
            location = session.setting("location", theirs or "")
            if location:
                given["location"] = location
        return given

    @written(
        "a name has up to 80 characters",
        'Microsoft.Network 2024-05-01, as azure-mgmt-network 28.1.0 has it and "Naming rules for Azure resources"',
        "2026-11",
    )
    def problems(self, inputs: Inputs, session: Session) -> Problems:
        """Report what the service refuses in the name, the tags and the location."""
        name = known(inputs, self.name_input)
        if name is not None and not NAME.fullmatch(name):
            yield Problem(
                self.name_input,
                azure_text(
                    "InvalidResourceName",
                    f"Resource name {name} is invalid. The name can be up to 80 characters long. "
                    "It must begin with a letter or number, and it must end with a letter, number "
                    "or '_'. The name may contain letters, numbers, '.', '-' or '_'.",
                ),
            )
        if self.located and "location" not in inputs:
            yield Problem(
                "location",
                azure_text(
                    "LocationRequired", "The location property is required for this definition."
                )
                + " (`pulumi config set azure-native:location westeurope`)",
            )
        yield from _tag_problems(inputs)
        yield from self.service_problems(inputs, session)

    @abstractmethod
    def service_problems(self, inputs: Inputs, session: Session) -> Problems:
        """Report what the service refuses in the rest."""

    def before(self, old: Inputs, outputs: Inputs) -> Inputs:
        """With the type's version, where the inputs have none: an import, or an older state."""
        return {_VERSION: self.api_version, **old} if _VERSION in outputs else old

    def canonical(self, inputs: Inputs) -> dict[str, Any]:
        """As the inputs, `West Europe` being `westeurope`."""
        plain = super().canonical(inputs)
        if isinstance(plain.get("location"), str):
            plain["location"] = plain["location"].replace(" ", "").lower()
        return plain

    @written(
        "a resource group that is not there is ResourceGroupNotFound",
        "Azure/azure-powershell issue 12168, 2020-06",
        "2026-11",
    )
    def surroundings(self, inputs: Inputs, session: Session) -> None:
        """The resource group must be one that `world.yaml` lists."""
        group = known(inputs, "resourceGroupName")
        if group is not None and session.world.location(group) is None:
            raise azure_error(
                "ResourceGroupNotFound",
                f"Resource group '{group}' could not be found. ({WORLD_NAME} has none of that name)",
            )

    def permissions(self, operation: str, inputs: Inputs) -> Iterator[str]:
        """What Azure Resource Manager asks for one call, and for the group's region."""
        yield from calls(f"Microsoft.Network/{self.permitted_as}", operation, inputs)

    @property
    def permitted_as(self) -> str:
        """The type's name in permissions."""
        return self.type_path

    @written(
        "a create is refused in these words if the thing is there",
        "pulumi/pulumi-azure-native, provider/pkg/azure/client_azcore.go: CanCreate",
        "2026-11-30",
    )
    def taken(self, id_: str) -> CloudError | None:
        """The provider looks before it creates."""
        return CloudError(f"cannot create already existing resource '{id_}'")

    def identify(self, inputs: Inputs, session: Session) -> str:
        """The ARM id."""
        return resource_id(session, inputs["resourceGroupName"], self.path(inputs))

    def admit(self, id_: str, inputs: Inputs, records: Records, session: Session) -> None:
        """Check the model, then what the service knows about existing resources."""
        if (held := resource(records, self.type_name, id_)) is not None:
            self._unchanged(held, inputs)
        self.service_answer(id_, inputs, records, session)
        models.check_body(self.model, self.body(self.sent(inputs)))

    @written(
        "a region is never changed: InvalidResourceLocation",
        "fortinetsolutions/Azure-Templates issue 8, 2018-11; pulumi-azure-native issue 3053",
        "2026-11",
    )
    @written(
        "zones are never changed: ResourceAvailabilityZonesCannotBeModified",
        "Azure/azure-powershell issue 13656; MicrosoftDocs/azure-docs issue 77045, 2021-06",
        "2026-11",
    )
    def _unchanged(self, held: Record, inputs: Inputs) -> None:
        """Refuse an update of what is decided when a resource is made."""
        was, now = self.canonical(held), self.canonical(inputs)
        name, group = inputs.get(self.name_input), inputs.get("resourceGroupName")
        if "location" in self.fixed and was.get("location") != now.get("location"):
            raise azure_error(
                "InvalidResourceLocation",
                f"The resource '{name}' already exists in location '{was.get('location')}' in resource "
                f"group '{group}'. A resource with the same name cannot be created in location "
                f"'{now.get('location')}'. Please select a new resource name.",
            )
        zones = [sorted(each.get("zones") or ["NoZone"]) for each in (was, now)]
        if "zones" in self.fixed and zones[0] != zones[1]:
            raise azure_error(
                "ResourceAvailabilityZonesCannotBeModified",
                f"Resource {name} has an existing availability zone constraint {', '.join(zones[0])} "
                f"and the request has availability zone constraint {', '.join(zones[1])}, which do not "
                "match. Zones cannot be added/updated/removed once the resource is created. The "
                "resource cannot be updated from regional to zonal or vice-versa.",
            )

    def sent(self, inputs: Inputs) -> dict[str, Any]:
        """The inputs without what the provider keeps for itself."""
        return {name: value for name, value in inputs.items() if name not in self.local}

    @written(
        "what exists is not made again: the provider looks before it sends",
        "pulumi-azure-native provider/pkg/azure/client_azcore.go, CanCreate",
        "2026-11",
    )
    def service_answer(self, id_: str, inputs: Inputs, records: Records, session: Session) -> None:
        """Refuse to create what exists, as azure-native does."""
        taken = {key.casefold() for key in records.get(self.type_name, {})} - {id_.casefold()}
        fresh = resource_id(session, inputs["resourceGroupName"], self.path(inputs))
        if fresh.casefold() in taken:
            raise azure_error("Conflict", f"cannot create already existing resource '{fresh}'")

    def outputs(self, id_: str, inputs: Inputs, session: Session) -> dict[str, Any]:  # noqa: ARG002
        """What ARM adds. The etag is a hash of the body, so it changes only with the resource."""
        body = json.dumps(self.body(self.sent(inputs)), sort_keys=True, default=str)
        digest = hashlib.sha256(body.encode()).hexdigest()
        # The GUID is a resource's for life.
        guid = {"resourceGuid": str(uuid5(NAMESPACE_URL, id_.casefold()))}
        return {
            **(guid if "resourceGuid" in self.computed else {}),
            _VERSION: self.api_version,
            "etag": f"{digest[:8]}-{digest[8:12]}-{digest[12:16]}-{digest[16:20]}-{digest[20:32]}",
            "name": inputs[self.name_input],
            "provisioningState": "Succeeded",
            "type": f"Microsoft.Network/{self.type_path}",
        }

    @property
    def type_path(self) -> str:
        """The type's name after `Microsoft.Network/`."""
        return self.collection

    @written(
        "a replacement deletes first, unless the provider has made the name up",
        f"{_PROVIDER} provider/provider.go, Diff",
        "2026-11",
    )
    def delete_first(self, old: Inputs, new: Inputs) -> bool:  # noqa: ARG002
        """True for every resource with a name of its own, whatever is the reason."""
        return old.get(_CREATE_FIRST) is not True


def resource(records: Records, token: str, id_: str) -> Record | None:
    """What is held under an id, compared without case."""
    held = records.get(token, {})
    return next((row for key, row in held.items() if key.casefold() == id_.casefold()), None)


@written(
    "50 tags, names of 512 and values of 256 characters",
    '"Use tags to organize your Azure resources"',
    "2026-11",
)
def _tag_problems(inputs: Inputs) -> Problems:
    tags = inputs.get("tags")
    if not isinstance(tags, dict):
        return
    if len(tags) > _TAGS:
        yield Problem("tags", azure_text("InvalidTags", f"{len(tags)} tags; {_TAGS} are allowed."))
    for name, value in tags.items():
        if not 1 <= len(name) <= _TAG_NAME or set(name) & set("<>%&\\?/"):
            yield Problem(
                join("tags", name),
                azure_text(
                    "InvalidTagNameCharacters",
                    f"The tag name '{name}' must be 1 to {_TAG_NAME} characters without <>%&\\?/.",
                ),
            )
        if isinstance(value, str) and len(value) > _TAG_VALUE:
            yield Problem(
                join("tags", name),
                azure_text("InvalidTagValueLength", f"Tag value too long: over {_TAG_VALUE}."),
            )
