"""Which models fit into a memory budget together, and at which precision: told before anything is loaded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.models import registry, sizes
from core.models.contract import Precision
from core.models.precision import ladder, quantisable
from core.models.record import ModelRecord

CONTEXT = 512 * 2**20
"""What CUDA itself takes on the card beside all models; the engine measures it where the driver tells."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A model to be resident. ``auto`` leaves its precision to the plan."""

    record: ModelRecord
    precision: str = "auto"
    max_pixels: int | None = None


@dataclass(frozen=True, slots=True)
class Seat:
    """A model's place in a plan. Sizes in bytes."""

    key: str
    asked: str
    precision: Precision
    weights: int
    working: int
    image_tokens: int
    """The most tokens one picture takes; 0 where the model takes none into a prompt."""
    alone: bool
    """Whether it fits when no other model is loaded."""
    lower: tuple[Precision, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """Models side by side. One computes at a time, so that only the largest working memory counts."""

    seats: tuple[Seat, ...]
    budget: int | None
    context: int

    @property
    def weights(self) -> int:
        """All models' weights."""
        return sum(seat.weights for seat in self.seats)

    @property
    def working(self) -> int:
        """What the hungriest model works with."""
        return max((seat.working for seat in self.seats), default=0)

    @property
    def needed(self) -> int:
        """Everything together, CUDA's own share included."""
        return self.context + self.weights + self.working

    @property
    def fits(self) -> bool:
        """Whether all models stay in memory together; without a budget they do."""
        return self.budget is None or self.needed <= self.budget

    @property
    def possible(self) -> bool:
        """Whether they can at least take turns."""
        return self.fits or all(seat.alone for seat in self.seats)

    def precision_of(self, key: str) -> Precision:
        """Return a model's precision in this plan."""
        return next(seat.precision for seat in self.seats if seat.key == key)


def plan(wishes: Sequence[Wish], *, budget: int | None, context: int = CONTEXT, device: str = "cuda",
         batch: int = sizes.BATCH) -> Plan:
    """Seat every model at the highest precision at which all fit together.

    A precision that was asked for stays. While it is too much, the ``auto`` model that gains most steps down, of equals
    the last one: the models are named in the order in which their quality matters. Where even the lowest precisions do
    not fit, they stay lowest and the models take turns.

    Args:
        wishes: the models, each once.
        budget: bytes, CUDA's own share included; None for no limit.
        device: ``cuda`` or ``cpu``; decides the ladder.
        batch: contents that are computed together.
    """
    seats = [_seat(wish, budget=budget, context=context, device=device, batch=batch) for wish in wishes]
    while not (current := Plan(tuple(seats), budget, context)).fits:
        gains = [(seat.weights - _stepped(wish, seat, device).weights, place)
                 for place, (wish, seat) in enumerate(zip(wishes, seats, strict=True)) if seat.lower]
        gain, place = max(gains, default=(0, 0))
        if gain <= 0:
            return current
        seats[place] = _finished(wishes[place], _stepped(wishes[place], seats[place], device), budget=budget,
                                 context=context, device=device, batch=batch)
    return current


def residents(record: ModelRecord) -> tuple[ModelRecord, ...]:
    """Return the models that should stay in memory together with a model: those of systems A to E; a candidate stands alone."""
    family = registry.MINI if record.miniature else registry.REAL
    return family if record.key in {each.key for each in family} else (record,)


def resident_precision(record: ModelRecord, *, budget: int | None, context: int = CONTEXT) -> Precision:
    """Return what ``auto`` means for a model on a card: its precision where all systems' models stay in memory together.

    It depends on the budget alone, never on what happens to be loaded: the same model keeps the same precision.
    """
    return plan([Wish(each) for each in residents(record)], budget=budget, context=context, device="cuda").precision_of(record.key)


def _seat(wish: Wish, *, budget: int | None, context: int, device: str, batch: int) -> Seat:
    steps = ladder(device, quantisable=quantisable(wish.record)) if wish.precision == "auto" else (wish.precision,)
    seat = Seat(wish.record.key, wish.precision, steps[0], 0, 0, sizes.image_tokens_of(wish.record, wish.max_pixels), True, steps[1:])
    return _finished(wish, seat, budget=budget, context=context, device=device, batch=batch)


def _stepped(wish: Wish, seat: Seat, device: str) -> Seat:
    lower = seat.lower[0]
    return replace(seat, precision=lower, lower=seat.lower[1:], weights=sizes.weights_bytes(wish.record, lower, device=device))


def _finished(wish: Wish, seat: Seat, *, budget: int | None, context: int, device: str, batch: int) -> Seat:
    weights = sizes.weights_bytes(wish.record, seat.precision, device=device)
    working = sizes.working_bytes(wish.record, seat.precision, max_pixels=wish.max_pixels, batch=batch, device=device)
    return replace(seat, weights=weights, working=working, alone=budget is None or context + weights + working <= budget)
