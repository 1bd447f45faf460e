"""Rounds of labelling and their raters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Round:
    """One round. ``config`` is the request it was opened with and its counts by proposer."""

    id: int
    collection_id: int
    kind: Literal["round", "calibration"]
    stage: int
    name: str
    overlap: int
    repeat_share: float
    seed: int
    guideline_version: str
    config: dict[str, Any]
    created_by: str
    created_at: datetime
    closed_at: datetime | None

    @property
    def open(self) -> bool:
        """Whether it still hands out pairs."""
        return self.closed_at is None
