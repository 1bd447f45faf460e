"""모델과 엔진: the models on this machine, and what they take of its memory."""

from __future__ import annotations

from core.accounts.person import Person
from pages.widgets import memory, models, plot, trouble


def draw(who: Person | None) -> None:
    """Draw the models, the plan of the memory and the engine."""
    with trouble.boundary():
        models.draw()
    plot.part("GPU 메모리 계획")
    with trouble.boundary():
        memory.plan()
    plot.part("계산 엔진")
    memory.engine()
