"""Which pairs a round asks: who proposed them, what is not asked again, and what each proposer brought alone."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from core.cli.main import main
from core.errors import InputError, NotFoundError
from core.labels.pooling import pool, provenance, written
from core.labels.pooling.pool import PoolRequest, RaterScope
from core.labels.versions import mirroring
from core.labels.versions.mirroring import MirrorCheck
from core.store import collections, items, judgments, pools, queries, rounds
from core.store.judgments import JudgmentEvent
from tests.labelling_round import answer, ask, fill, opened

FIRST = PoolRequest(name="1차", depth=3, random_per_query=1, metadata_per_query=2, seed=5)


@pytest.fixture
def bank(conn, collection):
    """Sixteen items and a query of each of the first six."""
    fill(conn, collection.id)
    ask(conn, collection.id, [f"I{number:02}" for number in range(6)])
    return collection


def test_stage_one_needs_neither_engine_nor_vectors_and_says_who_proposed_what(database, conn, bank):
    planned = pool.plan(database, None, bank.name, FIRST)
    assert {each.proposer for each in planned.proposers} == {"bm25", "metadata", "random"}
    assert all(pair.item_id != pair.query_id.removeprefix("Q-") for pair in planned.pairs)
    per_query = {each.proposer: each.pairs for each in planned.proposers}
    assert per_query["metadata"] == 6 * 2 and per_query["random"] == 6
    assert planned.asked + planned.count("mirrored") == len(planned.pairs)
    assert pool.plan(database, None, bank.name, FIRST) == planned
    assert pool.plan(database, None, bank.name, replace(FIRST, seed=6)).pairs != planned.pairs
    round_id = pool.open_round(database, planned, by="개발자")
    stored = pools.proposers(conn, bank.id, round_id=round_id)
    assert stored == {(pair.query_id, pair.item_id): [name for name, _ in pair.proposals] for pair in planned.pairs}
    ranks = conn.execute("SELECT count(*), count(rank) FROM pool_proposals WHERE round_id = %s AND proposer = 'random'",
                         (round_id,)).fetchone()
    assert ranks == (6, 0)


def test_a_plan_stopped_on_the_way_is_not_opened(database, bank):
    seen = []
    planned = pool.plan(database, None, bank.name, FIRST, cancelled=lambda: len(seen) > 2,
                        progress=lambda proposer, done, total: seen.append((proposer, done, total)))
    assert seen == [("metadata", done, 6) for done in range(3)] and {pair.query_id for pair in planned.pairs} < {
        f"Q-I{number:02}" for number in range(6)}
    with pytest.raises(InputError, match="멈춘"):
        pool.open_round(database, planned, by="개발자")


def test_metadata_prefers_what_shares_most_and_reads_labels_where_there_is_no_source(database, conn, bank):
    queries.put(conn, bank.id, query_id="글", text="도형 개념 1 문제", query_type="natural_language", origin="human")
    planned = pool.plan(database, None, bank.name, replace(FIRST, keyword=False, random_per_query=0, metadata_per_query=1))
    best = {pair.query_id: pair.item_id for pair in planned.pairs}
    assert best["Q-I00"] == "I02"  # the one other item of its unit with its concept
    assert best["글"] in {"I05", "I07"}


def test_a_symmetric_pair_is_asked_once_except_in_the_sample(database, bank, monkeypatch):
    widest = replace(FIRST, depth=15, metadata_per_query=15, both_ways_share=0.0)
    once = pool.plan(database, None, bank.name, widest)
    asked = {(pair.query_id, pair.item_id): pair.asked for pair in once.pairs}
    both = [(query_id, item_id) for query_id, item_id in asked if (f"Q-{item_id}", query_id.removeprefix("Q-")) in asked]
    assert len(both) == 6 * 5  # every pair of the six items that are queries, in both directions
    assert all(asked[pair] != asked[f"Q-{pair[1]}", pair[0].removeprefix("Q-")] for pair in both)
    assert all(asked[pair] for pair in asked if pair not in both)
    # Fifteen are too few to decide about mirroring, so all of them are asked in both directions; later the share is enough.
    assert pool.plan(database, None, bank.name, replace(widest, both_ways_share=0.1)).count("mirrored") == 0
    for measured, allowed, mirrored in ((20, True, 15 - 2), (18, False, 15 - 2), (20, False, 0)):
        monkeypatch.setattr(mirroring, "check", lambda *_, n=measured, may=allowed: MirrorCheck(n, 0.5, 0.4, 0.6, may, 0, ""))
        assert pool.plan(database, None, bank.name, replace(widest, both_ways_share=0.1)).count("mirrored") == mirrored


def test_a_pair_that_an_open_round_asks_the_other_way_round_is_not_asked(database, bank):
    widest = replace(FIRST, depth=15, metadata_per_query=15, both_ways_share=0.0)
    pool.open_round(database, pool.plan(database, None, bank.name, replace(widest, query_ids=("Q-I00",))), by="개발자")
    rest = pool.plan(database, None, bank.name, replace(widest, query_ids=tuple(f"Q-I{number:02}" for number in range(1, 6))))
    assert {pair.why for pair in rest.pairs if pair.item_id == "I00"} == {"mirrored"}


def test_a_second_round_asks_only_what_nobody_judged_or_asks(database, conn, bank):
    first = pool.open_round(database, pool.plan(database, None, bank.name, FIRST), by="개발자")
    wider = replace(FIRST, name="2차", stage=2, depth=15, metadata_per_query=15)
    asked_first = {(each.query_id, each.item_id) for each in opened(conn, first, "가", ahead=1000)}
    while_open = pool.plan(database, None, bank.name, wider)
    assert not asked_first & {(pair.query_id, pair.item_id) for pair in while_open.pairs if pair.asked}
    assert while_open.count("asked") == len(asked_first)

    answer(conn, bank.id, first, "가", opened(conn, first, "가", ahead=1000)[:5])
    rounds.close(conn, first)
    after = pool.plan(database, None, bank.name, wider)
    assert (after.count("judged"), after.count("asked")) == (5, 0)
    second = pool.open_round(database, after, by="개발자")
    # What was judged is not asked, but who else proposes it now is kept: it is no longer one proposer's alone.
    assert set(pools.proposers(conn, bank.id, round_id=second)) == {(pair.query_id, pair.item_id) for pair in after.pairs}
    with pytest.raises(InputError, match="새로 물어볼"):
        pool.open_round(database, after, by="다른 사람")


def test_a_changed_item_is_asked_again(database, conn, bank):
    first = pool.open_round(database, pool.plan(database, None, bank.name, FIRST), by="개발자")
    entry = opened(conn, first, "가")[0]
    answer(conn, bank.id, first, "가", [entry])
    rounds.close(conn, first)
    item = items.get(conn, bank.id, entry.item_id).item
    items.upsert(conn, bank.id, [items.NewItem(replace(item, answer="7"), "hash-new")])
    again = pool.plan(database, None, bank.name, FIRST)
    assert again.count("judged") == 0
    # The query that is this item, if there is one, has to be stored again before it means the item as it is now.
    assert {query_id for query_id, _, _ in again.left_out} == {f"Q-{entry.item_id}"} & {f"Q-I{number:02}" for number in range(6)}


def test_constructed_grades_are_candidates_not_judgments(database, conn, bank):
    query = queries.get(conn, bank.id, "Q-I00")
    for item_id in ("I15", "I00"):  # the second is the query's own source, which is never a candidate
        judgments.append(conn, [JudgmentEvent(
            collection_id=bank.id, query_id=query.query_id, query_hash=query.content_hash, item_id=item_id,
            item_hash=items.get(conn, bank.id, item_id).content_hash, grade=3, rater="import:constructed",
            origin="constructed")])
    nothing_else = replace(FIRST, keyword=False, random_per_query=0, metadata_per_query=0)
    (pair,) = pool.plan(database, None, bank.name, nothing_else).pairs
    assert (pair.item_id, pair.asked, pair.proposals) == ("I15", True, (("constructed", None),))


def test_the_pace_is_assumed_until_enough_was_timed(database, conn, bank):
    planned = pool.plan(database, None, bank.name, replace(FIRST, overlap=2, repeat_share=0.25))
    assert planned.assumed and planned.seconds_per_pair == 15.0
    assert planned.looks == round(planned.asked * 2 * 1.25)
    assert planned.hours == pytest.approx(planned.looks * 15 / 3600)
    round_id = pool.open_round(database, planned, by="개발자")
    for rater in ("가", "나"):
        answer(conn, bank.id, round_id, rater, opened(conn, round_id, rater, ahead=15)[:15])
    assert pool.pace(conn, bank.id) == (4.0, 30)


def test_staff_add_their_own_pick_once(database, conn, bank):
    round_id = pool.open_round(database, pool.plan(database, None, bank.name, FIRST), by="개발자")
    known = set(pools.proposers(conn, bank.id))
    item_id = next(f"I{number:02}" for number in range(15, 0, -1) if ("Q-I00", f"I{number:02}") not in known)
    assert pool.pick(conn, round_id, "Q-I00", item_id, "담당자") is True
    assert pool.pick(conn, round_id, "Q-I00", item_id, "담당자") is False
    assert pools.proposers(conn, bank.id)["Q-I00", item_id] == ["staff"]
    assert ("Q-I00", item_id) in {(each.query_id, each.item_id) for each in opened(conn, round_id, "가", ahead=1000)}
    with pytest.raises(InputError, match="원본"):
        pool.pick(conn, round_id, "Q-I00", "I00", "담당자")
    with pytest.raises(NotFoundError):
        pool.pick(conn, round_id, "Q-I00", "없음", "담당자")


def test_contribution_counts_families_as_one_witness(database, conn, bank):
    planned = pool.plan(database, None, bank.name, replace(FIRST, depth=1, random_per_query=0, metadata_per_query=0))
    made = [(("qwen3-vl", 1), ("qwen3-vl+rerank@512", 2)), (("kure-v1", 1), ("kure+siglip", 1)), (("bm25", 1),)]
    pairs = tuple(replace(pair, proposals=proposals, why="ask") for pair, proposals in zip(planned.pairs, made, strict=False))
    round_id = pool.open_round(database, replace(planned, pairs=pairs), by="개발자")
    grades = {(pair.query_id, pair.item_id): grade for pair, grade in zip(pairs, (3, 2, 1), strict=True)}
    for entry in opened(conn, round_id, "가"):
        answer(conn, bank.id, round_id, "가", [entry], grade=grades[entry.query_id, entry.item_id])
    found = {(each.level, each.name): each for each in provenance.contribution(conn, bank.id)}
    alone = {key: (each.pairs, each.alone, each.relevant, each.relevant_alone) for key, each in found.items()}
    assert alone["proposer", "qwen3-vl"] == (1, 0, 1, 0)
    assert alone["family", "qwen"] == (1, 1, 1, 1)
    assert alone["family", "kure"] == (1, 0, 1, 0) == alone["family", "siglip"]
    assert alone["family", "keyword"] == (1, 1, 0, 0)


def test_a_request_is_read_as_it_was_written_and_nothing_else():
    asked = PoolRequest(name='2차 "끝"', stage=2, systems=("qwen3-vl", "kure-v1@512"), query_ids=("Q-I00",), repeat_share=0.25,
                        keyword=False, raters=(RaterScope("김라벨", ("수학", "과학"), ("확률",)), RaterScope("나")))
    for request in (asked, replace(asked, query_ids=None, raters=())):
        assert written.from_text(written.to_text(request)) == request
    for wrong in ("", "[]", "{}", "7", '{"raters": [], "query_ids": null}', written.to_text(asked).replace('"seed"', '"sead"'),
                  written.to_text(asked).replace('"subjects"', '"x"')):
        with pytest.raises(InputError, match="계획을 다시"):
            written.from_text(wrong)


def test_the_command_prints_pairs_proposers_and_hours(conn, bank, capsys):
    words = ["labels", "pool", "--collection", bank.name, "--depth", "3", "--json", "--by", "개발자"]
    assert main([*words, "--dry-run"]) == 0
    dry = json.loads(capsys.readouterr().out)
    assert dry["round"] is None and dry["pairs"] > 0 and dry["hours"] > 0 and dry["pace_measured_from"] == 0
    assert {each["proposer"] for each in dry["proposers"]} == {"bm25", "metadata", "random"}
    assert not rounds.listing(conn, bank.id)
    asked = written.to_text(PoolRequest(name="1차", depth=3))
    assert main(["labels", "pool", "--collection", bank.name, "--json", "--dry-run", "--request", asked]) == 0
    assert json.loads(capsys.readouterr().out) == dry, "as a page asks for it"
    assert main([*words, "--rater", "김라벨:과목=수학"]) == 0
    opened_as = json.loads(capsys.readouterr().out)
    assert opened_as["pairs"] == dry["pairs"]
    assert [(each.rater, each.subjects) for each in rounds.raters(conn, opened_as["round"])] == [("김라벨", ["수학"])]
    assert main([*words, "--overlap", "4"]) == 1
    assert "1부터 3까지" in capsys.readouterr().err


def test_rounds_are_run_from_the_command_line(database, conn, bank, capsys):
    def said(*words: str) -> dict:
        assert main(["labels", *words, "--json"]) == 0, capsys.readouterr().err
        return json.loads(capsys.readouterr().out)

    place = ("--collection", bank.name)
    number = str(said("pool", *place, "--no-keyword", "--overlap", "1")["round"])
    assert said("pick", number, "Q-I00", "I15")["added"] is True
    assert said("rounds", *place, "--round", number, "--rater", "가:단원=확률")["rounds"][0]["name"] == "1차"
    assert main(["labels", "rounds", *place, "--rater", "가"]) == 1 and "--round" in capsys.readouterr().err
    assert opened(conn, int(number), "나") == [], "the round names somebody now"
    answer(conn, bank.id, int(number), "가", opened(conn, int(number), "가", ahead=6)[:6], grade=2)
    (far,) = said("rounds", *place)["rounds"]
    assert (far["judgments"], far["raters"][0]["judged"], far["open"]) == (6, 6, True)
    status = said("status", *place)
    assert (status["judged"], status["raters"], status["origins"]) == (6, 1, {"human": 6})
    assert status["queries"] == 6 and status["pairs"] == far["pairs"]
    assert [each["item_id"] for each in said("flags", *place, "--flag", "I03", "--reason", "흐림")["flagged"]] == ["I03"]
    assert said("flags", *place, "--clear", "I03")["flagged"] == []
    practice = str(said("calibrate", *place, "--pair", "Q-I01", "I14", "3")["round"])
    answer(conn, bank.id, int(practice), "다", opened(conn, int(practice), "다"), grade=3)
    assert [(each["rater"], each["exact"]) for each in said("calibrate", "--round", practice)["raters"]] == [("다", 1.0)]
    brought = said("contribution", *place, "--round", number, "--relevant-from", "2")
    assert {each["name"]: each["pairs"] for each in brought["families"]}["staff"] == 1
    assert said("rounds", *place, "--close", number)["rounds"][0]["open"] is False


@pytest.mark.slow
def test_stage_two_takes_the_heads_of_stored_runs(database, prepared):
    from core.engine.client import engine
    from core.store import runs

    with database.connection() as conn:
        place = collections.get(conn, prepared.collection)
        chosen = tuple(query.query_id for query in queries.current(conn, place.id)[::12])
    request = PoolRequest(name="2차", stage=2, systems=("A", "C", "bm25"), depth=4, random_per_query=1, metadata_per_query=0,
                          constructed=False, query_ids=chosen)
    planned = pool.plan(database, engine, prepared.collection, request)
    assert planned.request.systems == ("qwen3-vl", "siglip") and planned.request.keyword
    ranks = {}
    for pair in planned.pairs:
        for proposer, rank in pair.proposals:
            ranks.setdefault((pair.query_id, proposer), []).append(rank)
    assert all(sorted(ranks[query_id, system]) == [1, 2, 3, 4] for query_id in chosen for system in ("qwen3-vl", "siglip"))
    with database.connection() as conn:
        before = [run.id for run in runs.listing(conn, place.id)]
    assert pool.plan(database, engine, prepared.collection, request) == planned
    with database.connection() as conn:
        assert [run.id for run in runs.listing(conn, place.id)] == before, "what was run is not run again"
