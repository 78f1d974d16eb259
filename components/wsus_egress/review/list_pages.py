"""What a page names that an endpoint list lacks, and the other way round.

For example Microsoft's page for WSUS, saved as HTML or Markdown, beside the list `wsus`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from wsus_egress.model.flows import Scheme
from wsus_egress.model.policy import Endpoint
from wsus_egress.names.hosts import InvalidName, Pattern
from wsus_egress.names.sets import NameSet
from wsus_egress.readers.reading import unescaped

# A host or a vendor's wildcard, with its scheme where the page writes one.
_HOST: Final = re.compile(
    r"(?:(https?)://)?(?<![\w@.*-])((?:[A-Za-z0-9*-]+\.)+[A-Za-z]{2,24})(?![\w*-]|\.[\w*])",
    re.IGNORECASE,
)
# Where links lead is not what a page asks to be allowed.
_LINKS: Final = re.compile(r"\]\([^)\s]*(?:\s+\"[^\"]*\")?\)|^\s*\[[^\]]+\]:\s*\S+", re.MULTILINE)
_TAGS: Final = re.compile(
    r"<(?:script|style)\b.*?</(?:script|style)>|<!--.*?-->|<br */?>|</?[A-Za-z][^<>]*>",
    re.DOTALL | re.IGNORECASE,
)
# Names of files, which look like hosts.
_FILES: Final = frozenset(
    [
        "asmx",
        "aspx",
        "cab",
        "cer",
        "config",
        "crl",
        "crt",
        "csv",
        "dll",
        "dat",
        "docx",
        "exe",
        "html",
        "htm",
        "inf",
        "json",
        "log",
        "md",
        "msi",
        "msu",
        "pdf",
        "png",
        "ps",
        "sh",
        "svg",
        "txt",
        "xlsx",
        "xml",
        "yaml",
        "yml",
        "zip",
    ]
)


@dataclass(frozen=True, slots=True)
class Difference:
    """A page beside a list.

    Attributes:
        lacking: Patterns of the page of which the list lacks a name, each with its schemes; without where the page says none.
        schemes: Patterns that the list has by another scheme only.
        odd: Hosts of the page that are not a pattern, such as `kv*.prod.do.dsp.mp.microsoft.com`.
        more: The list's patterns that the page does not have.
    """

    lacking: tuple[tuple[str, tuple[str, ...]], ...]
    schemes: tuple[tuple[str, tuple[str, ...]], ...]
    odd: tuple[str, ...]
    more: tuple[str, ...]


def hosts_of(page: str) -> Iterator[tuple[str, str]]:
    """The hosts that a page in Markdown, HTML or plain text names: the scheme, or nothing, and the host."""
    text = unescaped(_TAGS.sub(" ", _LINKS.sub("]", page))).replace("\\*", "*")
    for scheme, host in _HOST.findall(text):
        if host.rpartition(".")[2].lower() not in _FILES:
            yield scheme.lower(), host.lower()


def compare(endpoints: Iterable[Endpoint], page: str) -> Difference:
    """What differs between a list's endpoints, those that it includes among them, and a page."""
    found: dict[str, set[str]] = {}
    for scheme, host in hosts_of(page):
        found.setdefault(host, set()).update({scheme} - {""})
    known = tuple(endpoints)
    names = {
        scheme: NameSet.of(each.pattern for each in known if scheme in each.schemes)
        for scheme in Scheme
    }
    every = NameSet.of(each.pattern for each in known)
    lacking, other, odd, patterns = [], [], [], []
    for host, schemes in sorted(found.items()):
        try:
            pattern = Pattern.parse(host)
        except InvalidName:
            odd.append(host)
            continue
        patterns.append(pattern)
        own = NameSet.of([pattern])
        if not own <= every:
            lacking.append((pattern.text, tuple(sorted(schemes))))
        elif missing := sorted(each for each in schemes if not own <= names[Scheme(each)]):
            other.append((pattern.text, tuple(missing)))
    there = NameSet.of(patterns)
    more = sorted({each.pattern.text for each in known if not NameSet.of([each.pattern]) <= there})
    return Difference(tuple(lacking), tuple(other), tuple(odd), tuple(more))
