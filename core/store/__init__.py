"""All SQL: the embedded server, the pool, numbered migrations, and one module for each aggregate."""

from core.store.database import Database, close_database, open_database

__all__ = ["Database", "close_database", "open_database"]
