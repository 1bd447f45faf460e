"""Keys this installation made for itself, such as the one that signs assignments."""

from __future__ import annotations

from secrets import token_bytes

from psycopg import Connection

_MAKE = "INSERT INTO secrets (name, value) VALUES (%(name)s, %(value)s) ON CONFLICT (name) DO NOTHING"
_GET = "SELECT value FROM secrets WHERE name = %(name)s"
_LENGTH = 32


def key(conn: Connection, name: str) -> bytes:
    """Return the 32 random bytes of this name; made on first use, the same for every process afterwards."""
    found = conn.execute(_GET, {"name": name}).fetchone()
    if found is None:
        conn.execute(_MAKE, {"name": name, "value": token_bytes(_LENGTH)})
        found = conn.execute(_GET, {"name": name}).fetchone()
    return bytes(found[0])
