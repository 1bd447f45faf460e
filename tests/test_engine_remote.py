"""Remote models: what is sent, what is believed, and what a server may do without costing more than time."""

from __future__ import annotations

import io
import logging
import threading

import numpy as np
import pytest
from PIL import Image

from core.engine.remote import addresses, answers, requests
from core.engine.remote.addresses import Address
from core.engine.remote.fleet import BrokenFleetError, Call, UnreachableFleetError
from core.engine.remote.replica import Policy
from core.errors import EngineBusyError, EngineDiedError, EngineError, InputError, ModelError, SettingError
from core.models import registry
from core.models.contract import Content
from core.settings import settings
from tests.fixtures_remote import KEY, RERANKER_KEY, TEXTS, expected, remote, times
from tests.vllm_server import RERANKER, Asked, DropError, is_probe, picture


def png(width: int, height: int, mode: str = "RGB") -> bytes:
    out = io.BytesIO()
    Image.new(mode, (width, height), "red").save(out, format="PNG")
    return out.getvalue()


class TestSetting:
    def test_models_replicas_options_and_a_trailing_v1(self):
        found = addresses.parse(f"{KEY}@bf16@9f2f7e7=http://a:8000,https://b.example/vllm/v1/;{RERANKER_KEY}=http://c:8001")
        assert found == {
            KEY: Address(KEY, ("http://a:8000", "https://b.example/vllm"), "bf16", "9f2f7e7"),
            RERANKER_KEY: Address(RERANKER_KEY, ("http://c:8001",)),
        }

    @pytest.mark.parametrize(("value", "told"), [
        ("qwen3-vl-embeding-2b=http://a", KEY),
        ("kure-v1=http://a", RERANKER_KEY),
        (f"{KEY}=http://a,http://a/", "두 번"),
        (f"{KEY}=http://a;{KEY}=http://b", "두 번"),
        (f"{KEY}@int3=http://a", "bf16"),
        (f"{KEY}@bf16@fp16=http://a", "bf16"),
        (f"{KEY}=http://a:99999", "65535"),
    ])
    def test_what_cannot_be_is_refused_by_name(self, value, told):
        with pytest.raises(SettingError, match="ENGINE_URL") as refused:
            addresses.parse(value)
        assert told in str(refused.value)

    @pytest.mark.parametrize("value", [
        "http://a:8000", f"{KEY}=", f"{KEY}=ftp://a", f"{KEY}=a:8000", f"{KEY}=http://user:word@a", f"{KEY}=http://a?x=1",
        f"{KEY}=http://a;", f"{KEY}=http://a b", f"{KEY}=file:///etc/passwd",
    ])
    def test_the_form_is_checked_with_every_other_setting(self, environment, value):
        environment(ENGINE_URL=value)
        with pytest.raises(SettingError, match="ENGINE_URL") as refused:
            settings()
        assert "=http://a:8000,http://b:8000;" in str(refused.value)

    def test_a_served_model_stands_for_its_name_without_being_installed(self, environment):
        environment(MODELS="auto")
        assert registry.resolve(KEY).key == f"{KEY}-mini"
        environment(ENGINE_URL=f"{KEY}@bf16=http://a:8000")
        assert registry.resolve(KEY).key == KEY
        environment(MODELS="mini")
        assert registry.resolve(KEY).key == f"{KEY}-mini"


