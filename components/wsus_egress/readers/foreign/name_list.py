"""A plain list of names as a chain: names alone, on the ports of HTTP and HTTPS."""

from __future__ import annotations

from typing import Final

from wsus_egress.controls.base import Verdict
from wsus_egress.names.sets import ALL_NAMES, NameSet
from wsus_egress.readers.formats.things import Contents, Thing
from wsus_egress.readers.terms.chain import Chain, Names, Place, Term
from wsus_egress.readers.terms.names import pattern

NAME: Final = "name-list"
_WEB: Final = (("http", 80), ("tls", 443))


def chain(thing: Thing, contents: Contents) -> Chain:
    """A list; it has neither source nor port, so names are judged, on 80 and 443."""
    squid = thing.body["squid"]
    dotted = False
    terms: list[Term] = []
    for line, text in thing.body["entries"]:
        place = Place(thing.file, (line,))
        schemes = _schemes(text)
        host = text.partition("://")[2] or text
        host = host.partition("/")[0].partition(":")[0].lower()
        leading = host.startswith((".", "+."))
        bare = host.removeprefix("+").removeprefix(".").removesuffix(".")
        found = pattern(f"*.{bare}" if leading else bare)
        itself = pattern(bare) if leading else None
        patterns, apex = [found] if found else [], [itself] if itself else []
        if found is None:
            contents.gap(f"{text!r} is not a name that can be read", path=(line,), weighed=True)
            names = Names(most=ALL_NAMES)
        else:
            # squid: `.x` is x and everything below; elsewhere x itself is the program's affair.
            sure_apex = squid or host.startswith("+.")
            dotted |= leading and not sure_apex
            names = Names(
                patterns=tuple(patterns + (apex if sure_apex else [])),
                most=None if sure_apex or not apex else NameSet.of([*patterns, *apex]),
            )
        for application, port in schemes:
            terms.append(
                Term(id=f"line {line}", action="allow", place=place, ports=((port, port),),
                     protocols=("tcp",), applications=(application,), names=names)  # type: ignore[arg-type]
            )  # fmt: skip
    if squid:
        contents.assumed.append(
            "a leading dot means the domain itself and all names below it, as squid has it"
        )
    elif dotted:
        contents.gap(
            "whether an entry with a leading dot has the domain itself depends on the program",
            "wider",
            weighed=True,
        )
    contents.assumed.append("the list has no port and no source: names are judged, on 80 and 443")
    return Chain(
        name=NAME, resources=(thing.name,), place=Place(thing.file), terms=tuple(terms),
        default=Verdict.DENY, rest="it is not in the list", sees_names=True,
    )  # fmt: skip


def _schemes(text: str) -> tuple[tuple[str, int], ...]:
    scheme = text.partition("://")[0].lower() if "://" in text else ""
    if scheme == "http":
        return _WEB[:1]
    return _WEB[1:] if scheme == "https" else _WEB
