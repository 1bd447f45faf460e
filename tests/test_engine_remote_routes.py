"""Who a remote model says it is, and which calls go to it."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from core.engine.client import EngineClient
from core.engine.remote import routes
from core.errors import EngineError, InputError, ModelError
from core.models.contract import Content
from core.search.indexing import set_identity
from tests.fixtures_remote import KEY, RERANKER_KEY, TEXTS, expected, remote
from tests.vllm_server import RERANKER, count_tokens


class TestIdentity:
    def test_it_says_where_and_how_it_computed(self, serve):
        model = remote(serve(), precision="bf16", revision="9f2f7e7").load(max_pixels=10_000)
        assert (model.key, model.id, model.revision) == (KEY, "Qwen/Qwen3-VL-Embedding-2B", "9f2f7e7")
        assert (model.precision, model.device, model.dims, model.max_pixels) == ("remote-bf16", "remote 127.0.0.1", 2048, 10_000)
        assert not model.miniature and not model.notes

    def test_what_nobody_declares_is_unknown(self, serve):
        model = remote(serve()).load()
        assert (model.precision, model.revision) == ("remote", "unknown")

    def test_a_server_may_say_that_it_is_a_miniature(self, serve):
        server = serve(dims=256, card={"miniature": True, "dtype": "float32", "revision": "abc"})
        model = remote(server).encode(TEXTS[:2], role="query").model
        assert model.miniature and model.dims == 256 and model.precision == "remote-fp32" and model.max_pixels == 160 * 160

    def test_vectors_computed_elsewhere_are_a_set_of_their_own(self, serve):
        told = remote(serve(), precision="fp16").load()
        local = SimpleNamespace(**{name: getattr(told, name) for name in told.__slots__} | {"precision": "fp16"})
        assert set_identity(told, "all").digest != set_identity(local, "all").digest

    def test_a_precision_of_other_servers_is_refused(self, serve):
        with pytest.raises(ModelError, match="remote-bf16"):
            remote(serve(), precision="bf16").encode(TEXTS[:1], role="query", precision="remote-fp16")

    def test_servers_that_differ_are_never_mixed(self, serve):
        with pytest.raises(EngineError, match="서로 다른"):
            remote(serve(), serve(root="another/model")).load()

    def test_another_name_is_told(self, serve):
        (note,) = remote(serve(root="/weights/tuned")).load().notes
        assert "/weights/tuned" in note

    def test_a_server_that_resizes_images_again_is_told(self, serve):
        def resized(body):
            return count_tokens(body) + (60 if "image_url" in str(body) else 0)

        (note,) = remote(serve(tokens=resized)).load().notes
        assert "--mm-processor-kwargs" in note and "기대 4" in note
        (note,) = remote(serve(root=RERANKER, tokens=resized), key=RERANKER_KEY).load().notes
        assert "--mm-processor-kwargs" in note

    def test_a_server_that_adds_no_closing_token_is_told(self, serve):
        server = serve(tokens=lambda body: count_tokens(body | {"add_special_tokens": False}))
        (note,) = remote(server).load().notes
        assert "닫는 토큰" in note

    def test_a_server_that_counts_nothing_cannot_be_checked(self, serve):
        assert not remote(serve(tokens=lambda body: None)).load().notes

    def test_an_embedder_does_not_rerank_nor_the_other_way_round(self, serve):
        with pytest.raises(InputError, match="재정렬"):
            remote(serve()).rerank(Content("검색어"), TEXTS[:2])
        with pytest.raises(InputError, match="임베딩"):
            remote(serve(root=RERANKER), key=RERANKER_KEY).encode(TEXTS[:2], role="query")


class TestRoutes:
    @pytest.fixture
    def client(self):
        return EngineClient(launcher=SimpleNamespace(connect=pytest.fail, find=pytest.fail))

    def test_calls_of_a_served_model_never_start_the_engine(self, serve, environment, client):
        server, reranker = serve(), serve(root=RERANKER)
        environment(ENGINE_URL=f"{KEY}@bf16={server.url};{RERANKER_KEY}={reranker.url}", PRECISION="fp16")
        assert client.load(KEY).precision == "remote-bf16"
        np.testing.assert_allclose(client.encode(KEY, TEXTS, role="document").vectors, expected(server, TEXTS), atol=1e-6)
        assert client.encode(KEY, TEXTS[:1], role="query", precision="remote-bf16").model.precision == "remote-bf16"
        assert len(client.rerank(RERANKER_KEY, Content("검색어"), TEXTS[:3]).scores) == 3

    def test_a_local_precision_stays_local_and_others_were_never_remote(self, environment):
        environment(ENGINE_URL=f"{KEY}=http://a:8000")
        assert routes.find(KEY) is not None and routes.find(KEY, "remote-bf16") is not None
        assert routes.find(KEY, "nf4") is None and routes.find("kure-v1") is None

    def test_vectors_of_a_server_that_is_no_longer_named_are_not_searched_from_here(self, environment, client):
        environment(ENGINE_URL="")
        with pytest.raises(EngineError, match="ENGINE_URL"):
            client.encode(KEY, TEXTS[:1], role="query", precision="remote-bf16")

    def test_a_changed_setting_is_another_fleet(self, environment):
        environment(ENGINE_URL=f"{KEY}=http://a:8000")
        before = routes.find(KEY)
        assert routes.find(KEY) is before
        environment(ENGINE_URL=f"{KEY}=http://b:8000")
        assert routes.find(KEY) is not before
