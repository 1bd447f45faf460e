"""Which grades the labelling desk asked for: a name, a round and a time can be written into a file, a place in a queue cannot."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from core.labels.pooling import pool
from core.labels.pooling.pool import PoolRequest
from core.store import judgment_records, judgments, label_traces
from tests.labelling_round import START, answer, ask, fill, opened

pytestmark = pytest.mark.slow
PEOPLE = ("human", "carried")


def test_only_what_was_handed_out_to_this_very_person_was_asked_for(database, conn, collection):
    fill(conn, collection.id)
    ask(conn, collection.id, ["I00", "I01"])
    planned = pool.plan(database, None, collection.name, PoolRequest(name="1", stage=1, systems=(), random_per_query=3))
    round_id = pool.open_round(database, planned, by="김담당")
    places = opened(conn, round_id, "김라벨")
    answer(conn, collection.id, round_id, "김라벨", places[:4])
    told = {event.item_id: event for event in judgments.events(conn, collection.id)}
    asked = next(iter(told.values()))

    def unasked(**given):
        return label_traces.unasked(conn, collection.id, origins=PEOPLE, **given)

    assert len(places) > 4 and unasked() == set()
    judgments.append(conn, [replace(asked, uuid=uuid4(), rater="carried:김라벨", origin="carried")])
    assert unasked() == set(), "what was copied was asked for where it was given"
    # As a record of judgments brings it: the same round, the same pair, another name; received long ago, by its own word.
    forged = replace(asked, uuid=uuid4(), rater="박라벨")
    judgment_records.restore(conn, [(forged, START)])
    assert unasked() == unasked(until=START + timedelta(days=1)) == {(asked.query_id, asked.item_id)}
    assert unasked(until=START - timedelta(days=1)) == set(), "what came later does not touch what was frozen before"
    other = next(event for event in told.values() if event.item_id != asked.item_id)
    judgments.append(conn, [replace(other, uuid=uuid4(), rater="import:model", origin="model")])
    assert len(unasked()) == 1, "a machine's grade is said as what it is"
    assert label_traces.judged(conn, collection.id, origins=PEOPLE) == {(each.query_id, each.query_hash) for each in told.values()}
