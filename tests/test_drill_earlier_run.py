"""The earlier run, played again: a "Go" on circular labels, the wrong pooling and 61 queries. Every mistake must have a name here.

Somebody who wants a Go has the command line and the pages: he writes the judged system's own hits into a file as people's grades, lays
it over a fair pool, asks 61 queries of six families, embeds with another pooling, and then makes what is left fit.
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from core.cli.decide import as_json
from core.decision import recording
from core.errors import InputError
from core.evaluation.execution import executing
from core.evaluation.scenarios import GATE
from core.evaluation.verdict import gates, inference, load
from core.evaluation.verdict.outcome import Decision
from core.items.record import Item
from core.labels import queue
from core.labels.exchange.importing import import_file
from core.labels.pooling import pool
from core.labels.pooling.pool import PoolRequest
from core.labels.versions import freezing
from core.models import registry
from core.models.revision import installed_revision
from core.report.final import facts
from core.report.final.blocks import Bullets
from core.report.final.chapters import analysis, summary
from core.report.final.facts import Facts
from core.store import collections, items, measurements, queries, reviews, run_lists, runs
from core.store.decisions import StoredDecision
from core.store.items import NewItem
from pages.measuring import stamp
from tests.fixtures_store import another
from tests.stored_engine import FakeEngine, embed

pytestmark = pytest.mark.slow

NAME, FAMILIES, ASKED, RELEVANT = "earlier", 6, 61, 3
FAIR = PoolRequest(name="고루", stage=2, systems=("A", "B"), depth=5, keyword=True, random_per_query=2, metadata_per_query=2)


def said(sentences, *words) -> str:
    """Return the one sentence that has all the words."""
    (found,) = [each for each in sentences if all(word in each for word in words)]
    return found


def freeze_sample(conn, collection_id, sha256):
    """Freeze the items as they are now."""
    body = {"items": [{"id": each.item_id, "content_hash": each.content_hash, "kind": each.kind}
                      for each in reviews.current(conn, collection_id)]}
    reviews.freeze(conn, collection_id, sha256=sha256, body=body, by="김담당")


@pytest.fixture(scope="module")
def house(database):
    """A database of its own, with vectors of 66 items in six families and 61 queries written from them."""
    with another(database) as made, made.connection() as conn:
        collection = collections.ensure(conn, NAME)
        items.upsert(conn, collection.id, [
            NewItem(Item(f"I{number:02}", "수학", "중2", "확률", "단답형", "중", f"{number}번 주머니에서 공을 꺼내는 문제",
                         metadata={"family": f"f{number % FAMILIES}", "keywords": [f"낱말{number}"]}), f"hash-{number}")
            for number in range(ASKED + 5)])
        for number in range(ASKED):
            queries.put(conn, collection.id, query_id=f"Q{number:02}", text=f"{number}번과 비슷한 문제", source_item_id=f"I{number:02}",
                        query_type="natural_language", origin="human")
        embed(conn, collection.id)
        yield made, collection


@dataclass(frozen=True)
class Earlier:
    """What the product says of his run, before he makes it fit."""

    computed: Decision
    reported: Facts
    refusal: str
    """Of the Go that he would sign."""
    signed: StoredDecision


@pytest.fixture(scope="module")
def earlier(house, tmp_path_factory):
    """What he does before anybody looks: evaluate, pool fairly, judge by a file; verified is a model that averages its tokens."""
    made, collection = house
    engine = FakeEngine()
    executing.execute(made, lambda: engine, collection=NAME, scenarios=[GATE], systems=["A", "B"])
    planned = pool.plan(made, lambda: engine, NAME, FAIR)
    round_id = pool.open_round(made, planned, by="김담당")
    with made.connection() as conn:
        queue.hand_out(conn, round_id, "김라벨")  # somebody else opens the desk, and judges nothing
        (run,) = [each for each in runs.listing(conn, collection.id) if each.system == "qwen3-vl"]
        own = {(query_id, item) for (_, query_id), (_, found) in run_lists.top(conn, [run.id], RELEVANT).items() for item in found}
        pairs = sorted({(pair.query_id, pair.item_id) for pair in planned.pairs} | own)
        file = tmp_path_factory.mktemp("labels") / "people.qrels"
        file.write_text("".join(f"{query_id} 0 {item} {3 * ((query_id, item) in own)}\n" for query_id, item in pairs), encoding="utf-8")
        told = import_file(made, file, collection=NAME, origin="human", format="trec")
        assert not told.refused and told.added == len(pairs)
        freezing.freeze(conn, collection.id, name="사람이 매긴 정답", by="김담당", relevant_from=2)
        record = registry.resolve("qwen3-vl-embedding-2b")
        measurements.add(conn, kind=inference.KIND, system=record.key, device="cpu", miniature=record.miniature, environment={},
                         config={"hub_id": record.hub_id, "revision": installed_revision(record)}, measured_at=datetime.now(UTC),
                         result={"ok": False, "checks": [{"name": "pooling", "ok": False, "detail": "평균"}]})
        computed, reported = load.decision_for(conn, NAME), facts.read(conn, NAME)
    with pytest.raises(InputError) as refused:
        recording.record(made, NAME, "go", reason="숫자가 좋습니다", by="김팀장")
    return Earlier(computed, reported, str(refused.value), recording.record(made, NAME, "hold", reason="다시 합니다", by="김팀장"))


def test_every_mistake_of_the_earlier_run_is_a_reason_of_its_own(earlier):
    first = earlier.computed
    assert first.verdict == "undetermined" and first.queries == ASKED
    assert "라벨링 화면에서 물은 것이 아니라" in said(first.reasons, "순환 근거: ", "쌍(100 %)")
    assert "풀링" in said(first.reasons, "공식 추론과 다름: ")
    assert f"쿼리 {ASKED}개가 문항군 {FAMILIES}개에서만" in said(first.reasons, "문항군 수: ")
    assert not [each for each in first.reasons if "계열이" in each or "무작위" in each], "the pool itself is a fair one"
    assert all(topic in first.headline for topic in ("순환 근거", "공식 추론과 다름", "문항군 수"))
    assert first.gate("recall_5").value and first.gate("recall_5").passed is None, "high numbers are shown and count for nothing"


def test_what_the_numbers_themselves_give_away_stands_beside_it(earlier):
    first = earlier.computed
    assert "라벨링 화면에서 물은 것이 아니라" in said(first.cautions, "쌍(100 %)")
    assert f"{ASKED}개 가운데 {ASKED}개에서 정답이 A" in said(first.cautions, "꼭 같습니다")
    assert "한 사람씩만" in said(first.cautions, "측정 안 됨")


def test_command_line_page_report_and_record_say_the_same(earlier):
    told = as_json(earlier.computed, (), ())
    assert told["verdict"] == "undetermined" and tuple(told["reasons"]) == earlier.computed.reasons
    assert tuple(told["cautions"]) == earlier.reported.decision.cautions == earlier.computed.cautions
    assert set(earlier.computed.cautions) <= set(analysis.limits(earlier.reported))
    short = next(each for each in summary.written(earlier.reported) if isinstance(each, Bullets)).items
    assert len(short) == 3 and all(whole.startswith(each) for whole, each in zip(earlier.computed.cautions, short, strict=True))
    drawn = html.unescape(stamp.draw(earlier.computed))
    assert all(words in drawn for words in ("판정 불가", "꼭 같습니다", "라벨링 화면에서 물은 것이 아니라"))
    assert "Go를 적을 수 없습니다" in earlier.refusal
    assert earlier.signed.body["computed"]["cautions"] == list(earlier.computed.cautions)


def test_what_is_made_to_fit_afterwards_is_said(house, earlier, tmp_path):
    """Other gates, fewer queries in a second version, another sample: each stands beside the verdict from then on."""
    made, collection = house
    shipped = gates.load()
    other = tmp_path / "gates.toml"
    other.write_text(shipped.path.read_text(encoding="utf-8").replace("threshold = 0.80", "threshold = 0.60")
                     .replace("groups = 20", "groups = 6"), encoding="utf-8")
    with made.connection() as conn:
        told = load.decision_for(conn, NAME, gate_file=other).cautions
        assert "Top-5 Recall 80.0 % → 60.0 %" in said(told, "계획서(2.2)와 다릅니다")
        assert "문항군 수 20 → 6" in said(told, "첫 평가", "Top-5 Recall 80.0 % → 60.0 %")
        freeze_sample(conn, collection.id, "0" * 64)
        for number in range(40, ASKED):
            queries.retire(conn, collection.id, f"Q{number:02}", True)
        items.upsert(conn, collection.id, [NewItem(Item("I65", "수학", "중2", "확률", "단답형", "중", "바꾸어 넣은 문제"), "other")])
        freeze_sample(conn, collection.id, "1" * 64)  # which does not make it the sample that results were seen on
        freezing.freeze(conn, collection.id, name="다듬은 정답", by="김담당", relevant_from=3)
        after = load.decision_for(conn, NAME)
        assert "61개 가운데 21개(34 %)" in said(after.cautions, "세지 않았습니다")
        assert "버전 1: 2 이상 → 버전 2: 3 이상" in said(after.cautions, "앞선 정답 버전")
        assert "문항 1개가" in said(after.cautions, "표본을 굳힌")
        assert said(load.decision_for(conn, NAME, 1).cautions, "마지막 정답 버전(2)이 아니라 버전 1")
