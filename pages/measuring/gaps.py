"""What is missing or cannot be compared, each in one sentence with what to do about it."""

from __future__ import annotations

from core.evaluation.results import Evaluation, ScenarioResult

NO_ITEMS = "아직 문항이 없습니다. 터미널에서 `python -m core prepare`를 실행해 견본 문항을 준비한 뒤, 이 화면을 새로 고쳐 주세요."
NO_TRUTH = ("아직 정답이 없어 지표를 낼 수 없습니다. '정답 라벨링'에서 판정하거나 터미널에서 `python -m core labels import 파일`로 정답을 "
            "가져와 주세요.")
UNSEEN = ("판정할 쌍이 남아 있는 동안에는 지표와 판정을 보이지 않습니다. 결과를 알면 판정이 흔들립니다. "
          "맡은 쌍을 모두 판정하거나 라운드를 닫은 뒤 다시 열어 주세요.")
NOTHING_RUN = ("아직 실행한 시스템이 없습니다. '지표와 판정' 화면의 '평가 실행'을 누르거나 "
               "터미널에서 `python -m core evaluate`를 실행해 주세요.")


def of_evaluation(evaluation: Evaluation) -> str:
    """Return why there is no number to show anywhere; empty where there is some."""
    if not evaluation.truth.grades or not any(evaluation.truth.grades.values()):
        return NO_TRUTH
    if not any(result.systems for result in evaluation.scenarios.values()):
        return NOTHING_RUN
    return ""


def of_scenario(result: ScenarioResult) -> str:
    """Return why a scenario has no number to show; empty where it has some."""
    if not result.queries:
        counted = " · ".join(f"{reason} {len(ids):,}개" for reason, ids in result.excluded.items())
        return (f"'{result.scenario.title}'에는 셀 쿼리가 없습니다{f' ({counted})' if counted else ''}. "
                "이 범위의 문항을 판정하거나 다른 시나리오를 골라 주세요.")
    if not result.systems:
        return f"'{result.scenario.title}'은(는) 아직 실행하지 않았습니다. 위의 '평가 실행'을 눌러 주세요."
    return ""


def remarks(result: ScenarioResult, measure: str) -> list[str]:
    """Return what a reader should know before comparing the systems of a scenario in a measure."""
    if not result.queries or not result.systems:
        return []
    if len(result.systems) == 1:
        return [f"시스템이 {result.systems[0].label} 하나뿐이라 견줄 수 없습니다. '평가 실행'에서 다른 시스템도 실행해 주세요."]
    values = result.values[measure]
    if not values.any():
        return ["어느 시스템도 관련 문항을 찾지 못해 값이 모두 0입니다. 정답과 문항이 같은 컬렉션의 것인지 확인해 주세요."]
    if (values == values[0]).all():
        return ["모든 시스템의 값이 쿼리마다 똑같아 이 지표로는 가를 수 없습니다. 더 위쪽만 보는 지표(k가 작은 것)를 골라 주세요."]
    return []
