"""재기: choosing a bench and starting it as a job."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import get_args

import streamlit as st

from core.accounts.person import Person
from core.bench.asking import CALLS, KINDS, WARM_UP, Asked, Kind
from core.bench.synthetic import ROWS
from core.engine.sampler import sampler
from core.models.contract import Precision
from core.search import systems, variants
from pages.widgets import jobs, markup, person, results, trouble
from pages.widgets.text import attribute

_ABOUT = ("엔진과 데이터베이스를 지나 실제 쿼리로 잽니다. 다른 화면을 보아도 계속되고, 멈추면 그때까지 잰 것이 남습니다. "
          "판정에 쓰는 값은 대상 카드에서 실제 모델로 재야 합니다(docs/benches.md).")
_WHAT: dict[Kind, str] = {
    "latency": "쿼리를 하나씩 부릅니다. 글, 그림, 글+그림을 번갈아 잽니다.",
    "throughput": "한 번에 1, 2, 4, 8, 16, 32문항을 인코딩해 1초에 몇 문항인지 잽니다.",
    "vram": "모델을 올린 뒤, 배치마다, 그림 크기마다 메모리를 잽니다.",
    "stability": "이어서 여러 번 불러 실패와 메모리 누수를 봅니다.",
    "stress": "1명, 4명, 16명이 함께 부를 때를 잽니다.",
    "index": "합성 벡터로 근사 색인(HNSW)을 만들어 정확한 검색과 견줍니다. 전체 은행 크기는 20분 넘게 걸리고 디스크를 많이 씁니다.",
}
_NAMES = {name: system.label for name, system in systems.SYSTEMS.items() if system.letter}
_DEVICES = {"": "설정대로", "cpu": "CPU", "cuda": "GPU"}
_FEWEST = 20
_REMEMBERED = timedelta(minutes=10)
"""How long one that did not reach its end is told of here; what it measured stays."""
_ROWS = (1000, 10_000_000)


def draw(who: Person | None) -> None:
    """Draw the bench under way, and the form for those who may start one."""
    last = jobs.newest(["bench"])
    if last and (last.active or datetime.now(UTC) - (last.ended_at or last.reported_at) < _REMEMBERED):
        jobs.draw(["bench"])
    if not person.may(who, "work") or (last and last.active):
        return
    with st.popover("재기", icon=":material/speed:", width="content"):
        results.notes([_ABOUT])
        kind = st.selectbox("무엇을", list(KINDS), format_func=KINDS.__getitem__, key="performance.kind")
        markup.draw(f'<div class="ib-soft">{attribute(_WHAT[kind])}</div>')
        with trouble.boundary():
            asked = _index() if kind == "index" else _system(kind)
            markup.draw(f'<div class="ib-soft">같은 명령: <code>python -m core {attribute(" ".join(asked.arguments))}</code></div>')
            if st.button("재기 시작", type="primary", key="performance.start"):
                jobs.start(asked.arguments, asked.title)
                st.rerun()


def _index() -> Asked:
    rows = st.number_input("문항 수 (합성 벡터)", *_ROWS, ROWS, step=1000, key="performance.rows",
                           help=f"{ROWS:,}은 전체 문항 은행의 크기입니다. 시험 삼아 잴 때는 줄여 주세요.")
    calls = st.number_input("색인마다 찾을 쿼리 수", 10, 10_000, CALLS["index"], key="performance.calls.index")
    return Asked("index", calls=int(calls), rows=int(rows))


def _system(kind: Kind) -> Asked:
    system = st.selectbox("시스템", list(_NAMES), format_func=_NAMES.__getitem__, key="performance.system")
    left, right = st.columns(2)
    fewest = 1 if kind in ("throughput", "vram") else _FEWEST
    calls = left.number_input("호출 수", fewest, 100_000, CALLS[kind], key=f"performance.calls.{kind}",
                              help="응답 시간은 글·그림·글+그림마다, 처리량과 VRAM은 배치마다, 동시 요청은 사람 수마다의 수입니다.")
    warm = right.number_input("준비 호출 수", 0, 10_000, WARM_UP, key="performance.warm", help="재기 전에 부르고 세지 않는 호출입니다.",
                              disabled=kind in ("throughput", "vram"))
    precision = left.selectbox("정밀도", ["", *get_args(Precision)], format_func=lambda each: each or "임베딩한 그대로",
                               key="performance.precision", help="그 정밀도로 임베딩해 두어야 잴 수 있습니다.")
    view = sampler().view()
    cards = bool(view.samples and view.samples[-1].cards)
    budget = right.number_input("메모리 한도 (GiB)", 0.5, 1024.0, None, step=0.5, key="performance.budget", disabled=not cards,
                                placeholder="없음" if cards else "GPU가 없음",
                                help="엔진을 이 한도로 다시 시작해, 넘으면 실패로 셉니다. 대상 카드를 흉내 낼 때 7.5를 씁니다.")
    device = left.selectbox("장치", ["", "cpu", *(["cuda"] if cards else [])], key="performance.device", format_func=_DEVICES.__getitem__,
                            help="고르면 엔진을 그 장치로 다시 시작해 잽니다.")
    suffixes = right.text_input("변형", key="performance.variant", placeholder="없음. 예: @512, @px512",
                                help="차원이나 그림 크기를 바꾼 변형은 그 이름을 덧붙입니다. 그 변형으로 임베딩해 두어야 잴 수 있습니다.")
    system = variants.find("@".join([system, *filter(None, suffixes.strip().split("@"))])).name
    return Asked(kind, system, calls=int(calls), precision=precision or None, budget_gb=float(budget) if budget else None,
                 device=device or None,
                 warm_up=WARM_UP if kind in ("throughput", "vram") else int(warm))
