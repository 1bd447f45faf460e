"""What a verdict keeps in the store: measurements, the register of critical errors, stated values, the check of Hangul; and the verb."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from types import SimpleNamespace
from uuid import uuid4

import psycopg
import pytest

from core.cli.main import main
from core.errors import InputError, NotFoundError, StoreError
from core.evaluation import assembling
from core.evaluation.results import SystemRun
from core.evaluation.verdict import bands, critical, hangul, inference, load
from core.models import registry
from core.models.contract import LoadedModel
from core.models.parity.compare import Check
from core.store import items, measurements, stated_values, states
from tests.label_data import Bank
from tests.test_store_items import new

AT = datetime(2026, 11, 22, 9, tzinfo=UTC)


def measurement(kind="vram", **changes):
    return {"kind": kind, "system": "qwen3-vl@nf4", "device": "card", "miniature": False, "config": {"precision": "nf4", "dims": None},
            "environment": {"torch": "2"}, "result": {"vram_gb": {"process": 3.9}}, "measured_at": AT} | changes


def test_the_same_measurement_comes_in_once(conn):
    kind = f"test-{uuid4()}"
    before = measurements.state(conn)
    first = measurements.add(conn, **measurement(kind))
    assert measurements.add(conn, **measurement(kind)) == first and measurements.state(conn) != before
    second = measurements.add(conn, **measurement(kind, partial=True))
    assert second.sha256 != first.sha256 and second.partial
    assert {each.id for each in measurements.listing(conn, [kind])} == {first.id, second.id}
    assert first.result == {"vram_gb": {"process": 3.9}} and first.measured_at == AT


def test_measurements_come_newest_first_and_are_never_changed(conn):
    kind = f"test-{uuid4()}"
    old = measurements.add(conn, **measurement(kind))
    young = measurements.add(conn, **measurement(kind, measured_at=AT.replace(hour=10)))
    assert [each.id for each in measurements.listing(conn, [kind])] == [young.id, old.id]
    with pytest.raises(psycopg.errors.RestrictViolation), conn.transaction():
        conn.execute("UPDATE measurements SET device = 'other' WHERE id = %s", [old.id])


def test_numbers_that_are_none_cannot_be_stored(conn):
    with pytest.raises(ValueError, match="JSON"):
        measurements.add(conn, **measurement(result={"vram_gb": {"process": float("nan")}}))


def test_an_error_is_opened_and_closed_by_names_with_reasons(conn, collection):
    error_id = critical.open_(conn, collection.id, system="A", title=" 조사가 깨짐 ", note="MATH_007", by="김담당")
    other = critical.open_(conn, collection.id, system="qwen3-vl@nf4", title="엔진이 멈춤", by="이개발")
    assert [(each.title, each.system, each.opened_by) for each in critical.open_errors(conn, collection.id)] == [
        ("조사가 깨짐", "qwen3-vl", "김담당"), ("엔진이 멈춤", "qwen3-vl@nf4", "이개발")]
    critical.close(conn, collection.id, error_id, note="토크나이저를 고침", by="이개발")
    critical.close(conn, collection.id, error_id, note="다시 닫음", by="누군가")
    closed, still = critical.history(conn, collection.id)
    assert (closed.open, closed.closed_by, closed.closing_note, closed.note) == (False, "이개발", "토크나이저를 고침", "MATH_007")
    assert still.error_id == str(other) and [each.error_id for each in critical.open_errors(conn, collection.id)] == [str(other)]


def test_sending_an_error_twice_opens_it_once(conn, collection):
    uuid = uuid4()
    for _ in range(2):
        critical.open_(conn, collection.id, system="A", title="한 번", by="김담당", uuid=uuid)
    assert len(critical.history(conn, collection.id)) == 1


@pytest.mark.parametrize("change", [{"title": " "}, {"by": ""}])
def test_an_error_needs_a_title_and_a_name(conn, collection, change):
    with pytest.raises(InputError):
        critical.open_(conn, collection.id, **{"system": "A", "title": "오류", "by": "김담당"} | change)
    assert critical.history(conn, collection.id) == []


def test_closing_needs_a_name_a_reason_and_an_error(conn, collection):
    error_id = critical.open_(conn, collection.id, system="A", title="오류", by="김담당")
    for note, by in (("", "김담당"), ("고침", " ")):
        with pytest.raises(InputError):
            critical.close(conn, collection.id, error_id, note=note, by=by)
    with pytest.raises(NotFoundError):
        critical.close(conn, collection.id, uuid4(), note="고침", by="김담당")
    with pytest.raises(NotFoundError):
        critical.close(conn, collection.id, "no id at all", note="고침", by="김담당")
    assert len(critical.open_errors(conn, collection.id)) == 1


def test_the_last_statement_of_a_value_counts(conn, collection):
    assert stated_values.latest(conn, collection.id, bands.DAYS) is None
    for value, by in ((10.0, "김담당"), (12.5, "이개발")):
        bands.state(conn, collection.id, value=value, note="회의", by=by)
    told = stated_values.latest(conn, collection.id, bands.DAYS)
    assert (told.value, told.by) == (12.5, "이개발") and len(stated_values.history(conn, collection.id, bands.DAYS)) == 2
    for wrong in ({"value": float("nan")}, {"value": 1e9}, {"by": " "}, {"name": "anything"}):
        with pytest.raises(InputError):
            bands.state(conn, collection.id, **{"value": 1.0, "by": "김담당"} | wrong)


def test_the_key_of_a_decision_changes_with_everything_it_rests_on(conn, collection):
    seen = [load.fingerprint(conn, collection.id)]
    measurements.add(conn, **measurement(f"test-{uuid4()}"))
    seen.append(load.fingerprint(conn, collection.id))
    critical.open_(conn, collection.id, system="A", title="오류", by="김담당")
    seen.append(load.fingerprint(conn, collection.id))
    bands.state(conn, collection.id, value=3, by="김담당")
    seen.append(load.fingerprint(conn, collection.id))
    assert len(set(seen)) == 4 and load.fingerprint(conn, collection.id) == seen[-1]


class Letters:
    """A tokenizer of one token a letter that does not know some of them."""

    def __init__(self, unknown: str = "") -> None:
        self.unknown = unknown

    def __call__(self, texts, **settings):
        return {"input_ids": [[0 if letter in self.unknown else ord(letter) for letter in text] for text in texts]}

    def decode(self, ids, skip_special_tokens):
        return "".join(chr(number) for number in ids if number)


def test_hangul_that_does_not_come_back_is_lost():
    texts = [("a", "불을 켜자 $x^2$"), ("b", "x + 1"), ("c", "셔츠"), ("d", "가나다")]
    told = hangul.loss(Letters(unknown="켜x^"), texts, most=4)
    assert (told.items, told.lost, told.examples) == (3, 1, ("a",)), "b has no Hangul; other letters are not looked at"
    assert told.cut == 1, "a has more than four letters"
    assert hangul.loss(Letters(), texts, most=100) == hangul.Loss(3, 0, (), 0)


def test_composed_and_compatibility_forms_are_the_same_hangul():
    assert hangul.hangul("한") == hangul.hangul("\u1112\u1161\u11ab") and hangul.hangul("ㄱ㉠") == hangul.hangul("\u1100\u1100")
    assert hangul.hangul("가나") != hangul.hangul("나가"), "order counts"


def test_a_model_is_checked_again_only_where_it_or_the_items_changed(conn, collection):
    items.upsert(conn, collection.id, [new(1, text="불을 켜자"), new(2, text="셔츠")])
    asked = []

    def tokenizer_of(record):
        asked.append(record.key)
        return Letters(unknown="켜")

    first = hangul.check(conn, collection, names=["qwen3-vl"], tokenizer_of=tokenizer_of)
    again = hangul.check(conn, collection, names=["qwen3-vl"], tokenizer_of=tokenizer_of)
    assert first == again and len(asked) == 1
    found = first[0].measurement
    assert (found.result["lost"], found.result["examples"], found.miniature) == (1, ["m-001"], True)
    assert found.config["items"] == states.of_items(conn, collection.id)
    items.upsert(conn, collection.id, [new(1, text="불을 끄자", content_hash="another")])
    changed = hangul.check(conn, collection, names=["qwen3-vl"], tokenizer_of=tokenizer_of)[0].measurement
    assert changed.id != found.id and changed.result["lost"] == 0


def test_a_model_that_is_not_here_is_not_checked(conn, collection, monkeypatch):
    record = registry.record("kure-v1")
    assert not record.installed
    monkeypatch.setattr(hangul.registry, "resolve", lambda key: record)
    told = hangul.check(conn, collection, names=["kure-v1"])[0]
    assert told.measurement is None and told.reason


def test_an_evaluation_checks_real_models_alone(conn, collection, monkeypatch, capsys):
    """A miniature's check never counts, and an evaluation should not wait for it."""
    assert hangul.check(conn, collection, miniature=False) == []
    asked = []
    monkeypatch.setattr("core.cli.evaluate._executed", lambda arguments, database: SimpleNamespace(notes=()))
    monkeypatch.setattr(hangul, "check", lambda conn, found, **more: asked.append((found.name, more["miniature"])))
    assert main(["evaluate", "--collection", collection.name]) == 0
    assert main(["evaluate", "--collection", collection.name, "--no-run"]) == 0
    assert asked == [(collection.name, False)], "stored lists alone ask no model"


