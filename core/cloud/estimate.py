"""Hours and dollars for embedding so many items, from a measured rate."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import InputError


@dataclass(frozen=True, slots=True)
class Offer:
    """A rented GPU at the price the plan names (section 5.1); prices change, so look before renting."""

    service: str
    gpu: str
    usd_per_hour: float


OFFERS = (
    Offer("Vast.ai", "RTX 3090 24GB", 0.30),
    Offer("RunPod", "RTX 3090 24GB", 0.44),
    Offer("Lambda Labs", "A10 24GB", 0.75),
)


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a run would take. More hosts shorten it at the same cost, if each keeps the measured rate."""

    hours: float
    usd: float


def estimate(items: int, *, items_per_s: float, usd_per_hour: float, hosts: int = 1) -> Estimate:
    """Return the wall-clock hours and the cost of embedding ``items`` on ``hosts`` machines of a measured rate each.

    Raises:
        InputError: a number is not one that could be.
    """
    if items < 1 or hosts < 1 or not 0 < items_per_s < float("inf") or not 0 <= usd_per_hour < float("inf"):
        raise InputError("문항 수, 초당 문항 수, 대수는 0보다 커야 하고 시간당 가격은 0 이상이어야 합니다.")
    machine_hours = items / items_per_s / 3600
    return Estimate(machine_hours / hosts, machine_hours * usd_per_hour)
