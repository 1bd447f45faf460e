"""What a rater gets to judge, in which order, how often, and who may see grades meanwhile."""

from __future__ import annotations

import random
import threading
from collections import Counter
from dataclasses import fields, replace
from datetime import timedelta
from itertools import groupby

import pytest

from core.accounts.person import Person
from core.errors import NotFoundError
from core.labels import flags, progress, queue, rounds
from core.labels.consensus import calibration
from core.labels.pooling import pool
from core.labels.pooling.pool import PoolRequest, RaterScope
from core.labels.queue import QueueEntry
from core.store import items, judgments, queries
from core.store.judgments import JudgmentEvent
from tests.labelling_round import START, answer, ask, fill, opened

REQUEST = PoolRequest(name="1차", depth=5, random_per_query=2, metadata_per_query=4, overlap=2, repeat_share=0.0,
                      both_ways_share=1.0, seed=3)


@pytest.fixture
def bank(conn, collection):
    """Sixteen items and a query of each of the first eight."""
    fill(conn, collection.id)
    ask(conn, collection.id, [f"I{number:02}" for number in range(8)])
    return collection


@pytest.fixture
def start(database, bank):
    """Open a round of the collection, with changes to the request."""
    def opening(**changes) -> int:
        planned = pool.plan(database, None, bank.name, replace(REQUEST, **changes))
        return pool.open_round(database, planned, by="개발자")
    return opening


def pairs_of(entries):
    return [(entry.query_id, entry.item_id) for entry in entries]


def test_the_order_is_the_raters_own_the_same_on_every_computer_and_keeps_queries_together(conn, start):
    round_id = start()
    first = queue.hand_out(conn, round_id, "가", ahead=1000)
    assert queue.hand_out(conn, round_id, "가") == first == queue.entries(conn, round_id, "가")
    other = queue.hand_out(conn, round_id, "나", ahead=1000)
    assert set(pairs_of(other)) == set(pairs_of(first)) and pairs_of(other) != pairs_of(first)
    for entries in (first, other):
        runs = [query_id for query_id, _ in groupby(entries, key=lambda entry: entry.query_id)]
        assert len(runs) == len(set(runs)) == 8
    by_query = [sorted(pairs_of(entries), key=lambda pair: pair[0]) for entries in (first, other)]
    proposed = conn.execute("SELECT query_id, item_id FROM pool_proposals WHERE round_id = %s AND proposer = 'bm25' "
                            "ORDER BY query_id, rank", (round_id,)).fetchall()
    assert by_query[0] != by_query[1] and sorted(by_query[0]) not in by_query, "within a query the order is drawn too"
    for entries in by_query:
        assert [pair for pair in entries if pair in set(proposed)] != proposed, "the order must not follow a system's ranks"
    assert {field.name for field in fields(QueueEntry)} & {"rank", "proposer", "system", "score"} == set()


def test_queries_come_whole_and_those_least_looked_at_first(conn, bank, start):
    round_id = start(overlap=3)
    asked = Counter(query_id for (query_id,) in conn.execute(
        "SELECT query_id FROM pool_pairs WHERE round_id = %s AND asked", (round_id,)))
    first = opened(conn, round_id, "가", ahead=1)
    assert Counter(query_id for query_id, _ in pairs_of(first)) == {first[0].query_id: asked[first[0].query_id]}
    answer(conn, bank.id, round_id, "가", first)
    # Whoever comes next begins with what nobody has, whatever their own draw, until every query was looked at once.
    begun = [first[0].query_id] + [opened(conn, round_id, rater, ahead=1)[0].query_id for rater in "나다라마바사아"]
    assert sorted(begun) == sorted(asked)


def test_a_pair_goes_to_as_many_raters_as_wanted(conn, bank, start):
    round_id = start(overlap=1)
    mine = opened(conn, round_id, "가", ahead=10)
    rest = opened(conn, round_id, "나", ahead=1000)
    assert not set(pairs_of(mine)) & set(pairs_of(rest))
    assert opened(conn, round_id, "다") == []
    answer(conn, bank.id, round_id, "가", mine[:3], unrateable=True)
    assert opened(conn, round_id, "다") == [], "unrateable is a look too"


