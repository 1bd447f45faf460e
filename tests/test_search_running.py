"""Runs: stored as they come, never asked twice, another run as soon as anything under them changed."""

import threading

import pytest

from core.errors import EngineDiedError, InputError, NotFoundError
from core.search import disagreement, overlap, run_work, running
from core.search.query import of_revision
from core.search.service import search
from core.store import images, items, queries, run_lists, runs
from tests.stored_engine import FakeEngine, embed
from tests.test_store_items import new

PIXEL = (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00\x90wS\xde\x00\x00\x00\x0c"
         b"IDATx\x9cc\xf8\xff\xff?\x00\x05\xfe\x02\xfe\r\xefF\xb8\x00\x00\x00\x00IEND\xaeB`\x82")


@pytest.fixture
def engine():
    return FakeEngine()


@pytest.fixture
def bank(conn, collection):
    """Twelve embedded items and four queries: two texts, one written from an item, one picture."""
    items.upsert(conn, collection.id, [new(number, text=f"교점 {number}") for number in range(1, 13)])
    embed(conn, collection.id)
    sha = images.put(conn, PIXEL, media_type="image/png", width=1, height=1)
    for query_id, what in (("q1", {"text": "교점"}), ("q2", {"text": "넓이"}), ("q3", {"text": "확률", "source_item_id": "m-003"}),
                           ("q4", {"image_hash": sha})):
        queries.put(conn, collection.id, query_id=query_id, query_type="natural_language", origin="human", **what)
    return collection


@pytest.fixture
def run(database, engine, bank):
    def run(system="A", **more):
        return running.run_system(database, engine, system, collection=bank.name, **{"depth": 10} | more)

    return run


def stored(conn, run_id):
    found = {}
    for hit in run_lists.hits(conn, run_id):
        found.setdefault(hit.query_id, []).append(hit.item_id)
    return found


def test_a_run_holds_what_a_search_of_each_query_returns(run, conn, database, engine, bank):
    for system in ("A", "D", "E", "bm25"):
        outcome = run(system, depth=5, rerank_depth=7)
        listed = stored(conn, outcome.run_id)
        for query in queries.current(conn, bank.id):
            if query.query_id in listed:
                alone = search(database, engine, of_revision(conn, query), system=system, collection=bank.name, k=5, rerank_depth=7)
                assert listed[query.query_id] == [hit.item_id for hit in alone.hits]


def test_queries_are_encoded_together_behind_interactive_ones(run, engine):
    assert run("A").added == 4
    assert engine.calls == {("qwen3-vl-embedding-2b-mini", "batch"): 1}


def test_running_again_asks_nothing_and_is_the_same_run(run, engine):
    seen = []
    first = run()
    before = engine.rows.copy()
    again = run(progress=lambda done, total: seen.append((done, total)))
    assert (again.run_id, again.done, again.added, engine.rows) == (first.run_id, 4, 0, before)
    assert seen == [(4, 4)]
    assert run(depth=9).run_id != first.run_id, "another depth is another run"


def test_a_cancelled_run_goes_on_with_what_it_lacks(run, conn, monkeypatch):
    monkeypatch.setattr(run_work, "BATCH", 1)
    counted = iter(range(100))
    cut = run(cancelled=lambda: next(counted) > 3)
    assert cut.cancelled and 0 < cut.added < 4
    rest = run()
    assert (rest.run_id, rest.added, rest.done) == (cut.run_id, 4 - cut.added, 4)


def test_a_query_that_a_system_cannot_take_is_left_out_and_named(run, engine):
    for system in ("B", "bm25"):
        outcome = run(system)
        assert outcome.done == 3 and [query_id for query_id, _ in outcome.left_out] == ["q4"] and "글로만" in outcome.left_out[0][1]
    assert run("D").done == run("A").done == 4


def test_the_item_a_text_was_written_from_is_never_among_its_hits(run, conn):
    listed = stored(conn, run("A", depth=12).run_id)
    assert "m-003" not in listed["q3"] and len(listed["q3"]) == 11 and "m-003" in listed["q1"]


