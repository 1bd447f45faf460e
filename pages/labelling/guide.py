"""판정 기준: the guidelines with an example of each grade, at hand beside the queue."""

from __future__ import annotations

import streamlit as st

from core.labels import guidelines
from pages.widgets import cards
from pages.widgets.markup import draw as markup
from pages.widgets.text import attribute


def draw(*, open_at_first: bool = False) -> None:
    """Draw the pane, folded behind a button unless it is all there is to read."""
    if open_at_first:
        _pane()
        return
    with st.popover("판정 기준", icon=":material/menu_book:", width="content"):
        _pane()


def _pane() -> None:
    found = guidelines.examples()
    st.markdown(guidelines.TEXT)
    rows = [
        "\n\n".join([f'<div class="ib-example"><kbd data-grade="{each.grade}">{each.grade}</kbd><div>',
                     cards.words(each.text), f'<small>{attribute(each.why)}</small></div></div>'])
        for each in found.answers
    ]
    markup("\n\n".join(['<div class="ib-examples"><div class="ib-side">예: 쿼리가 이 문항일 때</div><div class="ib-asked-for">',
                        cards.words(found.asked), "</div>", *rows, "</div>"]))
    st.caption(f"판정 기준 {guidelines.VERSION}")
