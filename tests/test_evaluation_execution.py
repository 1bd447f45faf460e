"""Executing an evaluation: every scenario's part and corpus, nothing read twice, nothing asked again, going on after a stop."""

import pytest

from core.errors import EngineDiedError, InputError, NotFoundError
from core.evaluation.execution import executing, plan
from core.evaluation.scenarios import SCENARIOS
from core.evaluation.verdict import gates
from core.models.contract import Content
from core.search import run_choice, running
from core.search.query import of_revision
from core.search.service import search
from core.store import items, queries, run_lists, seen_gates
from tests.scenario_bank import IMAGE, SIZE, TEXT, WITH_IMAGE, fill
from tests.stored_engine import FakeEngine, embed
from tests.test_store_items import new

pytestmark = pytest.mark.slow


@pytest.fixture
def engine():
    return FakeEngine()


@pytest.fixture
def bank(conn, collection):
    fill(conn, collection)
    return collection


@pytest.fixture
def execute(database, engine, bank):
    def execute(scenarios=("gate", "S2"), systems=("A",), **more):
        return executing.execute(database, lambda: engine, collection=bank.name, scenarios=scenarios, systems=systems, **more)

    return execute


def listed(conn, bank, system, scope="all"):
    run = run_choice.latest(conn, bank.id, system, scope)
    return {query_id: found.item_ids for query_id, found in run_lists.read(conn, [run.id])[run.id].items()}


def never():
    raise AssertionError("the engine was asked for")


def test_each_scenario_takes_its_part_of_the_queries_and_of_the_items(execute, conn, bank):
    execute(tuple(SCENARIOS))
    every = {f"m-{number:03d}" for number in range(1, SIZE + 1)}
    for scope, asked, corpus in (("all", TEXT | IMAGE, every), ("S1", TEXT, every - WITH_IMAGE), ("S2", TEXT, WITH_IMAGE),
                                 ("S3", IMAGE, WITH_IMAGE), ("S4", TEXT & IMAGE, WITH_IMAGE)):
        found = listed(conn, bank, "A", scope)
        assert found.keys() == asked
        for query_id, item_ids in found.items():
            source = {"item": {"m-003"}, "item-plain": {"m-004"}, "written": {"m-005"}}.get(query_id, set())
            assert set(item_ids) == corpus - source, "all of the corpus, and never the item a query is or was written from"


def test_a_part_is_searched_for_as_that_part_alone(execute, engine):
    execute(("S3",), ("A",))
    asked = {content for _, content in engine.rows}
    assert len(asked) == 2 and all(content.text is None for content in asked), "'image' and 'both' hold the same picture"
    engine.rows.clear()
    execute(("S1",), ("A",))
    assert all(content.image is None for _, content in engine.rows)


def test_a_stored_list_is_what_a_search_of_the_scenario_finds(execute, conn, database, engine, bank):
    execute(("S2",), ("A", "D", "E", "bm25"))
    query = queries.get(conn, bank.id, "text")
    for system in ("A", "D", "D@w0.3", "D@w1", "E", "bm25"):
        alone = search(database, engine, of_revision(conn, query), system=system, collection=bank.name, k=100,
                       filters=SCENARIOS["S2"].filters)
        assert listed(conn, bank, system, "S2")["text"] == tuple(hit.item_id for hit in alone.hits)


def test_a_content_is_read_once_by_each_encoder_however_many_systems_and_scenarios_ask(execute, engine):
    execute(("gate", "S4"), ("A", "B", "C", "D", "E"))
    again = [(model, content) for (model, content), times in engine.rows.items() if times > 1]
    assert len(again) == len({model for model, _ in again}) == 3, "each model's first call is made twice: it loads the model"
    assert set(engine.rows.values()) == {1, 2}


def test_what_is_stored_is_a_latency_that_each_system_pays_alone(execute, conn, bank):
    execute(("S3",), ("A", "C", "D", "E"))
    for system in ("A", "C", "D", "E"):
        timed = run_lists.queries(conn, run_choice.latest(conn, bank.id, system, "S3").id)
        assert len(timed) == 3 and all(each.encoded_together == 1 and each.encode_ms > 0 for each in timed)
        assert all((each.rerank_ms > 0) == (system == "E") for each in timed)


