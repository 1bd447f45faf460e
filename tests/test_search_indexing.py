"""Embedding a collection, with a real store and a pretended engine."""

from __future__ import annotations

import io
import threading
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from core.engine.messages import Encoding
from core.errors import EngineBusyError, EngineDiedError, EngineError, ModelError, NotFoundError
from core.items.content import content_hash, embedding_text
from core.items.record import Item
from core.models.contract import Content, LoadedModel
from core.search import embedding_run, patience
from core.search.indexing import Progress, embed_collection, set_identity
from core.store import embeddings, images
from core.store import items as store_items

MODEL = LoadedModel(key="qwen3-vl-embedding-2b-mini", id="mini", revision="", precision="fp16", device="cpu", dims=4,
                    max_pixels=25_600, miniature=True)


class PretendedEngine:
    """Vectors from a content's text length; texts with a keyword misbehave."""

    def __init__(self, *, busy: int = 0, model: LoadedModel = MODEL) -> None:
        self.model, self.busy, self.deaths = model, busy, 0
        self.requests: list[list[Content]] = []
        self.priorities: set[str] = set()
        self.at_once, self.most_at_once = 0, 0
        self._lock = threading.Lock()

    @property
    def texts(self) -> list[str]:
        return sorted(content.text or "" for request in self.requests for content in request)

    def load(self, key, *, precision, max_pixels) -> LoadedModel:
        assert key == self.model.key
        return self.model

    def encode(self, key, contents, *, role, precision, max_pixels, priority, timeout) -> Encoding:
        assert (key, role, precision, max_pixels) == (self.model.key, "document", self.model.precision, self.model.max_pixels)
        with self._lock:
            self.requests.append(list(contents))
            self.priorities.add(priority)
            if self.busy:
                self.busy -= 1
                raise EngineBusyError("혼잡")
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            return self._encoding(contents)
        finally:
            with self._lock:
                self.at_once -= 1

    def _encoding(self, contents) -> Encoding:
        if any("죽음" in (content.text or "") for content in contents):
            self.deaths += 1
            raise EngineDiedError("멈췄습니다")
        vectors = np.zeros((len(contents), 4), dtype=np.float32)
        failures = {}
        for row, content in enumerate(contents):
            if "거절" in (content.text or "") or content.image == b"broken":
                vectors[row], failures[row] = np.nan, "그림을 열 수 없습니다."
            elif "영벡터" not in (content.text or ""):
                vectors[row] = [1, len(content.text or ""), len(content.image or b""), 0]
        return Encoding(vectors, failures, self.model, 5.0 * len(contents), 0.0, sum("다시" in (c.text or "") for c in contents))


def picture(colour: str = "red") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (4, 4), colour).save(out, format="PNG")
    return out.getvalue()


@pytest.fixture
def put(conn, collection):
    """Store items of (id, text) or (id, text, figures)."""

    def store(*rows) -> None:
        new = []
        for item_id, text, *figures in rows:
            hashes = tuple(images.put(conn, data, media_type="image/png", width=4, height=4) for data in figures)
            item = Item(id=item_id, subject="수학", grade="중2", unit="일차함수", item_type="단답형", difficulty="중", text=text,
                        images=tuple(f"{sha}.png" for sha in hashes))
            new.append(store_items.NewItem(item, content_hash(embedding_text(item), hashes), hashes))
        store_items.upsert(conn, collection.id, new)

    return store


@pytest.fixture
def embed(database, collection):
    def run(engine, *, content="all", **options):
        return embed_collection(database, engine, collection.name, model_key=engine.model.key, content=content, **options)

    return run


@pytest.fixture
def of_set(conn, collection):
    """Return the stored vectors' item ids of a configuration."""

    def ids(content="all", model=MODEL) -> list[str]:
        found = embeddings.find_set(conn, collection.id, set_identity(model, content))
        wanted = store_items.hashes(conn, collection.id)
        return sorted(embeddings.vectors_of(conn, found.id, wanted)) if found else []

    return ids


def test_everything_is_embedded_once_and_only_what_changed_again(put, embed, of_set):
    put(*[(f"i{number:03}", f"문항 {number}") for number in range(70)])
    first = PretendedEngine()
    states: list[Progress] = []
    report = embed(first, progress=states.append)
    assert (report.embedded, report.unchanged, report.failed, report.cancelled) == (70, 0, [], False)
    assert len(first.texts) == 70 and first.priorities == {"batch"} and first.most_at_once <= embedding_run.IN_FLIGHT
    assert len(of_set()) == 70
    assert [state.done for state in states] == sorted(state.done for state in states)
    assert states[-1].done == states[-1].total == 70 and states[-1].seconds_left == 0 and states[-1].items_per_s > 0

    put(("i003", "고친 문항"), ("i070", "새 문항"), ("i004", "문항 4"))
    second = PretendedEngine()
    report = embed(second)
    assert (report.embedded, report.unchanged) == (2, 69) and second.texts == ["고친 문항", "새 문항"]


def test_requests_grow_to_what_takes_the_time_of_a_step(put, embed):
    put(*[(f"i{number:03}", f"문항 {number}") for number in range(200)])
    engine = PretendedEngine()
    embed(engine)
    sizes = [len(request) for request in engine.requests]
    assert sizes[0] == embedding_run.FIRST_ITEMS and max(sizes) == embedding_run.MOST_ITEMS


