"""Variants over the shipped sample: what each promises, checked against plain arithmetic on the stored vectors."""

import numpy as np
import pytest

from core.engine.client import engine
from core.errors import InputError, NotFoundError
from core.models.contract import Content
from core.search import fusion, variants
from core.search.indexing import embed_collection
from core.search.joining import join_collection
from core.search.query import Query
from core.search.rank import rank
from core.search.service import search
from core.search.sets import embedding_set
from core.settings import PROJECT_DIR
from core.store import collections, embedding_sets, embeddings

pytestmark = pytest.mark.slow
TEXT = "두 일차함수의 그래프가 한 점에서 만나는 문제"


@pytest.fixture
def find(database, prepared):
    def run(system, query=Query(text=TEXT), k=100, **more):
        return search(database, engine(), query, system=system, collection=prepared.collection, k=k, **more)

    return run


@pytest.fixture
def embed(database, prepared):
    """Make the sets a variant needs, as ``core embed --system NAME`` does."""
    def run(name):
        variant = variants.find(name)
        return [embed_collection(database, engine(), prepared.collection, model_key=channel.model, content=channel.content,
                                 precision=variant.precision or "auto", max_pixels=variant.max_pixels)
                for channel in variant.channels]

    return run


def ids(result):
    return [hit.item_id for hit in result.hits]


def scores(result):
    return {hit.item_id: hit.score for hit in result.hits}


def test_mrl_is_truncation_and_renormalisation_of_the_stored_vectors(find, database, prepared):
    found = find("A@64")
    with database.connection() as conn:
        stored = embedding_set(conn, collections.get(conn, prepared.collection), variants.find("A").channels[0], variants.find("A"))
        matrix = {item_id: vector[:64] for item_id, vector in embeddings.vectors_of(conn, stored.id, ids(found)).items()}
    query = engine().encode(stored.identity.model_key, [Content(TEXT)], role="query").vectors[0][:64]
    cosine = [row / np.linalg.norm(row) @ (query / np.linalg.norm(query)) for row in matrix.values()]
    assert ids(found) == [hit.item_id for hit in rank(list(matrix), np.array(cosine))]
    assert [hit.score for hit in found.hits] == pytest.approx(cosine, abs=1e-5)
    assert found.models[0].dims == 64 and ids(found) != ids(find("A"))


def test_more_dimensions_than_there_are_is_refused(find):
    with pytest.raises(InputError, match="차원입니다"):
        find("A@2048")


def test_content_ablations_are_sets_of_their_own(find, embed):
    with pytest.raises(NotFoundError, match="core embed --collection math-100 --system qwen3-vl@px96@text-only"):
        find("A@px96@text-only")
    before = ids(find("A"))
    assert [len(report.failed) for name in ("A@text-only", "A@image-only") for report in embed(name)] == [0, 0]
    assert (len(ids(find("A@text-only"))), len(ids(find("A@image-only")))) == (100, 35)
    assert ids(find("A")) == before
    with pytest.raises(InputError, match="글로만"):
        find("A@text-only", Query(image=next((PROJECT_DIR / "data" / "images").glob("*.png")).read_bytes()))


def test_a_precision_variant_changes_nothing_of_the_plain_system(find, embed):
    plain = scores(find("B"))
    (report,) = embed("B@nf4")
    assert report.model.precision == "nf4" and report.embedded + report.unchanged == 100
    quantised = find("B@nf4")
    assert [model.precision for model in quantised.models] == ["nf4"]
    assert scores(find("B")) == plain != scores(quantised)
    assert [model.precision for model in find("B").models] == ["fp32"]


