"""오류 사례: how many there are and why, and one of them at a time: what was wanted, what came."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from core.evaluation.analysis import cases
from core.evaluation.analysis.cases import KINDS, ErrorCase
from core.evaluation.analysis.causes import CAUSES
from core.evaluation.scenarios import GATE
from core.meeting import messages
from pages.labelling import shown as words
from pages.measuring import named
from pages.meeting_room.room import Room
from pages.widgets import cards, doors, markup, palette, results
from pages.widgets.cards import Placed
from pages.widgets.text import attribute

_A = "qwen3-vl"
_LISTED = 6
_SIDE = 2
"""Items shown on each side: a slide has room for no more."""
_TITLE = 26
_NOT_RUN = "판정 쿼리에서 A를 아직 실행하지 않아 오류 사례를 알 수 없습니다. 지표와 판정의 '평가 실행'을 눌러 주세요."
_NONE = "오류 사례가 없습니다. 모든 쿼리에서 상위 10개 안에 정답이 있습니다."


def found(at: Room) -> list[ErrorCase]:
    """Return the error cases of A in the gate set; none while there is nothing to look at."""
    if missing(at):
        return []
    if "errors" not in at.once:
        with doors.database().connection() as conn:
            at.once["errors"] = cases.of(conn, at.results.evaluation)
    return at.once["errors"]


def missing(at: Room) -> str:
    """Return why nothing is known of error cases, which is not the same as there being none; empty where something is."""
    return at.lacking or ("" if at.results.result(GATE).has(_A) else _NOT_RUN)


def message(at: Room) -> str:
    """Return the slide's sentence."""
    if missing(at):
        return "오류 사례는 아직 보여 드릴 수 없습니다."
    return messages.errors(found(at), queries=len(at.results.result(GATE).queries))


def draw(at: Room) -> None:
    """Draw the slide."""
    if why := missing(at):
        results.calm(why)
        return
    listed = found(at)
    if not listed:
        results.calm(_NONE)
        return
    chosen = next((each for each in listed if each.query.query_id == at.asked.case), listed[0])
    left, right = st.columns([4, 8], gap="large")
    with left:
        markup.draw(_causes(listed) + _list(at, listed, chosen))
    with right:
        draw_case(chosen)


def draw_case(chosen: ErrorCase) -> None:
    """Draw one case: the query, then wanted and got side by side."""
    why = CAUSES[chosen.cause] if chosen.cause else f"짐작: {CAUSES[chosen.cause_shown]}" if chosen.cause_shown else "원인을 정하지 않음"
    told = named.listed([KINDS[chosen.kind], why, f"정한 사람 {chosen.by}" if chosen.cause else ""])
    markup.draw(f'<div class="ib-meet-case"><b>{attribute(title(chosen, 80))}</b><span>{attribute(told)}</span></div>')
    for column, side, listed, accent in zip(st.columns(2, gap="medium"), ("찾아야 할 문항", f"{named.short(chosen.system)}의 답"),
                                            (_wanted(chosen), _got(chosen)), (palette.INK, palette.colour(chosen.system)), strict=True):
        with column:
            markup.draw(f'<div class="ib-side">{attribute(side)}</div>')
            cards.placed(listed, accent=accent)


def title(each: ErrorCase, length: int = _TITLE) -> str:
    """Say what is asked for; of a query that is an item or a picture alone, the item it stands for."""
    if each.query.query.text or each.source is None:
        return words.title(each.query.query, length)
    return words.short(each.source.item.text, length)


def _wanted(chosen: ErrorCase) -> list[Placed]:
    return [Placed(each.item_id, each.item, f"{each.rank}위" if each.rank else "목록에 없음", each.grade) for each in chosen.wanted[:_SIDE]]


def _got(chosen: ErrorCase) -> list[Placed]:
    return [Placed(each.item_id, each.item, f"{each.rank}위", each.grade) for each in chosen.got[:_SIDE]]


def _causes(listed: list[ErrorCase]) -> str:
    counted = messages.causes(listed)
    most = max(counted.values(), default=1)
    rows = "".join(f'<li><span>{attribute(CAUSES[cause])}</span><i style="width:{100 * number / most:.0f}%"></i><b>{number:,}</b></li>'
                   for cause, number in counted.items())
    return f'<div class="ib-meet-causes"><b>원인 (담당자가 정한 것, 없으면 짐작)</b><ul>{rows}</ul></div>'


def _list(at: Room, listed: list[ErrorCase], chosen: ErrorCase) -> str:
    near = listed[:_LISTED] if chosen in listed[:_LISTED] else [chosen, *listed[: _LISTED - 1]]
    rows = "".join(f'<a href="{attribute(replace(at.asked, case=each.query.query_id).link())}" target="_self"'
                   f'{" aria-current=true" if each is chosen else ""}>{attribute(title(each))}</a>' for each in near)
    rest = len(listed) - len(near)
    more = f'<span>그 밖에 {rest:,}개는 지표와 판정의 오류 사례에 있습니다.</span>' if rest > 0 else ""
    return f'<nav class="ib-meet-picks" aria-label="오류 사례">{rows}{more}</nav>'