def test_batches_say_how_many_were_read_together(database, engine, conn, bank):
    outcome = running.run_system(database, engine, "A", collection=bank.name)
    assert {each.encoded_together for each in run_lists.queries(conn, outcome.run_id)} == {6}


def test_what_is_there_is_not_asked_again(execute, database, conn, bank):
    first = execute(("gate", "S1"), ("A", "B"))
    assert first.added == 6 + 5 + 5 + 5 and not first.refused and not first.cancelled
    assert [each.sha256 for each in seen_gates.history(conn, bank.id)] == [gates.load().sha256]
    again = executing.execute(database, never, collection=bank.name, scenarios=("gate", "S1"), systems=("A", "B"))
    assert again.added == 0 and {each.run_id for each in again.executed} == {each.run_id for each in first.executed}
    queries.put(conn, bank.id, query_id="late", text="새 쿼리", query_type="natural_language", origin="human")
    assert execute(("gate", "S1"), ("A", "B")).added == 4


def test_what_is_not_embedded_is_refused_by_itself(execute):
    outcome = execute(("gate",), ("A@text-only", "A@nf4", "B"))
    assert {each.system for each in outcome.refused} == {"qwen3-vl@text-only", "qwen3-vl@nf4"} and outcome.added == 5
    assert all("embed" in each.reason for each in outcome.refused)


def test_a_stop_keeps_what_is_stored_and_the_next_call_goes_on(execute, conn, bank):
    counted, seen = iter(range(1000)), []
    cut = execute(("gate",), ("A", "D"), cancelled=lambda: next(counted) > 20, progress=lambda *told: seen.append(told))
    assert cut.cancelled and 6 < cut.added < 72
    rest = execute(("gate",), ("A", "D"))
    assert cut.added + rest.added == 6 * 12 and not rest.cancelled
    places = [done for done, _, _ in seen]
    assert places == sorted(places) and {total for _, total, _ in seen} == {72} and "가중치" in seen[-1][2]


def test_progress_ends_where_it_said(execute):
    seen = []
    execute(tuple(SCENARIOS), ("A", "B"), progress=lambda *told: seen.append(told))
    assert seen[-1][0] == seen[-1][1] and [each[0] for each in seen] == sorted(each[0] for each in seen)


def test_a_query_the_engine_does_not_survive_is_left_out_of_all_weights(execute, engine, conn, bank):
    engine.killers = {"넓이"}
    outcome = execute(("gate",), ("D",))
    left = {each.system: each.outcome.left_out for each in outcome.executed}
    assert set(left) == set(plan.WEIGHTS.values()) and set(left.values()) == {(("both", running.KILLED),)}


def test_a_system_the_engine_does_not_survive_does_not_stop_the_others(execute, engine):
    engine.trouble["kure-v1-mini"] = EngineDiedError("엔진이 죽었습니다.")
    outcome = execute(("gate",), ("B", "C", "D"))
    assert {each.system for each in outcome.refused} == {"kure-v1", *plan.WEIGHTS.values()} and not outcome.cancelled
    assert [each.system for each in outcome.executed] == ["siglip"] and outcome.added == 6


def test_a_run_that_was_cut_off_does_not_hide_the_whole_one_before_it(execute, conn, bank):
    execute(("gate",), ("A",))
    whole = run_choice.latest(conn, bank.id, "A")
    items.upsert(conn, bank.id, [new(2, content_hash="edited")])
    embed(conn, bank.id)
    counted = iter(range(1000))
    assert execute(("gate",), ("A",), cancelled=lambda: next(counted) > 2).cancelled
    kept = run_choice.latest(conn, bank.id, "A")
    assert kept.id == whole.id and run_choice.stale(conn, kept)
    (state,) = plan.planned(conn, bank, ("gate",), ("A",))
    assert (state.state, state.run_id, state.missing) == ("stale", whole.id, 6)
    execute(("gate",), ("A",))
    assert run_choice.latest(conn, bank.id, "A").id > whole.id
    (state,) = plan.planned(conn, bank, ("gate",), ("A",))
    assert (state.state, state.missing) == ("there", 0)