def test_the_latest_run_without_a_suffix_decides_what_the_plain_system_searches(find, embed, database, prepared):
    """As on a card where ``auto`` means 4-bit: then a set made for ``@fp32`` may not take the plain system over."""
    embed("B@nf4")
    with database.connection() as conn:
        of_kure = {one.identity.precision: one.id
                   for one in embedding_sets.list_sets(conn, collections.get(conn, prepared.collection).id)
                   if one.identity.model_key == "kure-v1-mini"}
        try:
            embedding_sets.mark_plain(conn, of_kure["nf4"])
            assert [model.precision for model in find("B").models] == ["nf4"]
            embed("B@fp32")
            assert [model.precision for model in find("B").models] == ["nf4"]
        finally:
            embed("B")
    assert [model.precision for model in find("B").models] == ["fp32"]


def test_a_pixel_budget_variant_has_its_own_set(find, embed, database, prepared):
    (report,) = embed("A@px96")
    assert report.model.max_pixels == 96 * 96
    assert find("A@px96").models[0].max_pixels == 96 * 96 != find("A").models[0].max_pixels


def test_weights_move_fusion_from_one_channel_to_the_other(find):
    text, image = scores(find("B")), scores(find("C"))
    assert ids(find("D@w1")) == ids(find("B"))
    expected = fusion.fuse(text, image, weight=0.2)
    assert scores(find("D@w0.2")) == pytest.approx(expected, abs=1e-5)


def test_reciprocal_rank_fusion_by_hand(find):
    text, image = ids(find("B")), ids(find("C"))
    first = find("D@rrf", k=1).hits[0]
    by_hand = {item: 1 / (60 + text.index(item) + 1) + (1 / (60 + image.index(item) + 1) if item in image else 0) for item in text}
    assert first.score == pytest.approx(max(by_hand.values())) and by_hand[first.item_id] == pytest.approx(first.score)


def test_the_joined_vector_scores_as_the_weighted_sum_of_cosines(find, database, prepared):
    variant = variants.find("D@concat@w0.3")
    assert join_collection(database, prepared.collection, variant) == 100
    assert join_collection(database, prepared.collection, variant) == 0
    text, image, joined = scores(find("B")), scores(find("C")), scores(find("D@concat@w0.3"))
    assert joined == pytest.approx({item: 0.3 * text[item] + 0.7 * image.get(item, 0.0) for item in text}, abs=1e-5)
    with database.connection() as conn:
        sets = embedding_sets.list_sets(conn, collections.get(conn, prepared.collection).id)
    (found,) = [one for one in sets if "+" in one.identity.model_key]
    assert found.identity.dims == sum(one.identity.dims for one in (
        next(s for s in sets if s.identity.model_key.startswith(key)) for key in ("kure", "siglip")))


def test_a_variant_of_the_reranker_reads_with_its_settings(find):
    found = find("E@64", k=20, rerank_depth=5)
    assert set(ids(found)[:5]) == set(ids(find("A@64"))[:5]) and found.system == "qwen3-vl+rerank@64"


def test_the_loss_of_a_variant_is_measured_on_vectors_and_queries(database, prepared, embed):
    from core.evaluation.analysis.loss import measure

    embed("B@nf4")
    loss = measure(database, engine(), prepared.collection, variant="B@nf4", against="B")
    assert loss.items == 100 and 0.9 < loss.cosine_min <= loss.cosine_p5 <= loss.cosine_mean < 1
    assert loss.queries == 84, "the 16 image-only queries are none that a text system can take"
    assert 0.3 < loss.same_top10 < 1 and loss.judged_queries == 84 and loss.origins == ("constructed",)
    none = measure(database, engine(), prepared.collection, variant="B", against="B")
    assert none.cosine_min == pytest.approx(1) and none.same_top10 == 1 and none.recall_variant == none.recall_against
    assert measure(database, engine(), prepared.collection, variant="A@64", against="A").cosine_mean is None
    ((reason, count),) = loss.left_out
    assert count == 16 and "글" in reason
    ((reason, count),) = measure(database, engine(), prepared.collection, variant="A@512", against="A").left_out
    assert count == 100 and "256차원" in reason, "a miniature has no 512 dimensions, and says so"
