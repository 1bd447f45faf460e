"""Framing: what arrives is what was sent, and nothing malformed or oversized is taken."""

from __future__ import annotations

import json
import os
import socket
import struct
import threading

import numpy as np
import pytest

from core.engine import wire
from core.engine.messages import Packed, pack_array, pack_contents, unpack_array, unpack_contents
from core.models.contract import Content


@pytest.fixture
def pair():
    left, right = socket.socketpair()
    right.settimeout(5)
    yield left, right
    left.close()
    right.close()


def carried(pair, packed: Packed) -> wire.Frame:
    sender = threading.Thread(target=wire.send, args=(pair[0], packed.header, packed.blobs))
    sender.start()
    frame = wire.receive(pair[1])
    sender.join()
    assert frame is not None
    return frame


def test_contents_and_arrays_survive(pair):
    contents = [Content("일차함수 $y=2x$ \ud800"), Content(None, b"\x00\xff" * 300_000), Content("", b"")]
    array = np.arange(12, dtype=np.float64).reshape(3, 4) / 7
    packed = Packed()
    packed.header = {"contents": pack_contents(packed, contents), "values": pack_array(packed, array.T)}
    frame = carried(pair, packed)
    assert unpack_contents(frame, frame.header["contents"]) == contents
    values = unpack_array(frame, frame.header["values"])
    assert values.dtype == np.float32 and values.flags.writeable
    np.testing.assert_array_equal(values, array.T.astype(np.float32))


@pytest.mark.parametrize("shape", [(0,), (0, 5), (3, 0)])
def test_empty_arrays_survive(pair, shape):
    packed = Packed()
    packed.header = {"values": pack_array(packed, np.zeros(shape, dtype=np.float32))}
    frame = carried(pair, packed)
    assert unpack_array(frame, frame.header["values"]).shape == shape


def test_a_closed_connection_is_an_end_only_between_messages(pair):
    pair[0].close()
    assert wire.receive(pair[1]) is None


def framed(header: bytes, blobs: bytes = b"", *, magic: bytes = wire.MAGIC, said: int | None = None) -> bytes:
    return struct.pack(">4sIQ", magic, len(header), len(blobs) if said is None else said) + header + blobs


@pytest.mark.parametrize("sent", [
    framed(b"{}", magic=b"HTTP"),
    framed(b"{", b""),
    framed(b"[]"),
    framed(b'{"blobs": "x"}'),
    framed(b'{"blobs": [true]}', b"1"),
    framed(b'{"blobs": [-1, 1]}'),
    framed(b'{"blobs": [2]}', b"1"),
    framed(b'{"blobs": [5]}', b"12", said=5),
    struct.pack(">4sIQ", wire.MAGIC, wire.MAX_HEADER + 1, 0),
    struct.pack(">4sIQ", wire.MAGIC, 2, wire.MAX_BLOBS + 1),
])
def test_what_is_no_message_is_refused(pair, sent):
    pair[0].sendall(sent)
    pair[0].close()
    with pytest.raises(wire.WireError):
        wire.receive(pair[1])


def test_an_oversized_message_is_not_sent(pair, monkeypatch):
    monkeypatch.setattr(wire, "MAX_BLOBS", 10)
    with pytest.raises(wire.WireError):
        wire.send(pair[0], {}, [b"12345678901"])


@pytest.mark.parametrize("rows", [
    None, [{}], [{"text": 1, "image": None}], [{"text": "a", "image": 3}], [{"text": None, "image": None}], "ab",
    [{"text": "a", "image": "0"}],
])
def test_malformed_contents_are_refused(rows):
    with pytest.raises(wire.WireError):
        unpack_contents(wire.Frame({}, (memoryview(b"x"),)), rows)


def test_no_array_of_nan_can_be_smuggled_into_a_header(pair):
    with pytest.raises(ValueError):
        wire.send(pair[0], {"milliseconds": float("nan")})


def test_the_other_sides_uid_comes_from_the_kernel(pair):
    assert wire.peer_uid(pair[0]) == os.geteuid()


def test_a_header_is_plain_json(pair):
    pair[0].sendall(framed(json.dumps({"op": "hello", "blobs": []}).encode()))
    assert wire.receive(pair[1]) == wire.Frame({"op": "hello"}, ())
