"""Each model against the published rules, written down a second time; and every known mistake must fail the same checks."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from functools import cache, wraps
from pathlib import Path

import numpy as np
import pytest

from core.cli.main import main
from core.models import completion, registry
from core.models import record as records
from core.models.download import copied
from core.models.loading import load
from core.models.parity import reference, rule
from core.models.parity.compare import Check, Subjects, compare
from core.models.parity.files import examine
from core.models.parity.observation import Observation, observe
from core.models.parity.pixels import smart_size
from core.models.parity.samples import samples
from core.models.parity.subject import Subject
from core.models.parity.verify import verify
from core.models.record import MINI_DIR, ModelRecord
from core.settings import Settings

QWEN, RERANKER, KURE, SIGLIP = (f"{key}-mini" for key in ("qwen3-vl-embedding-2b", "qwen3-vl-reranker-2b", "kure-v1", "siglip-base"))
INPUTS = {"prompt_text", "token_ids"}
ANSWERS = {"single", "batch"}


@cache
def published(key: str) -> tuple[Subjects, Observation]:
    """What is compared, and what the published rule gives; computed once for all tests."""
    record = registry.record(key)
    the_rule = rule.published(record)
    what = Subjects(record, the_rule, samples(record))
    model = reference.load(record, dtype="float32", device="cpu")
    return what, observe(reference.reference(record, the_rule, model=model, max_pixels=record.max_pixels), what.samples)


def failed(key: str, loaded) -> set[str]:
    """The checks that do not hold for a loaded model."""
    what, expected = published(key)
    seen = observe(Subject(what.record, what.rule, loaded=loaded), what.samples)
    return {check.name for check in compare(what, seen, expected) if not check.ok}


@pytest.mark.slow
@pytest.mark.parametrize("key", [QWEN, RERANKER, KURE, SIGLIP])
def test_every_check_holds_and_every_mistake_is_noticed(key: str) -> None:
    report = verify(registry.record(key))
    assert [check for check in report.checks if not check.ok] == []
    names = {check.name for check in report.checks}
    assert names >= INPUTS | ANSWERS | {"pooling", "batch_half", "parameters"}
    assert ("pixel_values" in names) is (key != KURE) and ("padding_side" in names) is (key != SIGLIP)
    assert names >= ({"sigmoid", "yes_no_tokens"} if key == RERANKER else {"normalisation"})
    assert names >= {"notices_mean_pooling", "notices_wrong_pad_side"}
    assert ("notices_missing_end_token" in names) is (key != RERANKER)
    assert ("notices_text_before_image" in names) is (key in (QWEN, RERANKER))
    assert ("notices_line_break_before_the_query" in names) is (key == RERANKER)
    assert (report.attention, report.model.precision) == ("sdpa", "fp32") and report.unchecked


# The same checks on our own loaders, broken on purpose: what a change of the loaders could do unnoticed.


@pytest.mark.slow
@pytest.mark.parametrize("key", [QWEN, RERANKER, KURE])
def test_our_own_model_with_mean_pooling_fails(key: str) -> None:
    loaded = load(registry.record(key), precision="fp32", device="cpu")
    trunk = Subject(registry.record(key), published(key)[0].rule, loaded=loaded)._trunks[0]
    forward = trunk.forward

    @wraps(forward)
    def averaged(**inputs):
        out, mask = forward(**inputs), inputs["attention_mask"][..., None]
        mean = (out.last_hidden_state * mask).sum(dim=1, keepdim=True) / mask.sum(dim=1, keepdim=True)
        out.last_hidden_state = mean.expand_as(out.last_hidden_state)
        return out

    trunk.forward = averaged
    assert failed(key, loaded) >= ANSWERS


@pytest.mark.slow
def test_our_own_embedder_without_the_end_token_fails(monkeypatch) -> None:
    monkeypatch.setattr("core.models.qwen3_vl_embedding.END", "")
    assert failed(QWEN, load(registry.record(QWEN), precision="fp32", device="cpu")) >= INPUTS | ANSWERS


@pytest.mark.slow
@pytest.mark.parametrize("key", [QWEN, RERANKER])
def test_our_own_model_with_the_text_before_the_image_fails(key: str, monkeypatch) -> None:
    from core.models.qwen3_vl import VISION, Prompter

    part = Prompter.part

    def swapped(self, content):
        text, images = part(self, content)
        return (text.removeprefix(VISION) + VISION if images else text), images

    monkeypatch.setattr(Prompter, "part", swapped)
    assert failed(key, load(registry.record(key), precision="fp32", device="cpu")) >= INPUTS | ANSWERS


@pytest.mark.slow
@pytest.mark.parametrize("key", [QWEN, RERANKER])
def test_our_own_model_padded_on_the_wrong_side_fails(key: str, monkeypatch) -> None:
    from core.models.qwen3_vl import Prompter

    tensors = Prompter.tensors
    wrong = "left" if key == QWEN else "right"
    monkeypatch.setattr(Prompter, "tensors", lambda self, tokens, images, *, side: tensors(self, tokens, images, side=wrong))
    assert failed(key, load(registry.record(key), precision="fp32", device="cpu")) == {"batch", "padding_side"}


@pytest.mark.slow
def test_our_own_reranker_with_a_line_break_fails(monkeypatch) -> None:
    def with_break(instruct: str, query: str, document: str) -> str:
        return f"<Instruct>: {instruct}\n<Query>:{query}\n<Document>:{document}"

    monkeypatch.setattr("core.models.qwen3_vl_reranker.user_turn", with_break)
    assert failed(RERANKER, load(registry.record(RERANKER), precision="fp32", device="cpu")) >= INPUTS | ANSWERS


@pytest.mark.slow
def test_our_own_siglip_padded_to_the_longest_text_fails() -> None:
    loaded = load(registry.record(SIGLIP), precision="fp32", device="cpu")
    tokenizer = loaded._tokenizer
    loaded._tokenizer = lambda texts, **options: tokenizer(texts, **options | {"padding": "longest"})
    assert failed(SIGLIP, loaded) >= {"token_ids", "single"}


@pytest.mark.slow
def test_a_text_model_whose_folder_says_mean_fails_in_its_modules_and_its_vectors(installed) -> None:
    record = installed("kure-v1", "1_Pooling/config.json", {"pooling_mode_cls_token": False, "pooling_mode_mean_tokens": True})
    wrong = {check.name for check in verify(record).checks if not check.ok}
    assert wrong >= {"modules", "single", "batch", "pooling"}


@pytest.mark.slow
def test_the_verb_prints_every_check_and_ends_with_1_when_one_fails(capsys, monkeypatch) -> None:
    assert main(["models", "verify", "kure-v1", "--json"]) == 0
    (report,) = json.loads(capsys.readouterr().out)["models"]
    assert report["key"] == KURE and report["id"] and all(check["ok"] for check in report["checks"])
    assert {"revision", "dtype", "attention", "pooling", "prompts", "max_pixels", "unchecked"} <= report.keys()
    true = verify(registry.record(KURE))
    monkeypatch.setattr("core.models.parity.verify.verify", lambda record: replace(true, checks=(Check("single", False, "0.9"),)))
    assert main(["models", "verify", "kure-v1"]) == 1
    shown = capsys.readouterr().out
    assert "틀림" in shown and "sdpa" in shown and "확인하지 못함" in shown


# What the files of a checkpoint say, without loading it.


@pytest.fixture
def installed(monkeypatch, tmp_path: Path):
    """Install a miniature as a real model, one of its JSON files changed first; its published rule stays."""
    values = Settings(models_dir=tmp_path / "models", data_dir=tmp_path / "data")
    monkeypatch.setattr(records, "settings", lambda: values)

    def install(key: str, name: str = "", change: dict | None = None) -> ModelRecord:
        folder = tmp_path / "source"
        shutil.copytree(MINI_DIR / key, folder)
        if name:
            path = folder / name
            path.write_text(json.dumps((json.loads(path.read_text()) if path.is_file() else {}) | (change or {})))
        record = replace(registry.record(f"{key}-mini"), key=f"{key}-copy", hub_id="somebody/copy", miniature=False)
        monkeypatch.setitem(rule.PUBLISHED, record.key, rule.PUBLISHED[key])
        copied(record, folder)
        return record

    return install


def wrong_files(record: ModelRecord) -> set[str]:
    found = examine(record, rule.published(record))
    return {check.name for check in found if isinstance(check, Check) and not check.ok}


@pytest.mark.parametrize("key", ["qwen3-vl-embedding-2b", "kure-v1", "siglip-base"])
def test_an_untouched_folder_agrees_with_the_rule(installed, key: str) -> None:
    record = installed(key)
    assert wrong_files(record) == set()
    assert "file_checksums" in {found.name for found in examine(record, rule.published(record)) if isinstance(found, Check)}


@pytest.mark.parametrize(("key", "name", "change", "noticed"), [
    ("qwen3-vl-embedding-2b", "tokenizer.json", {"post_processor": None}, "tokenizer_post_processor"),
    ("qwen3-vl-embedding-2b", "config_sentence_transformers.json", {"prompts": {"document": "Encode this."}}, "hub_prompts"),
    ("qwen3-vl-embedding-2b", "preprocessor_config.json", {"patch_size": 14}, "image_preparation"),
    ("qwen3-vl-embedding-2b", "1_Pooling/config.json", {"pooling_mode_lasttoken": False, "pooling_mode_mean_tokens": True}, "modules"),
    ("kure-v1", "config_sentence_transformers.json", {"prompts": {"query": "query: "}}, "hub_prompts"),
    ("kure-v1", "tokenizer.json", {"post_processor": None}, "tokenizer_post_processor"),
])
def test_a_file_that_says_something_else_is_noticed(installed, key: str, name: str, change: dict, noticed: str) -> None:
    assert wrong_files(installed(key, name, change)) == {noticed}


def test_the_reranker_s_real_tokenizer_must_add_nothing(installed) -> None:
    """The miniature one adds the embedder's end token, which on the real model would be a token that the makers do not send."""
    assert wrong_files(installed("qwen3-vl-reranker-2b")) == {"tokenizer_post_processor"}


