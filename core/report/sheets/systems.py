"""Sheets 3.2 to 3.5: every measure of some systems, scenario by scenario, with intervals; and the planned comparisons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from core.evaluation.catalogue import BOUNDED, CATALOGUE
from core.evaluation.comparisons import PlannedComparison
from core.evaluation.results import Evaluation
from core.evaluation.scenarios import BASELINE, TUNED
from core.evaluation.summary import Summary
from core.report.book import Column, Sheet

NOT_RUN = "이 시스템은 아직 실행하지 않았습니다. `python -m core evaluate`로 실행해 주세요."
_UNJUDGED = ("미판정을 0으로", "미판정을 3으로")


def written(sheet: Sheet, evaluation: Evaluation, summaries: Mapping[str, Summary], bases: Sequence[str]) -> None:
    """Write the measures of the systems that are one of ``bases`` or a variant of it: rows by measure, columns by scenario."""
    names = _names(evaluation, bases)
    there = [key for key, result in evaluation.scenarios.items() if result.queries and set(names) & set(result.names)]
    if not there:
        sheet.words(NOT_RUN)
        return
    columns = [Column("시스템", width=30), Column("지표", width=26)]
    for key in there:
        result = evaluation.scenarios[key]
        group = f"{scenario_title(evaluation, key)} · 쿼리 {len(result.queries)}"
        columns += [Column(title, "value", 9, group) for title in ("값", "95 % 하한", "95 % 상한")]
    sheet.table(columns, _rows(evaluation, summaries, names, there), freeze=2, filtered=True)


def scenario_title(evaluation: Evaluation, key: str) -> str:
    """Return a scenario as sheets name it: ``S2 글 → 그림 있는 문항``."""
    title = evaluation.scenarios[key].scenario.title
    return f"{key} {title}" if key.startswith("S") else title


def labels(evaluation: Evaluation) -> dict[str, str]:
    """Return every system's label by name."""
    return {run.system: run.label for result in evaluation.scenarios.values() for run in result.systems}


def compared(sheet: Sheet, found: Iterable[PlannedComparison], evaluation: Evaluation) -> None:
    """Write the six planned comparisons in the primary measure; those that could not be tested say why."""
    named = labels(evaluation)
    columns = [Column("시나리오", width=30), Column("첫째", width=26), Column("둘째", width=32), Column("차이 (첫째 − 둘째)", "signed"),
               Column("95 % 하한", "signed", 9), Column("95 % 상한", "signed", 9), Column("p", "probability", 9),
               Column("p (Holm 보정)", "probability"), Column("뚜렷한 차이", width=9), Column("효과 크기 d_z", "signed", 10),
               Column("이김", "count", 7), Column("비김", "count", 7), Column("짐", "count", 7), Column("쿼리", "count", 7),
               Column("묶음", "count", 7), Column("더 필요한 쿼리", "count"), Column("뜻", "long", 60)]
    sheet.table(columns, (_compared(each, named, evaluation) for each in found), freeze=3)
    sheet.words("상한 보정 R@5의 차이를 쿼리 묶음 단위로 검정했습니다. 여섯 비교만 미리 정한 것이며, 나머지 차이는 모두 탐색적입니다.")


def _compared(each: PlannedComparison, named: Mapping[str, str], evaluation: Evaluation) -> list[object]:
    head: list[object] = [scenario_title(evaluation, each.scenario.key), named.get(each.a, each.a), named.get(each.b, each.b)]
    told = each.difference
    if told is None:
        return [*head, *[None] * 13, f"견주지 못함: {each.missing}"]
    return [*head, told.value, told.low, told.high, told.p, each.p_holm, "예" if each.significant else "아니요", each.effect,
            told.wins, told.ties, told.losses, told.queries, each.groups, each.more_queries, each.outlook]


def _names(evaluation: Evaluation, bases: Sequence[str]) -> list[str]:
    """Return the systems in order: tuned D before D, a plain system before its variants, fixed weights last."""
    run = [name for name in labels(evaluation) if name.partition("@")[0] in bases]

    def place(name: str) -> tuple[Any, ...]:
        base, _, suffix = name.partition("@")
        weight = suffix.startswith("w") and base == BASELINE
        return bases.index(base), name != TUNED, weight, suffix != "", suffix

    return sorted(run, key=place)


def _rows(evaluation: Evaluation, summaries: Mapping[str, Summary], names: Sequence[str],
          there: Sequence[str]) -> Iterator[list[object]]:
    named = labels(evaluation)
    for system in names:
        for measure in CATALOGUE.values():
            row: list[object] = [named[system], measure.title]
            for key in there:
                found = summaries[key].intervals.get((measure.name, system))
                row += [found.value, found.low, found.high] if found else [None] * 3
            yield row
            if measure.name in BOUNDED:
                yield from _bounds(summaries, system, named[system], measure.name, measure.title, there)


def _bounds(summaries: Mapping[str, Summary], system: str, label: str, measure: str, title: str,
            there: Sequence[str]) -> Iterator[list[object]]:
    for side, words in enumerate(_UNJUDGED):
        row: list[object] = [label, f"{title}, {words}"]
        for key in there:
            found = summaries[key].bounds.get((measure, system))
            row += [found[side] if found else None, None, None]
        yield row
