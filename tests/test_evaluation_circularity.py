"""Circular labels: what a ground truth rests on, and when it proves nothing about the judged system."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.evaluation.execution import executing
from core.evaluation.scenarios import GATE
from core.evaluation.verdict import circularity, gates, load
from core.labels import queue
from core.labels.pooling import pool
from core.labels.pooling.pool import PoolRequest
from core.labels.versions import freezing
from core.store import judgments
from core.store.judgments import JudgmentEvent
from tests.evaluation_data import evaluation
from tests.labelling_round import START, ask, fill
from tests.stored_engine import FakeEngine, embed

FILE = gates.load()
FAIR = ("qwen3-vl", "kure-v1", "siglip", "bm25", "random")


@pytest.fixture(scope="module")
def made():
    return evaluation(queries=12)


def found(made, change=lambda number, row: row, **truth):
    """Look at the truth with every row changed; ``number`` counts the rows."""
    rows = tuple(change(number, row) for number, row in enumerate(made.truth.rows))
    return circularity.of(replace(made.truth, rows=rows, **truth), made.scenarios[GATE], FILE)


def by(*proposers):
    return lambda number, row: replace(row, proposers=tuple(sorted(proposers)))


def test_grades_of_people_on_a_pool_of_many_sides_are_fair(made):
    told = found(made, by(*FAIR))
    assert told.problems == () and not told.exhaustive
    assert told.families == {"qwen": 12, "kure": 12, "siglip": 12, "keyword": 12} and told.random == 12


@pytest.mark.parametrize(("proposers", "families"), [
    (("qwen3-vl", "qwen3-vl@nf4", "qwen3-vl+rerank", "random"), 1),
    (("qwen3-vl", "kure-v1", "random"), 2),
    (("qwen3-vl", "kure-v1", "bge-m3", "kovre", "qwen3-embedding-0.6b", "random"), 2),
    (("qwen3-vl", "kure-v1", "nobody-knows-this", "metadata", "constructed", "imported", "staff", "random"), 2)])
def test_systems_that_share_an_encoder_are_one_witness(made, proposers, families):
    told = found(made, by(*proposers))
    assert sum(count > 0 for count in told.families.values()) == families
    assert len(told.problems) >= 1 and f"계열이 {families}개뿐" in told.problems[0]


def test_d_brings_both_of_its_halves(made):
    assert found(made, by("qwen3-vl", "kure+siglip", "random")).problems == ()


def test_a_pool_without_chance_is_circular(made):
    told = found(made, by(*FAIR[:-1]))
    assert len(told.problems) == 1 and "무작위" in told.problems[0]


def test_one_pair_of_a_witness_is_no_witness(made):
    """A family or chance that proposed for fewer than half of the queries does not count."""
    few = {query.query_id for query in made.scenarios[GATE].queries[:5]}

    def rare(number, row):
        return replace(row, proposers=FAIR if row.query_id in few else ("kure-v1", "qwen3-vl", "siglip"))

    told = found(made, rare)
    assert told.random == 5 and told.families["keyword"] == 5
    assert len(told.problems) == 1 and "무작위" in told.problems[0], "three families are left without the keyword baseline"


@pytest.mark.parametrize(("alone", "circular"), [(0.5, False), (0.51, True)])
def test_at_most_half_of_the_relevant_pairs_may_come_from_the_judged_family_alone(made, alone, circular):
    relevant = [row for row in made.truth.rows if row.grade >= 2]
    only = {id(row) for row in relevant[: round(alone * len(relevant))]}
    rows = tuple(replace(row, proposers=("qwen3-vl", "qwen3-vl+rerank") if id(row) in only else FAIR) for row in made.truth.rows)
    told = circularity.of(replace(made.truth, rows=rows), made.scenarios[GATE], FILE)
    assert told.relevant_alone == round(alone * len(relevant)) and bool(told.problems) is circular


def test_a_relative_of_the_judged_model_is_no_second_opinion(made):
    """KoVRE was tuned from A's encoder: what only the two of them found, only A's family found."""
    told = found(made, by("qwen3-vl", "kovre"))
    assert told.relevant_alone == told.relevant
    assert found(made, by("qwen3-vl", "bge-m3")).relevant_alone == found(made, by("qwen3-vl", "random")).relevant_alone == 0


@pytest.mark.parametrize(("origin", "fair"), [("human", True), ("carried", True), ("mirrored", True), ("constructed", False),
                                              ("model", False)])
def test_grades_that_nobody_gave_are_circular(made, origin, fair):
    told = found(made, lambda number, row: replace(row, proposers=FAIR, origin=origin if number == 0 else "human"))
    assert bool(told.problems) is not fair and told.machine == ({} if fair else {origin: 1})


def test_queries_that_do_not_count_make_nothing_circular(made):
    other = replace(made.truth.rows[0], query_id="retired", origin="model", proposers=("qwen3-vl",))
    told = circularity.of(replace(made.truth, rows=(*made.truth.rows, other)), made.scenarios[GATE], FILE)
    assert told.problems == () and told.machine == {}


def test_where_people_judged_everything_it_does_not_matter_who_proposed(made):
    """Nothing was selected; but a machine's grade stays one."""
    items = {item for query in made.scenarios[GATE].lists["qwen3-vl"].values() for item in query}
    whole = replace(made.scenarios[GATE], queries=tuple(
        replace(query, grades=dict.fromkeys(items - {query.query.source_item_id}, 0) | dict(query.grades))
        for query in made.scenarios[GATE].queries))
    rows = tuple(replace(row, proposers=("qwen3-vl",)) for row in made.truth.rows)
    assert circularity.of(replace(made.truth, rows=rows), whole, FILE).problems == ()
    rows = tuple(replace(row, origin="model") for row in rows)
    assert len(circularity.of(replace(made.truth, rows=rows), whole, FILE).problems) == 1


