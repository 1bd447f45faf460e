"""Systems A–E and BM25 over the shipped sample: real database, real engine, miniature models."""

import numpy as np
import pytest

from core.engine.client import engine
from core.errors import InputError, NotFoundError
from core.items.content import embedding_text
from core.models.contract import Content
from core.search import fusion, variants
from core.search.examples import FIRST, example_queries
from core.search.query import LONGEST_TEXT, Query
from core.search.rank import rank
from core.search.service import search
from core.search.sets import embedding_set
from core.search.systems import SYSTEMS
from core.store import collections, embeddings, items, vectors
from core.store.filters import Filters

pytestmark = pytest.mark.slow
TEXT = "두 일차함수의 그래프가 한 점에서 만나는 문제"


@pytest.fixture
def find(database, prepared):
    def run(query, system, **more):
        return search(database, engine(), query, system=system, collection=prepared.collection, **more)

    return run


@pytest.fixture(scope="module")
def figure(database, prepared):
    """A figure of the sample, with its item's id."""
    from core.store import images

    with database.connection() as conn:
        collection = collections.get(conn, prepared.collection)
        first = next(one for batch in items.iterate(conn, collection.id) for one in batch if one.image_hashes)
        return first.item.id, images.get(conn, first.image_hashes[0]).data


def ids(result):
    return [hit.item_id for hit in result.hits]


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_system_ranks_items_for_a_text(find, system):
    result = find(Query(text=TEXT), system, k=10)
    assert len(set(ids(result))) == 10
    assert [hit.rank for hit in result.hits] == list(range(1, 11))
    assert result.miniature == (system != "bm25")
    assert [model.precision for model in result.models] == ["fp32"] * len(result.models)


@pytest.mark.parametrize("system", ["A", "B", "C", "D"])
def test_one_system_gives_scores_that_never_rise(find, system):
    scores = [hit.score for hit in find(Query(text=TEXT), system, k=100).hits]
    assert scores == sorted(scores, reverse=True)


def test_siglip_and_only_siglip_is_limited_to_items_with_a_figure(find):
    assert {name: len(find(Query(text=TEXT), name, k=100).hits) for name in ("A", "B", "C", "D", "E")} == {
        "A": 100, "B": 100, "C": 35, "D": 100, "E": 100}


def test_an_image_finds_its_own_item_first(find, figure):
    item_id, data = figure
    assert ids(find(Query(image=data), "C", k=1)) == [item_id]


def test_text_only_systems_say_that_an_image_is_not_enough(find, figure):
    for system in ("B", "bm25"):
        with pytest.raises(InputError, match="글로만"):
            find(Query(image=figure[1]), system)


def test_fusion_without_a_text_is_the_image_channel_and_says_so(find, figure):
    fused, alone = find(Query(image=figure[1]), "D", k=35), find(Query(image=figure[1]), "C", k=35)
    assert ids(fused) == ids(alone) and "그림 점수만" in fused.notes[0]


def test_fusion_over_items_without_figures_is_the_text_channel_and_says_so(find):
    only = Filters(kind=("text", "latex"))
    fused, alone = find(Query(text=TEXT), "D", k=65, filters=only), find(Query(text=TEXT), "B", k=65, filters=only)
    assert ids(fused) == ids(alone) and "글 점수만" in fused.notes[0]


def test_fusion_is_the_arithmetic_of_its_two_systems(find):
    text, image = find(Query(text=TEXT), "B", k=100), find(Query(text=TEXT), "C", k=100)
    fused = fusion.fuse(*({hit.item_id: hit.score for hit in result.hits} for result in (text, image)))
    assert ids(find(Query(text=TEXT), "D", k=100)) == [hit.item_id for hit in rank(list(fused), np.array(list(fused.values())))]


def test_reranking_reorders_the_top_and_leaves_the_rest(find):
    first, second = find(Query(text=TEXT), "A", k=100), find(Query(text=TEXT), "E", k=100, rerank_depth=10)
    assert set(ids(second)[:10]) == set(ids(first)[:10])
    assert ids(second)[10:] == ids(first)[10:]
    assert second.rerank_ms > 0 == first.rerank_ms


def test_an_item_is_never_among_its_own_neighbours(find):
    for system in SYSTEMS:
        assert "MATH_005" not in ids(find(Query(item_id="MATH_005"), system, k=100))


def test_filters_restrict_every_system(find, database, prepared):
    with database.connection() as conn:
        collection = collections.get(conn, prepared.collection)
        wanted = items.ids(conn, collection.id, filters=Filters(unit=("확률",), kind=("image",)))
    assert wanted
    for system in ("A", "B", "C", "D", "E"):
        assert set(ids(find(Query(text=TEXT), system, k=100, filters=Filters(unit=("확률",), kind=("image",))))) == wanted


def test_sql_ranks_as_numpy_does(database, prepared):
    """The store's order over real vectors against cosine and the hash in Python."""
    with database.connection() as conn:
        collection = collections.get(conn, prepared.collection)
        found = embedding_set(conn, collection, SYSTEMS["qwen3-vl"].channels[0], variants.find("A"))
        encoding = engine().encode(found.identity.model_key, [Content(TEXT)], role="query")
        rows = vectors.nearest(conn, found.id, encoding.vectors[0], k=100)
        matrix = embeddings.vectors_of(conn, found.id, [item_id for item_id, _ in rows])
    cosine = np.array([row @ encoding.vectors[0] / np.linalg.norm(row) for row in matrix.values()])
    expected = rank(list(matrix), cosine)
    assert [item_id for item_id, _ in rows] == [hit.item_id for hit in expected]


def test_what_an_encoder_gets_holds_no_answer(database, prepared):
    with database.connection() as conn:
        collection = collections.get(conn, prepared.collection)
        for stored in items.get_many(conn, collection.id, ["MATH_001", "MATH_050", "MATH_100"]).values():
            text = embedding_text(stored.item)
            assert stored.item.solution not in text and "[이미지]" not in text


@pytest.mark.parametrize(("query", "told"), [
    (Query(), "찾을 내용이 없습니다"),
    (Query(text="  \n "), "찾을 내용이 없습니다"),
    (Query(text="가" * (LONGEST_TEXT + 1)), "너무 깁니다"),
    (Query(image=b"not a picture"), "그림"),
])
def test_what_cannot_be_searched_is_refused_in_one_sentence(find, query, told):
    with pytest.raises(InputError, match=told):
        find(query, "A")


def test_unknown_names_are_refused(find, database):
    with pytest.raises(NotFoundError):
        find(Query(item_id="MATH_999"), "A")
    with pytest.raises(NotFoundError, match="A, B, C"):
        find(Query(text=TEXT), "Z")
    with pytest.raises(NotFoundError):
        search(database, engine(), Query(text=TEXT), system="A", collection="nothing-here")


def test_a_collection_without_vectors_names_the_command(database, prepared):
    with database.connection() as conn:
        collections.ensure(conn, "empty-one")
    with pytest.raises(NotFoundError, match="core embed --collection empty-one"):
        search(database, engine(), Query(text=TEXT), system="A", collection="empty-one")


def test_preparing_again_embeds_nothing_and_loads_nothing(database, prepared):
    from core.prepare import prepare

    def no_engine():
        raise AssertionError("a second run asked for the engine")

    again = prepare(database, no_engine, say=lambda sentence: None, progress=lambda channel, state: None)
    assert (again.items, again.queries, again.embedded) == (100, 100, 0)


def test_the_examples_begin_with_the_one_everybody_knows(database, prepared):
    shown = example_queries(database, prepared.collection)
    assert shown[0] == FIRST and len(set(shown)) == len(shown) == 6
