"""What is known of a model before it is loaded: one literal record, readable without weights."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from core.models import completion
from core.settings import PROJECT_DIR, settings

Kind = Literal["qwen3-vl-embedding", "qwen3-vl-reranker", "sentence-transformer", "siglip"]
MINI_DIR = PROJECT_DIR / "data" / "mini_models"
MINI_SUFFIX = "-mini"
LICENCE_UNSEEN = "확인 안 됨"
"""No source that was read states the licence: look at the model's page before use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRecord:
    """One model. Unknown is None, with a comment saying why."""

    key: str
    hub_id: str
    revision: str | None
    kind: Kind
    dims: int
    """0 for a reranker."""
    max_tokens: int
    modalities: frozenset[str]
    parameters: int
    licence: str
    prompts: dict[str, str] = field(default_factory=dict)
    """By role; sent exactly as written."""
    min_pixels: int | None = None
    max_pixels: int | None = None
    """The most pixels an image is ever given, whatever the setting asks for."""
    miniature: bool = False
    trained: bool = True
    """False: a wiring fixture, whose scores mean nothing."""

    @property
    def path(self) -> Path:
        """The folder of the checkpoint on this machine (it may not exist yet)."""
        return MINI_DIR / self.key.removesuffix(MINI_SUFFIX) if self.miniature else settings().models_dir / self.key

    @property
    def installed(self) -> bool:
        """Whether a whole checkpoint of this very repository lies at ``path``; half a download never counts."""
        if self.miniature:
            return (self.path / "config.json").is_file()
        mark = completion.read(self.path)
        return mark is not None and mark.hub_id == self.hub_id and not mark.missing(self.path)
