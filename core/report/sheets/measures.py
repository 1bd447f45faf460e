"""The sheet that explains the measures: formula, gain, threshold, what each can reach and what chance reaches."""

from __future__ import annotations

from core.evaluation import levels
from core.evaluation.catalogue import CATALOGUE
from core.evaluation.results import Evaluation
from core.items import grades
from core.report.book import Column, Sheet
from core.report.sheets.systems import scenario_title


def written(sheet: Sheet, evaluation: Evaluation) -> None:
    """Write a row a measure, with ceiling and chance of every scenario that has queries."""
    threshold = f"{grades.titled(evaluation.truth.relevant_from)} 이상"
    there = {key: result for key, result in evaluation.scenarios.items() if result.queries}
    columns = [Column("지표", width=18), Column("식", "long", 60), Column("이득", width=24), Column("관련으로 치는 등급", width=16),
               Column("출처", width=26)]
    for key in there:
        columns += [Column(title, "value", 9, scenario_title(evaluation, key)) for title in ("이를 수 있는 값", "우연")]
    rows = []
    for measure in CATALOGUE.values():
        row: list[object] = [measure.title, measure.formula, measure.gain, threshold if measure.uses_threshold else "", measure.source]
        for result in there.values():
            row += [levels.ceiling(measure.name, result.queries), levels.chance(measure.name, result.queries)]
        rows.append(row)
    sheet.table(columns, rows, freeze=1)
    sheet.words("'이를 수 있는 값'은 정답을 모두 맨 위에 놓았을 때, '우연'은 아무렇게나 늘어놓았을 때의 평균입니다.")
