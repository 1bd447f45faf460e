"""The cover: the verdict, the ground truth, which queries count where; behind it the gates, and the run each number comes from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from core.evaluation.results import Evaluation
from core.evaluation.verdict import wording
from core.evaluation.verdict.outcome import Decision, GateResult
from core.items import grades
from core.labels import origins
from core.moments import ZONE, moment
from core.report import provenance
from core.report.book import Column, Sheet
from core.report.sheets.systems import scenario_title

_PASSED = {True: "통과", False: "미달", None: "판정 못 함"}


def written(sheet: Sheet, evaluation: Evaluation, decision: Decision | None, *, made_at: datetime,
            contents: Sequence[tuple[str, str]]) -> None:
    """Write the cover.

    Args:
        contents: the sheets that follow, each with what it holds.
    """
    _table(sheet, "", (("무엇", 30), ("내용", 70)), _facts(evaluation, decision, made_at))
    _table(sheet, "시트", (("이름", 30), ("내용", 70)), contents)
    _scenarios(sheet, evaluation)


def gates(sheet: Sheet, decision: Decision | None) -> None:
    """Write every gate with its value, its interval and what it rests on."""
    if decision is None:
        sheet.words("판정을 함께 내보내지 않았습니다. `python -m core decide`로 볼 수 있습니다.")
        return
    columns = [Column("조건", width=24), Column("값", width=14), Column("95 % 하한", width=12), Column("95 % 상한", width=12),
               Column("기준", width=12), Column("결과", width=12), Column("통과한 재표집 비율", "share", 10),
               Column("근거", "long", 60), Column("비고", "long", 60)]
    sheet.table(columns, map(_gate, decision.gates), freeze=1)


def runs(sheet: Sheet, evaluation: Evaluation) -> None:
    """Write the run each system's numbers come from, scenario by scenario."""
    columns = [Column("시나리오", width=30), Column("시스템", width=36), Column("실행 번호", "count"), Column("정밀도", width=14),
               Column("답하지 못한 쿼리", "count"), Column("동점", "count"), Column("실행한 때", width=26), Column("표시", width=50)]
    sheet.table(columns, _runs(evaluation), freeze=2, filtered=True)
    sheet.words("동점: 상위 20개에서 바로 위와 점수가 같은 자리. 문항 ID가 아니라 해시로 순서를 정합니다.")


def _table(sheet: Sheet, heading: str, columns: Sequence[tuple[str, float]], rows: Sequence[tuple[str, object]]) -> None:
    if heading:
        sheet.heading(heading)
    sheet.table([Column(title, "text" if not at else "long", width) for at, (title, width) in enumerate(columns)], rows)


def _facts(evaluation: Evaluation, decision: Decision | None, made_at: datetime) -> list[tuple[str, object]]:
    truth = evaluation.truth
    told: list[tuple[str, object]] = [
        ("만든 때", f"{moment(made_at)} ({ZONE})"), ("컬렉션", evaluation.collection), ("정답", truth.title),
        ("정답 SHA-256", truth.sha256),
        ("관련으로 치는 등급", f"{grades.titled(truth.relevant_from)} 이상"),
        ("판정한 쌍", f"{len(truth.rows):,} ({origins.counted(truth.origins)})" if truth.rows else "없음"),
        ("판정하지 않은 쌍", f"등급 0으로 침 ({truth.unlisted_zero_by}님이 선언)" if truth.unlisted_zero_by
         else "미판정: 지표에서는 0으로 세고, 0과 3으로 셌을 때의 값을 함께 적음"),
        ("구간", "95 % 부트스트랩, 문항 계열(같은 원본) 단위로 10,000번 다시 뽑음"),
    ]
    if decision is not None:
        told += [("판정", decision.title), ("한마디로", decision.headline),
                 *(("까닭", sentence) for sentence in decision.reasons if sentence not in (*decision.invalid, *decision.missing)),
                 *(("쓸 수 없는 근거", sentence) for sentence in decision.invalid),
                 *(("빠진 근거", sentence) for sentence in decision.missing), *(("함께 볼 것", sentence) for sentence in decision.cautions),
                 *(("참고", sentence) for sentence in decision.notes),
                 ("기준 파일 SHA-256", decision.gate_file_sha256)]
    return told


def _gate(each: GateResult) -> list[object]:
    low, high = (wording.value_text(each.unit, end) if end is not None else "" for end in (each.low, each.high))
    return [each.title, wording.gate_value_text(each), low, high, wording.threshold_text(each), _PASSED[each.passed], each.firmness,
            "\n".join(proof.words for proof in each.evidence), each.reason]


def _scenarios(sheet: Sheet, evaluation: Evaluation) -> None:
    sheet.heading("시나리오와 쿼리")
    columns = [Column("시나리오", width=30), Column("내용", "long", 70), Column("문항", "count", 12), Column("센 쿼리", "count", 12),
               Column("뺀 쿼리", "count", 12), Column("뺀 까닭", "long", 60)]
    sheet.table(columns, (
        [scenario_title(evaluation, key), result.scenario.about, result.items, len(result.queries),
         sum(map(len, result.excluded.values())),
         " · ".join(f"{reason.rstrip('.')}: {len(ids)}개" for reason, ids in result.excluded.items())]
        for key, result in evaluation.scenarios.items()))


def _runs(evaluation: Evaluation) -> Iterator[list[object]]:
    for key, result in evaluation.scenarios.items():
        for run in result.systems:
            yield [scenario_title(evaluation, key), run.label, run.run_id, run.precision, len(run.unanswered),
                   result.ties.get(run.system, 0), moment(run.created_at), provenance.marks([run])]
