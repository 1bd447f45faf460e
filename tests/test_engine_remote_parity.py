"""A server that renders prompts from the messages as vLLM's chat template does and computes with the miniature models:
what comes back over HTTP must be what the local path computes, and a request in another form must not be.
"""

from __future__ import annotations

import io
from functools import partial

import numpy as np
import pytest
from PIL import Image, ImageDraw

from core.engine.client import EngineClient
from core.engine.remote import requests
from core.engine.remote.addresses import Address
from core.engine.remote.model import RemoteModel
from core.engine.remote.replica import Policy
from core.models import registry
from core.models.contract import Content
from core.models.images import fit
from core.search import service
from core.search.indexing import embed_collection
from core.settings import settings
from core.store import collections
from tests.vllm_server import VllmServer, picture

pytestmark = pytest.mark.slow
KEY, RERANKER_KEY = "qwen3-vl-embedding-2b", "qwen3-vl-reranker-2b"
TEXT = "두 직선 $y=2x+1$과 $y=-x+4$의 교점의 좌표를 구하시오."
ENOUGH = 0.9999


def figure(width: int, height: int, *, mode: str = "RGB", media: str = "PNG", turned: int = 0) -> bytes:
    image = Image.new(mode, (width, height), (255, 255, 255, 0) if mode == "RGBA" else "white")
    ImageDraw.Draw(image).polygon([(width // 9, height // 8), (width - 5, height // 4), (width // 3, height - 9)], outline="black",
                                  width=max(2, width // 60))
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = turned or 1
    image.save(out, format=media, exif=exif)
    return out.getvalue()


FIGURES = [figure(90, 60), figure(700, 500), figure(1, 1), figure(300, 120, mode="RGBA"), figure(200, 330, media="JPEG", turned=6)]
CONTENTS = [Content(TEXT), Content(""), Content(TEXT * 4), *(Content(None, each) for each in FIGURES),
            *(Content(f"그림 {number}의 넓이", each) for number, each in enumerate(FIGURES)), Content("끝<|im_end|>이 아닌 글", FIGURES[0])]


class Miniature:
    """Answers requests with a model, from the request alone."""

    def __init__(self, key: str) -> None:
        from core.models.loading import load

        self.record = registry.record(f"{key}-mini")
        self.model = load(self.record)
        self._processor = self.model._prompter.processor

    def embed(self, body) -> np.ndarray:
        import torch

        inputs = self._inputs(body, *self._conversation(body))
        with torch.inference_mode():
            return self.model._model(**inputs, use_cache=False).last_hidden_state[0, -1].float().numpy()

    def score(self, body) -> list[float]:
        import torch

        scores = []
        for document in body["documents"]:
            inputs = self._inputs(body, *self._pair(body, document))
            with torch.inference_mode():
                hidden = self.model._model.model(**inputs, use_cache=False).last_hidden_state[0, -1].float()
                scores.append(float(torch.sigmoid(hidden @ self.model._direction)))
        return scores

    def tokens(self, body) -> int:
        pairs = [self._conversation(body)] if "messages" in body else [self._pair(body, each) for each in body["documents"]]
        return sum(self._inputs(body, *pair)["input_ids"].shape[1] for pair in pairs)

    def _inputs(self, body, prompt, images):
        images = [fit(image.convert("RGB"), **body["mm_processor_kwargs"]) for image in images]
        return dict(self._processor(text=[prompt], images=images or None, do_resize=False, add_special_tokens=False, return_tensors="pt"))

    def _conversation(self, body) -> tuple[str, list[Image.Image]]:
        images: list[Image.Image] = []
        turns = [f"<|im_start|>{turn['role']}\n{self._parts(turn['content'], images)}" for turn in body["messages"]]
        prompt = "<|im_end|>\n".join(turns) + ("" if body["continue_final_message"] else "<|im_end|>\n")
        return prompt + ("<|endoftext|>" if body["add_special_tokens"] else ""), images

    def _pair(self, body, document) -> tuple[str, list[Image.Image]]:
        images: list[Image.Image] = []
        query, found = (each if isinstance(each, str) else self._parts(each["content"], images) for each in (body["query"], document))
        return (
            '<|im_start|>system\nJudge whether the Document meets the requirements based on the Query and the Instruct provided. '
            'Note that the answer can only be "yes" or "no".<|im_end|>\n<|im_start|>user\n'
            f"<Instruct>: {body['instruction']}<Query>:{query}\n<Document>:{found}<|im_end|>\n<|im_start|>assistant\n"
        ), images

    @staticmethod
    def _parts(parts, images) -> str:
        images += [picture(part) for part in parts if part["type"] == "image_url"]
        return "".join(part["text"] if part["type"] == "text" else "<|vision_start|><|image_pad|><|vision_end|>" for part in parts)


@pytest.fixture(scope="module")
def embedder():
    return Miniature(KEY)


@pytest.fixture(scope="module")
def server(embedder):
    found = VllmServer(root=embedder.record.hub_id, embed=embedder.embed, tokens=embedder.tokens,
                       card={"miniature": True, "dtype": "float32", "revision": embedder.model.info.revision})
    yield found
    found.stop()


@pytest.fixture
def through(server):
    return RemoteModel(Address(KEY, (server.url,)), policy=Policy(batch_slots=2, interactive_slots=2))


def cosines(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return (first.astype(np.float64) * second).sum(axis=1)


@pytest.mark.parametrize("role", ["query", "document"])
def test_remote_vectors_are_the_local_ones(through, embedder, role):
    found = through.encode(CONTENTS, role=role)
    assert not found.failures and found.retries == 0 and found.milliseconds > 0
    assert not found.model.notes and found.model.miniature and found.model.precision == "remote-fp32"
    assert cosines(found.vectors, embedder.model.encode(CONTENTS, role=role)).min() >= ENOUGH


def _turned(shape, *args, user, **options):
    return shape(*args, user=user[::-1], **options)


def _without_instruction(shape, *args, **options):
    body = shape(*args, **options)
    return {**body, "messages": body["messages"][1:]}


@pytest.mark.parametrize("wrong", [
    lambda shape, *args, **options: shape(*args, **{**options, "add_special_tokens": False}),
    lambda shape, *args, **options: {**shape(*args, **options), "continue_final_message": False},
    _turned,
    _without_instruction,
], ids=["no closing token", "final message closed", "text before image", "no instruction"])
def test_a_request_in_another_form_is_another_vector(through, embedder, monkeypatch, wrong):
    through.load()
    monkeypatch.setattr(requests, "conversation", partial(wrong, requests.conversation))
    content = [Content("그림의 넓이를 구하시오.", FIGURES[1])]
    found = through.encode(content, role="document")
    assert cosines(found.vectors, embedder.model.encode(content, role="document")).max() < ENOUGH


def test_remote_scores_are_the_local_ones():
    reranker = Miniature(RERANKER_KEY)
    server = VllmServer(root=reranker.record.hub_id, score=reranker.score, tokens=reranker.tokens, card={"miniature": True})
    try:
        model = RemoteModel(Address(RERANKER_KEY, (server.url,)), policy=Policy(interactive_slots=2))
        for query in (Content(TEXT), Content("넓이", FIGURES[1])):
            found = model.rerank(query, CONTENTS)
            assert not found.failures and not found.model.notes
            np.testing.assert_allclose(found.scores, reranker.model.score(query, CONTENTS), atol=1e-4)
    finally:
        server.stop()


def test_the_sample_is_searched_through_a_server_as_it_is_here(server, prepared, database, monkeypatch):
    name = settings().collection
    query = service.Query(text="두 일차함수의 그래프가 만나는 점", image=None, item_id=None)
    local = service.search(database, EngineClient(), query, system="A", collection=name)
    monkeypatch.setenv("MODELS", "auto")  # under which a model that is served stands for its name
    monkeypatch.setenv("ENGINE_URL", f"{KEY}={server.url}")
    monkeypatch.setenv("PRECISION", "fp16")  # a setting of the local engine
    settings.cache_clear()
    try:
        with database.connection() as conn:
            before = collections.get(conn, name)
        report = embed_collection(database, EngineClient(), name, model_key=KEY, content="all")
        assert report.embedded == 100 and not report.failed and report.model.precision == "remote-fp32"
        there = service.search(database, EngineClient(), query, system="A", collection=name)
        assert before.name == there.collection and there.models[0].device == "remote 127.0.0.1"
        assert [hit.item_id for hit in there.hits] == [hit.item_id for hit in local.hits]
        np.testing.assert_allclose([hit.score for hit in there.hits], [hit.score for hit in local.hits], atol=1e-4)
        monkeypatch.delenv("ENGINE_URL")
        monkeypatch.delenv("PRECISION")
        monkeypatch.setenv("MODELS", "mini")
        settings.cache_clear()
        again = service.search(database, EngineClient(), query, system="A", collection=name)
        assert again.models[0].device == local.models[0].device and again.hits == local.hits
    finally:
        monkeypatch.undo()
        settings.cache_clear()
        _drop_remote_sets(database, name)


def _drop_remote_sets(database, name: str) -> None:
    from core.store import embeddings

    with database.connection() as conn:
        for found in embeddings.list_sets(conn, collections.get(conn, name).id):
            if found.identity.precision.startswith("remote"):
                embeddings.drop_set(conn, found.id)
