"""Fetches the pages that the endpoint lists come from, and records which hosts each names.

A scheduled workflow runs it and opens a pull request when a record changes: `.github/workflows/lists.yml`. A record has a host a line,
with its scheme where the page writes one, so that the pull request shows what Microsoft changed. Whether a list follows is for a
person to decide; the policy preview then judges the change of the list.
"""

from __future__ import annotations

import sys
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from wsus_egress.config.lists import load_lists, resolve
from wsus_egress.review.list_pages import compare, hosts_of

ROOT: Final = Path(__file__).resolve().parent.parent
RECORDS: Final = ROOT / "tools" / "pages"
_MICROSOFT: Final = "https://raw.githubusercontent.com/MicrosoftDocs"
# By list the page that most of its entries come from. The page of the list `wsus` is on learn.microsoft.com; its source is public.
PAGES: Final[Mapping[str, str]] = {
    "automatic-updates": f"{_MICROSOFT}/memdocs/main/intune/fundamentals/endpoints.md",
    "configuration-manager": f"{_MICROSOFT}/memdocs/main/memdocs/configmgr/core/plan-design/network/internet-endpoints.md",
    "defender": f"{_MICROSOFT}/defender-docs/public/defender-endpoint/configure-network-connections-microsoft-defender-antivirus.md",
    "delivery-optimization": f"{_MICROSOFT}/windows-itpro-docs/public/windows/deployment/do/delivery-optimization-endpoints.md",
    "wsus": f"{_MICROSOFT}/windowsserverdocs/main/WindowsServerDocs/administration/windows-server-update-services/deploy/2-configure-wsus.md",
}
_SECONDS: Final = 60


def fetch(address: str) -> str:
    """The text of a page.

    Raises:
        OSError: When it cannot be had.
    """
    with urllib.request.urlopen(address, timeout=_SECONDS) as answer:  # noqa: S310 - the addresses above
        text: str = answer.read().decode("utf-8", "replace")
    return text


def watch(records: Path, get: Callable[[str], str]) -> tuple[str, list[str]]:
    """Write each page's record, and compare each page with its list.

    Args:
        records: The folder of the records.
        get: Gives a page's text.

    Returns:
        A report in Markdown, and what could not be fetched. A page that cannot be fetched keeps its record.
    """
    lists = load_lists(ROOT / "config" / "endpoints", "config/endpoints")
    records.mkdir(exist_ok=True)
    report, failed = [], []
    for name, address in PAGES.items():
        try:
            page = get(address)
        except OSError as error:
            failed.append(f"{name}: {address} cannot be fetched: {error}")
            continue
        hosts = sorted({f"{host} {scheme}".rstrip() for scheme, host in hosts_of(page)})
        if not hosts:
            failed.append(
                f"{name}: {address} names no host: it has moved, or is written in another way"
            )
            continue
        text = "".join(f"{host}\n" for host in hosts)
        (records / f"{name}.txt").write_text(text, encoding="utf-8")
        difference = compare(resolve(lists, [name]), page)
        report += [f"### `{name}`", "", f"{address}", ""]
        report += [f"- lacks `{host}`" for host, _ in difference.lacking]
        report += [
            f"- not by {', '.join(schemes)}: `{host}`" for host, schemes in difference.schemes
        ]
        report.append("")
    return "\n".join(report), failed


def main() -> None:
    """Print the report; exit with 1 where a page could not be fetched."""
    report, failed = watch(RECORDS, fetch)
    print(report)
    for line in failed:
        print(line, file=sys.stderr)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