@pytest.mark.slow
def test_the_miniatures_tokenizers_can_be_read(conn, collection):
    items.upsert(conn, collection.id, [new(1, text="함수의 그래프")])
    told = {each.system: each.measurement for each in hangul.check(conn, collection)}
    assert set(told) == set(hangul.SYSTEMS) and all(each.miniature and each.result["items"] == 1 for each in told.values())
    assert told["qwen3-vl"].result["lost"] == 0, "byte-level pieces lose nothing"


def report(*, ok=True, revision="r1", miniature=False):
    checks = (Check("pooling", ok, "평균" if not ok else "같음"), Check("single", True, ""))
    model = LoadedModel("kure-v1", "nlpai-lab/KURE-v1", revision, "fp32", "cpu", 1024, None, miniature)
    return SimpleNamespace(model=model, ok=ok, checks=checks, unchecked=("NF4는 재지 않음",))


def run_of(*models):
    sets = [{"model_key": key, "hub_id": "nlpai-lab/KURE-v1", "revision": revision, "miniature": False} for key, revision in models]
    return SystemRun("kure-v1", "B", 1, AT, {"sets": sets}, False, False, "fp16", ())


def test_what_verifying_came_to_is_kept_for_the_checkpoint_it_was_run_on(conn):
    revision = uuid4().hex
    wrong = inference.keep(conn, report(ok=False, revision=revision))
    told = inference.of_run(run_of(("kure-v1", revision)), measurements.listing(conn))
    assert told.passed is False and "풀링" in told.detail and "하나씩" not in told.detail and told.measurements == (wrong,)
    right = inference.keep(conn, report(revision=revision))
    known = measurements.listing(conn)
    assert inference.of_run(run_of(("kure-v1", revision)), known).measurements == (right,)
    assert inference.of_run(run_of(("kure-v1", revision)), known).passed
    assert inference.of_run(run_of(("kure-v1", "another")), known).passed is None
    assert inference.of_run(run_of(("kure-v1", revision), ("siglip-base", "any")), known).passed is None, "all models of a run"
    assert inference.of_run(run_of(), known).passed is None and inference.of_run(None, known).passed is None


