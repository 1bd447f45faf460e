"""지표와 판정: the verdict first, then everything it rests on, one section at a time."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from core.store.truths import Version
from pages.measuring import SECTIONS, band, data, gaps, ground
from pages.measuring.address import Asked
from pages.widgets import person, results, state, trouble


def main() -> None:
    """Draw the page: what always stands on top, then the chosen section."""
    who = person.current()
    found = ground.seen_by(who)
    if found is None:
        return
    asked, notes = data.asked(list(SECTIONS))
    versions = data.versions(found)
    asked, missing = _known(versions, asked)
    shown = data.shown(found, asked, who)
    results.notes([*notes, *missing])
    with trouble.boundary():
        band.draw(shown, data.decision(shown), versions)
    section = SECTIONS[_section(asked)]
    with trouble.boundary():
        why = gaps.of_evaluation(shown.evaluation) if section.needs_results else ""
        if why:
            results.calm(why)
        else:
            section.draw(shown)


def _known(versions: list[Version], asked: Asked) -> tuple[Asked, list[str]]:
    """Return what is asked with a ground truth version that exists, and a sentence where the asked one does not."""
    if asked.gt is None or asked.gt in {version.number for version in versions}:
        return asked, []
    return replace(asked, gt=None), [f"정답 버전 {asked.gt}은(는) 없어서 가장 새 정답으로 보여 드립니다."]


def _section(asked: Asked) -> str:
    names = list(SECTIONS)
    wanted = asked.section or names[0]
    chosen = st.segmented_control(
        "보기", names, format_func=lambda name: SECTIONS[name].title, key=state.key("metrics.section"), default=wanted,
        label_visibility="collapsed") or names[0]
    if chosen != wanted:
        data.put(section=chosen if chosen != names[0] else None)
    return chosen


main()
