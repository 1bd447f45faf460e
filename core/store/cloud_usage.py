"""The log of paid servers: heartbeats in, hours and dollars out. All times are the database's clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

GAP_SECONDS = 120
"""A machine noted twice within this was up in between, whoever noted it; a longer silence ends the interval."""
_EXTEND = """
UPDATE cloud_usage SET ended_at = greatest(ended_at, clock_timestamp())
 WHERE id = (SELECT id FROM cloud_usage
              WHERE host = %(host)s AND usd_per_hour = %(usd_per_hour)s
                AND ended_at > clock_timestamp() - make_interval(secs => %(gap)s)
              ORDER BY ended_at DESC LIMIT 1)
"""
_BEGIN = "INSERT INTO cloud_usage (host, client, usd_per_hour) VALUES (%(host)s, %(client)s, %(usd_per_hour)s)"
_TOTALS = """
WITH spans AS (
    SELECT host, usd_per_hour, range_agg(tstzrange(started_at, ended_at)) AS times,
           min(started_at) AS first_at, max(ended_at) AS last_at
      FROM cloud_usage GROUP BY host, usd_per_hour
), charged AS (
    -- Where two processes named different prices for one machine at the same time, the higher one counts, once.
    SELECT host, usd_per_hour, first_at, last_at,
           times - coalesce((SELECT range_agg(dearer.times) FROM spans AS dearer
                              WHERE dearer.host = spans.host AND dearer.usd_per_hour > spans.usd_per_hour),
                            '{}'::tstzmultirange) AS times
      FROM spans
), hours AS (
    SELECT host, usd_per_hour, first_at, last_at,
           coalesce((SELECT sum(extract(epoch FROM upper(span) - lower(span))) FROM unnest(times) AS span), 0) / 3600 AS hours
      FROM charged
)
SELECT host, sum(hours)::double precision AS hours, sum(hours * usd_per_hour)::double precision AS usd,
       min(first_at) AS first_at, max(last_at) AS last_at
  FROM hours GROUP BY host ORDER BY host
"""


@dataclass(frozen=True, slots=True)
class HostUsage:
    """One machine's use so far."""

    host: str
    hours: float
    usd: float
    first_at: datetime
    last_at: datetime


def beat(conn: Connection, *, host: str, client: UUID, usd_per_hour: float) -> None:
    """Note that a machine is up and in use now; the time since the last note of it counts if it was short.

    Args:
        client: the process that notes it, kept where it begins an interval.
    """
    values = {"host": host, "client": client, "usd_per_hour": usd_per_hour, "gap": GAP_SECONDS}
    if conn.execute(_EXTEND, values).rowcount == 0:
        conn.execute(_BEGIN, values)


def totals(conn: Connection) -> list[HostUsage]:
    """Return hours and cost of every machine, by name; overlapping notes count once."""
    with conn.cursor(row_factory=class_row(HostUsage)) as cursor:
        return cursor.execute(_TOTALS).fetchall()
