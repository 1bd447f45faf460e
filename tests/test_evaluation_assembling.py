"""From stored runs and judgments to values: which queries count, which lists speak, and a key that knows when that changes."""

import pytest

from core.errors import NotFoundError
from core.evaluation import assembling, naming, selection
from core.evaluation.scenarios import GATE
from core.labels.versions import freezing
from core.search import run_choice, running
from core.store import items, queries, run_lists, runs
from tests.label_data import Bank
from tests.stored_engine import FakeEngine, embed
from tests.test_store_items import new

FIGURE = ("figure.png",)


@pytest.fixture
def bank(conn, collection):
    """Items m-001 to m-012, the last two with a figure; q01 written from m-001, q02 from m-002, both of one family."""
    made = Bank(conn, collection)
    family = {"metadata": {"family": "slopes"}}
    items.upsert(conn, collection.id, [new(1, unit="확률", text="$x$", **family), new(2, unit="일차함수", text="$x$", **family),
                                       new(11, images=FIGURE, content_hash="content-11"), new(12, images=FIGURE)])
    for number in (1, 2):
        query = queries.put(conn, collection.id, query_id=f"q{number:02d}", text=f"찾는 글 {number}", query_type="natural_language",
                            origin="human", source_item_id=f"m-{number:03d}")
        made.queries[query.query_id] = query.content_hash
    for query_id in list(made.queries)[4:]:
        queries.retire(conn, collection.id, query_id, True)
    return made


@pytest.fixture
def stored(conn, collection, monkeypatch):
    """Store a system's lists by query; a run made by hand is never stale."""
    monkeypatch.setattr(run_choice, "stale", lambda conn, run, known=None: False)

    def store(system, lists, *, scope="all", hashes=None, scores=None, **config):
        run_id = runs.create(conn, collection.id, system, {"depth": 100, "rerank_depth": None, "miniature": False, "sets": [], **config},
                             scope=scope)
        for query_id, ranked in lists.items():
            query = queries.get(conn, collection.id, query_id)
            hits = [(rank, item, (scores or {}).get(item, -rank)) for rank, item in enumerate(ranked, start=1)]
            run_lists.add(conn, run_id, query_id, (hashes or {}).get(query_id, query.content_hash), hits, encode_ms=1, search_ms=1)
        return run_id

    return store


def test_values_come_from_the_lists_and_the_grades(conn, bank, collection, stored):
    bank.say_all({"a": {("q01", "m-003"): 3, ("q01", "m-004"): 2, ("q02", "m-011"): 1, ("q03", "m-005"): 0, ("q01", "m-001"): 3}})
    stored("qwen3-vl", {"q01": ["m-007", "m-003", "m-004"], "q02": ["m-011"]},
           scores={"m-007": 0.5, "m-003": 0.5, "m-004": 0.25}, sets=[{"precision": "nf4"}], miniature=True)
    stored("kure-v1", {"q01": ["m-004"]})
    found = assembling.load(conn, collection.name)
    result = found.scenarios[GATE]
    assert [query.query_id for query in result.queries] == ["q01", "q02"]
    assert result.excluded == {selection.NO_RELEVANT: ("q03", "q04")}
    assert (result.names, result.items) == (("qwen3-vl", "kure-v1"), 12)
    assert result.of("qwen3-vl", "RR").tolist() == [0.5, 1]
    assert result.of("kure-v1", "R@5").tolist() == [0.5, 0]
    first, second = result.systems
    assert (first.miniature, first.precision, first.unanswered) == (True, "nf4", ())
    assert second.unanswered == ("q02",)
    assert result.ties == {"qwen3-vl": 1, "kure-v1": 0}
    query = result.queries[0]
    assert query.grades == {"m-003": 3, "m-004": 2}, "the item it was written from is none of its answers"
    assert (query.relevant, query.candidates) == (2, 11)
    assert result.groups == ("family:slopes",) * 2
    assert (query.facets["unit"], query.facets["kind"], query.facets["query_type"]) == ("확률", "latex", "natural_language")


def test_a_scenario_takes_its_part_and_its_corpus(conn, bank, collection, stored):
    bank.say_all({"a": {("q01", "m-003"): 3, ("q01", "m-011"): 3, ("q02", "m-012"): 2}})
    for scope in ("all", "S1", "S2"):
        stored("qwen3-vl", {"q01": ["m-011", "m-003"] if scope == "all" else ["m-011"] if scope == "S2" else ["m-003"]}, scope=scope)
    found = assembling.load(conn, collection.name).scenarios
    assert {key: [each.query_id for each in found[key].queries] for key in ("S1", "S2", "S3", GATE)} == {
        "S1": ["q01"], "S2": ["q01", "q02"], "S3": [], GATE: ["q01", "q02"]}
    assert found["S2"].queries[0].grades == {"m-011": 3}
    assert (found["S2"].items, found["S2"].queries[0].candidates, found["S1"].queries[0].candidates) == (2, 2, 9)
    assert found["S3"].excluded["그림이 없는 쿼리입니다."] == ("q01", "q02", "q03", "q04")
    assert (found["S1"].of("qwen3-vl", "RR").tolist(), found["S2"].of("qwen3-vl", "RR").tolist()) == ([1], [1, 0])
    assert found["S3"].names == ()
    assert found["S5"].values is found[GATE].values


