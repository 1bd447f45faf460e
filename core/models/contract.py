"""What the rooms around the models agree on: contents in, vectors or scores out. Imports neither torch nor transformers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Role = Literal["query", "document"]
Precision = Literal["fp32", "fp16", "bf16", "nf4"]
Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Content:
    """What is encoded: a text, an image (encoded file bytes: PNG, JPEG …) or both; never neither."""

    text: str | None = None
    image: bytes | None = None

    def __post_init__(self) -> None:
        if self.text is None and self.image is None:
            raise ValueError("a content needs a text, an image or both")


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """What a number came from; travels with every vector, score and measurement."""

    key: str
    id: str
    revision: str
    precision: str
    device: str
    dims: int
    max_pixels: int | None
    miniature: bool
    notes: tuple[str, ...] = field(default=())
    """Korean sentences about anything that was asked for and not given (a fallback)."""

    @property
    def image_tokens(self) -> int | None:
        """The most tokens one picture takes in a prompt under ``max_pixels``; None for a model without such a budget."""
        from core.models.images import most_tokens

        return None if self.max_pixels is None else most_tokens(self.max_pixels)


class Encoder(Protocol):
    """An embedding model in memory."""

    info: LoadedModel

    def encode(self, contents: list[Content], *, role: Role) -> Vectors:
        """Return L2-normalised float32 vectors, shape (len(contents), dims), in the order given.

        Raises:
            core.errors.InputError: a content the model cannot take (an image it cannot open; an image for a text model).
        """
        ...


class Reranker(Protocol):
    """A cross-encoder in memory."""

    info: LoadedModel

    def score(self, query: Content, documents: list[Content]) -> NDArray[np.float32]:
        """Return one relevance score in [0, 1] for each document, in the order given."""
        ...
