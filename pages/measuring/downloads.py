"""내려받기: the evaluation as files in the plan's templates. A file is made when its button is pressed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.evaluation.scenarios import GATE
from core.evaluation.verdict.outcome import Decision
from core.report import error_cases, files, provenance, search_results, trec_files, workbook
from pages.measuring import data, gaps, named
from pages.measuring.data import Shown
from pages.widgets import doors, markup, results
from pages.widgets.text import attribute

_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_PLAN_COLUMNS = "query_id, model, top_1, top_3, top_5, top_10, mrr, ndcg_10"


def draw(at: Shown) -> None:
    """Draw the files that can be taken along, each with what it holds."""
    results.notes(list(provenance.warnings(at.evaluation)))
    decision, name = data.decision(at), _stem(at)
    _file("검색 결과 (계획서 12.2)", "search_results.csv", lambda: search_results.as_csv(at.evaluation), "text/csv",
          "쿼리와 시스템마다 한 줄입니다. 판정 쿼리(scenario가 gate인 줄)가 먼저 옵니다.",
          {"계획서의 열": f"{_PLAN_COLUMNS}. top_k는 Hit@k입니다.",
           "덧붙인 열": "시나리오, Recall@k와 상한 보정 R@k, MAP, NDCG@5·20, 미판정을 0과 3으로 셌을 때의 값, 과목·단원 등, 실행 번호, "
                    "정답 버전과 SHA-256, 축소 모델 여부"})
    _file("검색 정확도 결과 (D7)", f"검색정확도_{name}.xlsx", lambda: _workbook(at, decision), _EXCEL,
          "태스크 3.2–3.8을 시트로 나눈 Excel입니다. 값 옆에 95 % 구간이 있습니다.",
          {workbook.COVER: "판정과 까닭, 정답 버전, 시나리오마다 센 쿼리와 뺀 쿼리", **dict(workbook.SHEETS)})
    _cases(at, name)
    _file("검산용 TREC 파일", f"검산_{name}.zip", lambda: trec_files.as_zip(at.evaluation), "application/zip",
          "시나리오마다 정답과 시스템의 순위입니다. trec_eval 같은 다른 프로그램으로 지표를 다시 계산해 볼 수 있습니다.",
          {"폴더마다": "qrels.txt와 시스템마다의 *.run", "읽어 주세요.txt": "정답 버전과, 다시 계산하는 명령"})
    _file("판정 기준", "gates.toml", decision.gate_file.path.read_bytes, "text/plain",
          "미리 등록한 판정 기준 그대로입니다. 무엇을 어느 기준으로 판정했는지 견주어 볼 수 있습니다.",
          {"SHA-256": decision.gate_file_sha256})
    markup.draw('<p class="ib-read">그림마다 있는 CSV 버튼으로 그 그림의 숫자만 내려받을 수도 있습니다. 정답은 '
                '<a href="/label" target="_self">정답 라벨링</a>의 버전에서 내려받습니다.</p>')


def _cases(at: Shown, name: str) -> None:
    runs = named.main(at.result(GATE))
    if why := gaps.of_scenario(at.result(GATE)):
        results.calm(why)
        return
    names = [run.system for run in runs]
    # The choice stands below the heading, and yet has to be known to it.
    heading = st.container()
    system = st.selectbox("오류 사례를 볼 시스템", names, index=names.index(files.SUBJECT) if files.SUBJECT in names else 0,
                          key="metrics.downloads.system", format_func=named.system, width=360)
    _file("오류 사례 분석 (D9)", f"오류사례_{named.short(system)}_{name}.xlsx".replace(" ", ""), lambda: _error_cases(at, system), _EXCEL,
          "판정 쿼리에서 상위 10개에 정답이 없거나 비교 시스템보다 못한 쿼리입니다. 수식은 LaTeX 글자로, 그림은 그림으로 들어 있습니다.",
          into=heading, holds={error_cases.LIST: "사례마다 한 줄: 찾는 것, 담당자가 정한 원인과 메모, 짐작되는 원인",
                               error_cases.WHOLE: "원했던 문항과 나온 문항을 그림과 함께 나란히",
                               error_cases.COUNTS: "원인마다 사례 수"})


def _file(title: str, name: str, make: Callable[[], bytes], mime: str, about: str, holds: Mapping[str, str], *,
          into: DeltaGenerator | None = None) -> None:
    key = f"downloads.{title}"
    with (into or st).container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom", key=f"part.{key}"):
        markup.draw(f'<div class="ib-chart-head"><h3>{attribute(title)}</h3><span class="ib-soft">{attribute(name)}</span></div>')
        st.download_button("내려받기", make, name, mime, on_click="ignore", key=key, icon=":material/download:")
    rows = "".join(f"<dt>{attribute(part)}</dt><dd>{attribute(words)}</dd>" for part, words in holds.items())
    markup.draw(f'<p class="ib-read">{attribute(about)}</p><dl class="ib-explained">{rows}</dl>')


def _workbook(at: Shown, decision: Decision) -> bytes:
    with doors.database().connection() as conn:
        found = files.cases(conn, at.evaluation)
    known = {key: data.summary(at, key) for key in at.evaluation.scenarios}
    return workbook.as_xlsx(at.evaluation, cases=found, decision=decision, made_at=datetime.now(UTC), known=known)


def _error_cases(at: Shown, system: str) -> bytes:
    with doors.database().connection() as conn:
        found = files.cases(conn, at.evaluation, system=system)
        return error_cases.as_xlsx(conn, at.evaluation, found, made_at=datetime.now(UTC))


def _stem(at: Shown) -> str:
    version = at.evaluation.truth.version
    return f"{at.collection.name}_{f'v{version.number}' if version else '미확정'}"
