"""The steps of the meeting, in order: what each is called, how long it may take, what the presenter says and asks."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One slide. ``name`` stands in its address, ``minutes`` is what is planned for it."""

    name: str
    title: str
    minutes: int
    notes: tuple[str, ...]
    """For the presenter alone: what to say, what to ask, what to beware of."""


STEPS: tuple[Step, ...] = (
    Step(name="question", title="질문과 기준", minutes=3, notes=(
        "오늘 정할 것은 하나입니다. 기존 조합을 Qwen3-VL-Embedding으로 바꿀지 정합니다.",
        "기준은 결과를 보기 전에 등록했고, 등록한 파일의 해시가 화면에 있습니다. 오늘 기준을 바꾸지 않습니다.",
        "물어볼 것: 이 다섯 질문 말고 더 확인해야 할 것이 있습니까?")),
    Step(name="data", title="데이터와 정답", minutes=5, notes=(
        "지표는 정답만큼만 믿을 수 있습니다. 누가 몇 쌍을 매겼는지, 서로 얼마나 같았는지부터 봅니다.",
        "라벨러는 어느 시스템이 찾은 문항인지, 남이 몇 점을 주었는지 모르고 매겼습니다.",
        "물어볼 것: 표본에 우리 문항은행의 특징이 빠짐없이 들어 있습니까?")),
    Step(name="search", title="실제 검색", minutes=10, notes=(
        "담아 둔 쿼리를 먼저 보여 주고, 참석자가 부르는 쿼리를 그 자리에서 찾습니다.",
        "한두 번의 검색은 느낌일 뿐입니다. 판정은 다음 화면의 지표로 합니다.",
        "물어볼 것: 수업에서 쓰던 검색어를 하나 불러 주시겠습니까?")),
    Step(name="measures", title="지표", minutes=8, notes=(
        "점은 평균, 선은 95 % 구간입니다. 구간이 겹치면 어느 쪽이 낫다고 말하지 않습니다.",
        "▲은 미리 정한 비교에서 차이가 뚜렷할 때만 붙습니다.",
        "물어볼 것: 이 차이가 실제 업무에서 느껴질 만합니까?")),
    Step(name="hardware", title="하드웨어", minutes=5, notes=(
        "판정에는 대상 카드에서 실제 모델로 잰 값만 셉니다. 다른 카드의 값은 참고로만 보여 줍니다.",
        "측정하지 않은 것은 '측정 안 됨'으로 둡니다. 짐작으로 채우지 않습니다.",
        "물어볼 것: 문항이 늘어날 때도 이 속도면 됩니까?")),
    Step(name="errors", title="오류 사례", minutes=7, notes=(
        "평균 뒤에 숨은 실패를 봅니다. 무엇을 찾았어야 했고 무엇이 나왔는지 함께 봅니다.",
        "'짐작'이라고 적힌 원인은 규칙이 고른 것입니다. 담당자가 정한 원인이 앞섭니다.",
        "물어볼 것: 이 가운데 학생에게 보이면 안 되는 실패가 있습니까?")),
    Step(name="risks", title="위험", minutes=4, notes=(
        "계획서의 위험 R1–R7이 지금 어떤지 하나씩 확인합니다.",
        "물어볼 것: 새로 생긴 위험이 있습니까? 맡을 사람은 누구입니까?")),
    Step(name="verdict", title="판정", minutes=6, notes=(
        "이 판정은 등록한 기준과 저장된 근거로 계산한 것입니다. 회의의 결정은 다음 화면에서 따로 적습니다.",
        "판정 불가라면 무엇이 모자라는지 목록을 읽고, 누가 언제까지 채울지 정합니다.",
        "물어볼 것: 계산된 판정과 다르게 정하려면 그 까닭은 무엇입니까?")),
    Step(name="sign", title="서명", minutes=5, notes=(
        "결정을 적으면 기준, 근거, 보고서가 해시로 굳습니다. 나중에 바뀌면 확인에서 드러납니다.",
        "TF 리더, 개발 담당, 콘텐츠 담당이 각자 이름으로 서명합니다.",
        "마지막으로: 다음에 할 일과 맡을 사람을 회의록에 적습니다.")),
)
NAMES = tuple(step.name for step in STEPS)


def step(name: str) -> Step:
    """Return a step by name; the first where there is none of that name."""
    return next((each for each in STEPS if each.name == name), STEPS[0])
