"""Framing on the engine's socket: one JSON header and raw blobs, every length told beforehand.

No pickle: whatever arrives can only be numbers, texts and bytes. Sizes are checked before memory is taken.

    4 bytes magic · 4 bytes header length · 8 bytes length of all blobs · header (JSON) · blobs, end to end
"""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

MAGIC = b"IBE1"
MAX_HEADER = 64 * 2**20
MAX_BLOBS = 512 * 2**20
_PREFIX = struct.Struct(">4sIQ")
_CREDENTIALS = struct.Struct("iII")

Buffer = bytes | bytearray | memoryview


class WireError(Exception):
    """The other side does not keep to the framing, or the connection broke inside a frame."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One message."""

    header: dict[str, Any]
    blobs: tuple[memoryview, ...] = ()


def send(sock: socket.socket, header: dict[str, Any], blobs: Sequence[Buffer] = ()) -> None:
    """Send one message.

    Raises:
        WireError: it is larger than the other side takes.
        OSError: the connection is gone.
    """
    sizes = [memoryview(blob).nbytes for blob in blobs]
    # ASCII-escaped: a lone surrogate in a text then travels as it is and fails in the model, as that row alone.
    packed = json.dumps({**header, "blobs": sizes}, separators=(",", ":"), allow_nan=False).encode()
    if len(packed) > MAX_HEADER or sum(sizes) > MAX_BLOBS:
        raise WireError(f"message of {len(packed)} + {sum(sizes)} bytes is over the limit")
    prefix = _PREFIX.pack(MAGIC, len(packed), sum(sizes))
    sock.sendall(prefix + packed)
    for blob in blobs:
        sock.sendall(blob)


def receive(sock: socket.socket) -> Frame | None:
    """Return the next message, or None where the other side has closed between two messages.

    Raises:
        WireError: what came is no message.
        OSError: the connection is gone, or its timeout passed.
    """
    prefix = _read(sock, _PREFIX.size, may_end=True)
    if prefix is None:
        return None
    magic, header_size, blobs_size = _PREFIX.unpack(prefix)
    if magic != MAGIC:
        raise WireError("not an engine message")
    if header_size > MAX_HEADER or blobs_size > MAX_BLOBS:
        raise WireError(f"message of {header_size} + {blobs_size} bytes is over the limit")
    header = _parse(_read(sock, header_size))
    sizes = header.pop("blobs", [])
    if not isinstance(sizes, list) or any(type(size) is not int or size < 0 for size in sizes):
        raise WireError("blob lengths are not numbers")
    if sum(sizes) != blobs_size:
        raise WireError("blob lengths do not add up")
    body = _read(sock, blobs_size)
    blobs, start = [], 0
    for size in sizes:
        blobs.append(body[start : start + size])
        start += size
    return Frame(header, tuple(blobs))


def peer_uid(sock: socket.socket) -> int:
    """Return the uid of the process on the other end, as the kernel knows it."""
    _, uid, _ = _CREDENTIALS.unpack(sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size))
    return uid


def _parse(packed: memoryview) -> dict[str, Any]:
    try:
        header = json.loads(bytes(packed))
    except ValueError as error:
        raise WireError("header is not JSON") from error
    if not isinstance(header, dict):
        raise WireError("header is not an object")
    return header


def _read(sock: socket.socket, size: int, *, may_end: bool = False) -> memoryview | None:
    buffer = memoryview(bytearray(size))
    filled = 0
    while filled < size:
        count = sock.recv_into(buffer[filled:])
        if count == 0:
            if may_end and filled == 0:
                return None
            raise WireError("connection closed inside a message")
        filled += count
    return buffer.toreadonly()
