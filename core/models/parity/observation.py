"""What is seen of a model while it works: the same for our loaders, the reference and a reference with a mistake."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.models.parity.samples import Sample

Row = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Trace:
    """One sample alone: what reached the transformer and what came out."""

    ids: tuple[int, ...]
    """Token numbers; empty where an image tower read the sample."""
    pixels: Row | None
    pooled: Row
    """What the published pooling takes from the hidden states of this very run; with a reranker its log-odds, shape (1,)."""
    answer: Row
    """The vector that was returned; with a reranker the score, shape (1,)."""


@dataclass(frozen=True, slots=True)
class Observation:
    """All samples alone and all in one batch."""

    traces: tuple[Trace, ...]
    batch: Row
    """Answers of the batch, shape (samples, dims)."""
    sides: frozenset[str]
    """Where padding stood in the batch: ``left``, ``right``, or both, or nowhere."""


class Runner(Protocol):
    """Something that can be observed."""

    def alone(self, sample: Sample) -> Trace:
        """Run one sample."""
        ...

    def together(self, samples: list[Sample]) -> tuple[Row, frozenset[str]]:
        """Run samples as a batch; return the answers and where padding stood."""
        ...


def observe(runner: Runner, samples: list[Sample]) -> Observation:
    """Run every sample alone, then all together."""
    traces = tuple(runner.alone(sample) for sample in samples)
    batch, sides = runner.together(samples)
    return Observation(traces, batch, sides)


def sides_of(mask: NDArray[np.int64]) -> frozenset[str]:
    """Where the zeros of an attention mask of shape (rows, tokens) stand."""
    found = set()
    for row in mask:
        if not row[0]:
            found.add("left")
        if not row[-1]:
            found.add("right")
    return frozenset(found)


def unit(row: Row) -> Row:
    """Return a row L2-normalised in float64, as float32."""
    wide = row.astype(np.float64)
    return (wide / np.linalg.norm(wide)).astype(np.float32)
