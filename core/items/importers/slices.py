"""Cut a JSON file into its elements while it streams by, each with the line it begins on.

Why not an event parser: one cannot say on which line an item stands, and gives up at the first broken one. Cutting by
brackets knows the line exactly, keeps memory at one element, and lets a broken element be refused alone, as long as its
brackets balance. What breaks the file around its elements raises :class:`BrokenFile`, so that the caller can undo.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

LONGEST_ELEMENT = 4 * 1024 * 1024
_CHUNK = 256 * 1024
_OUTSIDE = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[{}\[\]"]', re.DOTALL)
_INSIDE = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)
_BLANK = re.compile(rb"[ \t\r\n]*")
_SCALAR_END = re.compile(rb"[,\]}\s]")


class BrokenFile(Exception):
    """The file is no JSON document of the expected build from this line on; the message is the Korean half sentence."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(what)
        self.line = line


@dataclass(frozen=True, slots=True)
class Element:
    """One element of the list: its bytes, or None where it is longer than LONGEST_ELEMENT."""

    line: int
    ordinal: int
    data: bytes | None


def elements(
    file: BinaryIO, *, lists: tuple[str, ...], key: str, aside: Callable[[str, bytes], None] | None = None
) -> Iterator[Element]:
    """Yield the elements of a JSON document or of a file of JSON lines.

    Args:
        file: open for reading bytes, seekable, at its start.
        lists: names under which a top-level object may hold the list.
        key: a name every element has; tells a file of one JSON line from an object that lacks its list.
        aside: called with the name and bytes of each other value of a top-level object, such as ``metadata``.

    Raises:
        BrokenFile: no JSON at all, no such list, or broken around its elements (a missing comma, an early end).
    """
    lead = file.read(4)
    if lead.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise BrokenFile(1, "UTF-16으로 저장되어 있습니다. UTF-8로 다시 저장해 주세요")
    start = 3 if lead.startswith(codecs.BOM_UTF8) else 0
    file.seek(start)
    if _is_lines(file, lists, key):
        file.seek(start)
        yield from _lines(file)
    else:
        file.seek(start)
        yield from _Document(file).elements(lists, aside)


def _is_lines(file: BinaryIO, lists: tuple[str, ...], key: str) -> bool:
    """JSON lines: the first line is an object by itself, and either another begins below it or it is an element."""
    line = _filled_line(file)
    if not (line.startswith(b"{") and line.endswith(b"}")):
        return False
    another = _filled_line(file).startswith(b"{")
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        names = "|".join(map(re.escape, lists))
        return another and re.search(rf'"(?:{names})"\s*:'.encode(), line) is None
    return not any(name in value for name in lists) and (another or key in value)


def _filled_line(file: BinaryIO) -> bytes:
    while line := file.readline(LONGEST_ELEMENT):
        if line.strip():
            return line.strip()
    return b""


def _lines(file: BinaryIO) -> Iterator[Element]:
    number = ordinal = 0
    while data := file.readline(LONGEST_ELEMENT + 1):
        number += 1
        whole = len(data) <= LONGEST_ELEMENT
        rest = data
        while not rest.endswith(b"\n") and (rest := file.readline(_CHUNK)):
            whole = False
        if data.strip():
            ordinal += 1
            yield Element(number, ordinal, data.strip() if whole else None)


