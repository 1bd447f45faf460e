"""오류 사례: the queries a system misses or answers worse than another, and what staff says of each."""

from __future__ import annotations

import streamlit as st

from core.evaluation.analysis import cases
from core.evaluation.analysis.cases import KINDS, ErrorCase
from core.evaluation.analysis.causes import CAUSES
from core.evaluation.scenarios import BASELINE
from core.report import provenance
from pages.labelling import shown as words
from pages.measuring import case, named, pick
from pages.measuring.data import Shown
from pages.widgets import doors, plot, results
from pages.widgets.plot import Sheet
from pages.widgets.text import one_line

_A = "qwen3-vl"
_ALL = ""
_SAID = {_ALL: "모두", "open": "아직 정하지 않은 것", "set": "담당자가 정한 것"}
_LONG = 620
_TITLE = 24


def draw(at: Shown) -> None:
    """Draw the section."""
    result = pick.scenario(at)
    if result is None:
        return
    options = [name for name in pick.ordered(result.names) if name == result.stands_for(name)]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        system = pick.system(at, options)
        kind = pick.own("kind", "무엇이 잘못됐나", [_ALL, *KINDS], first=_ALL, shown=lambda each: KINDS.get(each, "모두"))
        cause = pick.own("cause", "원인", [_ALL, *CAUSES], first=_ALL, shown=lambda each: CAUSES.get(each, "모두"))
        said = pick.own("said", "확인", list(_SAID), first=_ALL, shown=_SAID.__getitem__)
    with doors.database().connection() as conn:
        found = cases.of(conn, at.evaluation, scenario=result.scenario.key, system=system, against=_A if system != _A else BASELINE)
    kept = [each for each in found if (not kind or each.kind == kind) and (not cause or each.cause_shown == cause)
            and (not said or (each.cause is not None) == (said == "set"))]
    beside = next((each.against for each in found if each.against), None)
    wrong = f"없거나 {named.short(beside)}보다 못한" if beside else "없는"
    plot.part(f"오류 사례 {len(kept):,}개", remark=f"{named.short(system)}의 상위 {cases.TOP}개에 정답이 하나도 {wrong} 쿼리",
              sheet=_sheet(at, kept, system), name=f"오류 사례 {result.scenario.key} {named.short(system)}")
    if not kept:
        results.calm("고른 조건에 맞는 사례가 없습니다. 위의 조건을 '모두'로 바꿔 보세요." if found else
                     f"오류 사례가 없습니다. 모든 쿼리에서 {named.short(system)}의 상위 {cases.TOP}개 안에 정답이 있습니다.")
        return
    left, right = st.columns([3, 9], gap="large")
    with left, st.container(height=_LONG, border=False, key="metrics-case-list"):
        chosen = _choose(kept)
    with right:
        case.draw(at, chosen)


def _choose(kept: list[ErrorCase]) -> ErrorCase:
    by_id = {each.query.query_id: each for each in kept}
    key = "metrics.case"
    asked = st.query_params.get("query", "")
    st.session_state[key] = asked if asked in by_id else next(iter(by_id))
    # Streamlit reads a radio's options as markdown.
    titles = {query_id: one_line(f"{query_id} {_title(each)}") for query_id, each in by_id.items()}
    chosen = st.radio("쿼리", list(by_id), key=key, label_visibility="collapsed", captions=[_caption(each) for each in kept],
                      format_func=titles.__getitem__, on_change=_put, args=(key,))
    return by_id[chosen]


def _title(each: ErrorCase) -> str:
    """Say what is asked for; of a query that is an item, or a picture alone, the item it stands for."""
    if each.query.query.text or each.source is None:
        return words.title(each.query.query, _TITLE)
    return words.short(each.source.item.text, _TITLE)


def _put(key: str) -> None:
    st.query_params["query"] = st.session_state[key]


def _caption(each: ErrorCase) -> str:
    """Say what is wrong, and why: what staff set is told from what is only suggested."""
    cause = CAUSES[each.cause] if each.cause else f"{CAUSES[each.cause_shown]}?" if each.cause_shown else ""
    return named.listed([case.SHORT[each.kind], f"✓ {cause}" if each.cause else cause])


def _sheet(at: Shown, kept: list[ErrorCase], system: str) -> Sheet:
    rows = [(each.query.query_id, words.title(each.query.query), KINDS[each.kind], each.values.get("cR@5"), each.values_against.get("cR@5"),
             each.values.get("nDCG@10"), each.values_against.get("nDCG@10"),
             " ".join(f"{item.item_id}({item.grade}, {item.rank or '-'}위)" for item in each.wanted),
             " ".join(f"{item.item_id}({'-' if item.grade is None else item.grade})" for item in each.got),
             " / ".join(CAUSES[one.cause] for one in each.suggested), CAUSES.get(each.cause or "", ""), each.note, each.by, each.at)
            for each in kept]
    return Sheet(("query_id", "찾는 것", "무엇이 잘못됐나", "cR@5", "cR@5 (비교)", "nDCG@10", "nDCG@10 (비교)",
                  "찾아야 할 문항 (등급, 순위)", "찾은 문항 (등급)", "짐작한 원인", "담당자가 정한 원인", "메모", "누가", "언제"), rows,
                 provenance.of(at.evaluation, [run for run in at.result().systems if run.system == system]) | {"system": system})
