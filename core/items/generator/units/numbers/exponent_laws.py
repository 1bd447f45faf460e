"""지수법칙: unknown exponents of a power of a product, and growth told as a power."""

from __future__ import annotations

from random import Random

from core.items.generator.distractors import four_wrong
from core.items.generator.family import Facts, Family
from core.items.generator.korean import said
from core.items.generator.latex_terms import frac, power

_UNIT = "수와 식"
_CONCEPT = "지수법칙"
_CODE = "9수02-06"


def _draw_exponents(rng: Random) -> Facts:
    outer = rng.randint(2, 4)
    first, second = rng.sample(range(2, 7), 2)  # inner exponents: a is hidden, the other is shown
    bases = rng.choice((("x", "y"), ("p", "q"), ("m", "n")))
    hidden, shown = bases[0] + "^{a}", power(bases[1], second)
    done, wanted = power(bases[0], first * outer), bases[1] + "^{b}"
    if rng.random() < 0.5:
        inside, outside = hidden + shown, done + wanted
    else:
        inside, outside = frac(shown, hidden), frac(wanted, done)
    answer = first + second * outer
    added = second + outer
    return {
        "equation": rf"\left({inside}\right)^{{{outer}}}={outside}",
        "one": bases[0],
        "two": bases[1],
        "outer": said(outer),
        "first": first,
        "first_power": first * outer,
        "second": second,
        "second_power": second * outer,
        "answer": str(answer),
        "wrong": four_wrong(answer, (
            first + added,
            first * outer - outer + second * outer,
            first * outer - outer + added,
            first * second * outer,
            answer + 1, answer + 2, answer - 1, answer - 2,
        )),
    }


def _check_exponents(facts: Facts) -> None:
    outer, second = int(facts["outer"]), facts["second"]
    found = [
        a + b
        for a in range(1, 40)
        for b in range(1, 40)
        if (2**a * 3**second) ** outer == 2 ** facts["first_power"] * 3**b
    ]
    assert found == [int(facts["answer"])]


_EXPONENTS = Family(
    key="numbers.exponents.unknown_exponents",
    unit=_UNIT,
    concept=_CONCEPT,
    curriculum_code=_CODE,
    cognitive_level="계산",
    item_type="객관식",
    difficulties=("하",),
    draw=_draw_exponents,
    wordings=(
        "자연수 $a$, $b$에 대하여 ${equation}$이 성립할 때, $a+b$의 값은?",
        "밑이 같은 거듭제곱끼리 지수를 비교하려 한다. 등식 ${equation}$에서 지수 $a$와 $b$를 각각 구하여 더하면 얼마인가?",
        "윤서는 괄호를 푸는 지수법칙을 써서 ${equation}$이라는 결과를 얻었지만 두 지수가 물에 번져 $a$, $b$로 적어 두었다. 번진 두 "
        "자연수의 합을 고르면?",
        "${equation}$을 만족시키는 두 자연수 $a$, $b$의 합으로 옳은 것은?",
        "거듭제곱의 거듭제곱은 지수끼리 곱한다. 이를 이용해 ${equation}$의 빈 지수 $a$, $b$를 찾고 그 합을 고르시오.",
        "좌변의 괄호를 풀었더니 우변과 같아졌다. ${equation}$일 때 $a$에 $b$를 더한 값은 다음 중 무엇인가?",
        "식 ${equation}$이 항상 참이 되도록 자연수 $a$와 $b$를 정하면 $a+b$는?",
        "지수법칙을 적용하면 ${equation}$의 양변이 똑같은 식이 된다고 한다. 자연수인 두 지수 $a$, $b$의 합은 얼마일까?",
        "양변의 ${one}$의 지수와 ${two}$의 지수를 차례로 견주어 ${equation}$을 이루는 $a$, $b$를 찾아라. 두 수의 합은?",
        "괄호 전체를 거듭제곱한 식이 ${equation}$으로 정리되었다. 이때 $b+a$의 값을 고르면?",
        "다음 등식에서 $a$, $b$는 자연수이다. $a+b$를 바르게 계산한 것은? (단, ${equation}$)",
        "문자 ${one}$, ${two}$에 대한 등식 ${equation}$이 주어졌다. 알맞은 지수 $a$, $b$를 더한 결과를 선택하시오.",
        "곱 또는 몫 전체의 거듭제곱을 정리하여 ${equation}$을 완성하려 할 때 필요한 $a$와 $b$의 합은?",
        "단원 평가에 ${equation}$이 나왔다. 지수 자리의 자연수 $a$, $b$를 구한 뒤 합하면 어느 것이 되는가?",
    ),
    queries=(
        "지수법칙으로 등식에 들어 있는 모르는 지수를 구하는 문제",
        "거듭제곱의 거듭제곱에서 지수의 합을 묻는 문항",
        "괄호 전체의 거듭제곱을 풀어 지수를 비교하기",
        "지수 두 개를 찾아 더하는 기본 객관식",
        "양변의 지수가 같음을 이용하는 유형",
        "지수끼리 곱하는 법칙을 확인하는 쉬운 문제",
        "곱의 거듭제곱과 몫의 거듭제곱 계산",
        "미지수가 지수 자리에 있는 등식",
        "지수법칙 기초 계산 연습 문제",
    ),
    solution=(
        "괄호 안의 각 지수에 {outer}{outer.eul} 곱하는 지수법칙을 쓰면 ${one}$의 지수에서 ${outer}a={first_power}$이므로 $a={first}$, "
        r"${two}$의 지수에서 $b={second}\times {outer}={second_power}$이다. 따라서 $a+b={answer}$이다."
    ),
    check=_check_exponents,
)