def test_raters_who_ask_at_once_never_get_a_pair_too_often(database, conn, start):
    round_id = start(overlap=2)
    names, failures = [f"라벨러{number}" for number in range(6)], []
    gate = threading.Barrier(len(names))

    def rate(name):
        try:
            with database.connection() as own:
                gate.wait()
                for ahead in (5, 20, 60, 1000):
                    queue.hand_out(own, round_id, name, ahead=ahead)
        except Exception as error:  # a thread's error would be lost
            failures.append(error)

    threads = [threading.Thread(target=rate, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    taken = Counter(pair for name in names for pair in pairs_of(queue.entries(conn, round_id, name)))
    asked = conn.execute("SELECT count(*) FROM pool_pairs WHERE round_id = %s AND asked", (round_id,)).fetchone()[0]
    assert len(taken) == asked and set(taken.values()) == {2}


def test_what_was_handed_out_and_not_judged_for_a_day_is_free_again(conn, bank, start):
    round_id = start(overlap=1)
    mine = opened(conn, round_id, "가", ahead=1000)
    answer(conn, bank.id, round_id, "가", mine[:4])
    conn.execute("UPDATE queue_entries SET handed_out_at = now() - interval '25 hours' WHERE round_id = %s", (round_id,))
    # What lapsed is not shown, but an answer that comes late still finds its place.
    assert Counter(entry.state for entry in queue.entries(conn, round_id, "가")) == {"graded": 4, "gone": len(mine) - 4}
    taken = opened(conn, round_id, "나", ahead=5)
    assert set(pairs_of(taken)) <= set(pairs_of(mine[4:]))
    back = opened(conn, round_id, "가", ahead=1000)
    assert set(pairs_of(back)) == set(pairs_of(mine[4:])) - set(pairs_of(taken))
    assert set(pairs_of(queue.entries(conn, round_id, "가"))) == set(pairs_of(mine))


def test_hidden_repeats_come_late_in_their_share_and_look_like_any_other(conn, bank, start):
    round_id = start(overlap=1, repeat_share=0.1)
    judged = []
    while waiting := opened(conn, round_id, "가", ahead=6):
        answer(conn, bank.id, round_id, "가", waiting[:2], at=START + timedelta(minutes=len(judged)))
        judged += waiting[:2]
    at = {}
    for number, entry in enumerate(judged):
        pair = (entry.query_id, entry.item_id)
        if entry.purpose == "repeat":
            assert number - at[pair] >= queue.APART
        else:
            assert pair not in at
            at[pair] = number
    purposes = Counter(entry.purpose for entry in judged)
    assert purposes["repeat"] == int(purposes["label"] * 0.1) > 3
    assert progress.of_rater(conn, round_id, "가").done == progress.of_rater(conn, round_id, "가").total == len(judged)


def test_subjects_and_units_are_assigned_by_the_query(database, conn, bank):
    queries.put(conn, bank.id, query_id="글", text="도형 문제 나형", query_type="natural_language", origin="human")
    named = (RaterScope("가", ("수학",)), RaterScope("나", (), ("도형",)))
    request = replace(REQUEST, raters=named, random_per_query=0)
    round_id = pool.open_round(database, pool.plan(database, None, bank.name, request), by="개발자")
    mathematics = {entry.query_id for entry in opened(conn, round_id, "가", ahead=1000)}
    geometry = {entry.query_id for entry in opened(conn, round_id, "나", ahead=1000)}
    assert mathematics == {f"Q-I{number:02}" for number in range(0, 8, 2)}
    # A query without a source item belongs to what most of its candidates belong to.
    assert geometry == {f"Q-I{number:02}" for number in range(1, 8, 2)} | {"글"}
    assert queue.hand_out(conn, round_id, "다") == []
    assert rounds.open_for(conn, bank.id, "다") == []


def test_a_flagged_item_leaves_every_queue_until_it_is_cleared_or_repaired(conn, bank, start):
    round_id = start()
    entries = opened(conn, round_id, "가", ahead=1000)
    flags.flag(conn, bank.id, "I01", by="나", reason="그림이 잘렸습니다.")
    held = {entry.item_id for entry in opened(conn, round_id, "가")} | {
        entry.query_id for entry in opened(conn, round_id, "나", ahead=1000)}
    assert not held & {"I01", "Q-I01"}
    assert {entry.state for entry in queue.entries(conn, round_id, "가") if entry.item_id == "I01"} == {"flagged"}
    assert [(each.item_id, each.reason, each.by) for each in flags.flagged(conn, bank.id)] == [
        ("I01", "그림이 잘렸습니다.", "나")]
    flags.clear(conn, bank.id, "I01", by="다")
    assert len(opened(conn, round_id, "가")) == len(entries)
    flags.flag(conn, bank.id, "I01", by="나")
    item = items.get(conn, bank.id, "I01").item
    items.upsert(conn, bank.id, [items.NewItem(item, "hash-repaired")])
    assert flags.flagged(conn, bank.id) == []


def test_a_withdrawn_judgment_is_open_again_with_its_note_and_edits_make_places_vanish(conn, bank, start):
    round_id = start()
    first, second = opened(conn, round_id, "가")[:2]
    answer(conn, bank.id, round_id, "가", [first], grade=2, note="비슷함")
    stored = queue.entries(conn, round_id, "가")[0]
    assert (stored.state, stored.grade, stored.note) == ("graded", 2, "비슷함")
    answer(conn, bank.id, round_id, "가", [first], grade=None, at=START + timedelta(minutes=1))
    assert queue.entries(conn, round_id, "가")[0].state == "open"
    queries.put(conn, bank.id, query_id=second.query_id, text="다른 글", query_type="natural_language", origin="human")
    assert second.query_id not in {entry.query_id for entry in opened(conn, round_id, "가", ahead=1000)}
    # A query that is an item asks for something else once the item has changed, and so does a candidate.
    item = items.get(conn, bank.id, "I07").item
    items.upsert(conn, bank.id, [items.NewItem(replace(item, answer="7"), "hash-new")])
    held = opened(conn, round_id, "가", ahead=1000)
    assert held and not {"Q-I07", "I07"} & {name for entry in held for name in (entry.query_id, entry.item_id)}


def test_progress_measures_pace_and_pauses(conn, bank, start):
    round_id = start(overlap=1)
    entries = opened(conn, round_id, "가", ahead=1000)
    untouched = progress.of_rater(conn, round_id, "가")
    assert (untouched.done, untouched.total, untouched.per_hour, untouched.since_break) == (0, len(entries), None, 0)
    answer(conn, bank.id, round_id, "가", entries[:20])
    answer(conn, bank.id, round_id, "가", entries[20:23], at=START + timedelta(minutes=6))
    now = progress.of_rater(conn, round_id, "가")
    assert (now.done, now.total, now.per_hour, now.since_break) == (23, len(entries), 900.0, 3)
    assert now.remaining_hours == pytest.approx((len(entries) - 23) / 900)
    whole = progress.of_round(conn, round_id)
    assert (whole.pairs, whole.complete, whole.looks, whole.looks_wanted) == (len(entries), 23, 23, len(entries))
    assert [(share.rater, share.judged, share.open) for share in whole.raters] == [("가", 23, len(entries) - 23)]


def test_nobody_with_something_left_to_judge_sees_grades(conn, bank, start):
    rater, senior, developer = Person("가", "rater"), Person("나", "senior"), Person("다", "developer")
    assert rounds.may_see_grades(conn, bank.id, rater) and rounds.may_see_grades(conn, bank.id, None)
    round_id = start(overlap=1)
    assert not rounds.may_see_grades(conn, bank.id, rater)
    assert not rounds.may_see_grades(conn, bank.id, None)
    assert rounds.may_see_grades(conn, bank.id, senior), "has not taken part"
    entries = opened(conn, round_id, "나", ahead=1000)
    assert not rounds.may_see_grades(conn, bank.id, senior) and rounds.may_see_grades(conn, bank.id, developer)
    answer(conn, bank.id, round_id, "나", entries)
    assert rounds.may_see_grades(conn, bank.id, senior)
    assert not rounds.may_see_grades(conn, bank.id, rater)
    rounds.close(conn, round_id)
    assert rounds.may_see_grades(conn, bank.id, rater)


def test_calibration_is_one_fixed_order_and_shows_agreement_only_when_done(conn, bank, start):
    start()
    agreed = [calibration.AgreedPair(f"Q-I{number:02}", f"I{15 - number:02}", number % 4) for number in range(8)]
    round_id = calibration.make(conn, bank.id, name="연습", pairs=agreed, by="선임")
    assert rounds.open_for(conn, bank.id, "가")[0].id == round_id, "calibration comes before the work"
    first, other = opened(conn, round_id, "가"), opened(conn, round_id, "나")
    assert pairs_of(first) == pairs_of(other) and {entry.purpose for entry in first} == {"calibration"}
    grades = {(pair.query_id, pair.item_id): pair.grade for pair in agreed}
    for entry in first[:-1]:
        answer(conn, bank.id, round_id, "가", [entry], grade=grades[entry.query_id, entry.item_id])
    assert calibration.result(conn, round_id, "가") == calibration.CalibrationResult(7, 8, None, None, None, None)
    last = grades[first[-1].query_id, first[-1].item_id]
    answer(conn, bank.id, round_id, "가", [first[-1]], grade=3 - last)
    found = calibration.result(conn, round_id, "가")
    assert (found.answered, found.exact) == (8, 7 / 8) and 0 < found.kappa < 1
    assert found.differing == ((first[-1].query_id, first[-1].item_id, last, 3 - last),)
    assert calibration.result(conn, round_id, "나").kappa is None
    with pytest.raises(NotFoundError):
        calibration.result(conn, 10**6, "가")


def test_pairs_of_a_raters_calibration_are_not_asked_of_that_rater_again(conn, bank, start):
    round_id = start()
    known = conn.execute("SELECT query_id, item_id FROM pool_pairs WHERE round_id = %s AND asked LIMIT 1", (round_id,)).fetchone()
    practice = calibration.make(conn, bank.id, name="연습", pairs=[calibration.AgreedPair(*known, 2)], by="선임")
    queue.hand_out(conn, practice, "가")
    assert known not in pairs_of(opened(conn, round_id, "가", ahead=1000))
    assert known in pairs_of(opened(conn, round_id, "나", ahead=1000))


@pytest.mark.parametrize("seen", [{"blinded": False}, {"purpose": "adjudication"}])
def test_a_pair_judged_where_grades_were_seen_is_not_asked_blind(conn, bank, start, seen):
    round_id = start()
    entry = opened(conn, round_id, "나")[0]
    judgments.append(conn, [JudgmentEvent(
        collection_id=bank.id, query_id=entry.query_id, query_hash=entry.query_hash, item_id=entry.item_id,
        item_hash=entry.item_hash, grade=1, rater="가", origin="human", **seen)])
    assert pairs_of([entry])[0] not in pairs_of(opened(conn, round_id, "가", ahead=1000))
    assert pairs_of([entry])[0] in pairs_of(opened(conn, round_id, "다", ahead=1000))


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_raters_do_every_pair_ends_with_its_overlap_and_no_more(database, conn, bank, start, seed):
    round_id = start(overlap=2, repeat_share=0.2)
    chance = random.Random(seed)
    names = ["가", "나", "다"]
    clock = START
    for _ in range(60):
        name = chance.choice(names)
        waiting = opened(conn, round_id, name, ahead=chance.randint(1, 30))
        clock += timedelta(minutes=1)
        match chance.choice(["answer", "answer", "answer", "skip", "undo", "day"]):
            case "answer":
                answer(conn, bank.id, round_id, name, waiting[: chance.randint(0, 12)], at=clock, grade=chance.randint(0, 3))
            case "skip":
                answer(conn, bank.id, round_id, name, waiting[3:5], at=clock, unrateable=True)
            case "undo":
                done = [entry for entry in queue.entries(conn, round_id, name) if entry.state == "graded"][-1:]
                answer(conn, bank.id, round_id, name, done, at=clock, grade=None)
            case "day":
                conn.execute("UPDATE queue_entries SET handed_out_at = now() - interval '2 days' WHERE round_id = %s "
                             "AND rater = %s", (round_id, name))
        held = Counter((entry.query_id, entry.item_id) for other in names for entry in queue.entries(conn, round_id, other)
                       if entry.purpose == "label" and entry.state != "gone")
        assert max(held.values(), default=0) <= 2
    for name in names * 2:
        while waiting := opened(conn, round_id, name, ahead=50):
            clock += timedelta(minutes=1)
            answer(conn, bank.id, round_id, name, waiting, at=clock)
    whole = progress.of_round(conn, round_id)
    assert whole.pairs == whole.complete and whole.looks == whole.looks_wanted == 2 * whole.pairs
    for share in whole.raters:
        judged = share.judged + share.unrateable
        # Who judged little has too little in between for a second look.
        assert share.open == 0 and share.repeats <= 0.2 * judged + 1 and (judged < 30 or share.repeats > 0.2 * judged - 3)
    assert sum(share.judged + share.unrateable for share in whole.raters) == 2 * whole.pairs
