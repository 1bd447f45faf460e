"""Variants of precision, dimensions and pixel budget: what they find against what they cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from psycopg import Connection

from core.evaluation.results import Evaluation
from core.evaluation.scenarios import GATE
from core.evaluation.statistics import Interval

BANK_ITEMS = 176_443
"""Items of the whole bank, to which the size of an index is projected."""
QUALITY = ("cR@5", "nDCG@10")
UNMEASURED = "측정 안 됨"
FORECAST = "예상"


@dataclass(frozen=True, slots=True)
class Memory:
    """A system's models on the card, in GB of 10⁹ bytes."""

    gb: float | None
    kind: Literal["measured", "forecast", "unmeasured"]
    note: str
    """Korean: from which device and when, or what the forecast assumes, or why there is none."""


@dataclass(frozen=True, slots=True)
class IndexSize:
    """Bytes of the vectors alone (components, no row heads, no index), in fp32 and as half precision."""

    items: int
    """Vectors there are, or would be."""
    fp32: int
    half: int


@dataclass(frozen=True, slots=True)
class Milliseconds:
    """Of queries that were encoded one by one. None where there is none: ``측정 안 됨``."""

    encode_p50: float | None
    encode_p95: float | None
    search_p50: float | None
    search_p95: float | None
    queries: int
    note: str
    """Korean; why there is no encoding time, else ''."""


@dataclass(frozen=True, slots=True)
class VariantPoint:
    """One system or variant of a scenario."""

    system: str
    label: str
    run_id: int
    family: str
    """The plain system it is a variant of."""
    precision: str
    dims: int
    """Components a vector is compared by; those of both channels where there are two."""
    max_pixels: int | None
    miniature: bool
    stale: bool
    quality: dict[str, Interval]
    """By measure of ``QUALITY``."""
    memory: Memory
    here: IndexSize
    """Of this collection."""
    bank: IndexSize
    """Of ``BANK_ITEMS`` items, a figure for the same share of them as here."""
    ms: Milliseconds


def of(conn: Connection, evaluation: Evaluation, *, scenario: str = GATE) -> tuple[VariantPoint, ...]:
    """Return the scenario's systems but for those that differ in the fusion's weight alone, in the result's order."""
    raise NotImplementedError
