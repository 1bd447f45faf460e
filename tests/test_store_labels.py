"""Queries, judgments and runs: what is written once and never changed."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from core.errors import InputError, NotFoundError
from core.store import images, items, judgments, queries, run_lists, runs
from core.store.judgments import JudgmentEvent
from tests.test_store_items import new


@pytest.fixture
def put(conn, collection):
    def put(query_id="q1", **what):
        return queries.put(conn, collection.id, query_id=query_id, **{"query_type": "natural", "origin": "human"} | what)

    return put


def test_the_same_query_is_the_same_revision_and_any_change_the_next(conn, collection, put):
    first = put(text="두 직선의 교점")
    assert first.revision == 1
    assert put(text="두 직선의 교점") == first
    second = put(text="두 직선의 교점을 구하는 문제")
    assert (second.revision, second.content_hash != first.content_hash) == (2, True)
    retyped = put(text="두 직선의 교점을 구하는 문제", query_type="similar_item")
    assert (retyped.revision, retyped.content_hash) == (3, second.content_hash)
    back = put(text="두 직선의 교점")
    assert (back.revision, back.content_hash) == (4, first.content_hash)
    assert queries.current(conn, collection.id) == [back]
    assert queries.get(conn, collection.id, "q1") == back
    assert queries.history(conn, collection.id, "q1") == [first, second, retyped, back]


def test_a_retired_query_is_left_out_but_not_lost(conn, collection, put):
    put(text="하나")
    other = put("q2", text="둘")
    retired = put(text="하나", retired=True)
    assert queries.current(conn, collection.id) == [other]
    assert queries.current(conn, collection.id, retired=True) == [retired, other]


def test_a_query_may_be_an_image_or_an_item_and_must_be_something(conn, collection, put):
    sha256 = images.put(conn, b"picture", media_type="image/png", width=1, height=1)
    assert put("q-image", image_hash=sha256).image_hash == sha256
    items.upsert(conn, collection.id, [new(1)])
    by_item = put("q-item", source_item_id="m-001")
    assert put("q-item", source_item_id="m-001") == by_item
    items.upsert(conn, collection.id, [new(1, content_hash="edited")])
    assert put("q-item", source_item_id="m-001").content_hash != by_item.content_hash, "its item says something else now"
    with pytest.raises(NotFoundError):
        put("q-lost", source_item_id="nothing")
    with pytest.raises(InputError, match="하나는"):
        put("q-empty")
    with pytest.raises(NotFoundError):
        queries.get(conn, collection.id, "q-empty")


def event(collection, grade, *, minutes=0, **rest):
    known = {"query_id": "q1", "query_hash": "qh", "item_id": "m-001", "item_hash": "ih", "rater": "A", "origin": "human"}
    made = datetime(2026, 11, 22, 9, tzinfo=UTC) + timedelta(minutes=minutes)
    return JudgmentEvent(collection_id=collection.id, grade=grade, created_at=made, **known | rest)


@pytest.mark.parametrize("table", ["judgment_events", "queries"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET origin = 'human'", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_database_itself_refuses_to_change_or_forget(conn, collection, put, table, statement):
    put(text="하나")
    judgments.append(conn, [event(collection, 2)])
    with pytest.raises(psycopg.errors.RestrictViolation):
        conn.execute(statement.format(table).encode())


def test_events_are_stored_once_however_often_they_are_sent(conn, collection):
    sent = [event(collection, 2, note="첫째", ms_spent=900, guideline_version="v1", client_id="c"),
            event(collection, None, item_id="m-002")]
    assert judgments.append(conn, sent) == 2
    assert judgments.append(conn, sent) == 0
    assert judgments.append(conn, [sent[0], another := event(collection, 0, rater="B")]) == 1
    assert judgments.events(conn, collection.id) == [*sent, another]
    assert judgments.append(conn, []) == 0


def test_a_known_number_with_another_content_is_refused_with_its_whole_batch(conn, collection):
    first = event(collection, 2)
    judgments.append(conn, [first])
    forged = event(collection, 3, uuid=first.uuid)
    with pytest.raises(InputError, match="새로 고"):
        judgments.append(conn, [event(collection, 1, rater="B"), forged])
    assert judgments.events(conn, collection.id) == [first]


@pytest.mark.parametrize("grade", [-1, 4])
def test_a_grade_out_of_scale_is_refused(conn, collection, grade):
    with pytest.raises(InputError, match="0부터 3"):
        judgments.append(conn, [event(collection, 1), event(collection, grade)])
    assert judgments.events(conn, collection.id) == []


def test_the_current_view_is_each_raters_last_word_on_each_exact_pair(conn, collection):
    early, late = event(collection, 1), event(collection, 3, minutes=5)
    other_rater, other_item = event(collection, 0, rater="B"), event(collection, 2, item_id="m-002")
    edited_item, edited_query = event(collection, 1, item_hash="new"), event(collection, 2, query_hash="new")
    judgments.append(conn, [late, other_rater, other_item, edited_item, edited_query])
    judgments.append(conn, [early])
    assert {e.uuid for e in judgments.current(conn, collection.id)} == {
        e.uuid for e in (late, other_rater, other_item, edited_item, edited_query)
    }, "an event that was made earlier and arrives later does not win"
    withdrawn = event(collection, None, minutes=9)
    judgments.append(conn, [withdrawn])
    now = {(e.rater, e.item_id, e.item_hash, e.query_hash): e.grade for e in judgments.current(conn, collection.id)}
    assert now["A", "m-001", "ih", "qh"] is None


def test_of_two_events_of_one_moment_the_one_that_arrived_later_holds(conn, collection):
    judgments.append(conn, [event(collection, 1)])
    judgments.append(conn, [event(collection, 2)])
    assert [e.grade for e in judgments.current(conn, collection.id)] == [2]


def test_a_run_keeps_its_lists_and_refuses_to_change_them(conn, collection):
    run = runs.create(conn, collection.id, "qwen3-vl", {"k": 10, "precision": "fp16"})
    hits = [(1, "m-003", 0.5), (2, "m-001", 0.25)]
    run_lists.add(conn, run, "q1", "h1", hits, encode_ms=12.5, search_ms=3.25)
    run_lists.add(conn, run, "q2", "h2", [], encode_ms=1, search_ms=2)
    with pytest.raises(psycopg.errors.UniqueViolation):
        run_lists.add(conn, run, "q1", "h1", [(1, "m-009", 1.0)], encode_ms=0, search_ms=0)
    with pytest.raises(psycopg.errors.UniqueViolation):
        run_lists.add(conn, run, "q3", "h3", [(1, "m-001", 1.0), (2, "m-001", 0.5)], encode_ms=0, search_ms=0)
    assert run_lists.hits(conn, run) == [run_lists.RunHit("q1", *hit) for hit in hits]
    assert run_lists.queries(conn, run) == [run_lists.RunQuery("q1", "h1", 12.5, 3.25), run_lists.RunQuery("q2", "h2", 1, 2)]
    found = runs.get(conn, run)
    assert (found.system, found.config) == ("qwen3-vl", {"k": 10, "precision": "fp16"})
    assert runs.listing(conn, collection.id) == [found]
    with pytest.raises(NotFoundError):
        runs.get(conn, 2**31 - 1)
