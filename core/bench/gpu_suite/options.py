"""What a run is asked to measure; travels to the worker as JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from core.bench.gpu_suite.architectures import Size


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """One run's numbers. ``mini`` keeps every step and makes it small."""

    size: Size
    device: str
    scratch: str
    """Folder of the random checkpoints: 6.2 GB in full size."""
    budget_gib: float = 8.0
    latency_calls: int = 100
    latency_warmup: int = 10
    stability_calls: int = 1000
    batches: tuple[int, ...] = (1, 2, 4, 8, 16, 32)
    batch_seconds: float = 1.0
    """How long each batch size is repeated, three times at the least."""
    corpus_items: int = 512
    rerank_depth: int = 50
    matrix_sizes: tuple[int, ...] = (4096, 8192)
    copy_megabytes: int = 1024

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}


def options(*, size: Size, device: str, scratch: str, **chosen: Any) -> Options:
    """Return a size's options with what was chosen otherwise."""
    usual = Options(size=size, device=device, scratch=scratch)
    if device == "cpu":
        usual = replace(usual, matrix_sizes=(1024,), copy_megabytes=256)
    if size == "mini":
        usual = replace(usual, latency_calls=5, latency_warmup=1, stability_calls=30, batches=(1, 4), batch_seconds=0.0,
                        corpus_items=12, rerank_depth=6, matrix_sizes=(512,), copy_megabytes=64)
    wanted = replace(usual, **{name: value for name, value in chosen.items() if value is not None})
    return replace(wanted, latency_warmup=min(wanted.latency_warmup, wanted.latency_calls))


def from_dict(told: dict[str, Any]) -> Options:
    """Return the options that :meth:`Options.as_dict` gave."""
    lists = {name: tuple(value) for name, value in told.items() if isinstance(value, list)}
    return Options(**{**told, **lists})
