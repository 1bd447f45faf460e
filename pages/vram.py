"""VRAM 모니터: what is in memory now and in the last hour, what fits, and taking models up and down."""

from __future__ import annotations

import streamlit as st

from core.engine import forecast
from core.engine.forecast import Room
from core.engine.sampler import STEP, View, card_of, sampler
from pages.monitoring import chart, controls, events, now, strip
from pages.widgets import markup, trouble

_SPANS = {"5분": 300.0, "20분": 1200.0, "1시간": 3600.0}


def main() -> None:
    """Draw the page: one part follows the clock, the rest is drawn anew when what it shows has changed."""
    view = sampler().view()
    where = _room(view, "")
    card = _card(view)
    with trouble.boundary():
        strip.draw(view, _room(view, card))
    span = st.segmented_control("기간", list(_SPANS), default="5분", key="vram.span", label_visibility="collapsed") or "5분"
    st.fragment(_live, run_every=STEP)(_SPANS[span], card, (where.device, controls.changes(view)))
    with trouble.boundary():
        controls.draw(view, where)
    st.fragment(_events, run_every=STEP)()


def _live(seconds: float, card: str, drawn: tuple[object, ...]) -> None:
    view = sampler().view()
    where = _room(view, card)
    if (where.device, controls.changes(view)) != drawn:
        st.rerun()
    with trouble.boundary():
        now.figures(view, where, card=card)
        left, right = st.columns((3, 2), gap="medium")
        on_card = where.device == "cuda" and bool(view.samples and view.samples[-1].cards)
        with left:
            chart.memory(view, seconds=seconds, card=card, on_card=on_card, budget=where.budget)
            if on_card:
                chart.work(view, seconds=seconds, card=card)
        with right:
            now.bars(view, where)


def _events() -> None:
    with trouble.boundary():
        events.draw(sampler().view())


def _room(view: View, card: str) -> Room:
    sample = view.samples[-1] if view.samples else None
    seen = card_of(sample, card) if sample else None
    return forecast.room(view.status, card_bytes=seen.total if seen else None, free_ram=sample.ram.total - sample.ram.used if sample else 0)


def _card(view: View) -> str:
    """Return the UUID of the card that is looked at: the engine's, unless one of several is chosen; empty for that."""
    cards = view.samples[-1].cards if view.samples else ()
    if len(cards) < 2:
        return ""
    names = {each.uuid: f"GPU {number} · {each.name}" for number, each in enumerate(cards)}
    home = card_of(view.samples[-1])
    default = home.uuid if home else cards[0].uuid
    markup.draw(f'<div class="ib-stage-why">GPU가 {len(cards)}개 있습니다. 엔진은 그 가운데 하나만 씁니다.</div>')
    return st.segmented_control("GPU", list(names), format_func=names.__getitem__, default=default, key="vram.card",
                                label_visibility="collapsed") or default


main()
