"""Files that are not what they say: JSON that is deep, large or broken; archives and pictures that grow, lie or lead elsewhere."""

from __future__ import annotations

import base64
import io
import json
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable

from PIL import Image

from core.items.schemas import plan
from tests.test_items_sampling import item

GOOD = plan.write(item("착한-1", text="두 주사위를 던질 때 눈의 수의 합이 7일 확률을 구하시오."))


def _json(told: object) -> bytes:
    return json.dumps(told, ensure_ascii=False).encode()


def _with(**changes: object) -> bytes:
    return _json({"items": [{**GOOD, "id": "나쁜-1", **changes}]})


def _zip(files: dict[str, bytes], *, external: int = 0) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in files.items():
            info = zipfile.ZipInfo(name)
            info.external_attr, info.compress_type = external, zipfile.ZIP_DEFLATED
            made.writestr(info, data)
    return kept.getvalue()


def _picture(mode: str = "RGB", size: tuple[int, int] = (40, 30), kind: str = "PNG", **options: object) -> bytes:
    kept = io.BytesIO()
    Image.new(mode, size).save(kept, kind, **options)
    return kept.getvalue()


def _claims(width: int, height: int) -> bytes:
    """A PNG whose header says a size and that holds next to nothing."""
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 10)) + chunk(b"IEND", b"")


_SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><image href="http://evil.example/a.png"/></svg>'
PICTURES: dict[str, Callable[[], bytes]] = {
    "svg": lambda: _SVG,
    "svg with an entity": lambda: b'<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg>&x;</svg>',
    "html": lambda: b"<html><script>alert(1)</script></html>",
    "html behind a PNG signature": lambda: b"\x89PNG\r\n\x1a\n<script>alert(1)</script>",
    "gif with script": lambda: b"GIF89a/*" + b"\0" * 20 + b"*/=1;alert(1)",
    "10 billion pixels": lambda: _claims(100_000, 100_000),
    "a needle": lambda: _claims(1, 2_000_000_000),
    "no pixels": lambda: _claims(0, 0),
    "torn": lambda: _picture()[:60],
    "empty": lambda: b"",
    "pdf": lambda: b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj",
    "zip": lambda: _zip({"a.png": _picture()}),
    "elf": lambda: b"\x7fELF" + b"\0" * 200,
    "text": lambda: "그림이 아님".encode(),
    "tiff bomb": lambda: b"II*\x00\x08\x00\x00\x00\xff\xff" + b"\xff" * 40,
    "ico": lambda: b"\0\0\1\0\xff\xff" + b"\0" * 40,
    "postscript": lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n(/etc/passwd) (r) file\n",
    "a chain of chunks": lambda: b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 0x7FFFFFFF) + b"IHDR",
}
_DEEP = b'{"items": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
FILES: dict[str, tuple[str, Callable[[], bytes]]] = {
    "nothing": ("a.json", lambda: b""),
    "no JSON": ("a.json", lambda: b"<html>"),
    "a number": ("a.json", lambda: b"1"),
    "null": ("a.json", lambda: b"null"),
    "cut off": ("a.json", lambda: _json({"items": [GOOD]})[:-20]),
    "deep lists": ("a.json", lambda: _DEEP),
    "a deep record": ("a.json", lambda: b'{"items": [' + b'{"a":' * 50_000 + b"1" + b"}" * 50_000 + b"]}"),
    "a huge number": ("a.json", lambda: b'{"items": [{"id": ' + b"9" * 100_000 + b"}]}"),
    "not a number": ("a.json", lambda: b'{"items": [{"id": NaN}]}'),
    "two bytes a letter": ("a.json", lambda: json.dumps({"items": [GOOD]}).encode("utf-16")),
    "code page 949": ("a.json", lambda: json.dumps({"items": [GOOD]}, ensure_ascii=False).encode("cp949")),
    "lone surrogates": ("a.json", lambda: b'{"items": [{"id": "\\ud800", "text": "\\udfff"}]}'),
    "a zero": ("a.json", lambda: _with(text="\x00가")),
    "an escape": ("a.json", lambda: _with(text="\x1b[31m가")),
    "a list for a text": ("a.json", lambda: _with(text=["가"])),
    "an object for an id": ("a.json", lambda: _with(id={"$ne": 1})),
    "an id that is a path": ("a.json", lambda: _with(id="../../etc/passwd\x00")),
    "a long id": ("a.json", lambda: _with(id="가" * 5_000)),
    "a long text": ("a.json", lambda: _with(text="가" * 2_000_000)),
    "long metadata": ("a.json", lambda: _with(metadata={"a": "b" * 5_000_000})),
    "many choices": ("a.json", lambda: _with(choices=["가"] * 100_000)),
    "an unknown kind": ("a.json", lambda: _with(item_type="<script>")),
    "a picture above": ("a.json", lambda: _with(image_path="../../../etc/passwd", has_image=True)),
    "a picture at the root": ("a.json", lambda: _with(image_path="/etc/passwd", has_image=True)),
    "a picture of Windows": ("a.json", lambda: _with(image_path="C:\\Windows\\win.ini", has_image=True)),
    "a picture elsewhere": ("a.json", lambda: _with(image_path="http://evil.example/a.png", has_image=True)),
    "a picture of itself": ("a.json", lambda: _with(image_path="a.json", has_image=True)),
    "a picture of a folder": ("a.json", lambda: _with(image_path=".", has_image=True)),
    "a picture that is a device": ("a.json", lambda: _with(image_path="../../../dev/zero", has_image=True)),
    "a picture in words": ("a.json", lambda: _with(image_path=f"data:image/png;base64,{base64.b64encode(_picture()).decode()}",
                                                   has_image=True)),
    "many pictures": ("a.json", lambda: _with(image_paths=["a.png"] * 10_000, has_image=True)),
    "an archive that leads out": ("a.zip", lambda: _zip({"../a.json": _json({"items": [GOOD]})})),
    "an archive at the root": ("a.zip", lambda: _zip({"/tmp/a.json": _json({"items": [GOOD]})})),
    "an archive with a link": ("a.zip", lambda: _zip({"a.json": b"/etc/passwd"}, external=(stat.S_IFLNK | 0o777) << 16)),
    "an archive that grows": ("a.zip", lambda: _zip({"a.json": b" " * 80_000_000})),
    "an archive of archives": ("a.zip", lambda: _zip({"b.zip": _zip({"a.json": b"[]"})})),
    "an archive without items": ("a.zip", lambda: _zip({"a.txt": b"x"})),
    "an archive with two": ("a.zip", lambda: _zip({"a.json": b"[]", "b.json": b"[]"})),
    "a torn archive": ("a.zip", lambda: _zip({"a.json": _json({"items": [GOOD]})})[:-30]),
    "an archive that is none": ("a.zip", lambda: _json({"items": [GOOD]})),
}
