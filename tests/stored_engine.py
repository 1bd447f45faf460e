"""An engine that costs nothing: vectors from a hash of the content, under whatever configuration is asked for."""

import hashlib
import threading
from collections import Counter
from dataclasses import replace

import numpy as np

from core.engine.messages import Encoding, Reranking
from core.errors import EngineDiedError
from core.models import registry
from core.models.contract import LoadedModel
from core.models.revision import installed_revision
from core.search.sets import pixel_budget
from core.search.systems import channels
from core.store import embedding_sets, embeddings, items
from core.store.embedding_sets import SetIdentity

DIMS = 40


def loaded(key: str) -> LoadedModel:
    record = registry.record(key)
    return LoadedModel(key, record.hub_id, installed_revision(record), "fp32", "cpu", DIMS, pixel_budget(record, None), True)


def vector(model_key: str, content) -> np.ndarray:
    seed = hashlib.sha256(f"{model_key}|{content.text}|{content.image!r}".encode()).digest()
    return np.random.default_rng(list(seed)).standard_normal(DIMS).astype(np.float32)


class FakeEngine:
    """Counts what it was asked for: ``rows`` by (model, content), ``calls`` by (model, priority)."""

    def __init__(self) -> None:
        self.rows, self.calls = Counter(), Counter()
        self.answers: dict[str, LoadedModel] = {}
        self.trouble: dict[str, Exception] = {}
        self.killers: set[str] = set()
        self._lock = threading.Lock()

    def encode(self, model_key, contents, *, role, precision, max_pixels, priority="interactive", timeout=0):
        assert role == "query"
        with self._lock:
            self.calls[model_key, priority] += 1
            self.rows.update((model_key, content) for content in contents)
        if model_key in self.trouble:
            raise self.trouble[model_key]
        if self.killers & {content.text for content in contents}:
            raise EngineDiedError("dead")
        vectors = np.stack([vector(model_key, content) for content in contents])
        return Encoding(vectors, {}, self._model(model_key), 1.0, 0.0, 0)

    def rerank(self, model_key, query, documents, *, precision, max_pixels, priority="interactive", timeout=0):
        self.calls[model_key, priority] += 1
        scores = np.array([(vector(model_key, document)[0] + 5) / 10 for document in documents], np.float32)
        return Reranking(scores, {}, self._model(model_key), 1.0, 0.0, 0)

    def load(self, model_key, *, precision, max_pixels):
        return self._model(model_key)

    def answers_as(self, model_key, **changes):
        self.answers[model_key] = replace(loaded(model_key), **changes)

    def _model(self, model_key):
        return self.answers.get(model_key) or loaded(model_key)


def embed(conn, collection_id: int) -> None:
    """Give every item the vectors of systems A–E, as ``core embed`` would."""
    for channel in channels():
        record = registry.resolve(channel.model)
        model = loaded(record.key)
        found = embedding_sets.ensure_set(conn, collection_id, SetIdentity(
            model_key=model.key, hub_id=model.id, revision=model.revision, precision="fp32", dims=DIMS,
            max_pixels=model.max_pixels, prompt="", content=channel.content, miniature=True))
        embedding_sets.mark_plain(conn, found.id)
        rows = [(stored.item.id, stored.content_hash, np.random.default_rng(
                    list(f"{record.key}{stored.item.id}{stored.content_hash}".encode())).standard_normal(DIMS))
                for page in items.iterate(conn, collection_id) for stored in page]
        embeddings.copy_in(conn, found.id, rows)
