"""Figures, stored once under the SHA-256 of their bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from psycopg import Connection

_PUT = """
INSERT INTO images (sha256, media_type, width, height, data)
VALUES (%(sha256)s, %(media_type)s, %(width)s, %(height)s, %(data)b)
ON CONFLICT (sha256) DO NOTHING
"""
_KNOWN = "SELECT 1 FROM images WHERE sha256 = %(sha256)s"
_GET_MANY = "SELECT sha256, data, media_type, width, height FROM images WHERE sha256 = ANY(%(hashes)s)"


@dataclass(frozen=True, slots=True)
class StoredImage:
    """An image file's bytes and what its importer found out about them."""

    data: bytes
    media_type: str
    width: int
    height: int


def put(conn: Connection, data: bytes, *, media_type: str, width: int, height: int) -> str:
    """Store an image file's bytes unless they are there already; return their SHA-256 in hex."""
    sha256 = hashlib.sha256(data).hexdigest()
    # Asking first keeps a repeated import from sending every byte again.
    if conn.execute(_KNOWN, {"sha256": sha256}).fetchone() is None:
        conn.execute(
            _PUT, {"sha256": sha256, "media_type": media_type, "width": width, "height": height, "data": data}
        )
    return sha256


def get(conn: Connection, sha256: str) -> StoredImage | None:
    """Return the image of that hash, if there is one."""
    return get_many(conn, [sha256]).get(sha256)


def get_many(conn: Connection, hashes: Iterable[str]) -> dict[str, StoredImage]:
    """Return the images of those hashes by hash; unknown hashes are absent."""
    wanted = list(hashes)
    if not wanted:
        return {}
    with conn.cursor(binary=True) as cursor:
        return {sha256: StoredImage(*rest) for sha256, *rest in cursor.execute(_GET_MANY, {"hashes": wanted})}
