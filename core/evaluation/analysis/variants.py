"""Variants of precision, dimensions and pixel budget: what they find against what they cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from psycopg import Connection

from core.errors import NotFoundError
from core.evaluation.analysis import costs
from core.evaluation.analysis.costs import IndexSize, Memory, Times
from core.evaluation.resampling import Difference, Interval, Resampling
from core.evaluation.results import Evaluation, ScenarioResult, SystemRun
from core.evaluation.scenarios import GATE
from core.models import registry
from core.search import variants
from core.search.fusion import DEFAULT_WEIGHT
from core.search.sets import JOINED
from core.search.variants import Variant
from core.store import items, measurements, run_lists
from core.store.embedding_sets import ContentKind

BANK_ITEMS = 176_443
"""Items of the whole bank, to which the size of an index is projected."""
QUALITY = ("cR@5", "nDCG@10")


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
    """Components a vector is compared by; those of both channels together where there are two."""
    bank_dims: int
    """The same with the real models; other than ``dims`` where the run is one of miniatures."""
    max_pixels: int | None
    """Budget of a picture in the run; None where no model of it has one."""
    miniature: bool
    stale: bool
    quality: dict[str, Interval]
    """By measure of ``QUALITY``."""
    over_plain: dict[str, Difference]
    """This − the plain system of its family, by measure of ``QUALITY``, exploratory; empty for the plain one itself, and where
    that was not run. What a variant loses is told by this, not by whether two intervals overlap."""
    memory: Memory
    here: IndexSize
    """Of this collection."""
    bank: IndexSize
    """Of ``BANK_ITEMS`` items with the real models' dimensions, figures for the same share of them as here."""
    times: Times


def of(conn: Connection, evaluation: Evaluation, *, scenario: str = GATE, resampling: Resampling | None = None) -> tuple[VariantPoint, ...]:
    """Return the scenario's systems that search vectors, in the result's order.

    Left out are those that differ in the fusion's weight alone, the tuned D (both cost what D costs) and items encoded by a
    part alone, which are a question of their own (``parts``).

    Args:
        resampling: the scenario's draws; drawn again where None.
    """
    result = evaluation.scenarios[scenario]
    chosen = [(run, variant) for run in result.systems if (variant := _compared(run)) is not None]
    if not chosen or not result.queries:
        return ()
    drawn = resampling or Resampling(result.groups)
    quality = {name: drawn.intervals(result.values[name]) for name in QUALITY}
    held = items.count(conn, evaluation.collection_id)
    figures = dict(items.facets(conn, evaluation.collection_id)["kind"]).get("image", 0)
    measured = measurements.listing(conn, ["vram"])
    points = []
    for run, variant in chosen:
        place = result.names.index(run.system)
        here, bank = _channels(run.config), _channels(run.config, real=True)
        points.append(VariantPoint(
            system=run.system, label=run.label, run_id=run.run_id, family=variant.system.name, precision=run.precision,
            dims=sum(dims for dims, _ in here), bank_dims=sum(dims for dims, _ in bank),
            max_pixels=next((each["max_pixels"] for each in run.config["sets"] if each["max_pixels"]), None),
            miniature=run.miniature, stale=run.stale, quality={name: found[place] for name, found in quality.items()},
            over_plain=_over_plain(result, run.system, variant.system.name, drawn),
            memory=costs.memory(run.system, run.config, precision=run.precision, max_pixels=_budget(run, variant), measured=measured),
            here=costs.index(here, items=held, with_figure=figures),
            bank=costs.index(bank, items=BANK_ITEMS, with_figure=round(BANK_ITEMS * figures / held) if held else 0),
            times=costs.times(run_lists.queries(conn, run.run_id), reranks=variant.system.method == "rerank")))
    return tuple(points)


def _over_plain(result: ScenarioResult, system: str, plain: str, drawn: Resampling) -> dict[str, Difference]:
    if system == plain or not result.has(plain):
        return {}
    one, other = (np.stack([result.of(name, measure) for measure in QUALITY]) for name in (system, plain))
    return dict(zip(QUALITY, drawn.differences(one, other), strict=True))


def _compared(run: SystemRun) -> Variant | None:
    """Return what a run is a variant of; None for one that is not shown here."""
    if not run.config.get("sets"):
        return None
    try:
        variant = variants.find(run.system)
    except NotFoundError:  # derived, or of a release that had other systems
        return None
    return variant if variant.content is None and variant.weight == DEFAULT_WEIGHT else None


def _channels(config: Mapping[str, Any], *, real: bool = False) -> list[tuple[int, ContentKind]]:
    """Return dimensions and content of each set that is searched; with joined vectors that is the joined one alone."""
    sets = config["sets"]
    joined = [each for each in sets if JOINED in each["model_key"]]

    def dims(key: str, stored: int) -> int:
        whole = registry.record(key.removesuffix(registry.MINI_SUFFIX)).dims if real else stored
        return config.get("dims") or whole

    return [(sum(dims(key, 0) for key in each["model_key"].split(JOINED)) if real and joined else dims(each["model_key"], each["dims"]),
             each["content"]) for each in joined or sets]


def _budget(run: SystemRun, variant: Variant) -> int | None:
    """Return the budget a picture has with the real models: a miniature's own is far smaller."""
    if run.miniature:
        return variant.max_pixels
    return next((each["max_pixels"] for each in run.config["sets"] if each["max_pixels"]), None)
