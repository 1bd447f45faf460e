"""What decides whether a step is to be run: contents. Each thing that changes opens exactly the step that depends on it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from core.bench.gpu_suite import machine
from core.cli.main import main
from core.errors import ModelError
from core.evaluation.verdict import hangul, inference
from core.jobs.working import Worker
from core.labels.versions import freezing
from core.models import registry
from core.models.parity import verify as parity
from core.poc import bank, benching, deciding, embedding, evaluating, running, subject, summary, verifying
from core.poc.part import Part
from core.poc.step import House, Wish
from core.search import run_config, variants
from core.store import collections, embedding_sets, items, measurements, queries
from tests.fixtures_store import another
from tests.scenario_bank import SIZE, fill, judge
from tests.stored_engine import FakeEngine, embed
from tests.test_store_items import new
from tests.verified_models import verified

pytestmark = pytest.mark.slow
GRADES = {"text": {"m-001": 3, "m-002": 2, "m-008": 0}, "both": {"m-007": 3}, "image": {"m-009": 2}, "item": {"m-001": 2},
          "item-plain": {"m-002": 3}, "written": {"m-011": 3, "m-006": 1}}


class WholeEngine(FakeEngine):
    """Also encodes documents; counts those."""

    documents = 0

    def encode(self, model_key, contents, *, role, **rest):
        if role == "document":
            self.documents += len(contents)
        return super().encode(model_key, contents, role="query", **rest)


@pytest.fixture
def engine():
    return WholeEngine()


@pytest.fixture
def house(database, collection, conn, engine):
    fill(conn, collection)
    return House(database, lambda: engine, Wish(collection.name, bench=False))


@pytest.fixture
def part():
    return Part(Worker(), begin=0, end=1, words="")


def put(conn, collection, *texts):
    rows = [new(number, text=text, content_hash=text) for number, text in enumerate(texts, start=1)]
    items.upsert(conn, collection.id, [items.NewItem(row.item, row.content_hash, ()) for row in rows])


def test_an_empty_collection_is_no_step_of_a_machine(database, collection, part):
    found = bank.look(House(database, pytest.fail, Wish(collection.name)))
    assert found.standing == "impossible" and collection.name in found.why
    assert bank.look(House(database, pytest.fail, Wish("nirgends"))).standing == "impossible"


def test_vectors_are_lacking_by_content_alone(database, collection, engine, conn, part):
    put(conn, collection, "하나", "둘", "셋")
    house = House(database, lambda: engine, Wish(collection.name))
    assert embedding.look(house).standing == "missing"
    embedding.run(house, part)
    whole = embedding.look(house)
    assert whole.standing == "done" and "축소 모델" in whole.why
    assert engine.documents == 9, "A, A by its text, and B; no item has a figure"
    put(conn, collection, "하나", "다른 글", "셋")
    found = embedding.look(house)
    assert found.standing == "stale" and "3개" in found.why and found.fingerprint != whole.fingerprint
    embedding.run(house, part)
    assert engine.documents == 12 and embedding.look(house).standing == "done"
    put(conn, collection, "하나", "둘", "셋")
    assert embedding.look(house).standing == "stale", "what once was is no longer there"


def test_one_model_that_cannot_be_loaded_costs_only_its_own_vectors(database, collection, conn, part):
    put(conn, collection, "하나", "둘", "셋")

    class Refusing(WholeEngine):
        def load(self, model_key, **settings):
            if model_key.startswith("kure"):
                raise ModelError("메모리가 모자랍니다.")
            return super().load(model_key, **settings)

    refusing = Refusing()
    with pytest.raises(Exception, match=r"kure-v1 \(글\): 메모리가 모자랍니다\."):
        embedding.run(House(database, lambda: refusing, Wish(collection.name)), part)
    made = {(found.set.identity.model_key, found.set.identity.content): found.vectors for found in embedding_sets.sets(conn, collection.id)}
    assert made["qwen3-vl-embedding-2b-mini", "all"] == made["qwen3-vl-embedding-2b-mini", "text"] == 3
    assert ("kure-v1-mini", "text") not in made and ("siglip-base-mini", "image") in made


def test_lists_are_lacking_for_changed_queries_and_a_new_truth_tunes_anew(house, engine, conn, part):
    assert evaluating.look(house).standing == "missing"
    judge(conn, house.collection(), GRADES)
    evaluating.run(house, part)
    kept = evaluating.look(house)
    assert kept.standing == "done" and "미확정" in kept.why
    judge(conn, house.collection(), {"text": {"m-003": 3}})
    tuned = evaluating.look(house)
    assert tuned.standing == "stale" and "가중치" in tuned.why and tuned.fingerprint != kept.fingerprint
    calls = sum(engine.calls.values())
    evaluating.run(house, part)
    assert evaluating.look(house).standing == "done" and sum(engine.calls.values()) == calls, "tuning searches for nothing"
    queries.put(conn, house.collection().id, query_id="text", text="다른 질문", query_type="natural_language", origin="human")
    again = evaluating.look(house)
    assert again.standing == "missing"
    engine.rows.clear()
    evaluating.run(house, part)
    assert {content.text for _, content in engine.rows} == {"다른 질문"} and evaluating.look(house).standing == "done"


def test_a_collection_without_queries_asks_for_them(database, collection, conn):
    items.upsert(conn, collection.id, [items.NewItem(new(1).item, "h", ())])
    embed(conn, collection.id)
    assert evaluating.look(House(database, pytest.fail, Wish(collection.name))).standing == "impossible"


def test_a_model_is_verified_for_its_very_checkpoint_and_the_items_as_they_are(database, engine):
    # In a database of its own: what another test has verified is verified for every collection.
    with another(database) as alone, alone.connection() as conn:
        collection = collections.ensure(conn, "verified")
        fill(conn, collection)
        house = House(alone, lambda: engine, Wish(collection.name, bench=False))
        assert verifying.look(house).standing == "missing"
        verified(conn, of=collection, revision="another")
        assert verifying.look(house).standing == "missing"
        verified(conn, of=collection)
        assert verifying.look(house).standing == "done"
        items.upsert(conn, collection.id, [new(1, text="새 글", content_hash="another")])
        found = verifying.look(house)
        assert found.standing == "missing" and "한글" in found.why and found.work < verifying.SECONDS_A_MODEL


def measurement(conn, house, **changes):
    """Return what a whole, fitting latency bench of B would have left, changed."""
    collection = house.collection()
    variant = variants.find("B")
    sets = [found.identity for found in run_config.sets_of(conn, collection, variant)]
    base = {"kind": "latency", "system": variant.name, "device": benching.devices()[0], "miniature": True, "partial": False,
            "config": {"collection": collection.name, "calls": 200, "items": SIZE, "sets": [each.digest[:16] for each in sets]},
            "environment": {"versions": machine.versions(), "models": [{"key": sets[0].model_key, "revision": sets[0].revision}]},
            "result": {"n": 200}, "measured_at": datetime.now(UTC)}
    for name, value in changes.items():
        outer, _, inner = name.partition("__")
        base[outer] = base[outer] | {inner: value} if inner else value
    return measurements.add(conn, **base)


def of_b(conn, house, calls=None):
    return next(each for each in benching._wanted(conn, house.collection(), calls) if each.asked.system == "B")


def test_a_measurement_of_these_very_contents_stands(house, conn):
    assert of_b(conn, house).there is None
    stored = measurement(conn, house)
    assert of_b(conn, house).there == stored
    assert of_b(conn, house, calls=5).there == stored, "more calls than asked for are as good"
    assert of_b(conn, house, calls=1000).there is None


@pytest.mark.parametrize(("change", "value", "why"), [
    ("config__sets", ["0" * 16], benching.OTHERS), ("config__items", SIZE + 1, benching.OTHERS),
    ("environment__models", [{"key": "kure-v1-mini", "revision": "another"}], benching.OTHERS),
    ("environment__versions", {**machine.versions(), "torch": "1.0"}, benching.ELSEWHERE), ("device", "다른 카드", benching.ELSEWHERE),
    ("device", "NVIDIA GeForce RTX 2070 SUPER", benching.ELSEWHERE), ("config__calls", 199, benching.FEWER), ("partial", True, ""),
    ("config__collection", "다른 것", ""), ("system", "siglip", ""), ("kind", "vram", "")])
def test_a_measurement_of_anything_else_does_not_stand(house, conn, change, value, why):
    measurement(conn, house, **{change: value})
    found = of_b(conn, house)
    assert (found.there, found.why) == (None, why)


def test_what_the_target_card_gave_stands_wherever_it_is_looked_at(house, conn):
    stored = measurement(conn, house, device="NVIDIA GeForce RTX 2070 SUPER", miniature=False, environment__versions={})
    assert of_b(conn, house).there == stored


def test_miniature_models_stand_in_for_no_precision(house, conn):
    assert subject.registered(conn, house.collection()) == () and subject.judged(conn, house.collection()).name == "qwen3-vl"


def test_a_real_model_of_another_precision_brings_the_registered_variant(house, conn, monkeypatch):
    resolve = registry.resolve
    monkeypatch.setattr(subject, "registry", SimpleNamespace(resolve=lambda key: replace(resolve(key), miniature=False)))
    assert [each.name for each in subject.registered(conn, house.collection())] == [
        "qwen3-vl@nf4@px512", "qwen3-vl@nf4@px512@text-only", "qwen3-vl@nf4@px512@image-only"]


def test_the_whole_is_done_once_and_then_kept_until_something_changes(house, engine, conn, monkeypatch, tmp_path):
    steps = [step for step in running.STEPS if step.name != "report"]
    judge(conn, house.collection(), GRADES)
    verified(conn, of=house.collection())
    first = running.run(house, Worker(), steps=steps)
    assert [each.ending for each in first] == ["kept", "done", "kept", "done", "left_out", "done"]
    told = summary.of(house, first)
    assert told.decision.title in first[-1].words and told.decision.miniature and not told.failed
    assert "축소 모델" in next(summary.lines(told))

    never = replace(house, engine=lambda: pytest.fail("the engine was asked for"))
    again = running.run(never, Worker(), steps=steps)
    assert [each.ending for each in again] == ["kept"] * 4 + ["left_out", "kept"]
    assert again[-1].words.count(deciding.SAME) == running.run(never, Worker(), steps=steps)[-1].words.count(deciding.SAME) == 1

    freezing.freeze(conn, house.collection().id, name="첫", by="가", unlisted_zero_by="가")
    frozen = running.run(never, Worker(), steps=steps)
    assert [each.ending for each in frozen] == ["kept", "kept", "kept", "done", "left_out", "done"], "the same grades, and another truth"

    judge(conn, house.collection(), {"both": {"m-009": 3}}, rater="나")
    freezing.freeze(conn, house.collection().id, name="다음", by="가")
    third = running.run(never, Worker(), steps=steps)
    assert [each.ending for each in third] == ["kept", "kept", "kept", "done", "left_out", "done"]


def test_a_failing_check_of_models_does_not_hide_the_verdict(house, engine, monkeypatch):
    def refuse(record):
        raise ModelError("메모리가 모자랍니다.")

    engine.evict = lambda: 0
    monkeypatch.setattr(parity, "verify", refuse)
    monkeypatch.setattr(inference, "newest", lambda *given, **rest: None)
    monkeypatch.setattr(hangul, "check", lambda *given, **rest: [])
    found = {each.name: each for each in running.run(house, Worker(), steps=[each for each in running.STEPS if each.name != "report"])}
    assert found["verify"].ending == "failed" and "메모리가 모자랍니다." in found["verify"].words
    assert found["evaluate"].ending == found["decide"].ending == "done"


def test_a_model_that_finds_no_memory_is_verified_once_the_engine_has_let_go(house, engine, monkeypatch, part):
    held, tried = [3], []
    engine.evict = lambda: held.pop() if held else 0

    def verify(record):
        tried.append(record.key)
        if held:
            raise ModelError("메모리가 모자랍니다.")
        raise ModelError("그래도 모자랍니다.")

    monkeypatch.setattr(inference, "newest", lambda *given, **rest: None)
    monkeypatch.setattr(hangul, "check", lambda *given, **rest: [])
    monkeypatch.setattr(parity, "verify", verify)
    with pytest.raises(Exception, match="그래도"):
        verifying.run(house, part)
    assert [tried.count(key) for key in dict.fromkeys(tried)] == [2, 1, 1, 1], "what has nothing to let go is not tried again"


def test_the_command_tells_its_plan_and_does_nothing(house, conn, capsys):
    name = house.wish.collection
    held = len(embedding_sets.list_sets(conn, house.collection().id))
    assert main(["poc", "--plan", "--json", "--skip-bench", "--collection", name]) == 0
    steps = {each["name"]: each for each in json.loads(capsys.readouterr().out)["steps"]}
    assert list(steps) == [step.name for step in running.STEPS]
    assert (steps["items"]["standing"], steps["embed"]["standing"], steps["evaluate"]["standing"]) == ("done", "missing", "waiting")
    assert steps["bench"]["standing"] in ("waiting", "left_out") and not steps["items"]["runs"]
    assert len(embedding_sets.list_sets(conn, house.collection().id)) == held
    assert main(["poc", "--calls", "0", "--collection", name]) == 1
    assert main(["poc", "--plan", "--collection", "nirgends"]) == 0 and "문항이 없습니다" in capsys.readouterr().out
