"""The registry: names, twins, and which of two a key stands for."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from core.errors import ModelError, NotFoundError
from core.models import completion, record, registry
from core.settings import PROJECT_DIR, Settings

CANDIDATES = {"kovre", "bge-m3", "siglip2-base", "qwen3-embedding-0.6b"}


@pytest.fixture
def settle(monkeypatch):
    """Say what the settings are."""

    def change(**values) -> None:
        for module in (registry, record):
            monkeypatch.setattr(module, "settings", lambda: Settings(**values))

    return change


def install(folder, *, hub_id: str) -> None:
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    files = {"config.json": completion.KeptFile(2, "git:9e26dfeeb6e641a33dae4961196235bdb965b21b")}
    completion.write(folder, completion.Completion(hub_id, "abc", "hub", files))


def test_a_near_name_is_suggested() -> None:
    with pytest.raises(NotFoundError, match="kure-v1"):
        registry.record("kure-v2")


def test_a_far_name_lists_every_model() -> None:
    with pytest.raises(NotFoundError) as caught:
        registry.record("???")
    assert all(record.key in str(caught.value) for record in registry.RECORDS)


def test_every_real_model_has_a_twin_of_its_kind() -> None:
    for real in registry.REAL:
        twin = registry.record(real.key + registry.MINI_SUFFIX)
        assert (twin.kind, twin.prompts, twin.modalities) == (real.kind, real.prompts, real.modalities)
        assert twin.miniature and not real.miniature


@pytest.mark.parametrize(
    ("setting", "installed", "expected"),
    [
        ("auto", False, "kure-v1-mini"),
        ("auto", True, "kure-v1"),
        ("mini", True, "kure-v1-mini"),
        ("real", True, "kure-v1"),
    ],
)
def test_resolve_follows_the_setting(settle, tmp_path, setting, installed, expected) -> None:
    if installed:
        install(tmp_path / "kure-v1", hub_id="nlpai-lab/KURE-v1")
    settle(models=setting, models_dir=tmp_path)
    assert registry.resolve("kure-v1").key == expected


def test_a_real_model_that_is_insisted_on_and_missing_names_the_command(settle, tmp_path) -> None:
    settle(models="real", models_dir=tmp_path)
    with pytest.raises(ModelError, match="models download kure-v1"):
        registry.resolve("kure-v1")


def test_half_a_download_is_not_installed(settle, tmp_path) -> None:
    (tmp_path / "kure-v1").mkdir()
    (tmp_path / "kure-v1" / "config.json").write_text("{}")
    settle(models_dir=tmp_path)
    assert not registry.record("kure-v1").installed


@pytest.mark.parametrize("harm", ["shorter", "gone", "mark cut short"])
def test_a_download_that_lost_something_is_not_installed(settle, tmp_path, harm) -> None:
    folder = tmp_path / "kure-v1"
    install(folder, hub_id="nlpai-lab/KURE-v1")
    settle(models_dir=tmp_path)
    assert registry.record("kure-v1").installed
    if harm == "shorter":
        (folder / "config.json").write_text("{")
    elif harm == "gone":
        (folder / "config.json").unlink()
    else:
        mark = folder / completion.NAME
        mark.write_text(mark.read_text()[:-20])
    assert not registry.record("kure-v1").installed


def test_another_repository_s_files_are_not_this_model(settle, tmp_path) -> None:
    install(tmp_path / "siglip-base", hub_id="google/siglip-base-patch16-256-multilingual")
    settle(models_dir=tmp_path)
    assert registry.record("siglip-base").installed
    settle(models_dir=tmp_path, siglip_id="google/siglip2-base-patch16-256")
    assert not registry.record("siglip-base").installed


def test_the_siglip_id_is_a_setting(settle) -> None:
    settle(siglip_id="google/siglip2-base-patch16-256")
    assert registry.record("siglip-base").hub_id == "google/siglip2-base-patch16-256"
    assert registry.record("siglip-base-mini").hub_id == "data/mini_models/siglip-base"
    assert "google/siglip2-base-patch16-256" in [record.hub_id for record in registry.records()]


def test_candidates_are_known_and_off_by_default(settle, tmp_path) -> None:
    settle(models_dir=tmp_path, models="auto")
    assert {record.key for record in registry.CANDIDATES} >= CANDIDATES
    assert not CANDIDATES & {record.key for record in registry.records()}
    assert {record.key for record in registry.records(candidates=True)} >= CANDIDATES
    assert all(record.licence and record.hub_id.count("/") == 1 for record in registry.CANDIDATES)


def test_a_candidate_without_files_names_the_command_and_one_with_files_stands_for_itself(settle, tmp_path) -> None:
    settle(models_dir=tmp_path, models="auto")
    with pytest.raises(ModelError, match="models download bge-m3"):
        registry.resolve("bge-m3")
    install(tmp_path / "bge-m3", hub_id="BAAI/bge-m3")
    assert registry.resolve("bge-m3").key == "bge-m3"


def test_a_licence_that_nobody_saw_is_not_made_up() -> None:
    assert registry.record("kovre").licence == "확인 안 됨"


def test_every_model_is_documented_and_the_record_to_copy_is_the_one_that_is_tested() -> None:
    from tests.candidate_engine import NEW

    page = (PROJECT_DIR / "docs" / "models.md").read_text(encoding="utf-8")
    for each in registry.REAL + registry.CANDIDATES:
        assert f"`{each.key}`" in page and each.hub_id in page
    shown = re.search(r"```python\n(.+?),\n```", page, re.DOTALL)
    assert eval(shown[1].strip(), {"ModelRecord": registry.ModelRecord}) == NEW


def test_importing_the_models_does_not_import_torch() -> None:
    code = (
        "import sys, core.models.contract, core.models.registry, core.models.images, core.models.loading;"
        "sys.exit('torch' in sys.modules or 'transformers' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
