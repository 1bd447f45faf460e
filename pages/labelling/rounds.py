"""진행 상황: how far each round and rater is, and what those who run the labelling do in between."""

from __future__ import annotations

from core.accounts.person import Person
from pages.labelling import place, round_flags, round_list, round_picks, round_practice
from pages.widgets import acts

_PARTS = {"rounds": "라운드", "picks": "직접 고른 쌍", "practice": "연습 라운드", "flags": "결함 문항"}


def draw(who: Person | None) -> None:
    """Draw the section."""
    found = place.collection_for(who)
    if found is None:
        return
    acts.said()
    part = place.choose("rounds", _PARTS)
    {"rounds": round_list.draw, "picks": round_picks.draw, "practice": round_practice.draw, "flags": round_flags.draw}[part](found, who)