def test_a_run_of_other_depths_does_not_speak_in_an_evaluation(execute, database, engine, conn, bank):
    execute(("gate",), ("A",))
    running.run_system(database, engine, "A", collection=bank.name, depth=5)
    assert run_choice.latest(conn, bank.id, "A").config["depth"] == 5, "elsewhere the newest whole run speaks"
    assert run_choice.of_scope(conn, bank.id, "all")["qwen3-vl"].config["depth"] == 100


def test_a_run_made_again_as_before_speaks_although_another_came_between(execute, conn, bank):
    execute(("gate",), ("A",))
    items.upsert(conn, bank.id, [new(2, content_hash="edited")])
    execute(("gate",), ("A",))
    items.upsert(conn, bank.id, [new(2, content_hash="content-2")])
    assert run_choice.stale(conn, run_choice.latest(conn, bank.id, "A")) is False


def test_scopes_never_stand_in_for_each_other(execute, conn, bank):
    execute(("S2",), ("A",))
    assert run_choice.latest(conn, bank.id, "A") is None and run_choice.latest(conn, bank.id, "A", "S3") is None
    assert run_choice.latest(conn, bank.id, "A", "S2").config["part"] == "text"
    assert not run_choice.stale(conn, run_choice.latest(conn, bank.id, "A", "S2"))


def test_the_plan_says_what_is_wanted_and_what_is_there(execute, conn, bank):
    def states(system="B"):
        return {each.scope: (each.state, each.wanted, each.answered) for each in plan.planned(conn, bank, None, (system,))}

    assert states() == {"all": ("missing", 5, 0), "S1": ("missing", 5, 0), "S2": ("missing", 5, 0), "S3": ("there", 0, 0),
                        "S4": ("missing", 2, 0)}
    execute(("S4",), ("B",))
    queries.put(conn, bank.id, query_id="text", text="다른 글", query_type="natural_language", origin="human")
    assert states()["S4"] == ("there", 2, 2) and states()["all"] == ("missing", 5, 0)
    queries.put(conn, bank.id, query_id="both", text="다른 넓이", image_hash=queries.get(conn, bank.id, "both").image_hash,
                query_type="natural_language", origin="human")
    assert states()["S4"] == ("partial", 2, 1)
    assert states("A@nf4")["all"][0] == "unavailable"


def test_an_item_query_whose_item_changed_is_left_out(execute, conn, bank):
    items.upsert(conn, bank.id, [new(4, content_hash="edited")])
    outcome = execute(("gate",), ("A",))
    assert outcome.executed[0].outcome.left_out == (("item-plain", running.ITEM_CHANGED),) and outcome.added == 5
    (state,) = plan.planned(conn, bank, ("gate",), ("A",))
    assert (state.state, state.wanted) == ("there", 5), "nothing of it is missing"


def test_the_usual_systems_are_the_plans_and_what_stands_beside_them():
    names = {scope: [variant.name for variant in plan.chosen(scope, None)] for scope in ("all", "S1", "S2", "S3", "S4")}
    assert set(names["all"]) == {"qwen3-vl", "qwen3-vl@text-only", "qwen3-vl@image-only", "kure-v1", "siglip", "qwen3-vl+rerank", "bm25",
                                 *plan.WEIGHTS.values()}
    assert names["S1"] == ["qwen3-vl", "kure-v1", "kure+siglip", "bm25"] and len(plan.WEIGHTS) == 11
    assert [name for name in names["S3"] if name.startswith("kure+siglip")] == ["kure+siglip"], "one channel: a weight changes nothing"
    with pytest.raises(InputError, match="S9"):
        plan.scopes(["S9"])
    with pytest.raises(NotFoundError):
        plan.chosen("all", ["Z"])


def test_contents_of_the_same_picture_are_one(engine):
    encoder = running.encoder_of_runs(engine)
    one, other = Content(image=bytes([1, 2])), Content(image=bytes([1, 3]))
    identity = type("Identity", (), {"model_key": "siglip-base-mini", "precision": "fp32", "max_pixels": None})
    first, second, third = (encoder.encode(identity, content) for content in (one, Content(image=bytes([1, 2])), other))
    assert (first.vector == second.vector).all() and (first.vector != third.vector).any()
    assert engine.rows[identity.model_key, one] == 2 and engine.rows[identity.model_key, other] == 1
