"""What Azure Firewall refuses in one application rule.

The API's description does not say most of this, so azure-mgmt-network lets it through: the cmdlets'
parameter sets (`New-AzFirewallPolicyApplicationRule`), the answers users report, and the FAQ's
table of wildcards do (read 2026-11).
"""

from __future__ import annotations

import re
from typing import Any, Final

from providers.azure.sources import bad, one_kind, source_problems, text, unknown_key_problems
from providers.errors import Problems
from providers.evidence import believed, written
from providers.kind import is_a, items, known
from providers.wire import UNKNOWN

DESTINATIONS: Final = ("fqdnTags", "targetFqdns", "targetUrls", "webCategories")
# API names of the tags (azure-powershell's recorded answers, Microsoft's samples, 2026-11; the table
# of "FQDN tags overview" writes HDInsight otherwise). Microsoft adds to them: a subscription's own
# list is what GET azureFirewallFqdnTags answers.
FQDN_TAGS: Final = (
    "AppServiceEnvironment",
    "AzureActiveDirectoryDomainServices",
    "AzureBackup",
    "AzureKubernetesService",
    "CitrixHDXPlusForWindows365",
    "HDInsight",
    "MicrosoftActiveProtectionService",
    "MicrosoftIntune",
    "Windows365",
    "WindowsDiagnostics",
    "WindowsUpdate",
    "WindowsVirtualDesktop",
)
# "Use Azure Firewall to protect Microsoft 365" (2026-03-28); older copies write Office365.
_OFFICE_TAG: Final = re.compile(
    r"(?:Office365|Microsoft365)\.(?:Exchange|Skype|SharePoint|Common)"
    r"\.(?:Optimize|Allow|Default)(?:\.(?:Required|NotRequired))?"
)
_PROTOCOLS: Final = ("Http", "Https")
_HIGHEST_PORT: Final = 64000  # Microsoft.Network 2024-05-01; the limits page says 65535.
_KEYS: Final = frozenset(
    {
        "description", "destinationAddresses", "fqdnTags", "httpHeadersToInsert", "name",
        "protocols", "ruleType", "sourceAddresses", "sourceIpGroups", "targetFqdns", "targetUrls",
        "terminateTLS", "webCategories",
    }
)  # fmt: skip
# An asterisk only left-most (the FAQ's table): `*`, `*.contoso.com`, `*contoso.com`.
_NAME: Final = re.compile(
    r"\*|\*?\.?(?!-)[a-z0-9_-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9_-]{1,63}(?<!-))*", re.IGNORECASE
)
_LONGEST_NAME: Final = 253


@written(
    "a rule has tags or names or URLs or categories, one of them",
    "New-AzFirewallPolicyApplicationRule, parameter sets",
    "2026-11",
)
@believed("the wording of the answer to two kinds of destinations in one rule")
def rule_problems(path: str, rule: dict[str, Any]) -> Problems:
    """Every problem of one rule's own values."""
    yield from unknown_key_problems(path, rule, _KEYS)
    kinds = one_kind(rule, DESTINATIONS)
    if len(kinds) != 1:
        said = f"it has {' and '.join(kinds)}" if kinds else "it has none"
        yield bad(
            f"{path}.{kinds[1] if kinds else 'targetFqdns'}",
            f"Firewall Policy Application Rule {rule.get('name')} must have exactly one of "
            f"{', '.join(DESTINATIONS)} specified; {said}",
        )
    yield from source_problems(path, rule)
    yield from _protocol_problems(path, rule)
    yield from _tag_problems(path, rule)
    yield from _name_problems(path, rule)


@written(
    "tags without protocols are answered with HTTP 500; ports are 0 to 64000",
    "terraform-provider-azurerm issues 14099 and 22942; Microsoft.Network 2024-05-01",
    "2026-11",
)
def _protocol_problems(path: str, rule: dict[str, Any]) -> Problems:
    if rule.get("protocols") is UNKNOWN:
        return
    protocols = items(rule, "protocols")
    if not protocols and "fqdnTags" in rule:
        # HTTP 500 (terraform-provider-azurerm#14099, #22942), with the hint that Azure leaves out.
        yield bad(
            f"{path}.protocols",
            "An error occurred. (HTTP 500: this is how the service answers fqdnTags without "
            "protocols; give Http:80 and Https:443)",
            "InternalServerError",
        )
    elif not protocols:
        yield bad(
            f"{path}.protocols",
            f"Firewall Policy Application Rule {rule.get('name')} must have protocols specified",
        )
    for index, protocol in enumerate(protocols):
        place = f"{path}.protocols[{index}]"
        if not is_a(protocol, dict):
            continue
        yield from unknown_key_problems(place, protocol, frozenset({"protocolType", "port"}))
        kind, port = known(protocol, "protocolType"), known(protocol, "port", int)
        if "protocolType" not in protocol or (kind is not None and kind not in _PROTOCOLS):
            yield bad(
                f"{place}.protocolType", f"Invalid protocol '{kind}': {' or '.join(_PROTOCOLS)}."
            )
        if "port" not in protocol:
            yield bad(f"{place}.port", "Required property 'port' not found in JSON.")
        elif port is not None and not 0 <= port <= _HIGHEST_PORT:
            yield bad(f"{place}.port", f"Invalid port {port}: it must be 0 to {_HIGHEST_PORT}.")


@written(
    "a tag's name is exact, and not a host's",
    "terraform-provider-azurerm issue 29512; azure-powershell's recorded answers",
    "2026-11",
)
def _tag_problems(path: str, rule: dict[str, Any]) -> Problems:
    tags = items(rule, "fqdnTags")
    for index, tag in enumerate(tags):
        if isinstance(tag, str) and tag not in FQDN_TAGS and not _OFFICE_TAG.fullmatch(tag):
            same = [name for name in FQDN_TAGS if name.casefold() == tag.casefold()]
            hint = f"write {same[0]}" if same else f"known tags: {', '.join(FQDN_TAGS)}"
            yield bad(f"{path}.fqdnTags[{index}]", f"Invalid FQDN tag '{tag}'; {hint}.")


@written(
    "an asterisk stands left-most only",
    "azure-docs articles/firewall/firewall-faq.yml",
    "2026-11",
)
def _name_problems(path: str, rule: dict[str, Any]) -> Problems:
    names = items(rule, "targetFqdns")
    for index, name in enumerate(names):
        if not isinstance(name, str):
            continue
        if not _NAME.fullmatch(name) or len(name) > _LONGEST_NAME:
            yield bad(
                f"{path}.targetFqdns[{index}]",
                f"Invalid Fqdn '{name}' in rule {text(rule, 'name')}: a host name, * as its "
                "left-most part only; no scheme, port or path.",
            )
