"""Ground truth versions: frozen whole, hashed alike everywhere, verified against somebody who may do anything."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from psycopg import sql

from core.errors import InputError, NotFoundError
from core.labels.versions import canonical, diff, freezing, mirroring, truth
from core.labels.versions.canonical import Content
from core.store import collections, items, judgment_records, judgments, queries
from core.store.judgment_records import RoundRecord
from core.store.judgments import JudgmentEvent
from core.store.truths import FrozenQuery, FrozenRow
from tests.test_store_items import new

START = datetime(2026, 11, 22, 9, tzinfo=UTC)


class Bank:
    """A collection with items m-001…, text queries and judgments on demand."""

    def __init__(self, conn, collection, size=6):
        self.conn, self.id, self.minute = conn, collection.id, 0
        items.upsert(conn, self.id, [new(number) for number in range(1, size + 1)])

    def ask(self, query_id, text=None, **parts):
        kind = "natural_language" if text else "similar_item"
        return queries.put(self.conn, self.id, query_id=query_id, text=text, query_type=kind, origin="human", **parts)

    def judge(self, query_id, item_id, grade, rater="김하늘", origin="human", **more):
        self.minute += 1
        query = queries.get(self.conn, self.id, query_id)
        item = items.get(self.conn, self.id, item_id)
        judgments.append(self.conn, [JudgmentEvent(
            collection_id=self.id, query_id=query_id, query_hash=query.content_hash, item_id=item_id,
            item_hash=item.content_hash, grade=grade, rater=rater, origin=origin,
            created_at=START + timedelta(minutes=self.minute), **more)])

    def freeze(self, name="첫 판", **more):
        return freezing.freeze(self.conn, self.id, name=name, by="선임", **more)


@pytest.fixture
def bank(conn, collection):
    return Bank(conn, collection)


def filled(bank):
    bank.ask("Q1", "두 직선의 교점")
    bank.ask("Q2", "=합이 짝수, \"곱\"은\n홀수")
    bank.ask("Q3", "아무도 판정하지 않은 쿼리")
    bank.judge("Q1", "m-001", 3)
    bank.judge("Q1", "m-002", 1)
    bank.judge("Q1", "m-002", 2, rater="이바다")
    bank.judge("Q2", "m-003", 0)
    bank.judge("Q2", "m-004", 2, rater="import:constructed", origin="constructed")
    return bank


def test_the_exact_form_is_written_by_hand_here():
    content = Content(2, "박선임", (FrozenQuery("Q2", "h2", 9), FrozenQuery("Q1", "h1", 4)), (
        FrozenRow("Q1", "나", "x", 3, "human", "agreed", 2, ("random", "kure-v1")), FrozenRow("Q1", "가", "y", 0, "model", "single", 1)))
    form = ('["ground-truth",1,2,"박선임"]\n["query","Q1","h1"]\n["query","Q2","h2"]\n'
            '["grade","Q1","가","y",0,"model","single",1,[]]\n'
            '["grade","Q1","나","x",3,"human","agreed",2,["kure-v1","random"]]\n')
    assert canonical.written(content).decode() == form
    assert content.sha256 == hashlib.sha256(form.encode()).hexdigest()


def test_a_freeze_holds_every_query_and_says_what_it_covers(bank):
    version = filled(bank).freeze(note="회의에서", relevant_from=2).version
    loaded = truth.load(bank.conn, bank.id)
    assert loaded.version == version and loaded.title == "버전 1 · 첫 판"
    assert loaded.grades == {"Q1": {"m-001": 3, "m-002": 1}, "Q2": {"m-003": 0, "m-004": 2}, "Q3": {}}
    assert {key: version.coverage[key] for key in ("queries", "with_relevant", "pairs", "relevant", "grades", "origins", "raters")} == {
        "queries": 3, "with_relevant": 2, "pairs": 4, "relevant": 2, "grades": {"0": 1, "1": 1, "2": 1, "3": 1},
        "origins": {"constructed": 1, "human": 3}, "raters": ["import:constructed", "김하늘", "이바다"]}
    assert version.coverage["judged_per_query"] == {"mean": 1.33, "least": 0, "most": 2}
    assert version.coverage["proposers"] == {"constructed": 1, "staff": 3}
    assert [row.rule for row in loaded.rows] == ["single", "median", "single", "single"]
    assert truth.verify(bank.conn, version)


def test_the_same_content_is_the_same_version_and_any_change_the_next(bank):
    first = filled(bank).freeze(relevant_from=1)
    again = bank.freeze("다른 이름", relevant_from=1)
    assert (first.new, again.new, again.version) == (True, False, first.version)
    declared = bank.freeze(relevant_from=1, unlisted_zero_by="박선임")
    stricter = bank.freeze(relevant_from=2)
    assert [declared.version.number, stricter.version.number] == [2, 3]
    assert len({version.sha256 for version in truth.versions(bank.conn, bank.id)}) == 3
    bank.judge("Q1", "m-005", 0)
    assert freezing.preview(bank.conn, bank.id, relevant_from=1).same_as is None


def test_of_freezes_at_once_each_content_becomes_one_version(bank, database):
    filled(bank)

    def freeze(threshold):
        with database.connection() as conn:
            return freezing.freeze(conn, bank.id, name="동시에", by="선임", relevant_from=threshold)

    with ThreadPoolExecutor(6) as pool:
        done = list(pool.map(freeze, [1, 2, 3, 1, 2, 3]))
    assert sorted(frozen.version.number for frozen in done) == [1, 1, 2, 2, 3, 3]
    assert sum(frozen.new for frozen in done) == 3


def test_before_any_freeze_the_judgments_as_they_stand_are_the_truth(bank):
    assert truth.load(bank.conn, bank.id).grades == {}
    filled(bank)
    loaded = truth.load(bank.conn, bank.id)
    assert (loaded.version, loaded.title, loaded.grades["Q1"]) == (None, "미확정", {"m-001": 3, "m-002": 1})
    with pytest.raises(NotFoundError, match="아직"):
        truth.load(bank.conn, bank.id, 1)
    with pytest.raises(InputError, match="이름"):
        bank.freeze(" ")


def test_nothing_is_frozen_where_nothing_is_judged(bank):
    bank.ask("Q1", "글")
    with pytest.raises(InputError, match="굳힐 판정이"):
        bank.freeze()


def test_whole_pools_suggest_a_stricter_threshold_than_lists(bank):
    bank.ask("Q1", "글")
    for number in range(1, 6):
        bank.judge("Q1", f"m-00{number}", 1)
    assert freezing.preview(bank.conn, bank.id).suggested_relevant_from == 1
    bank.judge("Q1", "m-006", 1)
    assert freezing.preview(bank.conn, bank.id).suggested_relevant_from == 2


def test_an_edited_query_or_item_is_no_longer_the_versions(bank):
    version = filled(bank).freeze().version
    edited = bank.ask("Q1", "두 직선의 교점을 구하는 문제")
    items.upsert(bank.conn, bank.id, [new(3, content_hash="edited")])
    loaded = truth.of_version(bank.conn, version)
    assert loaded.of(edited) is None, "judged under other words"
    q2 = queries.get(bank.conn, bank.id, "Q2")
    hashes = {item_id: each.content_hash for item_id, each in items.get_many(bank.conn, bank.id, ["m-003", "m-004"]).items()}
    assert loaded.of(q2) == {"m-003": 0, "m-004": 2} and loaded.of(q2, hashes) == {"m-004": 2}
    assert freezing.preview(bank.conn, bank.id).content.rows[0].query_id == "Q2"


def test_a_query_whose_item_changed_is_left_out_and_said(bank):
    bank.ask("Q1", source_item_id="m-001")
    bank.judge("Q1", "m-002", 3)
    assert len(freezing.preview(bank.conn, bank.id).rows) == 1
    items.upsert(bank.conn, bank.id, [new(1, content_hash="edited")])
    found = freezing.preview(bank.conn, bank.id)
    assert (found.rows, found.content.queries) == ((), ()) and "Q1" in found.notes[0]


def test_the_same_truth_has_the_same_hash_on_another_machine(bank, elsewhere):
    here = filled(bank).freeze(relevant_from=1).version
    with elsewhere.connection() as conn:
        collections.ensure(conn, "앞선 것")
        there = Bank(conn, collections.ensure(conn, "다른 이름"))
        there.ask("Q1", "다른 첫 개정")
        there_version = filled(there).freeze("이름도 다르다", relevant_from=1).version
        assert there.id != bank.id or there_version.id != here.id
        assert truth.content(conn, there_version).queries[0].revision == 2
    assert there_version.sha256 == here.sha256


@pytest.mark.parametrize(("table", "column"), [
    ("ground_truth_versions", "name"), ("ground_truth_queries", "query_hash"), ("ground_truth_rows", "item_hash")])
def test_the_database_refuses_to_change_a_version(bank, table, column):
    filled(bank).freeze()
    for statement in ("UPDATE {table} SET {column} = 'x'", "DELETE FROM {table}", "TRUNCATE {table} CASCADE"):
        with pytest.raises(psycopg.errors.RestrictViolation):
            bank.conn.execute(sql.SQL(statement).format(table=sql.Identifier(table), column=sql.Identifier(column)))


@pytest.mark.parametrize(("tampering", "said"), [
    ("UPDATE ground_truth_rows SET grade = 2 WHERE version_id = %(id)s AND grade = 3", "해시"),
    ("UPDATE ground_truth_rows SET origin = 'human' WHERE version_id = %(id)s", "해시"),
    ("UPDATE ground_truth_rows SET proposers = '{}' WHERE version_id = %(id)s", "해시"),
    ("DELETE FROM ground_truth_rows WHERE version_id = %(id)s AND item_id = 'm-003'", "해시"),
    ("UPDATE ground_truth_versions SET relevant_from = 3 WHERE id = %(id)s", "해시"),
    ("UPDATE ground_truth_versions SET unlisted_zero_by = '누군가' WHERE id = %(id)s", "해시"),
    ("UPDATE ground_truth_versions SET sha256 = repeat('0', 64) WHERE id = %(id)s", "해시"),
    ("UPDATE ground_truth_versions SET coverage = jsonb_set(coverage, '{pairs}', '99') WHERE id = %(id)s", "집계"),
    ("UPDATE queries SET text = '다른 글' WHERE collection_id = %(collection)s AND query_id = 'Q1'", "Q1"),
])
def test_verification_finds_what_a_superuser_changed_with_the_guards_off(bank, tampering, said):
    version = filled(bank).freeze(relevant_from=1).version
    with bank.conn.transaction(force_rollback=True):
        bank.conn.execute("SET LOCAL session_replication_role = replica")
        assert bank.conn.execute(tampering, {"id": version.id, "collection": bank.id}).rowcount > 0
        found = truth.verify(bank.conn, version)
        assert not found and any(said in problem for problem in found.problems)
    assert truth.verify(bank.conn, version)


def test_a_rewritten_hash_is_found_by_whoever_noted_the_first(bank):
    version = filled(bank).freeze(relevant_from=1).version
    with bank.conn.transaction(force_rollback=True):
        bank.conn.execute("SET LOCAL session_replication_role = replica")
        bank.conn.execute("UPDATE ground_truth_rows SET rule = 'agreed' WHERE version_id = %s", (version.id,))
        forged = truth.content(bank.conn, version).sha256
        bank.conn.execute("UPDATE ground_truth_versions SET sha256 = %s WHERE id = %s", (forged, version.id))
        found = truth.verify(bank.conn, version)
        assert (found.expected, found.found) == (version.sha256, forged) and "해시" in found.problems[0]


def test_a_version_knows_who_brought_each_pair_in(bank):
    filled(bank)
    round_id = judgment_records.add_round(bank.conn, bank.id, RoundRecord(
        1, "round", 1, "첫 라운드", 1, 0.1, 7, "v1", {}, "선임", START, None))
    bank.conn.execute("INSERT INTO pool_pairs VALUES (%s, 'Q1', 'h', 'm-001', 'h')", (round_id,))
    bank.conn.execute("INSERT INTO pool_proposals VALUES (%(r)s, 'Q1', 'm-001', 'random', NULL), (%(r)s, 'Q1', 'm-001', 'kure-v1', 3)",
                      {"r": round_id})
    rows = {row.item_id: row.proposers for row in freezing.preview(bank.conn, bank.id).rows}
    assert rows == {"m-001": ("kure-v1", "random"), "m-002": ("staff",), "m-003": ("staff",), "m-004": ("constructed",)}


def test_a_diff_tells_what_changed_and_what_did_not(bank):
    first = filled(bank).freeze(relevant_from=1).version
    assert diff.of(bank.conn, first, first).same and diff.of(bank.conn, first).same
    bank.judge("Q1", "m-001", 2)
    bank.judge("Q2", "m-004", 2)
    bank.judge("Q3", "m-006", 1)
    bank.judge("Q2", "m-003", None)
    bank.ask("Q4", "새 쿼리")
    second = bank.freeze("둘째", relevant_from=2).version
    found = diff.of(bank.conn, first, second)
    assert not found.same
    assert [(pair.before.item_id, pair.before.grade, pair.after.grade) for pair in found.regraded] == [("m-001", 3, 2)]
    assert [(pair.before.item_id, pair.before.origin, pair.after.origin) for pair in found.restated] == [
        ("m-004", "constructed", "human")]
    assert [row.item_id for row in found.pairs_added] == ["m-006"] and [row.item_id for row in found.pairs_removed] == ["m-003"]
    assert (found.queries_added, found.queries_removed, found.relevant_from) == (("Q4",), (), (1, 2))
    bank.ask("Q1", "고친 글")
    assert diff.of(bank.conn, second).queries_changed == ("Q1",)


def both_ways(bank, size, back):
    """Queries that are the items themselves; every pair of the first ``size`` judged one way, and back by ``back(grade)``."""
    for number in range(1, size + 1):
        bank.ask(f"Q{number:02}", source_item_id=f"m-{number:03}")
    for one in range(1, size + 1):
        for other in range(one + 1, size + 1):
            grade = (one * other) % 4
            bank.judge(f"Q{one:02}", f"m-{other:03}", grade)
            if (turned := back(one, other, grade)) is not None:
                bank.judge(f"Q{other:02}", f"m-{one:03}", turned)


def test_grades_are_mirrored_only_after_enough_pairs_agree_both_ways(conn, collection):
    bank = Bank(conn, collection, size=9)
    both_ways(bank, 8, lambda one, other, grade: grade if other != 8 else None)
    check = mirroring.check(conn, bank.id)
    assert (check.n, check.kappa, check.allowed, check.possible) == (21, 1.0, True, 7)
    bank.judge("Q08", "m-001", None, unrateable=True)
    bank.ask("Q99", source_item_id="m-008")
    bank.ask("Q09", source_item_id="m-009")
    bank.judge("Q01", "m-009", 2, rater="import:constructed", origin="constructed")
    bank.judge("Q99", "m-009", 1)
    bank.judge("Q08", "m-009", 2)
    version = bank.freeze().version
    mirrored = [row for row in truth.of_version(conn, version).rows if row.origin == "mirrored"]
    assert [(row.query_id, row.item_id, row.grade, row.rule) for row in mirrored] == [
        *(("Q08", f"m-{one:03}", (one * 8) % 4, "mirrored") for one in range(2, 8)), ("Q09", "m-008", 2, "mirrored")], (
        "not the one that cannot be judged, not a machine's grade, and not twice for two queries of one item")
    assert version.coverage["origins"] == {"constructed": 1, "human": 51, "mirrored": 7} and truth.verify(conn, version)


@pytest.mark.parametrize(("size", "back", "why"), [
    (6, lambda one, other, grade: grade, "15개뿐"),
    (8, lambda one, other, grade: 3 - grade if other < 8 else None, "못 미쳐"),
    (8, lambda one, other, grade: None, "모릅니다"),
])
def test_grades_are_not_mirrored_on_little_or_contrary_evidence(conn, collection, size, back, why):
    bank = Bank(conn, collection, size=8)
    both_ways(bank, size, back)
    check = mirroring.check(conn, bank.id)
    assert not check.allowed and why in check.reason
    assert not [row for row in freezing.preview(conn, bank.id).rows if row.origin == "mirrored"]