def _draw_growth(rng: Random) -> Facts:
    base = rng.choice((2, 2, 3))
    while True:
        begun, minutes, hours = rng.randint(2, 5 if base == 2 else 3), rng.choice((10, 12, 15, 20, 30)), rng.randint(1, 5)
        rounds = hours * 60 // minutes
        if rounds > 2 and base ** (begun + rounds) < 70_000:  # no rumour reaches more people than a town has
            break
    return {
        "base": said(base),
        "begun": begun,
        "start": base**begun,
        "minutes": minutes,
        "hours": hours,
        "rounds": rounds,
        "exponent": begun + rounds,
        "answer": f"{base}의 {begun + rounds}제곱",
    }


def _check_growth(facts: Facts) -> None:
    count, clock = facts["start"], 0
    while clock < facts["hours"] * 60:
        count, clock = count * int(facts["base"]), clock + facts["minutes"]
    exponent = 0
    while count > 1:
        count, rest = divmod(count, int(facts["base"]))
        assert rest == 0
        exponent += 1
    assert facts["answer"] == f"{facts['base']}의 {exponent}제곱"


_GROWTH = Family(
    key="numbers.exponents.growth_story",
    unit=_UNIT,
    concept=_CONCEPT,
    curriculum_code=_CODE,
    cognitive_level="문제해결",
    item_type="단답형",
    difficulties=("중하",),
    draw=_draw_growth,
    wordings=(
        "어떤 유산균은 {minutes}분이 지날 때마다 그 수가 {base}배로 늘어난다. 처음에 {start}마리이던 유산균은 {hours}시간 뒤에 몇 "
        "마리가 되는지 {base}의 거듭제곱으로 답하시오.",
        "컴퓨터 실습실에서 저절로 복제되는 프로그램이 발견되었다. 이 프로그램은 {minutes}분마다 한 번씩 파일의 개수를 {base}배로 "
        "만드는데, 발견 당시 파일은 {start}개였다. 아무도 막지 않으면 {hours}시간 후 파일은 {base}의 몇 제곱 개인가?",
        "도시의 축제 소식이 {minutes}분에 한 번꼴로 퍼져 아는 사람의 수가 매번 {base}배가 된다고 하자. 지금 {start}명이 알고 있다면 "
        "{hours}시간이 흐른 뒤 소식을 아는 사람은 {base}의 거듭제곱으로 나타내어 몇 명이겠는가?",
        "현미경으로 관찰한 효모는 {minutes}분 간격으로 {base}배씩 불어난다. {start}개의 효모를 {hours}시간 동안 기르면 모두 몇 개인지 "
        "{base}의 거듭제곱 꼴로 구하여라.",
        "배양 접시에 세포 {start}개가 있고, {minutes}분마다 세포 하나가 {base}개로 갈라진다. {hours}시간이 지난 다음의 세포 수를 "
        "{base}의 거듭제곱으로 나타내시오.",
        "짚신벌레 {start}마리가 {minutes}분에 한 번 {base}배로 늘 때, {hours}시간 후의 마릿수는 {base}의 몇 제곱인가?",
        "영상 하나의 조회수가 올린 직후 {start}회였고 그 뒤 {minutes}분마다 {base}배로 뛰었다. {hours}시간째의 조회수를 {base}의 "
        "거듭제곱으로 말하여라.",
        "{hours}시간 동안 {minutes}분에 한 차례씩 {base}배가 되는 박테리아를 조사한다. 시작할 때 {start}마리였다면 마지막에는 "
        "{base}{base.eul} 몇 번 곱한 수만큼 있는가? {base}의 거듭제곱 꼴로 쓰시오.",
        "게임 속 슬라임은 {minutes}분이 될 때마다 한 마리가 {base}마리로 나뉜다. {start}마리로 출발하여 {hours}시간 뒤 슬라임의 수를 "
        "거듭제곱으로 표현하면?",
        "어느 실험에서 {start}개이던 바이러스가 {minutes}분마다 이전의 {base}배가 되었다. 실험을 시작하고 {hours}시간이 지났을 때의 "
        "개수를 밑이 {base}인 거듭제곱으로 적어라.",
        "로봇이 {minutes}분마다 자신과 같은 로봇을 만들어 전체 대수를 {base}배로 늘린다. 처음 {start}대에서 시작하면 {hours}시간 후에는 "
        "{base}의 거듭제곱으로 몇 대인가?",
        "물속의 녹조류는 {minutes}분 만에 {base}배의 개체 수로 증가한다고 한다. 현재 {start}개체이면 지금부터 {hours}시간 후의 개체 "
        "수를 {base}의 거듭제곱으로 구하시오.",
        "메시지를 받은 사람의 수는 {minutes}분이 지나면 {base}배가 된다. {start}명에게 처음 보낸 메시지는 {hours}시간이 지나면 몇 명이 "
        "받게 되는가? 답은 {base}의 거듭제곱으로 쓴다.",
        "세균의 수를 {minutes}분 간격으로 세었더니 셀 때마다 {base}배였다. 첫 관찰 때 {start}마리라면 {hours}시간 뒤 관찰한 수는 "
        "얼마인지 거듭제곱을 써서 나타내어라.",
    ),
    queries=(
        "세균이 일정한 시간마다 두 배로 늘어나는 지수법칙 활용 문제",
        "몇 시간 뒤 개체 수를 거듭제곱으로 나타내기",
        "일정 시간마다 배로 불어나는 상황의 서술 문제",
        "바이러스나 유산균의 증식을 거듭제곱으로 표현하는 문항",
        "소문이 퍼지는 사람 수를 거듭제곱으로 구하기",
        "실생활 상황에서 거듭제곱의 곱셈을 이용하는 유형",
        "처음 수와 늘어나는 횟수를 거듭제곱으로 곱하는 문제",
        "수식 없이 이야기로 된 지수법칙 문제",
        "번식과 복제를 소재로 한 단답형",
    ),
    solution=(
        r"처음의 수는 ${start}={base}^{{{begun}}}$이고 {hours}시간 동안 {minutes}분이 {rounds}번 지나므로 "
        r"${base}^{{{begun}}}\times {base}^{{{rounds}}}={base}^{{{begun}+{rounds}}}={base}^{{{exponent}}}$이다. "
        "따라서 답은 {answer}이다."
    ),
    check=_check_growth,
)

FAMILIES: tuple[Family, ...] = (_EXPONENTS, _GROWTH)
