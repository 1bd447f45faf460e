"""Draw a stratified sample: quotas of a preset, each spread over units, difficulties and item types; seeded.

The same items and seed give the same sample, whatever order the items come in.
"""

from __future__ import annotations

import difflib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random

from core.errors import NotFoundError
from core.items.context import Flag, flags
from core.items.presets import PRESETS, Preset
from core.items.record import Item

SEED = 20260127


@dataclass(frozen=True, slots=True)
class Filled:
    """One quota's row in the table."""

    name: str
    wanted: int
    available: int
    """Items that fit, with their context, before any was taken for another quota."""
    taken: int


@dataclass(frozen=True, slots=True)
class Sample:
    """What was drawn, and what a person has to know about it."""

    preset: str
    seed: int
    ids: tuple[str, ...]
    quotas: tuple[Filled, ...]
    excluded: tuple[tuple[str, tuple[Flag, ...]], ...]
    """Items left out for want of context, with what is missing."""
    notes: tuple[str, ...]
    """Korean sentences: quotas that could not be filled, items left out."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    id: str
    cell: tuple[str, str, str]


def preset_named(name: str) -> Preset:
    """Return a preset.

    Raises:
        NotFoundError: there is none of that name; the message lists the names.
    """
    if name not in PRESETS:
        near = difflib.get_close_matches(name, PRESETS, n=1)
        hint = f"혹시 {near[0]}인가요? " if near else ""
        raise NotFoundError(f"'{name}' 표본 구성이 없습니다. {hint}쓸 수 있는 이름: {', '.join(PRESETS)}.")
    return PRESETS[name]


def sample(items: Iterable[Item], *, preset: str = "phase1", seed: int = SEED) -> Sample:
    """Draw the sample from items that come by once, in any number.

    Args:
        items: the bank; only what sampling needs of each is kept.
        preset: ``phase1`` (35 with figure, 35 text, 30 with formulas) or ``phase2`` (4.3's rows).
        seed: of the draw.

    Raises:
        NotFoundError: there is no such preset.
    """
    chosen = preset_named(preset)
    fitting: dict[str, list[_Candidate]] = {quota.name: [] for quota in chosen.quotas}
    excluded: list[tuple[str, tuple[Flag, ...]]] = []
    for item in items:
        names = [quota.name for quota in chosen.quotas if quota.accepts(item)]
        if not names:
            continue
        missing = flags(item)
        if missing:
            excluded.append((item.id, missing))
            continue
        candidate = _Candidate(item.id, (item.unit, item.difficulty, item.item_type))
        for name in names:
            fitting[name].append(candidate)
    drawn = _draw(chosen, fitting, seed)
    quotas = tuple(
        Filled(quota.name, quota.wanted, len(fitting[quota.name]), len(drawn[quota.name])) for quota in chosen.quotas
    )
    ids = tuple(item_id for quota in chosen.quotas for item_id in drawn[quota.name])
    excluded.sort()
    return Sample(preset, seed, ids, quotas, tuple(excluded), tuple(_notes(quotas, excluded)))


def _draw(preset: Preset, fitting: dict[str, list[_Candidate]], seed: int) -> dict[str, list[str]]:
    """Fill the scarcest quota first, so that a broad one does not take the only items a narrow one has."""
    drawn: dict[str, list[str]] = {}
    taken: set[str] = set()
    for quota in sorted(preset.quotas, key=lambda quota: len(fitting[quota.name]) / quota.wanted):
        left = sorted((one for one in fitting[quota.name] if one.id not in taken), key=lambda one: one.id)
        drawn[quota.name] = _spread(left, quota.wanted, Random(f"{seed}:{quota.name}"))
        taken.update(drawn[quota.name])
    return drawn


def _spread(candidates: Sequence[_Candidate], wanted: int, rng: Random) -> list[str]:
    """Take from the cell whose unit, difficulty and item type are least represented so far; ties by the seed."""
    cells: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for one in candidates:
        cells[one.cell].append(one.id)
    for waiting in cells.values():
        rng.shuffle(waiting)
    order = {cell: rng.random() for cell in cells}
    counts: Counter[tuple[int, str]] = Counter()
    from_cell: Counter[tuple[str, str, str]] = Counter()
    drawn: list[str] = []
    while cells and len(drawn) < wanted:
        cell = min(cells, key=lambda cell: (sum(counts[pair] for pair in enumerate(cell)), from_cell[cell], order[cell]))
        drawn.append(cells[cell].pop())
        counts.update(enumerate(cell))
        from_cell[cell] += 1
        if not cells[cell]:
            del cells[cell]
    return drawn


def _notes(quotas: Iterable[Filled], excluded: Sequence[tuple[str, tuple[Flag, ...]]]) -> list[str]:
    notes = [
        f"{quota.name}: {quota.wanted}건 가운데 {quota.taken}건만 채웠습니다(조건에 맞는 문항 {quota.available}건)."
        for quota in quotas
        if quota.taken < quota.wanted
    ]
    if excluded:
        reasons = Counter(flag for _, missing in excluded for flag in missing)
        listed = ", ".join(f"{flag.value} {count:,}건" for flag, count in reasons.items())
        notes.append(f"맥락이 빠진 문항 {len(excluded):,}건은 뽑지 않았습니다({listed}).")
    return notes
