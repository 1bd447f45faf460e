"""Embedding sets, loading vectors, what is pending, and exact search under the one ranking rule."""

import dataclasses

import numpy as np
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql

from core.errors import ModelError, NotFoundError
from core.search.rank import rank, tie_key
from core.store import collections, embeddings, items, vectors
from core.store.embeddings import SetIdentity
from core.store.filters import Filters
from tests.test_store_items import new

IDENTITY = SetIdentity(
    model_key="test-mini", hub_id="test/test", revision="r1", precision="fp32", dims=4, max_pixels=None, prompt="",
    content="all", miniature=True,
)


@pytest.fixture
def of_ten(conn, collection):
    """A set over ten items of two units and two difficulties, the odd ones with a figure; no vectors yet."""
    rows = [new(n, unit=["확률", "일차함수"][n % 2], difficulty=["하", "상"][n // 5], images=("f.png",) * (n % 2))
            for n in range(10)]
    items.upsert(conn, collection.id, rows)
    return embeddings.ensure_set(conn, collection.id, IDENTITY)


def row(number: int, *values: float, content_hash: str | None = None):
    return f"m-{number:03d}", content_hash or f"content-{number}", np.array(values, dtype=np.float32)


def fill(conn, found):
    """Give item n the vector (n, 1, 0, 0)."""
    embeddings.copy_in(conn, found.id, [row(n, n, 1, 0, 0) for n in range(10)])


def test_a_set_is_made_once_for_each_exact_configuration(conn, collection, of_ten):
    assert embeddings.ensure_set(conn, collection.id, IDENTITY) == of_ten
    assert embeddings.find_set(conn, collection.id, IDENTITY) == of_ten
    others = [dataclasses.replace(IDENTITY, **change) for change in (
        {"revision": "r2"}, {"precision": "nf4"}, {"max_pixels": 1024}, {"prompt": "q: "}, {"content": "text"},
        {"dims": 2048}, {"hub_id": "x/y"}, {"model_key": "z"}, {"miniature": False},
    )]
    assert embeddings.find_set(conn, collection.id, others[0]) is None
    made = [embeddings.ensure_set(conn, collection.id, other) for other in others]
    assert len({found.id for found in [of_ten, *made]}) == 10
    assert [found.identity for found in embeddings.list_sets(conn, collection.id)] == [IDENTITY, *others]
    elsewhere = collections.ensure(conn, f"{collection.name}-b")
    assert embeddings.ensure_set(conn, elsewhere.id, IDENTITY).id != of_ten.id


def storage(conn, found):
    query = "SELECT attstorage FROM pg_attribute WHERE attrelid = %s::regclass AND attname = 'vector'"
    return conn.execute(query, (embeddings.partition(found.id),)).fetchone()[0]


def test_vectors_stay_inline_where_a_row_fits_a_page(conn, collection, of_ten):
    assert storage(conn, of_ten) == "p"
    for dims, expected in [(1900, "p"), (1901, "e"), (2048, "e")]:
        found = embeddings.ensure_set(conn, collection.id, dataclasses.replace(IDENTITY, dims=dims))
        assert storage(conn, found) == expected
    longest = "m" * items.LONGEST_ID
    big = embeddings.ensure_set(conn, collection.id, dataclasses.replace(IDENTITY, dims=1900))
    item = dataclasses.replace(new(1).item, id=longest)
    items.upsert(conn, collection.id, [items.NewItem(item, "f" * 64)])
    assert embeddings.copy_in(conn, big.id, [(longest, "f" * 64, np.ones(1900, np.float32))]) == 1


def test_vectors_come_back_bit_by_bit(conn, of_ten):
    values = np.array([1e-20, -3.4e18, np.float32(1) / 3, -0.0], dtype=np.float32)
    embeddings.copy_in(conn, of_ten.id, [("m-001", "content-1", values)])
    assert {item: vector.tobytes() for item, vector in embeddings.vectors_of(conn, of_ten.id, ["m-001", "m-002"]).items()} == {
        "m-001": values.tobytes()}


@pytest.mark.parametrize("bad", [
    (np.nan, 0, 0, 0), (np.inf, 0, 0, 0), (0, 0, 0, 0), (1, 2, 3), (1, 2, 3, 4, 5),
])
def test_an_unusable_vector_is_refused_and_nothing_of_the_call_stays(conn, of_ten, bad):
    embeddings.copy_in(conn, of_ten.id, [row(1, 1, 0, 0, 0)])
    with pytest.raises(ModelError, match="m-005"):
        embeddings.copy_in(conn, of_ten.id, [row(1, 0, 1, 0, 0), row(2, 1, 0, 0, 0), row(5, *bad)])
    assert {item: vector.tolist() for item, vector in embeddings.vectors_of(conn, of_ten.id, ["m-001", "m-002"]).items()} == {
        "m-001": [1, 0, 0, 0]}


def test_loading_is_all_or_nothing_when_the_producer_or_the_database_fails(conn, of_ten):
    def breaks():
        yield row(1, 1, 0, 0, 0)
        raise RuntimeError("the engine went away")

    with pytest.raises(RuntimeError):
        embeddings.copy_in(conn, of_ten.id, breaks())
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        embeddings.copy_in(conn, of_ten.id, [row(1, 1, 0, 0, 0), row(99, 1, 0, 0, 0)])
    assert embeddings.vectors_of(conn, of_ten.id, ["m-001"]) == {}
    assert embeddings.copy_in(conn, of_ten.id, []) == 0


def test_a_partition_checks_its_own_dimensions(conn, of_ten):
    with pytest.raises(psycopg.errors.CheckViolation):
        conn.execute(
            "INSERT INTO embeddings (set_id, collection_id, item_id, content_hash, tie_key, vector) "
            "VALUES (%s, %s, 'm-001', 'c', gen_random_uuid(), '[1,2]')", (of_ten.id, of_ten.collection_id),
        )


def pending_ids(conn, found, **how):
    return [item.item.id for batch in embeddings.pending(conn, found.id, batch=3, **how) for item in batch]


def test_pending_is_what_lacks_a_vector_of_its_present_content(conn, of_ten):
    assert pending_ids(conn, of_ten) == [f"m-{n:03d}" for n in range(10)]
    fill(conn, of_ten)
    assert pending_ids(conn, of_ten) == []
    items.upsert(conn, of_ten.collection_id, [new(4, content_hash="changed"), new(7, text="only the record changed")])
    assert pending_ids(conn, of_ten) == ["m-004"]
    (summary,) = embeddings.sets(conn, of_ten.collection_id)
    assert (summary.set, summary.vectors, summary.failures, summary.stale) == (of_ten, 10, 0, 1)
    assert embeddings.copy_in(conn, of_ten.id, [row(4, 9, 9, 9, 9, content_hash="changed")]) == 1
    assert embeddings.count_pending(conn, of_ten.id) == 0
    assert embeddings.sets(conn, of_ten.collection_id)[0].stale == 0


def test_pending_may_be_filled_while_it_is_read(conn, of_ten):
    for batch in embeddings.pending(conn, of_ten.id, batch=4):
        embeddings.copy_in(conn, of_ten.id, [(found.item.id, found.content_hash, np.ones(4)) for found in batch])
    assert embeddings.sets(conn, of_ten.collection_id)[0].vectors == 10


def test_a_set_of_figures_lacks_nothing_for_items_without_one(conn, of_ten):
    figures = embeddings.ensure_set(conn, of_ten.collection_id, dataclasses.replace(IDENTITY, content="image"))
    assert pending_ids(conn, figures) == ["m-001", "m-003", "m-005", "m-007", "m-009"]
    assert embeddings.count_pending(conn, figures.id) == 5


def test_an_item_that_loses_its_figure_loses_the_vector_of_it_and_no_other(conn, of_ten):
    figures = embeddings.ensure_set(conn, of_ten.collection_id, dataclasses.replace(IDENTITY, content="image"))
    fill(conn, of_ten)
    embeddings.copy_in(conn, figures.id, [row(1, 1, 0, 0, 0), row(3, 1, 0, 0, 0)])
    items.upsert(conn, of_ten.collection_id, [new(1, content_hash="bare"), new(3, images=("g.png",))])
    assert list(embeddings.vectors_of(conn, figures.id, ["m-001", "m-003"])) == ["m-003"]
    assert "m-001" in embeddings.vectors_of(conn, of_ten.id, ["m-001"]), "its text is still there, only out of date"
    assert pending_ids(conn, figures) == ["m-005", "m-007", "m-009"]


def test_a_failure_is_not_tried_again_until_the_content_changes_or_somebody_asks(conn, of_ten):
    fill(conn, of_ten)
    items.upsert(conn, of_ten.collection_id, [new(20), new(21)])
    embeddings.mark_failed(conn, of_ten.id, "m-020", "content-20", "그림을 열 수 없습니다.")
    embeddings.mark_failed(conn, of_ten.id, "m-020", "content-20", "그림이 깨졌습니다.")
    (failure,) = embeddings.failures(conn, of_ten.id)
    assert (failure.item_id, failure.reason) == ("m-020", "그림이 깨졌습니다.")
    assert embeddings.sets(conn, of_ten.collection_id)[0].failures == 1
    assert pending_ids(conn, of_ten) == ["m-021"]
    assert pending_ids(conn, of_ten, retry_failures=True) == ["m-020", "m-021"]
    items.upsert(conn, of_ten.collection_id, [new(20, content_hash="mended")])
    assert pending_ids(conn, of_ten) == ["m-020", "m-021"]
    assert embeddings.sets(conn, of_ten.collection_id)[0].failures == 0, "it was another content that failed"
    embeddings.copy_in(conn, of_ten.id, [row(20, 1, 1, 1, 1, content_hash="mended")])
    assert embeddings.failures(conn, of_ten.id) == []


def test_dropping_a_set_takes_its_vectors_and_leaves_the_others(conn, of_ten):
    fill(conn, of_ten)
    other = embeddings.ensure_set(conn, of_ten.collection_id, dataclasses.replace(IDENTITY, revision="r2"))
    fill(conn, other)
    embeddings.mark_failed(conn, of_ten.id, "m-001", "c", "x")
    embeddings.drop_set(conn, of_ten.id)
    embeddings.drop_set(conn, of_ten.id)
    assert [summary.set for summary in embeddings.sets(conn, of_ten.collection_id)] == [other]
    assert conn.execute("SELECT to_regclass(%s)", (embeddings.partition(of_ten.id),)).fetchone() == (None,)
    assert embeddings.sets(conn, other.collection_id)[0].vectors == 10
    with pytest.raises(NotFoundError):
        embeddings.copy_in(conn, of_ten.id, [row(1, 1, 0, 0, 0)])


def test_the_nearest_come_first_within_filters_and_without_the_excluded(conn, of_ten):
    fill(conn, of_ten)
    query = np.array([1, 0, 0, 0], dtype=np.float32)

    def found(**how):
        return [item_id for item_id, _ in vectors.nearest(conn, of_ten.id, query, **how)]

    assert found(k=3) == ["m-009", "m-008", "m-007"]
    assert found(k=3, exclude=["m-009", "m-007"]) == ["m-008", "m-006", "m-005"]
    assert found(k=50, filters=Filters(unit=("확률",))) == ["m-008", "m-006", "m-004", "m-002", "m-000"]
    assert found(k=50, filters=Filters(kind=("image",), difficulty=("하",)), exclude=["m-001"]) == ["m-003"]
    assert found(k=50, filters=Filters(subject=("수학",), item_type=("객관식", "서술형"))) == found(k=50)
    assert found(k=5, filters=Filters(unit=("없는 단원",))) == []
    score = vectors.nearest(conn, of_ten.id, query, k=1)[0][1]
    assert score == np.float32(9 / np.sqrt(82))


def test_scores_cover_the_corpus_and_agree_with_the_ranking(conn, of_ten):
    fill(conn, of_ten)
    query = np.array([0.3, -2, 1, 0], dtype=np.float32)
    ids, scores = vectors.scores(conn, of_ten.id, query)
    assert scores.dtype == np.float32
    assert list(zip(ids, scores.tolist(), strict=True)) == vectors.nearest(conn, of_ten.id, query, k=100)
    some, fewer = vectors.scores(conn, of_ten.id, query, filters=Filters(unit=("확률",)), exclude=["m-002"])
    assert some == [item_id for item_id in ids if item_id in {"m-000", "m-004", "m-006", "m-008"}]
    assert fewer.shape == (4,)
    nothing, none = vectors.scores(conn, of_ten.id, query, filters=Filters(unit=("없는 단원",)))
    assert (nothing, none.shape) == ([], (0,))


@pytest.mark.parametrize("bad", [(0, 0, 0, 0), (np.nan, 1, 0, 0), (np.inf, 0, 0, 0)])
def test_an_unusable_query_vector_is_refused(conn, of_ten, bad):
    for ask in (lambda q: vectors.nearest(conn, of_ten.id, q, k=3), lambda q: vectors.scores(conn, of_ten.id, q)):
        with pytest.raises(ModelError):
            ask(np.array(bad, dtype=np.float32))


def test_search_is_exact_though_an_approximate_index_exists(conn, of_ten):
    fill(conn, of_ten)
    query = np.array([1, 0.5, 0, 0], dtype=np.float32)
    before = vectors.nearest(conn, of_ten.id, query, k=10)
    index = sql.SQL("CREATE INDEX ON {} USING hnsw ((vector::vector(4)) vector_cosine_ops)")
    conn.execute(index.format(sql.Identifier(embeddings.partition(of_ten.id))))
    with conn.transaction():
        conn.execute("SET LOCAL enable_seqscan = off")
        conn.execute("SET LOCAL hnsw.ef_search = 1")
        assert vectors.nearest(conn, of_ten.id, query, k=10) == before


def test_searches_in_a_row_keep_their_answer(conn, of_ten):
    """Prepared after some calls: the plan that is kept must answer like the first."""
    fill(conn, of_ten)
    query = np.array([1, 0.5, 0, 0], dtype=np.float32)
    first = vectors.nearest(conn, of_ten.id, query, k=4, exclude=["m-003"])
    assert all(vectors.nearest(conn, of_ten.id, query, k=4, exclude=["m-003"]) == first for _ in range(20))


@pytest.fixture(scope="module")
def twelve(database):
    """A set over twelve items whose ids run in order of families."""
    with database.connection() as conn:
        collection = collections.ensure(conn, "ranking-rule")
        items.upsert(conn, collection.id, [new(n) for n in range(12)])
        return embeddings.ensure_set(conn, collection.id, IDENTITY)


SMALL = st.tuples(*[st.integers(-2, 2)] * 4).filter(any)


@given(corpus=st.lists(SMALL, min_size=12, max_size=12), query=SMALL, left_out=st.sets(st.integers(0, 11), max_size=3))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_sql_ranks_as_numpy_does_in_fp32_ties_and_all(database, twelve, corpus, query, left_out):
    """Small whole numbers: sums are exact in any order, and equal scores are frequent."""
    ids = [f"m-{n:03d}" for n in range(12)]
    exclude = [ids[n] for n in left_out]
    matrix, wanted = np.array(corpus, dtype=np.float32), np.array(query, dtype=np.float32)
    lengths = np.sqrt((matrix**2).sum(axis=1, dtype=np.float64) * float(wanted @ wanted))
    cosine = np.clip((matrix @ wanted).astype(np.float64) / lengths, -1, 1)
    expected = rank(ids, (1 - (1 - cosine)).astype(np.float32), k=9, exclude=exclude)
    with database.connection() as conn:
        embeddings.copy_in(conn, twelve.id, [(ids[n], f"content-{n}", matrix[n]) for n in range(12)])
        found = vectors.nearest(conn, twelve.id, wanted, k=9, exclude=exclude)
    assert found == [(hit.item_id, hit.score) for hit in expected]


def test_identical_vectors_come_in_the_order_of_their_hash_not_of_their_id(conn, of_ten):
    embeddings.copy_in(conn, of_ten.id, [row(n, 1, 2, 3, 4) for n in range(10)])
    found = [item_id for item_id, _ in vectors.nearest(conn, of_ten.id, np.ones(4, np.float32), k=10)]
    assert found == sorted(found, key=tie_key)
    assert found != sorted(found)


def test_real_looking_vectors_rank_as_in_numpy_but_for_the_last_bits(conn, collection):
    rng = np.random.default_rng(7)
    matrix = rng.standard_normal((300, 768)).astype(np.float32)
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    items.upsert(conn, collection.id, [new(n) for n in range(300)])
    found = embeddings.ensure_set(conn, collection.id, dataclasses.replace(IDENTITY, dims=768))
    embeddings.copy_in(conn, found.id, [(f"m-{n:03d}", f"content-{n}", matrix[n]) for n in range(300)])
    query = matrix[0] + matrix[1]
    expected = matrix @ (query / np.linalg.norm(query))
    hits = vectors.nearest(conn, found.id, query, k=300)
    numbers = [int(item_id[2:]) for item_id, _ in hits]
    assert sorted(numbers) == list(range(300))
    assert set(numbers[:2]) == {0, 1}
    np.testing.assert_allclose([score for _, score in hits], expected[numbers], atol=2e-6)
    assert (np.diff(expected[numbers]) < 2e-6).all()


def test_statistics_follow_a_bulk_load(conn, collection):
    items.upsert(conn, collection.id, [new(n) for n in range(600)])
    found = embeddings.ensure_set(conn, collection.id, dataclasses.replace(IDENTITY, dims=64))
    embeddings.copy_in(conn, found.id, [(f"m-{n:03d}", f"content-{n}", np.ones(64)) for n in range(600)])
    known = conn.execute("SELECT reltuples FROM pg_class WHERE relname = %s", (embeddings.partition(found.id),))
    assert known.fetchone() == (600.0,)
