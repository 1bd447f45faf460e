"""The plan's staged way through memory (sections 3.4 and 9.2, risk R2): fp16 here, then 4 bits here, then a rented card."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from core.cloud.estimate import OFFERS
from core.models import planner, registry
from core.models.planner import Wish
from core.models.precision import quantisable
from core.settings import settings

Name = Literal["fp16", "nf4", "cloud"]
HOURS = (10, 20)
"""Rented, as the plan reckons."""
RENTED = 24 * 2**30
"""Bytes of the rented cards of the plan (RTX 3090, A10)."""
_EMBEDDER = "qwen3-vl-embedding-2b"


@dataclass(frozen=True, slots=True)
class Stage:
    """One step. Bytes by the planner for the real models, CUDA's own share included; None for rented cards."""

    name: Name
    alone: int | None
    """The embedder of system A alone."""
    together: int | None
    """All models of systems A to E side by side."""
    fits_alone: bool
    fits_together: bool


@dataclass(frozen=True, slots=True)
class Strategy:
    """All steps over one budget, and the step this machine is at: None without a card, where none of them applies."""

    stages: tuple[Stage, ...]
    budget: int
    current: Name | None
    first: Name
    """The first step at which the systems can be compared side by side under this budget, whatever this machine is."""
    why: Literal["card", "stepped", "remote", "none"]
    """By the planner; or because memory ran out and the engine stepped down; or ENGINE_URL names servers; or no card."""
    usd: tuple[float, float]
    """What the plan's hours cost at the cheapest and the dearest offer."""


def strategy(*, budget: int, card: bool, stepped: bool, context: int = planner.CONTEXT) -> Strategy:
    """Return the steps and the current one.

    Args:
        budget: bytes that are planned with: the card's or the set cap; without a card, the target card's.
        card: whether this machine computes on a card.
        stepped: whether memory ran out so that a model went down to 4 bits.
    """
    stages = tuple(_stage(name, budget, context) for name in ("fp16", "nf4"))
    prices = [offer.usd_per_hour for offer in OFFERS]
    usd = (HOURS[0] * min(prices), HOURS[1] * max(prices))
    together = next((stage.name for stage in stages if stage.fits_together), None)
    first: Name = together or next((stage.name for stage in stages[1:] if stage.fits_alone), "cloud")
    why: Literal["card", "stepped", "remote", "none"] = "card"
    current: Name | None = first
    if settings().remote_keys:
        current, why = "cloud", "remote"
    elif not card:
        current, why = None, "none"
    elif stepped and current == "fp16":
        current, why = "nf4", "stepped"
    return Strategy((*stages, Stage("cloud", None, None, True, True)), budget, current, first, why, usd)


def _stage(name: Literal["fp16", "nf4"], budget: int, context: int) -> Stage:
    wishes = [Wish(each, name if quantisable(each) and each.kind.startswith("qwen3-vl") else "fp16") for each in registry.records()]
    whole = planner.plan(wishes, budget=budget, context=context)
    alone = planner.plan([wish for wish in wishes if wish.record.key == _EMBEDDER], budget=budget, context=context)
    return Stage(name, alone.needed, whole.needed, alone.fits, whole.fits)
