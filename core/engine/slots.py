"""What a model is asked for as, what that comes down to, and where models come from."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, NamedTuple, Protocol

from core.engine.messages import Memory
from core.models.contract import Encoder, Reranker

Model = Encoder | Reranker


class Wanted(NamedTuple):
    """A model as a caller asks for it; ``auto`` and None leave the choice to the loader."""

    key: str
    precision: str = "auto"
    max_pixels: int | None = None
    preferred: str = "auto"
    """The caller's setting PRECISION: holds where ``precision`` is ``auto`` and the model can follow."""


class Slot(NamedTuple):
    """A model as it is in memory. Two callers that mean the same model get the same slot."""

    key: str
    precision: str
    max_pixels: int | None
    device: str


class Settled(NamedTuple):
    """What a wish comes down to on this machine, and Korean sentences on what was asked for and not given."""

    slot: Slot
    notes: tuple[str, ...] = ()
    lower: tuple[str, ...] = ()
    """Precisions to step down to, next first, where memory runs out; none where one was asked for."""


class Source(Protocol):
    """Where models come from (the checkpoints on this machine; in tests, something small)."""

    device: str

    def prepare(self) -> None:
        """Do the heavy imports and set the memory cap; called once, before anything else."""

    def settle(self, wanted: Wanted) -> Settled:
        """Decide precision, device and pixel budget without loading."""

    def stamp(self, key: str) -> Hashable:
        """Return what changes when the checkpoint on disk does."""

    def load(self, slot: Slot) -> Model:
        """Load a model; raises ModelError."""

    def weights_bytes(self, model: Model) -> int | None:
        """Return the memory its weights take, None when it cannot be told."""

    def expected_bytes(self, slot: Slot) -> int:
        """Return about how much a model's weights will take; 0 for what does not count against the budget."""

    def working_bytes(self, slot: Slot) -> int:
        """Return about how much it takes beside its weights while it computes."""

    def budget_bytes(self) -> int | None:
        """Return how much all models and the one that computes may take together, None for no limit."""

    def watched(self, action: Callable[[], Any]) -> tuple[Any, int | None, int | None]:
        """Run an action; return its result, how much more is allocated after it, and how far the use rose in between."""

    def memory(self) -> Memory | None:
        """Return the GPU's figures, None without one."""

    def reset_peaks(self) -> None:
        """Let the figures' peaks begin anew."""

    def release(self) -> None:
        """Give memory that nothing uses back to the device."""
