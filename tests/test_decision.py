"""The decision record: what is frozen, who may write and sign, and that every tampered row is found by name."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from core import decision as deciding
from core.accounts.person import Person
from core.cli.main import main
from core.decision import roles
from core.decision.body import body_of, sha256_of
from core.errors import ForbiddenError, InputError, UserError
from core.evaluation import assembling
from core.evaluation.verdict import critical, gates, load
from core.labels.versions import freezing
from core.report.final import facts
from core.store import decisions, measurements, reports, run_lists, runs, stated_values
from tests.evaluation_data import MADE
from tests.scenario_bank import fill, judge
from tests.test_evaluation_tuning import GRADES

REASON = "모델을 받지 못했습니다"


@pytest.fixture
def decided(conn, collection, database):
    """A collection with a frozen truth, a run of B and a measurement, and the decision on it."""
    fill(conn, collection)
    judge(conn, collection, GRADES)
    freezing.freeze(conn, collection.id, name="첫 판", relevant_from=2, by="나")
    run = runs.create(conn, collection.id, "kure-v1", {"system": "kure-v1", "miniature": False, "sets": [], "depth": 10,
                                                       "rerank_depth": None, "reranker": None})
    query = next(iter(assembling.load(conn, collection.name).truth.query_hashes.items()))
    run_lists.add(conn, run, *query, [(1, "m-001", 0.5), (2, "m-002", 0.25)], encode_ms=1, search_ms=1)
    measurements.add(conn, kind="latency", system=collection.name, device="cpu", miniature=True, config={}, environment={},
                     result={"latency_ms": {}}, measured_at=MADE)
    return record(database, collection)


def record(database, collection, choice="hold", reason=REASON, by="김리더", **more):
    return deciding.record(database, collection.name, choice, reason=reason, by=by, **more)


def verified(conn, decided):
    return deciding.verify(conn, decided)


def states(found):
    return {(each.kind, each.state) for each in found.held if each.state != "same"}


@pytest.mark.slow
def test_a_decision_freezes_the_gates_and_a_hash_of_every_piece_and_verifies(conn, decided):
    body = decided.body
    assert body["gate_file"]["text"] == gates.FILE.read_text("utf-8") and len(body["computed"]["gates"]) == len(gates.load().gates)
    assert {"gates", "truth", "items", "run", "measurement", "critical", "stated"} == {each["kind"] for each in body["evidence"]}
    assert sha256_of(json.loads(json.dumps(body))) == decided.sha256
    found = verified(conn, decided)
    assert found.unchanged and not found.newer and found.headline.startswith("그대로입니다")


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "statements"), [
    ("run", ["UPDATE run_hits SET score = 0.9 WHERE run_id = %(run)s AND rank = 1"]),
    ("run", ["UPDATE runs SET config = config || '{\"dims\": 512}' WHERE id = %(run)s"]),
    ("truth", ["UPDATE ground_truth_rows SET grade = 3 - grade WHERE version_id = %(version)s"]),
    ("measurement", ["UPDATE measurements SET result = '{\"latency_ms\": {\"p95\": 1}}' WHERE id = %(measurement)s"]),
    ("decision", ["UPDATE decisions SET choice = 'go' WHERE id = %(decision)s"]),
    ("decision", ["UPDATE decisions SET body = jsonb_set(body, '{reason}', '\"\"'), reason = '' WHERE id = %(decision)s"]),
    ("signature", ["UPDATE decision_signatures SET decision_sha256 = 'x' WHERE decision_id = %(decision)s"]),
    ("signature", ["UPDATE decision_signatures SET name = '박리더' WHERE decision_id = %(decision)s"]),
    ("signature", ["UPDATE decision_signatures SET comment = '반대합니다' WHERE decision_id = %(decision)s"]),
    ("items", ["UPDATE items SET content_hash = 'x' WHERE collection_id = %(collection)s AND item_id = 'm-001'"]),
], ids=["score", "configuration", "grades", "measurement", "choice", "reason", "signature", "signer", "comment", "item"])
def test_a_row_that_somebody_changed_past_the_triggers_is_found(conn, database, decided, kind, statements):
    deciding.sign(database, decided.id, role="tf_lead", name="김리더")
    ref = {each["kind"]: each["ref"] for each in decided.body["evidence"]}
    measured = max(each["ref"] for each in decided.body["evidence"] if each["kind"] == "measurement")
    (version,) = conn.execute("SELECT id FROM ground_truth_versions WHERE collection_id = %s", [decided.collection_id]).fetchone()
    with conn.transaction(force_rollback=True):
        conn.execute("SET LOCAL session_replication_role = replica")
        for statement in statements:
            done = conn.execute(statement, {"run": ref["run"], "measurement": measured, "version": version, "decision": decided.id,
                                            "collection": decided.collection_id})
            assert done.rowcount
        found = verified(conn, decisions.get(conn, decided.id))
        assert not found.unchanged and kind in {each.kind for each in found.broken}, found
    assert verified(conn, decided).unchanged


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "statement"), [
    ("critical", "UPDATE critical_error_events SET title = '괜찮음' WHERE collection_id = %s"),
    ("critical", "DELETE FROM critical_error_events WHERE collection_id = %s"),
    ("stated", "UPDATE stated_value_events SET value = 99 WHERE collection_id = %s"),
], ids=["words", "deleted", "value"])
def test_an_entry_that_was_there_when_deciding_cannot_be_changed_unseen(conn, database, collection, decided, kind, statement):
    critical.open_(conn, collection.id, system="A", title="멈춤", by="나")
    stated_values.append(conn, collection.id, name="days_saved", value=7, note="", by="나")
    again = record(database, collection)
    assert again.id != decided.id and verified(conn, again).unchanged and not verified(conn, again).newer
    with conn.transaction(force_rollback=True):
        conn.execute("SET LOCAL session_replication_role = replica")
        conn.execute(statement, [collection.id])
        assert {each.kind for each in verified(conn, again).broken} == {kind}


@pytest.mark.slow
def test_what_is_gone_is_said_to_be_gone_and_what_came_since_is_newer(conn, decided, collection):
    with conn.transaction(force_rollback=True):
        conn.execute("SET LOCAL session_replication_role = replica")
        conn.execute("DELETE FROM runs WHERE collection_id = %s", [collection.id])
        assert ("run", "gone") in states(verified(conn, decided))
    critical.open_(conn, collection.id, system="A", title="멈춤", by="나")
    measurements.add(conn, kind="latency", system=collection.name, device="cpu", miniature=True, config={}, environment={},
                     result={"again": 1}, measured_at=MADE)
    found = verified(conn, decided)
    assert found.unchanged and {("critical", "newer"), ("measurement", "newer")} <= states(found)
    assert "그대로입니다" in found.headline and "새로 생긴 것" in found.headline


@pytest.mark.slow
def test_the_gate_file_of_today_is_held_against_the_frozen_one(conn, decided, monkeypatch):
    monkeypatch.setattr(gates, "load", lambda path=None, file=gates.load(): replace(file, sha256="0" * 64))
    assert ("gates", "changed") in states(verified(conn, decided))


@pytest.mark.slow
def test_where_choice_and_verdict_differ_a_reason_is_required_and_go_needs_real_evidence(conn, database, collection, decided):
    with pytest.raises(InputError, match="이유"):
        record(database, collection, reason="  ")
    with pytest.raises(InputError, match="Go를 적을 수 없습니다"):
        record(database, collection, choice="go")
    with pytest.raises(InputError, match="이름"):
        record(database, collection, by=" ")
    with pytest.raises(InputError, match="고를 수 없습니다"):
        record(database, collection, choice="undetermined")
    assert len(decisions.listing(conn, collection.id)) == 1


@pytest.mark.slow
def test_go_is_never_recorded_on_miniature_evidence_however_good_the_reason(conn, database, collection, decided, monkeypatch):
    computed = replace(load.decision_for(conn, collection.name), subject_run=1, miniature=True)
    monkeypatch.setattr(load, "decision_of", lambda conn, evaluation, **rest: computed)
    with pytest.raises(InputError, match="축소 모델"):
        record(database, collection, choice="go")
    assert record(database, collection, reason="또").body["miniature"]


@pytest.mark.slow
def test_an_assumption_is_never_recorded(conn, collection, decided):
    evaluation = assembling.load(conn, collection.name)
    assumed = load.decision_of(conn, evaluation, thresholds={"recall_5": 0.1})
    with pytest.raises(InputError, match="가정"):
        body_of(conn, evaluation, assumed, choice="go", reason="", by="나", report=None, supersedes="")


@pytest.mark.slow
def test_a_new_decision_supersedes_and_the_same_again_is_the_one_there_is(conn, database, collection, decided):
    assert record(database, collection).id == decided.id
    second = record(database, collection, choice="no_go")
    third = record(database, collection)
    assert (second.supersedes, third.supersedes) == (decided.id, second.id) and third.sha256 != decided.sha256
    with pytest.raises(InputError, match="바뀌었습니다"):
        deciding.sign(database, decided.id, role="developer", name="이개발")


@pytest.mark.slow
def test_a_role_signs_once_on_what_was_read_and_not_on_drifted_evidence(conn, database, decided):
    signed = deciding.sign(database, decided.id, role="developer", name=" 이 개발 ", comment="동의\x00합니다", read_sha256=decided.sha256,
                           who=Person("dev1", "developer"), demanded=True)
    assert (signed.name, signed.account, signed.comment, signed.decision_sha256) == ("이 개발", "dev1", "동의합니다", decided.sha256)
    for more, words in (({"role": "developer"}, "이미"), ({"role": "nobody"}, "자리"), ({"name": " "}, "이름"),
                        ({"read_sha256": "0" * 64}, "다시 읽고"), ({"who": Person("dev1", "developer")}, "TF 역할만")):
        with pytest.raises(UserError, match=words):
            deciding.sign(database, decided.id, **{"role": "tf_lead", "name": "김리더", **more})
    with conn.transaction():
        conn.execute("SET LOCAL session_replication_role = replica")
        conn.execute("UPDATE items SET content_hash = 'x' WHERE collection_id = %s AND item_id = 'm-001'", [decided.collection_id])
    with pytest.raises(InputError, match="결정한 때와 다릅니다"):
        deciding.sign(database, decided.id, role="tf_lead", name="김리더")
    assert [each.role for each in decisions.signatures(conn, decided.id)] == ["developer"]


@pytest.mark.slow
def test_a_signature_of_before_its_words_were_hashed_still_stands(conn, database, decided):
    deciding.sign(database, decided.id, role="tf_lead", name="김리더")
    with conn.transaction(force_rollback=True):
        conn.execute("SET LOCAL session_replication_role = replica")
        conn.execute("UPDATE decision_signatures SET sha256 = NULL WHERE decision_id = %s", [decided.id])
        assert verified(conn, decided).unchanged


@pytest.mark.slow
def test_a_report_of_another_collection_or_of_older_evidence_is_not_decided_on(conn, database, collection, decided):
    old = reports.add(conn, collection.id, pdf=f"%PDF {collection.name}".encode(), markdown="", body={}, watermarked=True, by="나")
    with pytest.raises(InputError, match="다시 만든 뒤"):
        record(database, collection, report_id=old.id)


def test_who_may_record_and_sign_follows_the_role_and_nobody_nameless_where_a_login_is_asked_for():
    for role, signs in (("viewer", ()), ("rater", ()), ("senior", ("content_lead",)), ("developer", ("developer",)), ("tf", ("tf_lead",))):
        who = Person("누구", role)
        if role == "tf":
            roles.need_recorder(who, demanded=True)
        else:
            with pytest.raises(ForbiddenError, match="결정 적기: TF 역할만"):
                roles.need_recorder(who, demanded=True)
        assert tuple(each for each in roles.ROLES if roles.may_sign(who, each, demanded=True)) == signs
    roles.need_recorder(None, demanded=False)
    with pytest.raises(ForbiddenError, match="로그인이 풀렸습니다"):
        roles.need_recorder(None, demanded=True)
    picked = Person("나", "developer", picked=True)
    assert all(roles.may_sign(picked, each, demanded=False) for each in roles.ROLES)
    assert not any(roles.may_sign(each, "tf_lead", demanded=True) for each in (None, picked))


@pytest.mark.slow
def test_the_command_takes_the_report_on_today_s_evidence_along_and_says_where_there_is_none(decided, collection, conn, capsys):
    def recorded(reason):
        assert main(["decision", "record", "no_go", "--reason", reason, "--collection", collection.name]) == 0
        return decisions.listing(conn, collection.id)[0], capsys.readouterr().out

    made, told = recorded("하나")
    assert made.report_id is None and "보고서 없이" in told
    today = {"fingerprint": facts.fingerprint(conn, collection.id), "prose": {}}
    report = reports.add(conn, collection.id, pdf=f"%PDF {collection.name}".encode(), markdown="", body=today, watermarked=True, by="나")
    made, told = recorded("둘")
    assert made.report_id == report.id and f"{report.id}번 보고서를 묶었습니다" in told
    assert ("report", report.id) in {(each["kind"], each["ref"]) for each in made.body["evidence"]}


@pytest.mark.slow
def test_the_command_records_signs_and_verifies(decided, collection, conn, capsys):
    def core(*words):
        code = main(["decision", *words, "--collection", collection.name, "--json"])
        return code, json.loads(capsys.readouterr().out or "null")

    assert core("record", "no_go", "--reason", "늦음", "--by", "나")[1]["supersedes"] == decided.id
    assert core("sign", "tf_lead", "--name", "김리더")[1]["role"] == "tf_lead"
    assert core("verify")[0] == 0 and core("verify")[1]["unchanged"]
    listed = core("list")[1]["decisions"]
    assert [each["choice"] for each in listed] == ["no_go", "hold"] and [len(each["signatures"]) for each in listed] == [1, 0]
    assert core("show", "--decision", str(decided.id))[1]["body"]["computed"]["verdict"] == "undetermined"
    with conn.transaction():
        conn.execute("SET LOCAL session_replication_role = replica")
        conn.execute("UPDATE decisions SET choice = 'go' WHERE collection_id = %s", [collection.id])
    code, told = core("verify")
    assert code == 1 and not told["unchanged"]