def test_a_file_that_grades_everything_is_no_pool_in_which_everything_was_judged(made):
    """A ranking of the judged system written out as grades of people, for every item: the exception is not for it."""
    items = {item for query in made.scenarios[GATE].lists["qwen3-vl"].values() for item in query}
    whole = replace(made.scenarios[GATE], queries=tuple(
        replace(query, grades=dict.fromkeys(items - {query.query.source_item_id}, 0) | dict(query.grades))
        for query in made.scenarios[GATE].queries))
    for proposer in ("imported", "staff"):
        rows = tuple(replace(row, proposers=(proposer,)) for row in made.truth.rows)
        assert len(circularity.of(replace(made.truth, rows=rows), whole, FILE).problems) == 2, "no families and no chance"


@pytest.mark.parametrize(("share", "circular"), [(0.5, False), (0.51, True)])
def test_at_most_half_of_the_relevant_pairs_may_have_grades_that_the_desk_did_not_ask_for(made, share, circular):
    """Laid over a fair pool, a file looks like its judgments; where it came from is known all the same."""
    rows = tuple(replace(row, proposers=FAIR) for row in made.truth.rows)
    relevant = [(row.query_id, row.item_id) for row in rows if row.grade >= 2]
    unasked = frozenset(relevant[: round(share * len(relevant))]) | {(row.query_id, row.item_id) for row in rows if row.grade < 2}
    told = circularity.of(replace(made.truth, rows=rows), made.scenarios[GATE], FILE, unasked=unasked)
    assert bool(told.problems) is circular and all("라벨링 화면에서 물은 것이 아니라" in each for each in told.problems)


def test_labels_from_the_judged_systems_own_top_ten_are_named_for_all_that_is_wrong(made):
    problems = found(made, by("qwen3-vl")).problems
    assert len(problems) == 3 and all(problem.startswith("순환 근거: ") for problem in problems)
    assert [word in problem for word, problem in zip(("계열이 1개", "무작위", "100 %"), problems, strict=True)] == [True] * 3


A_ALONE = PoolRequest(name="A만", stage=2, systems=("A",), depth=10, keyword=False, random_per_query=0, metadata_per_query=0)
FAIRLY = PoolRequest(name="고루", stage=2, systems=("A", "B"), depth=5, keyword=True, random_per_query=2, metadata_per_query=2)


@pytest.mark.parametrize(("request_", "circular"), [(A_ALONE, 3), (FAIRLY, 0)])
def test_a_verdict_on_a_pool_of_the_judged_system_alone_is_undetermined_and_says_why(database, conn, collection, request_, circular):
    """From the pool to the verdict through the product: people judge everything they are shown, and shown is A's own top ten."""
    engine = FakeEngine()
    fill(conn, collection.id)
    ask(conn, collection.id, [f"I{number:02}" for number in range(6)])
    embed(conn, collection.id)
    executing.execute(database, lambda: engine, collection=collection.name, scenarios=[GATE], systems=["A", "B"])
    planned = pool.plan(database, lambda: engine, collection.name, request_)
    round_id = pool.open_round(database, planned, by="김담당")
    queue.hand_out(conn, round_id, "김라벨", ahead=len(planned.pairs))
    judgments.append(conn, [
        JudgmentEvent(collection_id=collection.id, query_id=pair.query_id, query_hash=pair.query_hash, item_id=pair.item_id,
                      item_hash=pair.item_hash, grade=3 if place % 3 == 0 else 0, rater="김라벨", origin="human", round_id=round_id,
                      created_at=START) for place, pair in enumerate(planned.pairs)])
    freezing.freeze(conn, collection.id, name="굳힘", by="김담당", relevant_from=2)
    decision = load.decision_for(conn, collection.name)
    named = [problem for problem in decision.invalid if problem.startswith("순환 근거: ")]
    assert decision.verdict == "undetermined" and len(named) == circular
    assert ("순환 근거" in decision.headline) is bool(circular)
