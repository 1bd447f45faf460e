"""The registry: names, twins, and which of two a key stands for."""

from __future__ import annotations

import subprocess
import sys

import pytest

from core.errors import ModelError, NotFoundError
from core.models import registry
from core.settings import Settings


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
def test_resolve_follows_the_setting(monkeypatch, tmp_path, setting, installed, expected) -> None:
    if installed:
        (tmp_path / "kure-v1").mkdir()
        (tmp_path / "kure-v1" / "config.json").write_text("{}")
        (tmp_path / "kure-v1" / ".complete").write_text("abc\n")
    monkeypatch.setattr(registry, "settings", lambda: Settings(models=setting, models_dir=tmp_path))
    assert registry.resolve("kure-v1").key == expected


def test_a_real_model_that_is_insisted_on_and_missing_names_the_command(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(registry, "settings", lambda: Settings(models="real", models_dir=tmp_path))
    with pytest.raises(ModelError, match="models download kure-v1"):
        registry.resolve("kure-v1")


def test_half_a_download_is_not_installed(monkeypatch, tmp_path) -> None:
    (tmp_path / "kure-v1").mkdir()
    (tmp_path / "kure-v1" / "config.json").write_text("{}")
    monkeypatch.setattr(registry, "settings", lambda: Settings(models_dir=tmp_path))
    assert not registry.record("kure-v1").installed


def test_the_siglip_id_is_a_setting(monkeypatch) -> None:
    monkeypatch.setattr(registry, "settings", lambda: Settings(siglip_id="google/siglip2-base-patch16-256"))
    assert registry.record("siglip-base").hub_id == "google/siglip2-base-patch16-256"
    assert registry.record("siglip-base-mini").hub_id == "data/mini_models/siglip-base"




def test_importing_the_models_does_not_import_torch() -> None:
    code = (
        "import sys, core.models.contract, core.models.registry, core.models.images, core.models.loading;"
        "sys.exit('torch' in sys.modules or 'transformers' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