@pytest.mark.parametrize(("content", "expected"), [
    ("text", {("글", False), ("그림과 글", False)}),
    ("image", {(None, True), (None, True)}),
    ("all", {("글", False), ("그림과 글", True), (None, True)}),
])
def test_each_kind_of_set_gets_its_part_of_the_items(put, embed, content, expected):
    put(("a", "글"), ("b", "그림과 글", picture()), ("c", "", picture("blue"), picture()))
    engine = PretendedEngine()
    report = embed(engine, content=content)
    assert {(each.text, each.image is not None) for request in engine.requests for each in request} == expected
    assert [item_id for item_id, _ in report.failed] == (["c"] if content == "text" else [])


def test_a_bad_item_is_marked_and_not_tried_again_until_asked(put, embed, of_set, conn, collection):
    put(("a", "글"), ("b", "거절"), ("c", "그림", b"broken"), ("d", "영벡터"), ("e", "둘", b"broken", picture()))
    report = embed(PretendedEngine())
    assert report.embedded == 1 and sorted(item_id for item_id, _ in report.failed) == ["b", "c", "d", "e"]
    assert of_set() == ["a"]
    found = embeddings.find_set(conn, collection.id, set_identity(MODEL, "all"))
    assert all(failure.reason for failure in embeddings.failures(conn, found.id))

    again = PretendedEngine()
    report = embed(again)
    assert (report.embedded, report.unchanged, report.skipped, again.requests) == (0, 1, 4, [])
    put(("b", "고친 글"))
    assert embed(PretendedEngine()).embedded == 1
    retried = embed(PretendedEngine(), retry_failures=True)
    assert len(retried.failed) == 3 and retried.skipped == 0


def test_an_item_whose_figure_is_not_stored_is_never_embedded_without_it(put, embed, conn, collection, of_set):
    item = Item(id="a", subject="수학", grade="중2", unit="일차함수", item_type="단답형", difficulty="중", text="글", images=("x.png",))
    store_items.upsert(conn, collection.id, [store_items.NewItem(item, "hash", ("0" * 64,))])
    report = embed(PretendedEngine())
    assert [item_id for item_id, _ in report.failed] == ["a"] and "그림" in report.failed[0][1] and of_set() == []


def test_a_cancelled_run_keeps_what_was_under_way_and_goes_on_later(put, embed, of_set):
    put(*[(f"i{number:03}", f"문항 {number}") for number in range(60)])
    states: list[Progress] = []
    report = embed(PretendedEngine(), progress=states.append, cancelled=lambda: len(states) >= 1)
    assert report.cancelled and 0 < report.embedded < 60 and len(of_set()) == report.embedded
    rest = embed(PretendedEngine())
    assert (rest.embedded, rest.unchanged, rest.cancelled) == (60 - report.embedded, report.embedded, False)


def test_a_busy_engine_is_waited_for(put, embed, monkeypatch):
    monkeypatch.setattr(patience, "PAUSES", (0.0, 0.0))
    put(("a", "글"))
    assert embed(PretendedEngine(busy=2)).embedded == 1
    put(("a", "다른 글"))
    with pytest.raises(EngineBusyError):
        embed(PretendedEngine(busy=3))


def test_the_item_that_kills_the_engine_is_found_and_the_others_are_embedded(put, embed, of_set):
    put(*[(f"i{number:03}", "죽음" if number == 5 else f"문항 {number}") for number in range(40)])
    engine = PretendedEngine()
    report = embed(engine)
    assert report.embedded == 39 and [item_id for item_id, _ in report.failed] == ["i005"] and len(of_set()) == 39
    assert engine.deaths == 3


def test_an_engine_that_always_dies_ends_the_run(put, embed, of_set):
    put(*[(f"i{number:03}", "죽음") for number in range(10)])
    with pytest.raises(EngineDiedError):
        embed(PretendedEngine())
    assert of_set() == []


def test_an_error_of_the_engine_ends_the_run_and_keeps_what_is_stored(put, embed, of_set):
    put(*[(f"i{number:03}", f"문항 {number}") for number in range(60)])
    engine = PretendedEngine()
    encode = engine.encode

    def failing(key, contents, **options):
        if len(engine.requests) >= 2:
            raise EngineError("안 됩니다.")
        return encode(key, contents, **options)

    engine.encode = failing
    with pytest.raises(EngineError, match="안 됩니다"):
        embed(engine)
    assert 0 < len(of_set()) < 60


def test_a_model_that_changes_in_the_middle_ends_the_run(put, embed):
    put(("a", "글"))
    engine = PretendedEngine()
    engine.load = lambda *_, **__: MODEL
    engine.encode = lambda *_, **__: Encoding(np.ones((1, 4), np.float32), {}, replace(MODEL, precision="nf4"), 1.0, 0.0, 0)
    with pytest.raises(ModelError, match="바뀌어"):
        embed(engine)


def test_the_identity_is_what_the_model_really_is():
    identity = set_identity(MODEL, "image")
    assert (identity.precision, identity.max_pixels, identity.content, identity.miniature) == ("fp16", 25_600, "image", True)
    assert identity.prompt == "Represent the user's input."
    assert set_identity(replace(MODEL, precision="nf4"), "image").digest != identity.digest
    assert set_identity(replace(MODEL, device="cuda"), "image").digest == identity.digest


def test_retries_in_fp32_are_counted(put, embed):
    put(("a", "다시"), ("b", "글"))
    assert embed(PretendedEngine()).retried_fp32 == 1


def test_an_unknown_collection_is_named_before_any_model_is_loaded(database):
    with pytest.raises(NotFoundError, match="없는-모음"):
        embed_collection(database, None, "없는-모음", model_key=MODEL.key, content="all")
