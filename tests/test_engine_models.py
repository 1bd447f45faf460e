"""The engine with the miniature checkpoints: what it answers is what the models compute."""

from __future__ import annotations

import io
import os
import signal
import threading
from uuid import uuid4

import numpy as np
import pytest
from PIL import Image, ImageDraw

from core.daemon import wait_until
from core.engine.client import engine
from core.errors import EngineDiedError
from core.items.content import content_hash, embedding_text
from core.items.record import Item
from core.models import registry
from core.models.contract import Content
from core.search.indexing import embed_collection, set_identity
from core.store import collections, embeddings, images
from core.store import items as store_items

pytestmark = pytest.mark.slow
QWEN, KURE, SIGLIP, RERANKER = (f"{key}-mini" for key in ("qwen3-vl-embedding-2b", "kure-v1", "siglip-base", "qwen3-vl-reranker-2b"))
TEXTS = ["두 일차함수의 그래프가 한 점에서 만난다.", "확률을 구하시오.", "직각삼각형의 빗변의 길이는 $\\sqrt{2}$이다. " * 6, ""]


def figure(*points: int, media: str = "PNG") -> bytes:
    image = Image.new("RGB", (240, 180), "white")
    ImageDraw.Draw(image).polygon(list(points), outline="black", width=3)
    out = io.BytesIO()
    image.save(out, format=media)
    return out.getvalue()


FIGURES = [figure(10, 10, 200, 20, 90, 160), figure(30, 30, 200, 30, 200, 150, 30, 150, media="JPEG")]
CONTENTS = {
    QWEN: [*map(Content, TEXTS), *(Content(None, each) for each in FIGURES), Content(TEXTS[0], FIGURES[0])],
    KURE: [*map(Content, TEXTS)],
    SIGLIP: [*map(Content, TEXTS), *(Content(None, each) for each in FIGURES)],
}


@pytest.mark.parametrize("key", [QWEN, KURE, SIGLIP])
@pytest.mark.parametrize("role", ["query", "document"])
def test_vectors_are_those_of_the_model_loaded_directly(key, role):
    from core.models.loading import load

    model = load(registry.record(key))
    through = engine().encode(key, CONTENTS[key], role=role)
    assert through.failures == {} and through.model == model.info and through.milliseconds > 0
    np.testing.assert_allclose(through.vectors, model.encode(CONTENTS[key], role=role), atol=2e-5)
    np.testing.assert_allclose(np.linalg.norm(through.vectors, axis=1), 1.0, atol=1e-5)


def test_scores_are_those_of_the_reranker_loaded_directly():
    from core.models.loading import load

    model = load(registry.record(RERANKER))
    through = engine().rerank(RERANKER, Content(TEXTS[0], FIGURES[0]), CONTENTS[QWEN])
    assert through.failures == {} and through.scores.shape == (len(CONTENTS[QWEN]),)
    np.testing.assert_allclose(through.scores, model.score(Content(TEXTS[0], FIGURES[0]), CONTENTS[QWEN]), atol=2e-5)


@pytest.mark.parametrize("key", [QWEN, SIGLIP])
def test_a_broken_image_fails_alone(key):
    contents = [Content(None, FIGURES[0]), Content(None, FIGURES[0][:200]), Content(None, b"GIF89a"), Content(None, FIGURES[1])]
    result = engine().encode(key, contents, role="document", priority="batch")
    assert sorted(result.failures) == [1, 2] and "그림" in result.failures[1]
    assert np.isnan(result.vectors[[1, 2]]).all() and np.isfinite(result.vectors[[0, 3]]).all()


def test_a_text_model_refuses_an_image_alone_and_nothing_else():
    result = engine().encode(KURE, [Content(TEXTS[0]), Content(None, FIGURES[0]), Content(TEXTS[1], FIGURES[0])], role="query")
    assert list(result.failures) == [1] and "글" in result.failures[1]


def test_a_lone_surrogate_costs_at_most_its_own_row():
    result = engine().encode(KURE, [Content("가"), Content("나\ud800"), Content("다")], role="query")
    assert set(result.failures) <= {1} and np.isfinite(result.vectors[[0, 2]]).all()


def test_asking_for_what_is_loaded_loads_nothing():
    info = engine().load(QWEN)
    loaded = len(engine().status().loaded)
    assert engine().load(QWEN, precision=info.precision, max_pixels=info.max_pixels) == info
    status = engine().status()
    assert len(status.loaded) == loaded and status.device == "cpu" and status.memory is None
    entry = next(entry for entry in status.loaded if entry.model.key == QWEN)
    parameters = registry.record(QWEN).parameters
    assert 0.5 * 4 * parameters < entry.weights_bytes < 2 * 4 * parameters and status.rss_bytes > entry.weights_bytes


def test_a_collection_is_embedded_with_a_broken_figure_in_it(database):
    name = f"test-{uuid4().hex[:12]}"
    with database.connection() as conn:
        collection = collections.ensure(conn, name)
        rows = []
        for number, data in enumerate([*FIGURES, FIGURES[0][:200], None]):
            hashes = () if data is None else (images.put(conn, data, media_type="image/png", width=240, height=180),)
            item = Item(id=f"i{number}", subject="수학", grade="중2", unit="확률", item_type="단답형", difficulty="중",
                        text=f"문항 {number}", images=tuple(f"{sha}.png" for sha in hashes))
            rows.append(store_items.NewItem(item, content_hash(embedding_text(item), hashes), hashes))
        store_items.upsert(conn, collection.id, rows)
    for key, content, embedded in ((QWEN, "all", 3), (KURE, "text", 4), (SIGLIP, "image", 2)):
        report = embed_collection(database, engine(), name, model_key=key, content=content)
        assert report.embedded == embedded and [item_id for item_id, _ in report.failed] == ([] if key == KURE else ["i2"])
        with database.connection() as conn:
            found = embeddings.find_set(conn, collection.id, set_identity(report.model, content))
            stored = embeddings.vectors_of(conn, found.id, ["i1"])["i1"]
        again = engine().encode(key, [Content(None if content == "image" else "문항 1", None if content == "text" else FIGURES[1])],
                                role="document")
        np.testing.assert_allclose(stored, again.vectors[0], atol=2e-5)


def test_a_killed_engine_comes_back_with_the_next_call():
    client = engine()
    client.load(QWEN)
    pid = client.status().pid
    failures: list[Exception] = []

    def long_call() -> None:
        try:
            client.encode(QWEN, CONTENTS[QWEN] * 200, role="document", priority="batch")
        except EngineDiedError as error:
            failures.append(error)

    waiting = threading.Thread(target=long_call)
    waiting.start()
    assert wait_until(lambda: client.status().activity == "계산 중", seconds=30)
    os.kill(pid, signal.SIGKILL)
    waiting.join()
    assert len(failures) == 1
    assert client.encode(KURE, [Content("가")], role="query").failures == {}
    assert client.status().pid != pid
