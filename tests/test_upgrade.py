"""A database that the first schema left behind comes up to today's with every row, and today's functions work on it."""

from __future__ import annotations

import psycopg
import pytest
from pgvector.psycopg import register_vector

from core.backup import container, making, restoring
from core.evaluation import assembling
from core.labels import progress, queue, status
from core.labels.versions import freezing, truth
from core.search import service
from core.search.query import Query
from core.store import Database, collections, embedding_sets, items, migrate, rounds, run_lists, runs, vectors
from tests.backup_data import COLLECTION, ODD, empty
from tests.old_schema import FILE, STEP

pytestmark = pytest.mark.slow
TODAY = [step.number for step in migrate.load()]


@pytest.fixture(scope="module")
def upgraded(database, tmp_path_factory):
    """The stored file's database, as today's program makes it."""
    with empty(database) as address:
        found = restoring.restore(FILE, data_dir=tmp_path_factory.mktemp("upgrade"), url=address)
        assert found.upgraded == tuple(TODAY[STEP:])
        made = Database(data_dir=None, url=address)
        yield made
        made.close()


@pytest.fixture
def old(upgraded):
    with upgraded.connection() as conn:
        yield conn


@pytest.fixture
def bank(old):
    return collections.get(old, COLLECTION)


def test_every_old_row_is_there_in_every_old_column(old, tmp_path):
    with container.opened(FILE) as reader:
        manifest = reader.manifest
    assert manifest.step == STEP and all(part.rows for part in manifest.parts)
    again = {}
    with container.written(tmp_path / "old.parts") as writer:
        for part in manifest.parts:
            with making.backups.reading(old, part.source) as copy:
                again[part.name] = writer.add(part.name, part.table, map(bytes, copy))
        writer.close(manifest)
    record = "schema_migrations"
    assert {name: sha for name, (_, sha) in again.items() if name != record} == {
        part.name: part.sha256 for part in manifest.parts if part.name != record}
    assert [number for number, _, _ in making.backups.steps(old)] == TODAY


def test_todays_searches_find_what_was_stored(upgraded, old, bank):
    assert bank.note == ODD
    sets = embedding_sets.sets(old, bank.id)
    assert sets and all(each.vectors and not each.stale and each.set.plain_since for each in sets)
    whole = sets[0]
    known = old.execute("SELECT item_id, vector FROM embeddings WHERE set_id = %s", [whole.set.id]).fetchall()
    asked = next(vector for item_id, vector in known if item_id == "m-005")
    found = vectors.nearest(old, whole.set.id, asked.to_numpy(), k=3)
    assert found[0] == ("m-005", pytest.approx(1.0)) and len(found) == 3
    result = service.search(upgraded, None, Query(text="교점 7"), system="bm25", collection=COLLECTION, k=3)
    assert result.hits[0].item_id == "m-007"
    figure = items.get(old, bank.id, "m-007")
    assert figure.image_hashes


def test_the_old_truth_is_what_it_was_and_is_the_one_that_would_be_frozen_now(old, bank):
    (version,) = truth.versions(old, bank.id)
    loaded = truth.load(old, bank.id, version.number)
    assert loaded.grades["text"] == {"m-001": 3, "m-002": 2, "m-008": 0}
    again = freezing.freeze(old, bank.id, name="다시", relevant_from=2, by="나")
    assert (again.new, again.version.sha256) == (False, version.sha256)


def test_old_runs_are_scored(old, bank):
    (run,) = runs.listing(old, bank.id)
    assert (run.scope, len(run_lists.read(old, [run.id])[run.id])) == ("all", 6)
    result = assembling.load(old, COLLECTION).scenarios["S5"]
    (name,) = result.names
    reciprocal = dict(zip((query.query_id for query in result.queries), result.of(name, "RR"), strict=True))
    # Every list is m-002, m-001, m-003; relevant from grade 2 on.
    assert reciprocal == {"text": 1.0, "both": 0.0, "image": 0.0, "item": 0.5, "item-plain": 1.0, "written": 0.0}


def test_labelling_goes_on_where_it_was(old, bank):
    counted = status.of_collection(old, bank.id)
    assert (counted.queries, counted.rounds_open, counted.flagged, len(counted.versions)) == (6, 1, 1, 1)
    (found,) = rounds.listing(old, bank.id)
    before = progress.of_rater(old, found.id, "박검수")
    assert before.done == 0
    handed = queue.hand_out(old, found.id, "박검수", ahead=8)
    assert [entry.item_id for entry in handed].count("m-010") == 6 and len(handed) > 6, "what was handed out stays, and there is more"


def test_opening_an_old_database_migrates_it_without_a_backup(database):
    steps = migrate.load()
    with empty(database) as address:
        with psycopg.connect(address, autocommit=True) as conn:
            making.server.check(conn)
            migrate.migrate(conn, steps[:STEP])
            register_vector(conn)
            collections.ensure(conn, "alt")
        made = Database(data_dir=None, url=address)
        with made.connection() as conn:
            assert collections.get(conn, "alt").name == "alt" and [number for number, _, _ in making.backups.steps(conn)] == TODAY
        made.close()
