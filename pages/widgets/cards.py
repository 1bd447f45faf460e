"""Items and hits as markup: a whole ranked list is one ``st.markdown`` call.

One call for fifty cards draws in half the time that fifty containers with a picture each take. Blank lines matter here:
markdown reads a formula only in a paragraph of its own, never inside a block of HTML.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import streamlit as st

from core.items import content, dialect, grades
from core.items.naming import KINDS
from core.items.record import Item
from core.search.rank import Hit
from core.store.items import StoredItem
from pages.widgets.address import Address
from pages.widgets.palette import INK, colour
from pages.widgets.text import attribute, one_line, safe_md

_NUMBERED = re.compile(r"[①-⑳]")


def hits(found: Sequence[Hit], items: Mapping[str, StoredItem], *, system: str, address: Address,
         compact: bool = False) -> None:
    """Draw a ranked list; ``compact`` is for one column beside others."""
    cards = []
    for hit, length in zip(found, bar_lengths([hit.score for hit in found]), strict=True):
        stored = items.get(hit.item_id)
        if stored is None:
            cards.append(_gone(hit))
            continue
        head = _head(hit, stored.item, compact=compact, length=length)
        cards.append(_card(stored, head=head, compact=compact, similar=address.similar_to(hit.item_id).link()))
    _draw(cards, classes="ib-list ib-compact" if compact else "ib-list", accent=colour(system))


def source(stored: StoredItem, *, address: Address) -> None:
    """Draw the item whose like is searched for, with a way back to a search by words."""
    leave = html.escape(replace(address, item="").link())
    head = (f'<div class="ib-head"><span class="ib-rank">기준 문항</span>{_facts(stored.item)}'
            f'<a class="ib-leave" href="{leave}" target="_self">기준 문항 풀기</a></div>')
    _draw([_card(stored, head=head, compact=False)], classes="ib-source", accent=INK)


@dataclass(frozen=True, slots=True)
class Placed:
    """An item at its place in a list, with its grade; ``note`` stands in small print beside."""

    item_id: str
    stored: StoredItem | None
    """None where the collection no longer has it."""
    place: str
    grade: int | None
    note: str = ""


def placed(found: Sequence[Placed], *, accent: str) -> None:
    """Draw items with their places and grades, one below the other."""
    drawn = []
    for each in found:
        facts = _facts(each.stored.item, short=True) if each.stored else '<span class="ib-meta">지워진 문항입니다.</span>'
        note = f'<span class="ib-note-in-head">{attribute(each.note)}</span>' if each.note else ""
        head = f'<div class="ib-head"><span class="ib-rank">{attribute(each.place)}</span>{facts}{note}{grade(each.grade)}</div>'
        drawn.append(_card(each.stored, head=head, compact=True) if each.stored else
                     f'<article class="ib-card" data-item="{attribute(each.item_id)}">{head}</article>')
    if drawn:
        _draw(drawn, classes="ib-list ib-compact ib-placed", accent=accent)


def grade(value: int | None) -> str:
    """Return a grade as a badge."""
    if value is None:
        return '<span class="ib-grade ib-grade-none" title="아직 등급이 없는 문항">–</span>'
    means = f"정답 {grades.titled(value)}: {grades.MEANINGS[value]}"
    return f'<span class="ib-grade ib-grade-{value}" title="{means}">{value}<i> {grades.NAMES[value]}</i></span>'


def whole(stored: StoredItem, *, similar: str = "") -> None:
    """Draw one item with everything it has, answer and solution folded; ``similar`` leads to items like it."""
    head = f'<div class="ib-head"><span class="ib-rank">{attribute(stored.item.id)}</span>{_facts(stored.item)}</div>'
    _draw([_card(stored, head=head, compact=False, similar=similar)], classes="ib-whole", accent=INK)


def unnamed(stored: StoredItem) -> str:
    """Return an item's card for judging: what a student sees, the answer folded, and no id (ids may run in family order)."""
    item = stored.item
    parts = ['<article class="ib-card"><div class="ib-main"><div class="ib-words">', words(item.text), _choices(item), "</div>",
             figures(stored), "</div>", f'<div class="ib-foot">{_chips(item, short=False, named=False)}',
             _more(item, with_choices=False), "</div></article>"]
    return "\n\n".join(part for part in parts if part)


def score(value: float) -> str:
    """Return a score in as many places as tell two apart."""
    return f"{value:.3f}" if abs(value) < 100 else f"{value:.1f}"


def _draw(cards: Sequence[str], *, classes: str, accent: str) -> None:
    body = "\n\n".join(cards)
    frame = f'<div class="ib-column"><div class="{classes}" style="--ib-accent:{accent}">'
    st.markdown(f"{frame}\n\n{body}\n\n</div></div>", unsafe_allow_html=True)


