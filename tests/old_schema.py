"""Makes ``tests/data/schema_0004.backup``: a database as the first released schema left it, rows in every table.

``python -m tests.old_schema`` — needed only where the format of backups changes. The stored file must stay what an old program would
have written; a file made anew from other data proves the same.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import psycopg
from pgvector.psycopg import register_vector

from core.backup import making
from core.store import Database, migrate, server
from tests.backup_data import empty, fill_0004

FILE = Path(__file__).parent / "data" / "schema_0004.backup"
STEP = 4


def main() -> None:
    """Write the file."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(data_dir=Path(folder))
        with empty(database) as address, psycopg.connect(address, autocommit=True) as conn:
            server.check(conn)
            migrate.migrate(conn, migrate.load()[:STEP])
            register_vector(conn)
            fill_0004(conn)
            made = making.make(conn, FILE)
        database.close()
    print(f"{made.path}: {made.size:,} bytes, {made.manifest.rows:,} rows, schema {made.manifest.step}")


if __name__ == "__main__":
    main()
