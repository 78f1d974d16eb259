"""Which names a Suricata rule's options ask for, and which options are not understood.

Keywords: Suricata 7.0 user guide, "Payload keywords", "SSL/TLS keywords", "HTTP keywords"; what is
said of `nocase`, `dotprefix` and `endswith` was measured with 7.0.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from wsus_egress.names.hosts import Pattern
from wsus_egress.names.sets import ALL_NAMES, NameSet
from wsus_egress.readers.reading import number_of
from wsus_egress.readers.terms.chain import Names
from wsus_egress.readers.terms.names import pattern
from wsus_egress.readers.terms.suricata_text import Option, Rule

_HEX: Final = re.compile(r"\|([0-9a-fA-F\s]*)\|")
SNI: Final = ("tls.sni", "tls_sni")
HOST: Final = ("http.host", "http.host.raw", "http_host", "http_raw_host")
_AFTER: Final = ("http_host", "http_raw_host")
"""Old spellings that stand behind their content."""
_MODIFIERS: Final = frozenset(
    [
        "nocase",
        "startswith",
        "endswith",
        "bsize",
        "depth",
        "offset",
        "distance",
        "within",
        "isdataat",
        "fast_pattern",
        "rawbytes",
    ]
)
_TRANSFORMS: Final = frozenset(
    [
        "dotprefix",
        "to_lowercase",
        "to_uppercase",
        "compress_whitespace",
        "strip_whitespace",
        "to_md5",
        "to_sha1",
        "to_sha256",
        "url_decode",
        "xor",
        "pcrexform",
        "header_lowercase",
        "strip_pseudo_headers",
    ]
)
# What says nothing about which packets match.
_HARMLESS: Final = frozenset(
    [
        "msg",
        "sid",
        "rev",
        "gid",
        "classtype",
        "priority",
        "reference",
        "metadata",
        "target",
        "flow",
        "noalert",
        "alert",
        "tag",
        "rem",
    ]
)
# What is true of every connection that sends its first data, of the protocol that it is about.
_TRUE_OF: Final = {"ssl_state": ("client_hello",)}
_SETTING: Final = ("set", "noalert", "unset", "toggle")
_SAMPLES: Final = ("example.com", "www.example.org", "example.net")


@dataclass(frozen=True, slots=True)
class Content:
    """One content with its modifiers."""

    text: str | None
    negated: bool
    words: dict[str, str]
    transforms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a rule's options ask for.

    Attributes:
        buffer: `tls` or `http` where it looks at the name, else empty.
        names: Which names; None where it looks at none.
        unread: Options that are not understood: the rule may match less than it seems to.
    """

    buffer: str
    names: Names | None
    unread: tuple[str, ...]


def asked(rule: Rule) -> Asked:
    """What the options say about names, and what of them is not understood."""
    contents: list[Content] = []
    unread: list[str] = []
    buffers: set[str] = set()
    sticky = ""
    transforms: list[str] = []
    looked_at = False
    options = list(rule.options)
    for at, option in enumerate(options):
        word = option.word
        if word in SNI or (word in HOST and word not in _AFTER):
            sticky, transforms, looked_at = ("tls" if word in SNI else "http"), [], True
            buffers.add(sticky)
        elif word in _TRANSFORMS:
            transforms.append(word)
        elif word == "content":
            content = _content(option.value, options[at + 1 :], tuple(transforms))
            modern = sticky or _old_buffer(options[at + 1 :])
            if not modern:
                unread.append("a content outside of the name")
                continue
            buffers.add(modern)
            looked_at = True
            contents.append(content)
        elif word in ("pcre", "bsize") and sticky and not contents:
            unread.append(f"{word} on the name")
        elif word == "isdataat" and not (contents and _is_end(option.value)):
            unread.append(f"isdataat:{option.value}")
        elif _says_nothing(option):
            continue
        elif "." in word and word.partition(".")[0] in (
            "http",
            "tls",
            "ssl",
            "dns",
            "file",
            "http2",
        ):
            sticky, transforms = "", []
            unread.append(word)
        else:
            unread.append(word)
    if not looked_at:
        return Asked("", None, tuple(dict.fromkeys(unread)))
    if len(buffers) > 1:
        unread.append("two kinds of names")
    return Asked(next(iter(sorted(buffers))), _names(contents), tuple(dict.fromkeys(unread)))


def _says_nothing(option: Option) -> bool:
    """Whether an option takes no connection away that the rest of the rule is about."""
    word, value = option.word, option.value.lower()
    return (
        word in _MODIFIERS
        or word in _HARMLESS
        or word in _AFTER
        or word == "app-layer-protocol"
        or value in _TRUE_OF.get(word, ())
        or (word == "flowbits" and value.split(",")[0].strip() in _SETTING)
    )


def _old_buffer(following: list[Option]) -> str:
    """`http`, where a content's own modifiers say that it is about the host."""
    for option in following:
        if option.word in _AFTER:
            return "http"
        if option.word not in _MODIFIERS:
            return ""
    return ""


def _content(value: str, following: list[Option], transforms: tuple[str, ...]) -> Content:
    negated = value.startswith("!")
    quoted = value.removeprefix("!").strip()
    text: str | None = None
    if len(quoted) > 1 and quoted[0] == quoted[-1] == '"':
        text = _plain(quoted[1:-1])
    words: dict[str, str] = {}
    for option in following:
        if option.word not in _MODIFIERS and option.word not in _AFTER:
            break
        words[option.word] = option.value
    return Content(text, negated, words, transforms)