class _Document:
    """A cursor over the bytes of one JSON document."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._buffer = b""
        self._at = 0
        self._line = 1

    def elements(self, lists: tuple[str, ...], aside: Callable[[str, bytes], None] | None) -> Iterator[Element]:
        first = self._next()
        if first == b"[":
            yield from self._list()
        elif first == b"{":
            yield from self._object(lists, aside)
        elif first:
            raise BrokenFile(self._line, "JSON이 아닙니다")
        else:
            raise BrokenFile(self._line, "빈 파일입니다")
        if self._next():
            raise BrokenFile(self._line, "JSON이 끝난 뒤에 다른 내용이 있습니다")

    def _object(self, lists: tuple[str, ...], aside: Callable[[str, bytes], None] | None) -> Iterator[Element]:
        self._take()
        found = False
        more = self._next() != b"}"
        while more:
            name = self._name()
            self._expect(b":")
            if name in lists and self._next() == b"[":
                found = True
                yield from self._list()
            else:
                value = self._value()
                if aside is not None and value is not None:
                    aside(name, value)
            more = self._next() == b","
            if more:
                self._take()
        self._expect(b"}")
        if not found:
            names = " 또는 ".join(f'"{name}"' for name in lists)
            raise BrokenFile(1, f"{names} 목록이 없습니다")

    def _name(self) -> str:
        if self._next() != b'"':
            raise BrokenFile(self._line, "JSON이 깨져 있습니다")
        line = self._line
        try:
            return json.loads(self._value() or b"")
        except ValueError as error:
            raise BrokenFile(line, "JSON이 깨져 있습니다") from error

    def _list(self) -> Iterator[Element]:
        self._take()
        ordinal = 0
        more = self._next() != b"]"
        while more:
            if self._next() in (b",", b"]", b"}", b":", b""):
                raise BrokenFile(self._line, "JSON이 깨져 있습니다")
            ordinal += 1
            yield Element(self._line, ordinal, self._value())
            more = self._next() == b","
            if more:
                self._take()
        self._expect(b"]")

    def _next(self) -> bytes:
        """Skip blanks; return the byte that follows without taking it, nothing at the end of the file."""
        while True:
            end = _BLANK.match(self._buffer, self._at).end()  # matches nothing at least
            self._line += self._buffer.count(b"\n", self._at, end)
            self._at = end
            if end < len(self._buffer):
                return self._buffer[end : end + 1]
            self._buffer, self._at = self._file.read(_CHUNK), 0
            if not self._buffer:
                return b""

    def _take(self) -> None:
        self._at += 1

    def _expect(self, byte: bytes) -> None:
        found = self._next()
        if found != byte:
            what = "JSON이 깨져 있습니다" if found else "파일이 중간에 끊겼습니다"
            raise BrokenFile(self._line, what)
        self._take()

    def _value(self) -> bytes | None:
        """Take one value; its bytes, or None where it is too long to keep."""
        parts: list[bytes] = []
        size = 0
        for part in self._value_parts():
            size += len(part)
            if size <= LONGEST_ELEMENT:
                parts.append(part)
        return b"".join(parts) if size <= LONGEST_ELEMENT else None

    def _value_parts(self) -> Iterator[bytes]:
        opens = self._next()
        if opens not in (b"{", b"[", b'"'):
            yield from self._scalar_parts()
            return
        start, at, depth, in_string = self._at, self._at, 0, False
        first_line = self._line
        while True:
            if in_string:
                at = _INSIDE.match(self._buffer, at).end()  # matches nothing at least
            found = None if in_string else _OUTSIDE.search(self._buffer, at)
            if self._buffer[at : at + 1] == b'"' and in_string:
                at, in_string = at + 1, False
            elif found is None:
                # All that is left is a backslash at most, whose partner is not here yet.
                end = at if in_string else len(self._buffer)
                yield self._buffer[start:end]
                self._line += self._buffer.count(b"\n", start, end)
                more = self._file.read(_CHUNK)
                if not more:
                    raise BrokenFile(first_line, "이 줄에서 시작한 항목이 끝나기 전에 파일이 끊겼습니다")
                self._buffer = self._buffer[end:] + more
                start = at = 0
                continue
            else:
                at = found.end()
                in_string = found[0] == b'"'
                depth += (found[0] in (b"{", b"[")) - (found[0] in (b"}", b"]"))
            if depth == 0 and not in_string:
                break
        yield self._buffer[start:at]
        self._line += self._buffer.count(b"\n", start, at)
        self._at = at

    def _scalar_parts(self) -> Iterator[bytes]:
        while True:
            found = _SCALAR_END.search(self._buffer, self._at)
            end = found.start() if found else len(self._buffer)
            yield self._buffer[self._at : end]
            self._at = end
            if found:
                return
            self._buffer, self._at = self._file.read(_CHUNK), 0
            if not self._buffer:
                return
