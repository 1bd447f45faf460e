"""What judgments left behind in the store: which of them were asked on the labelling desk, and of which queries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from psycopg import Connection

# A place in a queue is written when a pair is handed out to somebody, and by nothing else: a file brings judgments, never places.
# EXCEPT, not a join over three columns: see ``queues``.
_UNASKED = """
SELECT DISTINCT query_id, item_id FROM (
    SELECT query_id, item_id, regexp_replace(rater, '^carried:', '') COLLATE "C" AS rater FROM judgment_events
     WHERE collection_id = %(collection_id)s AND purpose = 'label' AND blinded AND grade IS NOT NULL AND origin = ANY(%(origins)s)
       AND (%(until)s::timestamptz IS NULL OR received_at <= %(until)s)
    EXCEPT
    SELECT e.query_id, e.item_id, e.rater
      FROM queue_entries AS e JOIN label_rounds AS r ON r.id = e.round_id
     WHERE r.collection_id = %(collection_id)s AND e.purpose = 'label') AS never_handed_out
"""
_JUDGED = """
SELECT DISTINCT query_id, query_hash FROM judgment_events
 WHERE collection_id = %(collection_id)s AND purpose = 'label' AND blinded AND grade IS NOT NULL AND origin = ANY(%(origins)s)
   AND (%(until)s::timestamptz IS NULL OR received_at <= %(until)s)
"""


def unasked(conn: Connection, collection_id: int, *, origins: Sequence[str], until: datetime | None = None) -> set[tuple[str, str]]:
    """Return the pairs (query id, item id) with a grade that nobody was asked for on the desk: it came from a file or was given by hand.

    Args:
        origins: of the grades that are looked at.
        until: look only at what had been received by then.
    """
    given = {"collection_id": collection_id, "origins": list(origins), "until": until}
    return set(conn.execute(_UNASKED, given).fetchall())


def judged(conn: Connection, collection_id: int, *, origins: Sequence[str], until: datetime | None = None) -> set[tuple[str, str]]:
    """Return every query (id and hash) that has ever been given a grade, whether it is still asked or not."""
    given = {"collection_id": collection_id, "origins": list(origins), "until": until}
    return set(conn.execute(_JUDGED, given).fetchall())
