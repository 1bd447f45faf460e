"""What the systems need in memory: the planner's wishes of one system, of several, and of all of them together."""

from __future__ import annotations

from collections.abc import Iterable

from core.models import registry
from core.models.planner import Wish
from core.search.variants import Variant
from core.settings import settings

TARGET_GIB = 8.0
"""The customer's card, an RTX 2070 SUPER."""
TOGETHER = "모두 함께"


def budget_gib() -> float:
    """Return the budget that plans are made for: the setting, else the customer's card."""
    return settings().gpu_budget_gb or TARGET_GIB


def wishes(variant: Variant) -> list[Wish]:
    """Return the real models of a system, installed or not: the plan is what the decision to install them rests on."""
    keys = dict.fromkeys([*(channel.model for channel in variant.channels), variant.system.reranker])
    return [Wish(registry.record(key), variant.precision or "auto", variant.max_pixels) for key in keys if key]


def groups(variants: Iterable[Variant]) -> dict[str, list[Wish]]:
    """Return the wishes of each system that has models, by its name, and of all together where there are several."""
    found = {variant.name: wishes(variant) for variant in variants if variant.channels}
    if len(found) > 1:
        found[TOGETHER] = list({(wish.record.key, wish.precision, wish.max_pixels): wish
                                for group in found.values() for wish in group}.values())
    return found