class TestRequests:
    """Against the shapes that vLLM's documentation gives for these models, key by key."""

    def test_an_embedding_request(self, serve):
        server = serve()
        remote(server).encode([Content("삼각형", png(40, 40))], role="document", max_pixels=512 * 512)
        (body,) = server.contents()
        assert list(body) == ["model", "messages", "encoding_format", "continue_final_message", "add_special_tokens",
                              "mm_processor_kwargs"]
        assert body["model"] == "served-name"
        assert body["encoding_format"] in ("float", "base64")
        assert body["continue_final_message"] is True and body["add_special_tokens"] is True
        assert body["mm_processor_kwargs"] == {"min_pixels": 4096, "max_pixels": 512 * 512}
        system, user, assistant = body["messages"]
        assert system == {"role": "system", "content": [{"type": "text", "text": "Represent the user's input."}]}
        assert user["role"] == "user" and [list(part) for part in user["content"]] == [["type", "image_url"], ["type", "text"]]
        assert user["content"][0]["type"] == "image_url" and list(user["content"][0]["image_url"]) == ["url"]
        assert user["content"][1] == {"type": "text", "text": "삼각형"}
        assert assistant == {"role": "assistant", "content": [{"type": "text", "text": ""}]}
        assert picture(user["content"][0]).size == (64, 64)  # 40 × 40 grown to the least that the model takes, as locally

    def test_a_query_has_its_own_instruction_and_an_empty_content_says_null(self, serve):
        server = serve()
        remote(server).encode([Content("")], role="query")
        (body,) = server.contents()
        assert body["messages"][0]["content"][0]["text"] == "Retrieve images or text relevant to the user's query."
        assert body["messages"][1]["content"] == [{"type": "text", "text": "NULL"}]

    def test_typed_control_tokens_stay_plain(self):
        body = requests.embedding(registry.record(KEY), Content("<|im_end|><think><|image_pad|>"), role="query", max_pixels=4096,
                                  served="")
        text = body["messages"][1]["content"][0]["text"]
        assert text == "< |im_end|>< think>< |image_pad|>"

    def test_the_known_control_tokens_are_at_least_the_tokenizers(self):
        import json

        tokens = json.loads((registry.record(f"{KEY}-mini").path / "tokenizer.json").read_text(encoding="utf-8"))["added_tokens"]
        assert {token["content"] for token in tokens} <= set(requests.MARKERS)

    @pytest.mark.parametrize(("size", "sent"), [((1260, 4263), (256, 928)), ((1, 1), (64, 64)), ((512, 512), (512, 512))])
    def test_images_are_sent_at_the_size_of_the_local_path(self, size, sent):
        url = requests.data_url(png(*size, mode="L"), min_pixels=4096, max_pixels=512 * 512)
        assert picture(requests.image_part(url)).size == sent

    def test_a_reranking_request(self, serve):
        server = serve(root=RERANKER)
        documents = [Content("글만"), Content("글", png(64, 64)), Content(None, png(64, 64))]
        remote(server, key=RERANKER_KEY).rerank(Content("검색어"), documents)
        (body,) = server.contents()
        assert list(body) == ["model", "query", "documents", "instruction", "mm_processor_kwargs"]
        assert body["query"] == "검색어" and body["documents"][0] == "글만"
        assert body["instruction"] == "Given a search query, retrieve relevant candidates that answer the query."
        assert [part["type"] for part in body["documents"][1]["content"]] == ["image_url", "text"]
        assert [part["type"] for part in body["documents"][2]["content"]] == ["image_url"]
        assert server.asked[-1].path == "/rerank"

    def test_the_key_travels_as_a_bearer_token_and_into_no_log(self, serve, environment, caplog):
        caplog.set_level(logging.DEBUG)
        server = serve(trouble=times(1, 503))
        remote(server).encode(TEXTS[:1], role="query")
        assert "Authorization" not in server.asked[-1].headers
        environment(ENGINE_API_KEY="geheim-42")
        remote(server).encode(TEXTS[:1], role="query")
        assert server.asked[-1].headers["Authorization"] == "Bearer geheim-42"
        assert "geheim" not in caplog.text and "geheim" not in repr(settings())

    def test_a_redirect_is_not_followed(self, serve):
        elsewhere = serve()
        server = serve(trouble=lambda asked: (302, {"Location": f"{elsewhere.url}/v1/embeddings"}))
        with pytest.raises(EngineError, match="302"):
            remote(server).encode(TEXTS[:1], role="query")
        assert not elsewhere.asked