def _plain(text: str) -> str | None:
    """A content's text with its bytes in hexadecimal put in; None where they are not text."""

    def put(found: re.Match[str]) -> str:
        return bytes.fromhex(found[1]).decode("ascii")

    try:
        return re.sub(r"\\([\\\";:])", r"\1", _HEX.sub(put, text))
    except (ValueError, UnicodeDecodeError):
        return None


def _names(contents: list[Content]) -> Names:
    """The names that every content fits."""
    if not contents:
        # The buffer alone: there has to be a name.
        return Names(more=ALL_NAMES)
    found = [_of_content(each) for each in contents]
    if len(found) == 1:
        return found[0]
    least, most = ALL_NAMES, ALL_NAMES
    for each in found:
        sure = NameSet.of(each.patterns) | each.more
        least &= sure
        most &= sure if each.most is None else each.most
    samples = tuple(s for each in found for s in each.samples if s in least)
    return Names(more=least, most=most, samples=samples)


def _of_content(content: Content) -> Names:
    text = content.text
    unknown = Names(most=ALL_NAMES)
    others = [t for t in content.transforms if t not in ("dotprefix", "to_lowercase")]
    if text is None or others or {"offset", "distance"} & {*content.words}:
        return unknown
    if text != text.lower() and "nocase" not in content.words:
        # Names are compared in small letters here; one in capitals is never what a server asks for.
        return Names(most=_inside(text.lower(), content).most or ALL_NAMES)
    found = _inside(text.lower(), content)
    if not content.negated:
        return found
    if "bsize" in content.words:
        return Names(most=ALL_NAMES)  # The size holds beside the negation.
    sure = NameSet.of(found.patterns) | found.more
    if found.most is None:
        return Names(more=sure.complement(), samples=_SAMPLES[:1])
    samples = NameSet.of(Pattern.parse(s) for s in _SAMPLES if text.strip(".") not in s)
    return Names(more=samples - found.more, most=sure.complement())


def _inside(text: str, content: Content) -> Names:
    """The names of a content, as if it were not negated."""
    dotted = "dotprefix" in content.transforms
    words = content.words
    size = words.get("bsize", "").strip()
    length = len(text)
    whole = size == str(length) or size == f"={length}"
    starts = "startswith" in words or words.get("depth", "") == str(length) or whole
    ends = "endswith" in words or whole or _is_end(words.get("isdataat", ""))
    above = size.removeprefix(">").strip()
    least = number_of(above) if size.startswith(">") else None
    if least is not None and text.startswith(".") and not dotted:
        # Every name below a domain is longer than the domain with its dot.
        size = "" if least <= length else size
    if size and not whole:
        return Names(most=_most(text, ends=ends, dotted=dotted))
    if dotted and starts and ends:
        # The dot is put before the name.
        return _exact(text[1:]) if text.startswith(".") else Names()
    if starts and ends:
        return Names() if text.startswith(".") else _exact(text)
    if dotted and starts and not text.startswith("."):
        return Names()  # The name begins with the dot that is put before it.
    if ends:
        return _ending(text, dotted=dotted)
    found = _somewhere(text.removeprefix(".") if dotted and starts else text, starts=starts)
    if dotted and not starts and text.startswith(".") and (itself := pattern(text[1:])):
        found = replace(found, patterns=(*found.patterns, itself))
    return found


def _is_end(value: str) -> bool:
    """Whether `isdataat` says that a content ends the name: no byte behind it, counted from it."""
    return value.replace(" ", "") == "!1,relative"


def _exact(text: str) -> Names:
    found = pattern(text)
    return Names(patterns=(found,)) if found else Names()


def _ending(text: str, *, dotted: bool) -> Names:
    host = text.removeprefix(".")
    itself, below = pattern(host), pattern(f"*.{host}")
    if text.startswith("."):
        kept = (below, itself) if dotted else (below,)
        return Names(patterns=tuple(each for each in kept if each))
    # Without the dot, what only ends so has it too: `evilexample.com` for `example.com`.
    evil = pattern(f"evil{host}")
    ending = (itself, below, evil, pattern(f"*.evil{host}"))
    sample = (f"evil{host}",) if evil else ()
    most = _most(text, ends=True, dotted=dotted)
    return Names(patterns=tuple(each for each in ending if each), most=most, samples=sample)


def _most(text: str, *, ends: bool, dotted: bool) -> NameSet:
    """A set with every name that ends with a text: those below what follows its first dot."""
    parent = text.lstrip(".").partition(".")[2]
    found = pattern(f"*.{parent}") if ends and parent else None
    del dotted
    return ALL_NAMES if found is None else NameSet.of((found,))


def _somewhere(text: str, *, starts: bool) -> Names:
    """A content that may be followed, or preceded, by anything."""
    host = text.strip(".")
    sample = f"{host}.evil.example"
    kept = [pattern(sample)]
    if not starts:
        kept += [pattern(f"*.{host}"), pattern(f"*.{sample}")]
    if not text.startswith("."):
        kept.append(pattern(host))
    if text.startswith(".") and starts:
        return Names()
    if text.startswith("."):
        kept = kept[1:]
        sample = f"a.{sample}"
    if text.endswith("."):
        kept = [each for each in kept if each and each.host.endswith("evil.example")]
    patterns = tuple(each for each in kept if each)
    return Names(patterns=patterns, most=ALL_NAMES, samples=(sample,) if patterns else ())
