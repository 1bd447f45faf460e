"""A database with rows in every table, some of them of a kind that a careless copy would change."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from psycopg import Connection, sql
from psycopg.conninfo import make_conninfo

from core import decision as deciding
from core.labels.versions import freezing
from core.review import freezing as sample_freezing
from core.review import reviewing
from core.store import Database, collections, embedding_sets, items, secrets
from tests.scenario_bank import fill, judge
from tests.test_evaluation_tuning import GRADES

COLLECTION = "math-old"
PDF = b"%PDF-1.7 \x00\xff"
ODD = "a\tb\\N\n가\u200d\U0001f9ee \u1112\u1161 '\";--"
"""What a text form would have to escape, composed and decomposed Hangul."""

# In the words of SQL: the store's functions are of today's schema, and the first part is also stored under an older one.
OF_0004 = """
INSERT INTO users (name, role, password_hash, created_at) VALUES ('김선임', 'senior', '$argon2id$x', '2026-11-02 03:04:05.678901+09'),
                                                                 ('이개발', 'developer', '$argon2id$y', 'infinity');
INSERT INTO logins (token_hash, name, picked, expires_at) VALUES ('00', '김선임', false, '2099-01-01');
INSERT INTO cloud_usage (host, client, usd_per_hour) VALUES ('a:8000', '00000000-0000-0000-0000-00000000000a', 1e-300);
INSERT INTO label_rounds (collection_id, kind, stage, name, overlap, repeat_share, seed, guideline_version, config, created_by)
SELECT id, 'round', 1, '첫 라운드', 2, 0.1, 7, '1', '{"depth": 10, "a": null}', '김선임' FROM collections;
INSERT INTO pool_pairs SELECT r.id, q.query_id, q.content_hash, i.item_id, i.content_hash, true, NULL
  FROM label_rounds AS r, queries AS q, items AS i WHERE i.item_id IN ('m-010', 'm-012');
INSERT INTO pool_proposals SELECT round_id, query_id, item_id, 'bm25', 1 FROM pool_pairs;
INSERT INTO round_raters SELECT id, '박검수', '{}', '{}' FROM label_rounds;
INSERT INTO round_raters SELECT id, '최검수', '{없는 과목,"a,b"}', '{NULL}' FROM label_rounds;
INSERT INTO queue_entries SELECT round_id, '박검수', row_number() OVER (), query_id, query_hash, item_id, item_hash, 'label', now()
  FROM pool_pairs WHERE item_id = 'm-010';
INSERT INTO item_flag_events (uuid, collection_id, item_id, item_hash, flagged, reason, by_whom)
SELECT gen_random_uuid(), collection_id, item_id, content_hash, true, %(odd)s, '박검수' FROM items WHERE item_id = 'm-009';
INSERT INTO embedding_failures SELECT id, 'm-001', 'x', '그림이 열리지 않습니다', now() FROM embedding_sets;
INSERT INTO runs (collection_id, system, config) SELECT id, 'bm25',
       '{"system": "bm25", "depth": 10, "miniature": false, "sets": [], "rerank_depth": null, "reranker": null}' FROM collections;
INSERT INTO run_queries (run_id, query_id, query_hash, encode_ms, search_ms)
SELECT r.id, query_id, content_hash, '-0'::float8, 0.1 + 0.2 FROM runs AS r, queries;
INSERT INTO run_hits SELECT run_id, query_id, 1, 'm-002', '-0'::real FROM run_queries;
INSERT INTO run_hits SELECT run_id, query_id, 2, 'm-001', '1e-45'::real FROM run_queries;
INSERT INTO run_hits SELECT run_id, query_id, 3, 'm-003', 'NaN'::real FROM run_queries;
UPDATE embeddings SET vector = (SELECT ('[' || string_agg(CASE WHEN i = 1 THEN '-0' WHEN i = 2 THEN '1e-45' ELSE '0.1' END, ',') || ']')
                                          ::vector FROM generate_series(1, vector_dims(vector)) AS i) WHERE item_id = 'm-003';