def test_verifying_is_worth_having_without_a_database(monkeypatch, capsys):
    def gone():
        raise StoreError("데이터베이스에 닿지 못했습니다.")

    monkeypatch.setattr("core.store.open_database", gone)
    monkeypatch.setattr("core.models.parity.verify.verify", lambda record: SimpleNamespace(
        **vars(report()), attention="sdpa", rule=SimpleNamespace(pooling="cls", before={})))
    assert main(["models", "verify", "kure-v1", "--json"]) == 0
    told = capsys.readouterr()
    assert json.loads(told.out)["models"][0]["ok"] and "저장하지 못했습니다" in told.err


def test_a_decision_on_judgments_without_any_run_names_everything(conn, collection):
    bank = Bank(conn, collection)
    bank.say("김담당", "q01", "m-001", 3)
    decision = load.decision_for(conn, collection.name)
    assert decision.verdict == "undetermined" and decision.truth_title == "미확정" and decision.queries == 1
    assert [each.partition(":")[0] for each in decision.invalid][:2] == ["정답 미확정", "쿼리 수"]
    assert all(gate.title in " ".join(decision.missing) for gate in decision.gates)


def test_a_decision_on_an_empty_collection_says_that_there_are_no_grades(conn, collection):
    decision = load.decision_of(conn, assembling.load(conn, collection.name))
    assert decision.verdict == "undetermined" and decision.headline.startswith("판정에 쓸 수 없는 근거: 정답 없음")


def test_the_verb_prints_one_object_with_the_keys_that_programs_rely_on(conn, collection, capsys):
    assert main(["decide", "--collection", collection.name, "--json", "--what-if", "mrr=0.5", "--open-error", "조사가 깨짐",
                 "--days-saved", "10", "--by", "김담당"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["verdict"] == "undetermined" and told["reasons"] and told["hypothetical"] == {"mrr": 0.5}
    assert all({"name", "value", "threshold", "passed", "firmness", "evidence"} <= gate.keys() for gate in told["gates"])
    assert {gate["name"]: gate["threshold"] for gate in told["gates"]}["mrr"] == 0.5
    assert [each["title"] for each in told["critical_errors"]] == ["조사가 깨짐"]
    assert {each["name"]: each["value"] for each in told["bands"]}["days_saved"] == 10
    assert [each["key"] for each in told["questions"]] == ["Q1", "Q2", "Q3", "Q4", "Q5"]


def test_the_verb_prints_words_for_people(conn, collection, capsys):
    assert main(["decide", "--collection", collection.name]) == 0
    out = capsys.readouterr().out
    assert out.startswith("판정: 판정 불가") and "Q5" in out and "≥ 80 %" in out and "< 70 %" in out


@pytest.mark.parametrize(("words", "named"), [(["--what-if", "mrr"], "mrr"), (["--what-if", "mmr=1"], "mmr"), (["--gt", "9"], "9"),
                                              (["--days-saved", "3"], "이름"), (["--gates", "none.toml"], "none.toml")])
def test_the_verb_refuses_what_it_cannot_use_in_one_line(collection, capsys, words, named):
    assert main(["decide", "--collection", collection.name, *words]) == 1
    told = capsys.readouterr()
    assert named in told.err and told.err.count("\n") == 1 and not told.out