def test_a_changed_query_makes_a_run_that_takes_over_the_others(run, conn, engine, bank):
    first = run()
    old = stored(conn, first.run_id)
    queries.put(conn, bank.id, query_id="q1", text="두 직선의 교점", query_type="natural_language", origin="human")
    queries.put(conn, bank.id, query_id="q2", text="넓이", source_item_id=old["q2"][0], query_type="natural_language", origin="human")
    second = run()
    new_lists = stored(conn, second.run_id)
    assert (second.added, second.done, second.run_id == first.run_id) == (2, 4, False)
    assert stored(conn, first.run_id) == old, "what was stored stays"
    assert [new_lists[key] for key in ("q3", "q4")] == [old[key] for key in ("q3", "q4")]
    assert new_lists["q2"][:9] == old["q2"][1:] and len(new_lists["q2"]) == 10


def test_changed_items_or_vectors_make_a_run_stale_and_the_next_one_new(run, conn, bank):
    first = run()
    head = running.latest(conn, bank.id, "A")
    assert head.id == first.run_id and not running.stale(conn, head)
    items.upsert(conn, bank.id, [new(5, content_hash="edited")])
    assert running.stale(conn, head)
    second = run()
    embed(conn, bank.id)
    third = run()
    assert len({first.run_id, second.run_id, third.run_id}) == 3
    assert not running.stale(conn, running.latest(conn, bank.id, "qwen3-vl")) and running.stale(conn, runs.get(conn, second.run_id))


def test_a_run_says_all_that_is_needed_to_repeat_it(run, conn):
    config = runs.get(conn, run("E", depth=7, rerank_depth=5).run_id).config
    assert (config["system"], config["depth"], config["rerank_depth"], config["miniature"]) == ("qwen3-vl+rerank", 7, 5, True)
    (searched,) = config["sets"]
    assert {"model_key", "hub_id", "revision", "precision", "dims", "max_pixels", "prompt", "digest", "vectors"} <= searched.keys()
    assert {"model_key", "revision", "precision", "max_pixels"} <= config["reranker"].keys() and config["items"]
    assert runs.get(conn, run("D@w0.3").run_id).config["weight"] == 0.3


def test_a_model_that_is_not_the_sets_stops_the_run(run, engine):
    engine.answers_as("qwen3-vl-embedding-2b-mini", revision="another")
    with pytest.raises(NotFoundError, match="설정이 다릅니다"):
        run()
    with pytest.raises(InputError, match="차원"):
        run("A@64")


def test_a_query_the_engine_does_not_survive_is_left_out_alone(run, engine):
    engine.killers = {"넓이"}
    outcome = run()
    assert outcome.done == 3 and outcome.left_out == (("q2", running.KILLED),)
    engine.killers = {"교점", "넓이", "확률"}
    with pytest.raises(EngineDiedError):
        run(depth=9)


def test_two_at_once_make_one_run_with_each_query_once(run, conn, bank):
    outcomes = []
    both = [threading.Thread(target=lambda: outcomes.append(run("B"))) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert len({outcome.run_id for outcome in outcomes}) == 1 and [outcome.done for outcome in outcomes] == [3, 3]
    assert len(run_lists.queries(conn, outcomes[0].run_id)) == 3


def test_the_most_disputed_query_comes_first(run, conn, bank):
    for system in ("A", "B", "bm25"):
        run(system)
    ranked = disagreement.rank_queries(conn, bank.id, ["A", "B", "C"], k=5)
    lists = [stored(conn, running.latest(conn, bank.id, system).id) for system in ("A", "B")]
    assert {query.query_id: value for query, value in ranked} == pytest.approx(
        {key: 1 - overlap.rbo(lists[0][key][:5], lists[1][key][:5]) for key in ("q1", "q2", "q3")})
    assert [value for _, value in ranked] == sorted((value for _, value in ranked), reverse=True)
    queries.put(conn, bank.id, query_id="q1", text="다른 말", query_type="natural_language", origin="human")
    assert "q1" not in {query.query_id for query, _ in disagreement.rank_queries(conn, bank.id, ["A", "B"], k=5)}