"""
LATER = """
INSERT INTO measurements (sha256, kind, system, device, miniature, config, environment, result, measured_at)
VALUES ('m1', 'latency', 'A', 'cpu', true, '{}', '{}', '{"p95": 0.1}', now());
INSERT INTO critical_error_events (uuid, collection_id, error_id, system, open, title, by_whom)
SELECT gen_random_uuid(), id, gen_random_uuid(), 'A', true, %(odd)s, '나' FROM collections;
INSERT INTO error_case_events (uuid, collection_id, scenario, system, query_id, query_hash, cause, by_whom)
SELECT gen_random_uuid(), id, 'S1', 'A', 'text', 'x', 'latex', '나' FROM collections;
INSERT INTO stated_value_events (uuid, collection_id, name, value, by_whom)
SELECT gen_random_uuid(), id, 'days', '-0'::float8, '나' FROM collections;
INSERT INTO jobs (arguments, title, takes_engine, asked_by, state) VALUES ('{embed,--collection,"a b"}', '임베딩', true, '나', 'done');
INSERT INTO bench_runs (kind, system, device, miniature, config, environment, measurement_id)
SELECT 'latency', 'A', 'cpu', true, '{}', '{}', id FROM measurements;
INSERT INTO bench_samples (run_id, place, series, counted, at_s, outcome, total_ms, input, memory)
SELECT id, 0, 'text', true, 0.1, 'ok', 1e308, '{}', '{}' FROM bench_runs;
INSERT INTO bookmark_events (uuid, collection_id, address, title, kept, by_whom)
SELECT gen_random_uuid(), id, '/compare?q=가', '비교', true, '나' FROM collections;
INSERT INTO plan_events (uuid, collection_id, kind, name, value, by_whom)
SELECT gen_random_uuid(), id, 'task', '1.1', '{"done": true}', '나' FROM collections;
INSERT INTO report_prose_events (uuid, collection_id, section, body, draft_sha256, by_whom)
SELECT gen_random_uuid(), id, 'strengths', %(odd)s, 'x', '나' FROM collections;
INSERT INTO reports (collection_id, sha256, pdf, markdown, body, watermarked, made_by)
SELECT id, %(sha)s, %(pdf)s, '# 보고서', '{}', true, '나' FROM collections;
INSERT INTO user_identities VALUES ('https://a', 's', '김선임');
INSERT INTO seen_gates (collection_id, body, sha256)
SELECT id, text, encode(sha256(convert_to(text, 'UTF8')), 'hex') FROM collections, (VALUES ('# 기준')) AS file (text);
"""
DECIDED = """
INSERT INTO decision_signatures SELECT id, 'tf_lead', '김리더', '', '', sha256, now() FROM decisions;
"""
ROWS = sql.SQL("SELECT t::text FROM {} AS t ORDER BY 1")
COUNTERS = "SELECT sequencename, last_value FROM pg_sequences ORDER BY 1"
TABLES = """
SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY 1
"""


def fill_0004(conn: Connection) -> None:
    """Put rows into every table that schema 0004 has."""
    made = collections.ensure(conn, COLLECTION, note=ODD)
    fill(conn, made)
    judge(conn, made, GRADES)
    freezing.freeze(conn, made.id, name="첫 판", relevant_from=2, by="김선임")
    secrets.key(conn, "assignments")
    run(conn, OF_0004)


def fill_rest(database: Database) -> None:
    """Put rows into every table that came later."""
    with database.connection() as conn:
        _fill_rest(conn)
    sample_freezing.freeze(database, COLLECTION, by="김선임")
    deciding.record(database, COLLECTION, "hold", reason="모델을 받지 못했습니다", by="김리더")
    with database.connection() as conn:
        run(conn, DECIDED)


def _fill_rest(conn: Connection) -> None:
    found = collections.get(conn, COLLECTION)
    for item_id in sorted(items.ids(conn, found.id)):
        reviewing.review(conn, found.id, item_id, by="박검수", verdict="accept", image_type="graph" if int(item_id[2:]) % 2 else "")
    run(conn, LATER)


def run(conn: Connection, statements: str) -> None:
    for one in filter(str.strip, statements.split(";\n")):
        conn.execute(one.encode(), {"odd": ODD, "pdf": PDF, "sha": hashlib.sha256(PDF).hexdigest()}, binary=True)


@contextmanager
def empty(database: Database) -> Iterator[str]:
    """Lend the address of a database with nothing in it, not even tables, on the same server; it is dropped in the end."""
    name = f"empty_{uuid4().hex[:12]}"
    with database.connection() as conn:
        conn.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    yield make_conninfo(database.conninfo, dbname=name)
    with database.connection() as conn:
        conn.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def contents(conn: Connection) -> dict[str, list[str]]:
    """Return every row of every table in PostgreSQL's own words, which tell all bits, and where counting has got to."""
    names = [name for (name,) in conn.execute(TABLES)]
    found = {name: [row for (row,) in conn.execute(ROWS.format(sql.Identifier(name)))] for name in names}
    sets = [set_id for (set_id,) in conn.execute("SELECT id FROM embedding_sets")]
    partitions = {name: [row for (row,) in conn.execute(ROWS.format(sql.Identifier(name)))]
                  for name in map(embedding_sets.partition, sets)}
    return found | partitions | {"(counters)": [str(row) for row in conn.execute(COUNTERS)]}
