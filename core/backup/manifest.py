"""What a backup says of itself: schema, parts with their counts and hashes, where numbering had got to."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from core.store.backups import Counter, Table

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Part:
    """One table, or the vectors of one embedding set, as PostgreSQL's binary COPY gives it."""

    name: str
    """Of the entry in the file."""
    table: str
    set_id: int | None
    dims: int | None
    columns: tuple[str, ...]
    order: tuple[str, ...]
    rows: int
    bytes: int
    sha256: str
    """Of the bytes before they are packed."""

    @property
    def source(self) -> Table:
        """The table to copy from or to."""
        return Table(self.table, self.columns, self.order, 0, self.set_id, self.dims)


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything but the rows."""

    made_at: datetime
    product: str
    """Version of the program that made it."""
    postgresql: str
    pgvector: str
    schema: tuple[tuple[int, str, str], ...]
    """The applied migrations: number, name, SHA-256."""
    parts: tuple[Part, ...]
    counters: tuple[Counter, ...]

    @property
    def step(self) -> int:
        """The schema's version."""
        return self.schema[-1][0] if self.schema else 0

    @property
    def rows(self) -> int:
        """Rows in all."""
        return sum(part.rows for part in self.parts)

    @property
    def bytes(self) -> int:
        """Bytes before packing."""
        return sum(part.bytes for part in self.parts)

    def dump(self) -> bytes:
        """Return it as JSON."""
        return json.dumps(asdict(self) | {"format": FORMAT, "made_at": self.made_at.isoformat()}, ensure_ascii=False, indent=1).encode()


def load(data: bytes) -> Manifest:
    """Return what ``dump`` wrote.

    Raises:
        ValueError: it is something else, or of a later format.
    """
    try:
        found: dict[str, Any] = json.loads(data)
        if found.pop("format") != FORMAT:
            raise ValueError("another format")
        return Manifest(**found | {
            "made_at": datetime.fromisoformat(found["made_at"]),
            "schema": tuple((int(number), str(name), str(sha256)) for number, name, sha256 in found["schema"]),
            "parts": tuple(Part(**part | {"columns": tuple(part["columns"]), "order": tuple(part["order"])}) for part in found["parts"]),
            "counters": tuple(Counter(**each) for each in found["counters"]),
        })
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("not a manifest") from error
