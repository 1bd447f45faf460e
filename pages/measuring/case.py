"""One error case: what was asked, wanted and got side by side, and what staff says of it."""

from __future__ import annotations

from urllib.parse import urlencode

import streamlit as st

from core.accounts import rights
from core.evaluation.analysis import cases, queries
from core.evaluation.analysis.cases import KINDS, ErrorCase
from core.evaluation.analysis.causes import CAUSES
from core.evaluation.measures import CATALOGUE
from core.moments import moment
from pages.labelling import shown as words
from pages.measuring import named
from pages.measuring.data import Shown
from pages.widgets import cards, doors, markup, palette, results
from pages.widgets.cards import Placed
from pages.widgets.text import attribute

SHORT = {"missed": "상위 10개에 없음", "lost": "비교보다 못함"}
_NONE = ""
_NAMELESS = "원인을 남기려면 먼저 이름을 알려 주세요. 누가 언제 남겼는지 함께 기록됩니다."
_ABOUT = "짐작한 원인은 문항과 목록에서 보이는 것만으로 고른 것입니다. 담당자가 정한 원인이 앞섭니다."


def draw(at: Shown, found: ErrorCase) -> None:
    """Draw a case."""
    query = found.query.query
    systems = [name for name in (found.system, found.against) if name]
    link = f"/compare?{urlencode(queries.link(at.evaluation.truth, found.query, *systems))}"
    markup.draw(f'<div class="ib-case"><b>{attribute(KINDS[found.kind])}</b><span>{attribute(_values(found))}</span>'
                f'<a href="{link.replace("&", "&amp;")}" target="_self">모델 비교에서 보기</a></div>')
    asked, why = st.columns([7, 5], gap="medium")
    with asked:
        words.query(query, {found.source.item.id: found.source} if found.source else {})
        _form(at, found)
    with why:
        _causes(found)
    left, right = st.columns(2, gap="medium")
    with left:
        markup.draw(f'<div class="ib-side">찾아야 할 문항 <span>{len(found.wanted):,}개, 등급 높은 것부터</span></div>')
        cards.placed([Placed(each.item_id, each.item, _rank(each.rank), each.grade, _other(found, each.rank_against))
                      for each in found.wanted], accent=palette.INK)
    with right:
        markup.draw(f'<div class="ib-side">{attribute(named.short(found.system))}의 답 <span>상위 {len(found.got):,}개</span></div>')
        if not found.got:
            results.calm("이 쿼리의 목록이 없습니다. '평가 실행'을 다시 눌러 주세요.")
        cards.placed([Placed(each.item_id, each.item, f"{each.rank}위", each.grade) for each in found.got],
                     accent=palette.colour(found.system))


def _values(found: ErrorCase) -> str:
    own, its = named.short(found.system), named.short(found.against) if found.against else ""
    others = {name: f" / {its} {value:.3f}" for name, value in found.values_against.items()}
    return named.listed(f"{CATALOGUE[name].title} {own} {value:.3f}{others.get(name, '')}" for name, value in found.values.items())


def _rank(rank: int | None) -> str:
    return f"{rank}위" if rank is not None else "목록에 없음"


def _other(found: ErrorCase, rank: int | None) -> str:
    return f"{named.short(found.against)}에서는 {_rank(rank)}" if found.against else ""


def _causes(found: ErrorCase) -> None:
    markup.draw('<div class="ib-side ib-why-head">왜 그랬을까 <span>짐작한 원인</span></div>')
    if found.suggested:
        told = "".join(f"<li><b>{attribute(CAUSES[each.cause])}</b> {attribute(each.why)}</li>" for each in found.suggested)
        markup.draw(f'<ul class="ib-causes">{told}</ul>')
    else:
        markup.draw('<p class="ib-read">짐작할 만한 원인이 보이지 않습니다.</p>')
    results.notes([_ABOUT])


def _form(at: Shown, found: ErrorCase) -> None:
    """Show what staff said, and let somebody with a name say it anew."""
    if found.by and found.at:
        markup.draw(f'<p class="ib-read"><b>{attribute(CAUSES.get(found.cause or "", "원인 정하지 않음"))}</b> {attribute(found.note)} '
                    f'<span class="ib-soft">{attribute(f"{found.by} · {moment(found.at)}")}</span></p>')
    if at.who is None or not at.may("causes"):
        door = ' <a href="/login?next=/metrics" target="_self">이름 정하기</a>' if at.who is None else ""
        markup.draw(f'<p class="ib-say">{attribute(_NAMELESS if at.who is None else rights.refusal("causes"))}{door}</p>')
        return
    _say(at, found, at.who.name)


def _say(at: Shown, found: ErrorCase, by: str) -> None:
    at_case = f"{found.scenario}.{found.system}.{found.query.query_id}.{found.query.query.content_hash[:8]}"
    with st.form(f"metrics.case.{at_case}", border=False):
        options = [_NONE, *CAUSES]
        with st.container(horizontal=True, vertical_alignment="bottom"):
            cause = st.selectbox("담당자가 정한 원인", options, index=options.index(found.cause or _NONE), width=210,
                                 format_func=lambda each: CAUSES.get(each, "정하지 않음"))
            note = st.text_input("메모", value=found.note, max_chars=cases.LONGEST_NOTE)
            sent = st.form_submit_button("남기기", type="primary")
    if sent:
        with doors.writing("causes").connection() as conn:
            cases.say(conn, at.evaluation, found, cause=cause, note=note, by=by)
        st.rerun()