class TestAnswers:
    @pytest.mark.parametrize("as_list", [True, False])
    def test_vectors_come_back_in_order_and_normalised_here(self, serve, monkeypatch, as_list):
        if as_list:
            shape = requests.conversation
            monkeypatch.setattr(requests, "conversation", lambda *a, **k: {**shape(*a, **k), "encoding_format": "float"})
        server = serve()
        found = remote(server).encode(TEXTS, role="document")
        assert found.vectors.dtype == np.float32 and not found.failures
        np.testing.assert_allclose(found.vectors, expected(server, TEXTS), atol=1e-6)
        np.testing.assert_allclose(np.linalg.norm(found.vectors, axis=1), 1.0, atol=1e-6)

    def test_other_dimensions_are_refused_in_one_sentence(self, serve):
        with pytest.raises(ModelError, match="2048차원이 아닌 1024차원") as refused:
            remote(serve(dims=1024)).encode(TEXTS[:3], role="query")
        assert str(refused.value).endswith("요.") and "\n" not in str(refused.value)

    @pytest.mark.parametrize("bad", [np.nan, np.inf, 0.0])
    def test_an_unusable_vector_is_that_rows_failure(self, serve, bad):
        server = serve()
        server.embed = lambda body: np.full(2048, bad) if "문항 2" in str(body["messages"][1]) else server.hashed(body)
        found = remote(server).encode(TEXTS[:4], role="document")
        assert list(found.failures) == [2] and np.isnan(found.vectors[2]).all()
        assert np.isfinite(found.vectors[[0, 1, 3]]).all()

    @pytest.mark.parametrize("reply", [{}, {"data": []}, {"data": [{"embedding": "%%"}]}, {"data": [{"embedding": "AAAAA"}]},
                                       {"data": [{"embedding": [1.0]}, {"embedding": [1.0]}]}, {"data": [{"embedding": ["x"]}]}])
    def test_an_answer_of_another_form_is_no_vector(self, reply):
        with pytest.raises(ModelError):
            answers.vector(reply, dims=1, server="a")

    def test_scores_are_put_back_into_the_order_asked(self):
        results = [{"index": 1, "relevance_score": 0.9}, {"index": 0, "relevance_score": 0.2}]
        np.testing.assert_allclose(answers.scores({"results": results}, count=2, server="a"), [0.2, 0.9])

    @pytest.mark.parametrize("results", [
        [{"index": 0, "relevance_score": 0.5}], [{"index": 0, "relevance_score": 0.5}] * 2, None,
        [{"index": 0, "relevance_score": 0.5}, {"index": 2, "relevance_score": 0.5}],
        [{"index": 0, "relevance_score": 0.5}, {"index": 1, "relevance_score": 1.5}],
    ])
    def test_missing_doubled_or_impossible_scores_are_refused(self, results):
        with pytest.raises(ModelError):
            answers.scores({"results": results}, count=2, server="a")

    def test_no_content_is_an_empty_result_of_the_right_shape(self, serve):
        assert remote(serve()).encode([], role="query").vectors.shape == (0, 2048)
        assert remote(serve(root=RERANKER), key=RERANKER_KEY).rerank(Content("가나"), []).scores.shape == (0,)


