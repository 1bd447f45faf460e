"""A record of ten lines is all that a further model takes: it is installed, loaded, embedded with, searched and verified."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from core.cli.main import main
from core.daemon import socket_dir
from core.engine.client import EngineClient
from core.engine.launch import Launcher
from core.items.content import content_hash, embedding_text
from core.items.record import Item
from core.models import registry
from core.models.contract import Content
from core.models.download import copied
from core.models.loading import load
from core.models.parity.verify import verify
from core.models.record import MINI_DIR
from core.search import service, systems
from core.search.indexing import embed_collection
from core.search.query import Query
from core.search.systems import Channel, System
from core.store import items as store_items
from core.store.collections import Collection
from tests import tiny_checkpoints
from tests.candidate_engine import NEW, known

pytestmark = pytest.mark.slow
QUESTIONS = {
    "line-1": "두 일차함수의 그래프가 만나는 점의 좌표를 구하시오.",
    "line-2": "일차함수 $y=2x+1$의 그래프의 기울기와 절편을 구하시오.",
    "dice-1": "주사위 두 개를 던질 때 눈의 합이 7일 확률을 구하시오.",
    "dice-2": "동전 세 개를 던질 때 모두 앞면이 나올 확률을 구하시오.",
}


@pytest.fixture
def one_more(monkeypatch):
    """The new record among the others, its files in the models folder."""
    monkeypatch.setattr(registry, "RECORDS", known())
    copied(NEW, MINI_DIR / "kure-v1")
    yield NEW
    shutil.rmtree(NEW.path)


@pytest.fixture
def engine(tmp_path: Path):
    """A real engine whose code has the new record."""
    script = Path(__file__).with_name("candidate_engine.py")
    made = EngineClient(launcher=Launcher(tmp_path, command=[sys.executable, str(script)]))
    yield made
    made.stop()
    shutil.rmtree(socket_dir(tmp_path))


def test_a_new_record_embeds_and_searches_through_the_real_code(one_more, engine, database, conn, collection: Collection,
                                                                monkeypatch) -> None:
    rows = [store_items.NewItem(item, content_hash(embedding_text(item), ()), ()) for item in map(item_of, QUESTIONS)]
    store_items.upsert(conn, collection.id, rows)
    report = embed_collection(database, engine, collection.name, model_key=one_more.key, content="text")
    assert (report.embedded, report.failed) == (len(QUESTIONS), [])
    assert (report.model.id, report.model.dims, report.model.miniature) == (one_more.hub_id, 256, False)
    assert report.model.revision.startswith("folder-")

    system = System(name=one_more.key, letter="", title="One more", description="", method="single",
                    channels=(Channel(one_more.key, "text"),))
    monkeypatch.setitem(systems.SYSTEMS, system.name, system)
    found = service.search(database, engine, Query(text="주사위를 던질 때의 확률"), system=system.name, collection=collection.name, k=4)
    assert {hit.item_id for hit in found.hits[:2]} == {"dice-1", "dice-2"} and len(found.hits) == 4
    assert [model.key for model in found.models] == [one_more.key]


def test_a_new_record_is_listed_and_verified(one_more, monkeypatch, capsys) -> None:
    monkeypatch.setattr(registry, "CANDIDATES", (*registry.CANDIDATES, one_more))
    assert main(["models", "list", "--all", "--json"]) == 0
    listed = {row["key"]: row for row in json.loads(capsys.readouterr().out)["models"]}
    assert listed[one_more.key]["installed"] and listed[one_more.key]["used"] == one_more.key
    assert not listed["bge-m3"]["installed"] and listed["bge-m3"]["used"] is None
    assert main(["models", "verify", one_more.key, "--json"]) == 0
    (report,) = json.loads(capsys.readouterr().out)["models"]
    names = {check["name"] for check in report["checks"]}
    assert {"file_checksums", "single", "batch", "notices_mean_pooling"} <= names and report["pooling"] == "cls"
    assert any("따로 적어 두지" in sentence for sentence in report["unchecked"])


@pytest.mark.parametrize("make", [tiny_checkpoints.siglip2, tiny_checkpoints.qwen3_embedding], ids=lambda make: make.__name__)
def test_the_loaders_run_a_candidate_s_architecture_by_its_published_rule(make, tmp_path) -> None:
    """The real architecture, tokenizer class and folder layout with random weights."""
    record = make(tmp_path / "source")
    copied(record, tmp_path / "source")
    report = verify(record)
    shutil.rmtree(record.path)
    assert [check for check in report.checks if not check.ok] == []
    names = {check.name for check in report.checks}
    assert names >= {"tokenizer_post_processor", "token_ids", "single", "batch", "notices_mean_pooling", "notices_missing_end_token"}
    if record.kind == "sentence-transformer":
        assert names >= {"hub_prompts", "modules"} and report.rule.before == record.prompts


def test_the_instruction_stands_before_the_query_alone(tmp_path) -> None:
    record = tiny_checkpoints.qwen3_embedding(tmp_path / "source")
    copied(record, tmp_path / "source")
    encoder = load(record, precision="fp32", device="cpu")
    query, document = (encoder.encode([Content("삼각형")], role=role)[0] for role in ("query", "document"))
    asked = encoder.encode([Content(record.prompts["query"] + "삼각형")], role="document")[0]
    shutil.rmtree(record.path)
    assert np.dot(query, asked) > 0.9999 > np.dot(query, document)


def item_of(name: str) -> Item:
    return Item(id=name, subject="수학", grade="중2", unit="확률", item_type="단답형", difficulty="중", text=QUESTIONS[name])