def test_what_changed_since_is_left_out_and_counted(conn, bank, collection, stored):
    bank.say_all({"a": {(query, f"m-00{place}"): 3 for query in ("q01", "q02", "q03", "q04") for place in (5, 6)}})
    freezing.freeze(conn, collection.id, name="판정용", by="김라벨", relevant_from=1)
    stored("qwen3-vl", dict.fromkeys(("q01", "q02", "q03", "q04"), ["m-005"]), hashes={"q04": "as it read before"})
    queries.retire(conn, collection.id, "q02", True)
    queries.put(conn, collection.id, query_id="q03", text="다른 글", query_type="natural_language", origin="human")
    items.upsert(conn, collection.id, [new(6, text="고친 글", content_hash="content-6b")])
    result = assembling.load(conn, collection.name, version=1).scenarios[GATE]
    assert result.excluded == {selection.RETIRED: ("q02",), selection.CHANGED: ("q03",)}
    assert [query.grades for query in result.queries] == [{"m-005": 3}] * 2, "what m-006 was judged as is gone"
    assert result.systems[0].unanswered == ("q04",), "that list was for other words"
    assert result.of("qwen3-vl", "RR").tolist() == [1, 0]
    with pytest.raises(NotFoundError):
        assembling.load(conn, collection.name, version=2)


def test_a_query_that_is_an_item_counts_as_long_as_the_item_stays(conn, bank, collection, stored):
    query = queries.put(conn, collection.id, query_id="item", source_item_id="m-008", query_type="similar_item", origin="human")
    bank.queries["item"] = query.content_hash
    bank.say("a", "item", "m-009", 2)
    freezing.freeze(conn, collection.id, name="판정용", by="김라벨", relevant_from=1)
    stored("qwen3-vl", {"item": ["m-009"]})
    assert [each.query_id for each in assembling.load(conn, collection.name).scenarios[GATE].queries] == ["item"]
    items.upsert(conn, collection.id, [new(8, text="고친 글", content_hash="content-8b")])
    result = assembling.load(conn, collection.name).scenarios[GATE]
    assert result.excluded[selection.SOURCE_CHANGED] == ("item",)


@pytest.mark.parametrize("declared", ["", "박담당"])
def test_a_declaration_closes_what_is_unjudged(conn, bank, collection, stored, declared):
    bank.say("a", "q01", "m-003", 3)
    freezing.freeze(conn, collection.id, name="판정용", by="김라벨", relevant_from=1, unlisted_zero_by=declared)
    stored("qwen3-vl", {"q01": ["m-004", "m-003"]})
    result = assembling.load(conn, collection.name).scenarios[GATE]
    low, high = (bound.tolist() for bound in result.bounds["RR"])
    assert (low, high) == ([[0.5]], [[0.5]] if declared else [[1.0]])


def test_systems_stand_as_the_plan_lists_them_and_unknown_ones_are_not_read(conn, bank, collection, stored):
    bank.say("a", "q01", "m-003", 3)
    for system in ("bm25", "kure+siglip@w0.2", "kure+siglip@w1", "qwen3-vl@512", "kure+siglip", "qwen3-vl", "kure+siglip@w0", "lost"):
        stored(system, {"q01": ["m-003"]})
    assert assembling.load(conn, collection.name).scenarios[GATE].names == ("qwen3-vl", "qwen3-vl@512", "kure+siglip", "bm25")
    told = assembling.load(conn, collection.name, weights=True).scenarios[GATE].names
    assert told == ("qwen3-vl", "qwen3-vl@512", "kure+siglip", "kure+siglip@w0", "kure+siglip@w0.2", "kure+siglip@w1", "bm25")
    assert naming.order("kure+siglip") < naming.order("kure+siglip@tuned") < naming.order("kure+siglip@w0")
    chosen = assembling.load(conn, collection.name, systems=("bm25", "qwen3-vl", "kure-v1")).scenarios[GATE].names
    assert chosen == ("qwen3-vl", "bm25")


def test_a_run_over_other_vectors_is_marked_stale(database, conn, bank, collection):
    embed(conn, collection.id)
    bank.say("a", "q01", "m-003", 3)
    running.run_system(database, FakeEngine(), "A", collection=collection.name)
    assert [each.stale for each in assembling.load(conn, collection.name).scenarios[GATE].systems] == [False]
    items.upsert(conn, collection.id, [new(9, text="고친 글", content_hash="content-9b")])
    (told,) = assembling.load(conn, collection.name).scenarios[GATE].systems
    assert (told.stale, told.miniature, told.precision) == (True, True, "fp32")


def test_the_key_changes_with_everything_that_is_read(conn, bank, collection, stored):
    def key():
        return assembling.fingerprint(conn, collection.id)

    bank.say("a", "q01", "m-003", 3)
    keys = [key(), key()]
    assert keys[0] == keys[1]
    stored("qwen3-vl", {"q01": ["m-003"]})
    keys.append(key())
    bank.say("b", "q01", "m-003", 2)
    keys.append(key())
    items.upsert(conn, collection.id, [new(7, unit="다른 단원")])
    keys.append(key())
    embed(conn, collection.id)
    keys.append(key())
    conn.execute("SET TIME ZONE 'America/New_York'")
    assert key() == keys[-1], "the same moment, wherever the reader is"
    conn.execute("RESET TIME ZONE")
    queries.put(conn, collection.id, query_id="q03", text="다른 글", query_type="natural_language", origin="human")
    keys.append(key())
    freezing.freeze(conn, collection.id, name="판정용", by="김라벨", relevant_from=1)
    keys.append(key())
    assert len(set(keys)) == len(keys) - 1
    bank.say("c", "q01", "m-004", 1)
    assert key() == keys[-1], "a frozen truth does not know what is judged now"
    with pytest.raises(NotFoundError):
        assembling.fingerprint(conn, collection.id, 7)
