"""재기: choosing a bench and starting it as a job."""

from __future__ import annotations

import streamlit as st

from core.accounts.person import Person
from core.bench.asking import CALLS, KINDS, Asked
from core.search import systems
from pages.widgets import jobs, results, trouble

_ABOUT = ("엔진과 데이터베이스를 지나 실제 쿼리로 잽니다. 다른 화면을 보아도 계속되고, 멈추면 그때까지 잰 것이 남습니다. "
          "판정에 쓰는 값은 대상 카드에서 실제 모델로 재야 합니다(docs/benches.md).")
_NAMES = {name: system.label for name, system in systems.SYSTEMS.items() if system.letter}
_FEWEST = 20


def draw(who: Person | None) -> None:
    """Draw the bench under way, and the form for those who may start one."""
    last = jobs.draw(["bench"])
    if not jobs.may_act(who) or (last and last.active):
        return
    with st.popover("재기", icon=":material/speed:", width="content"):
        results.notes([_ABOUT])
        kind = st.selectbox("무엇을", [each for each in KINDS if each != "index"], format_func=KINDS.__getitem__, key="performance.kind")
        system = st.selectbox("시스템", list(_NAMES), format_func=_NAMES.__getitem__, key="performance.system")
        fewest = 1 if kind in ("throughput", "vram") else _FEWEST
        calls = st.number_input("호출 수", fewest, 100_000, CALLS[kind], key=f"performance.calls.{kind}",
                                help="응답 시간은 글·그림·글+그림마다, 처리량과 VRAM은 배치마다의 수입니다.")
        if st.button("재기 시작", type="primary", key="performance.start"):
            with trouble.boundary():
                asked = Asked(kind, system, calls=int(calls))
                jobs.start(asked.arguments, asked.title)
                st.rerun()
