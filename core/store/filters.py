"""What a search may be restricted to: allowed values of the items' columns."""

from __future__ import annotations

from dataclasses import dataclass, fields

from psycopg import sql


@dataclass(frozen=True, slots=True)
class Filters:
    """Allowed values by field; an empty tuple is no restriction. Fields are combined with AND, values with OR."""

    subject: tuple[str, ...] = ()
    unit: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    difficulty: tuple[str, ...] = ()
    item_type: tuple[str, ...] = ()

    def chosen(self) -> dict[str, list[str]]:
        """Return the restricted fields with their allowed values."""
        return {field.name: list(values) for field in fields(self) if (values := getattr(self, field.name))}

    def __bool__(self) -> bool:
        """True when anything is restricted."""
        return bool(self.chosen())


def conditions(filters: Filters) -> sql.Composed:
    """Return ``AND i.unit = ANY(%(unit)s) …`` for an items table aliased ``i``; its parameters are ``chosen()``."""
    return sql.Composed(
        sql.SQL(" AND i.{} = ANY({})").format(sql.Identifier(name), sql.Placeholder(name)) for name in filters.chosen()
    )