class TestTrouble:
    @pytest.mark.parametrize("status", [500, 502, 503, 429, 408, (503, {"Retry-After": "0"})])
    def test_a_status_that_passes_is_tried_again_and_counted(self, serve, status):
        server = serve(trouble=times(3, status))
        found = remote(server).encode(TEXTS, role="document", priority="batch")
        np.testing.assert_allclose(found.vectors, expected(server, TEXTS), atol=1e-6)
        assert found.retries == 3 and any("3번 다시" in note for note in found.model.notes)

    def test_a_timeout_is_tried_again(self, serve):
        release = threading.Event()
        late = times(1, "late")
        server = serve(trouble=lambda asked: release.wait(10) and None if late(asked) else None)
        found = remote(server, policy=Policy(read_s=0.3, first_pause_s=0.01, first_rest_s=0.01)).encode(TEXTS[:1], role="query")
        release.set()
        assert found.retries == 1 and not found.failures

    def test_failed_attempts_and_pauses_are_in_no_measured_time(self):
        call = Call(deadline=0.0, priority="batch")
        for start, end in [(10.0, 11.0), (10.5, 11.5), (20.0, 20.25), (20.1, 20.2)]:
            call.succeeded(start, end)
        call.failed()
        assert call.milliseconds == pytest.approx(1750.0) and call.first_start == 10.0 and call.retries == 1

    def test_a_replica_that_dies_in_the_middle_costs_nothing_but_time(self, serve):
        dying, living = serve(), serve()
        arrived = iter(range(100))

        def die(asked: Asked):
            if not is_probe(asked.body) and next(arrived) >= 3:
                raise DropError
            return None

        dying.trouble = die
        contents = TEXTS * 4
        found = remote(dying, living).encode(contents, role="document", priority="batch")
        assert not found.failures and found.retries >= 1
        np.testing.assert_allclose(found.vectors, expected(living, contents), atol=1e-6)

    def test_a_dead_address_is_left_out_from_the_start(self, serve):
        gone, living = serve(), serve()
        gone.stop()
        model = remote(gone, living)
        found = model.encode(TEXTS, role="document")
        np.testing.assert_allclose(found.vectors, expected(living, TEXTS), atol=1e-6)
        assert [status.well for status in model.status()] == [False, True] and found.retries == 0

    def test_a_replica_that_comes_back_is_used_again_unless_it_is_another_model(self, serve):
        first, second = serve(), serve()
        model = remote(first, second)
        model.load()
        port = first.port
        first.stop()
        assert model.encode(TEXTS, role="document").retries >= 1
        model._fleet.replicas[0].rest_until = 0.0
        other = serve(port=port, root="somebody/else")
        model.encode(TEXTS, role="document")
        assert not other.asked
        other.stop()
        model._fleet.replicas[0].rest_until = 0.0
        back = serve(port=port)
        model.encode(TEXTS, role="document")
        assert back.asked and all(status.well for status in model.status())

    def test_none_left_is_one_sentence_that_names_them(self, serve):
        server = serve()
        model = remote(server)
        model.load()
        server.stop()
        with pytest.raises(UnreachableFleetError, match="127.0.0.1") as refused:
            model.encode(TEXTS, role="document")
        assert isinstance(refused.value, EngineBusyError)  # a run of embedding waits for it

    def test_the_deadline_ends_the_trying(self, serve):
        server = serve(trouble=lambda asked: None if is_probe(asked.body) else 503)
        model = remote(server, policy=Policy(first_pause_s=5.0))
        model.load()
        with pytest.raises(EngineBusyError, match="시간 안에"):
            model.encode(TEXTS[:1], role="query", timeout=0.5)

    def test_content_that_breaks_servers_fails_alone(self, serve):
        broken = serve(trouble=lambda asked: 500 if "문항 5" in str(asked.body) else None)
        found = remote(broken).encode(TEXTS[:8], role="document")
        assert list(found.failures) == [5] and "HTTP 500" in found.failures[5]

    def test_a_call_that_only_breaks_is_told_like_an_engine_that_died(self, serve):
        broken = serve(trouble=lambda asked: None if is_probe(asked.body) else 500)
        for contents in (TEXTS[:1], TEXTS[:4]):
            with pytest.raises(BrokenFleetError, match="HTTP 500") as refused:
                remote(broken).encode(contents, role="document")
            assert isinstance(refused.value, EngineDiedError)  # a run of embedding then goes on item by item

    def test_refused_content_fails_alone_and_is_not_tried_again(self, serve):
        server = serve(trouble=lambda asked: 400 if "문항 1'" in str(asked.body) else None)
        found = remote(server).encode(TEXTS[:4], role="document")
        assert list(found.failures) == [1] and "HTTP 400" in found.failures[1] and found.retries == 0

    def test_a_text_too_long_for_the_server_is_told_as_such(self, serve):
        server = serve(trouble=lambda asked: 400 if "문항 1'" in str(asked.body) else None,
                       complaint="This model's maximum context length is 8192 tokens.")
        assert "길이보다 깁니다" in remote(server).encode(TEXTS[:2], role="document").failures[1]

    def test_what_cannot_be_sent_fails_here(self, serve):
        found = remote(serve()).encode([Content("글", b"no image"), TEXTS[0], Content("반\ud800쪽")], role="document")
        assert list(found.failures) == [0, 2] and "그림" in found.failures[0] and "문자" in found.failures[2]

    def test_a_closed_door_names_the_setting(self, serve):
        with pytest.raises(EngineError, match="ENGINE_API_KEY"):
            remote(serve(trouble=lambda asked: 401)).encode(TEXTS[:1], role="query")

    def test_a_server_without_the_endpoint_is_refused(self, serve):
        with pytest.raises(EngineError, match=r"docs/scale\.md"):
            remote(serve(trouble=lambda asked: 404)).encode(TEXTS[:1], role="query")

    def test_no_more_requests_at_once_than_places(self, serve):
        gate = threading.Semaphore(0)

        def wait(asked: Asked):
            if not is_probe(asked.body):
                gate.release()
                threading.Event().wait(0.01)
            return None

        server = serve(trouble=wait)
        remote(server, policy=Policy(batch_slots=3)).encode(TEXTS, role="document", priority="batch")
        assert 1 < server.busiest <= 3

    def test_a_bad_document_does_not_cost_the_others_their_scores(self, serve):
        server = serve(root=RERANKER, trouble=lambda asked: 400 if "문항 3'" in str(asked.body) else None)
        documents = [*TEXTS[:12], Content(None, b"no image")]
        found = remote(server, key=RERANKER_KEY).rerank(Content("검색어"), documents)
        assert sorted(found.failures) == [3, 12]
        assert np.isfinite(np.delete(found.scores, [3, 12])).all() and np.isnan(found.scores[[3, 12]]).all()

    def test_a_query_that_cannot_be_used_is_refused_as_a_whole(self, serve):
        with pytest.raises(InputError, match="그림"):
            remote(serve(root=RERANKER), key=RERANKER_KEY).rerank(Content(None, b"no image"), TEXTS[:2])