def test_a_chat_template_with_the_text_first_is_noticed(installed) -> None:
    record = installed("qwen3-vl-embedding-2b")
    template = record.path / "chat_template.jinja"
    template.write_text(template.read_text().replace("for part in message.content", "for part in message.content | reverse"))
    assert wrong_files(record) == {"chat_template", "file_checksums"}


def test_weights_of_another_size_and_files_that_changed_are_noticed(installed) -> None:
    record = installed("kure-v1")
    assert wrong_files(replace(record, parameters=record.parameters * 2)) == {"parameters"}
    (record.path / "sentence_bert_config.json").write_text("{}")
    assert wrong_files(record) == {"file_checksums"} and not record.installed


def test_another_revision_than_the_pinned_one_is_told(installed) -> None:
    record = installed("kure-v1")
    mark = completion.read(record.path)
    pinned = replace(record, revision="f" * 40)
    told = [found for found in examine(pinned, rule.published(pinned)) if isinstance(found, str)]
    assert any(mark.revision[:12] in sentence and "f" * 12 in sentence for sentence in told)


@pytest.mark.parametrize(("height", "width", "expected"), [
    (260, 320, (128, 160)), (512, 512, (160, 160)), (10, 10, (64, 64)), (40, 1000, (32, 800)), (33, 63, (64, 96)),
])
def test_sizes_by_hand(height: int, width: int, expected: tuple[int, int]) -> None:
    assert smart_size(height, width, factor=32, min_pixels=4096, max_pixels=25_600) == expected


def test_patches_keep_every_pixel_in_the_order_of_merged_blocks() -> None:
    from core.models.parity.pixels import Preparation
    from core.models.parity.samples import figure

    preparation = Preparation.read(MINI_DIR / "qwen3-vl-embedding-2b")
    patches, grid = preparation.patches(figure(96, 64), min_pixels=4096, max_pixels=25_600)
    assert grid == (4, 6) and patches.shape == (24, 3 * 2 * 16 * 16)
    frames = patches.reshape(24, 3, 2, 16, 16)
    assert np.array_equal(frames[:, :, 0], frames[:, :, 1])
    assert frames.max() == pytest.approx(0.0) and frames.min() < -1  # white paper is zero, ink is negative
