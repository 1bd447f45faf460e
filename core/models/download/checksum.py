"""The two checksums the hub knows a file by."""

from __future__ import annotations

import hashlib
from pathlib import Path

_CHUNK = 4 * 2**20


def checksum(path: Path, *, like: str = "sha256:") -> str:
    """Return a file's checksum in the manner of another one: ``sha256:…``, or ``git:…``, the name git has for the content."""
    if like.startswith("git:"):
        digest = hashlib.sha1(b"blob %d\0" % path.stat().st_size, usedforsecurity=False)
        name = "git"
    else:
        digest, name = hashlib.sha256(), "sha256"
    with path.open("rb") as content:
        while chunk := content.read(_CHUNK):
            digest.update(chunk)
    return f"{name}:{digest.hexdigest()}"


def from_etag(etag: str) -> str | None:
    """Read the checksum out of the name that the hub's own tools keep a file under, or None where it is none."""
    if not set(etag) <= set("0123456789abcdef"):
        return None
    return {64: f"sha256:{etag}", 40: f"git:{etag}"}.get(len(etag))