def bar_lengths(scores: Sequence[float]) -> list[float]:
    """Return each score's share of the best in percent: from zero, or from the lowest where scores go below it."""
    if not scores:
        return []
    floor, top = min(0.0, *scores), max(scores)
    return [100.0 * (score - floor) / (top - floor) if top > floor else 0.0 for score in scores]


def _head(hit: Hit, item: Item, *, compact: bool, length: float) -> str:
    return (
        f'<div class="ib-bar"><i style="width:{length:.1f}%"></i></div>'
        f'<div class="ib-head"><span class="ib-rank">{hit.rank}</span>{_facts(item, short=compact)}'
        f'<span class="ib-score" title="점수">{score(hit.score)}</span></div>'
    )


def _facts(item: Item, *, short: bool = False) -> str:
    known = [item.unit] if short else [item.unit, item.metadata.get("concept")]
    words = " · ".join(attribute(str(word)) for word in known if word)
    return f'<span class="ib-meta" title="{attribute(item.id)}">{words}</span>'


def _card(stored: StoredItem, *, head: str, compact: bool, similar: str = "") -> str:
    item = stored.item
    parts = [
        f'<article class="ib-card" data-item="{attribute(item.id)}">', head,
        '<div class="ib-main"><div class="ib-words">', words(item.text), "" if compact else _choices(item), "</div>",
        figures(stored), "</div>",
        f'<div class="ib-foot">{_chips(item, short=compact)}', _more(item, with_choices=compact), _link(similar), "</div>",
        "</article>",
    ]
    return "\n\n".join(part for part in parts if part)


def _link(similar: str) -> str:
    if not similar:
        return ""
    return f'<div class="ib-similar"><a href="{html.escape(similar)}" target="_self">이 문항과 비슷한 문항</a></div>'


def words(source: str) -> str:
    """Return an item's text as markdown, formulas set; it goes into a paragraph of its own."""
    return safe_md(dialect.for_display(source)) or "&nbsp;"


def figures(stored: StoredItem) -> str:
    """Return an item's figures as markup, each a link to itself; empty where it has none."""
    links = "".join(
        f'<a href="/figures/{sha}" target="_blank" rel="noopener">'
        f'<img src="/figures/{sha}" loading="lazy" alt="문항 그림"></a>'
        for sha in stored.image_hashes
    )
    return f'<div class="ib-figure">{links}</div>' if links else ""


def _choices(item: Item) -> str:
    if not item.choices:
        return ""
    shown = "\n".join(f"<span>{_numbered(place, choice)}</span>" for place, choice in enumerate(item.choices, start=1))
    return f'<div class="ib-choices">\n\n{shown}\n\n</div>'


def _numbered(place: int, choice: str) -> str:
    words = one_line(dialect.for_display(choice))
    return words if _NUMBERED.match(words) else f"{content.number(place)} {words}"


def _chips(item: Item, *, short: bool, named: bool = True) -> str:
    words = [(KINDS[item.kind], "ib-kind"), (f"난이도 {item.difficulty}" if item.difficulty else "", ""),
             (item.item_type, "")]
    chips = "".join(f'<span class="ib-chip {style}">{attribute(word)}</span>' for word, style in words if word)
    if unread := unread_formulas(item):
        said = f"수식 {unread}개를 원문으로 보임"
        chips += f'<span class="ib-chip ib-unread" title="{said}">{f"원문 수식 {unread}" if short else said}</span>'
    last = f'<span class="ib-id">{attribute(item.id)}</span>' if named else f'<span class="ib-meta">{attribute(item.unit)}</span>'
    return f'<div class="ib-chips">{chips}{last}</div>'


def unread_formulas(item: Item) -> int:
    """Return how many of an item's formulas could not be read and are shown as they were written."""
    return sum(dialect.display(words).unparsed for words in (item.text, *item.choices, item.answer, item.solution))


def _more(item: Item, *, with_choices: bool) -> str:
    rows = []
    if with_choices:
        rows.append(_choices(item))
    for name, written in (("정답", item.answer), ("풀이", item.solution)):
        if written.strip():
            rows.append(f'<div class="ib-row"><b>{name}</b><div>\n\n{words(written)}\n\n</div></div>')
    if not rows:
        return ""
    title = "보기·정답·풀이" if with_choices and item.choices else "정답·풀이"
    return "\n\n".join([f'<details class="ib-more"><summary>{title}</summary>', *rows, "</details>"])


def _gone(hit: Hit) -> str:
    return (f'<article class="ib-card" data-item="{attribute(hit.item_id)}">'
            f'<div class="ib-head"><span class="ib-rank">{hit.rank}</span>'
            '<span class="ib-meta">검색하는 사이에 지워진 문항입니다.</span></div></article>')
