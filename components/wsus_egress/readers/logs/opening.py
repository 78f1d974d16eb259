"""A log file as text, a part at a time: unpacked, and in whichever encoding it is.

For example an object that Network Firewall wrote to S3 is gzip; what PowerShell 5.1 writes with `>` is UTF-16.
"""

from __future__ import annotations

import codecs
import zlib
from collections.abc import Iterator
from typing import BinaryIO, Final

_PART: Final = 1 << 18
_GZIP: Final = b"\x1f\x8b"
# Files that name requests, but not as text: what each is, and what to give instead.
_OTHER: Final = (
    (b"PAR1", "Parquet", "let the flow log write text, or export it with Athena as CSV"),
    (b"PK\x03\x04", "a zip archive or a spreadsheet", "unpack it, or save it as CSV"),
    (b"ElfFile", "an event log", "write it as XML: wevtutil qe FILE /lf:true /f:XML /e:Events"),
    (b"Obj\x01", "Avro", "capture as JSON, or read the records' bodies out of it"),
)
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


class NotALog(ValueError):  # noqa: N818 - it reads as what it is
    """A file that is not text; the message says what it is and what to give instead."""


def text_parts(stream: BinaryIO) -> Iterator[str]:
    """The text of a stream in parts of about 256 KiB; a byte that is not text becomes U+FFFD.

    A gzip stream that is cut gives what can be unpacked of it.

    Raises:
        NotALog: When it is a file of another kind.
        OSError: When it cannot be read.
    """
    parts = _unpacked(stream)
    first = next(parts, b"")
    while len(first) < 8 and (more := next(parts, b"")):
        first += more
    for start, what, instead in _OTHER:
        if first.startswith(start):
            raise NotALog(f"is {what}, not text; {instead}")
    encoding, skip = _encoding(first)
    decode = codecs.getincrementaldecoder(encoding)("replace").decode
    yield decode(first[skip:])
    for part in parts:
        yield decode(part)
    yield decode(b"", True)


def _unpacked(stream: BinaryIO) -> Iterator[bytes]:
    """The bytes, unpacked if they are gzip, of one member or several."""
    head = stream.read(_PART)
    if not head.startswith(_GZIP):
        while head:
            yield head
            head = stream.read(_PART)
        return
    unpack = zlib.decompressobj(zlib.MAX_WBITS | 16)
    while head:
        try:
            out = unpack.decompress(head, _PART)
        except zlib.error:
            return
        if out:
            yield out
        if unpack.eof:
            head = unpack.unused_data or stream.read(_PART)
            unpack = zlib.decompressobj(zlib.MAX_WBITS | 16)
        else:
            head = unpack.unconsumed_tail or stream.read(_PART)


def _encoding(first: bytes) -> tuple[str, int]:
    for mark, encoding in _MARKS:
        if first.startswith(mark):
            return encoding, len(mark)
    # Without a mark: in UTF-16 every second byte of what logs begin with is zero.
    if first[1:2] == b"\0" and first[3:4] == b"\0":
        return "utf-16-le", 0
    if first[0:1] == b"\0" and first[2:3] == b"\0":
        return "utf-16-be", 0
    return "utf-8", 0
