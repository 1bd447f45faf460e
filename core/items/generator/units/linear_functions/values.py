"""일차함수의 뜻과 함숫값: the value of a function with an unknown coefficient; which relations are linear."""

from __future__ import annotations

from random import Random

import sympy

from core.items.generator.family import Facts, Family
from core.items.generator.latex_terms import bracketed, joined, linear
from core.items.generator.spoken import spoken

UNIT = "일차함수"
CONCEPT = "일차함수의 뜻과 함숫값"


def _draw_value(rng: Random) -> Facts:
    slope = rng.choice((-5, -4, -3, -2, 2, 3, 4, 5, 6))
    constant = rng.choice([n for n in range(-9, 10) if n])
    known = rng.choice((-3, -2, 2, 3, 4))
    asked = rng.choice([n for n in range(-5, 7) if n not in (0, known)])
    given = slope * known + constant
    value = slope * asked + constant
    return spoken({
        "slope": slope, "constant": constant, "known": known, "given": given, "asked": asked, "asked_value": f"f({asked})",
        "rule": joined(("ax", str(constant))), "solved": linear(slope, constant),
        "substituted": joined((f"{known}a", str(constant))),
        "result": joined((f"{slope}\\times {bracketed(asked)}", str(constant))),
        "value": value, "answer": f"${value}$",
    })


def _check_value(facts: Facts) -> None:
    a = sympy.Symbol("a")
    (slope,) = sympy.solve(a * facts["known"] + facts["constant"] - facts["given"], a)
    line = sympy.interpolate([(0, facts["constant"]), (facts["known"], facts["given"])], sympy.Symbol("x"))
    value = line.subs(sympy.Symbol("x"), facts["asked"])
    assert value == slope * facts["asked"] + facts["constant"]
    assert facts["answer"] == f"${value}$"


VALUE = Family(
    key="linear_function.value.unknown_coefficient",
    unit=UNIT,
    concept=CONCEPT,
    curriculum_code="9수03-05",
    cognitive_level="계산",
    item_type="단답형",
    difficulties=("하", "중하"),
    draw=_draw_value,
    wordings=(
        "일차함수 $f(x)={rule}$에 대하여 $f({known})={given}$이다. 상수 $a$를 구하고, 이를 이용하여 $f({asked})$의 "
        "값을 구하시오.",
        "수 $x$를 넣으면 {rule:$을/를} 계산하여 내보내는 상자가 있다. {known:$을/를} 넣었더니 {given:$이/가} "
        "나왔다면, 이 상자에 {asked:$을/를} 넣을 때 나오는 수는 얼마인가?",
        "민서는 $y={rule}$에서 계수 $a$가 지워진 쪽지를 발견하였다. 쪽지의 뒷면에는 ‘$x={known}$이면 $y={given}$’ "
        "하고 적혀 있었다. $x={asked}$에 대응하는 $y$의 값을 찾아보아라.",
        "함수 $f(x)={rule}$의 $x={known}$에서의 함숫값이 {given:$이라고/라고} 한다. 계수 $a$를 정한 뒤 "
        "$x={asked}$에서의 함숫값을 말하여라.",
        "두 변수 사이에 $y={rule}$의 관계가 있고, $x$가 ${known}$일 때의 $y$는 ${given}$이다. $x$가 {asked:$으로/로} "
        "바뀌면 $y$는 얼마가 되는가?",
        "일차함수 $f(x)={rule}$ 중에는 $f({known})={given}$인 것이 하나 있다. 이때 $f({asked})$의 값은 얼마로 "
        "계산되는가?",
        "어떤 일차함수의 그래프는 $y={rule}$의 꼴이며 점 $({known},\\ {given})$을 지난다. 같은 그래프 위의 점 가운데 "
        "$x$좌표가 ${asked}$인 점의 $y$좌표를 알아내어라.",
        "컴퓨터 프로그램이 입력 $x$에 대하여 {rule:$을/를} 출력한다. 입력이 ${known}$일 때 출력은 "
        "{given:$이었다/였다}. 입력이 ${asked}$이면 화면에 어떤 수가 표시되는지 구하여라.",
        "미지의 상수 $a$를 포함한 함수 $f(x)={rule}$에서 $f({known})$의 값은 ${given}$이다. 그렇다면 $f({asked})$의 "
        "값은?",
        "표에서 $x$가 ${known}$인 칸의 아래에는 {given:$이/가} 적혀 있고, 표의 모든 값은 $y={rule}$에 맞게 정해졌다. "
        "$x$가 ${asked}$인 칸의 아래에 들어갈 알맞은 수를 쓰시오.",
        "$x$의 값 하나에 {rule:$이/가} 하나씩 대응하는 함수 $y=f(x)$를 생각하자. $f({known})={given}$임이 알려져 있을 "
        "때 {asked_value:$을/를} 셈하면? 여기서 $a$는 일정한 수이다.",
        "암호 기계는 수 $x$를 {rule:$으로/로} 바꾼다. {known:$을/를} 암호로 바꾼 결과는 {given:$이었다/였다}. "
        "{asked:$을/를} 같은 기계로 바꾸면 무엇이 되겠는가?",
        "일차함수의 식 $y={rule}$의 $x$ 대신 {known:$을/를} 대입하면 $y$는 {given:$이/가} 된다. 같은 식에 "
        "{asked:$을/를} 대입하여 얻는 $y$의 값을 구하시오.",
        "준호는 $f(x)={rule}$에서 $a$를 알아내려고 $x={known}$일 때를 살펴보고 함숫값이 {given:$이라는/라는} 것을 "
        "확인하였다. 준호가 이어서 구한 {asked_value:$은/는} 얼마이어야 하는가?",
    ),
    queries=(
        "함숫값 하나를 알려 주고 계수를 찾아 다른 함숫값을 구하는 문제",
        "일차함수의 미지수 계수를 구한 다음 함숫값 계산하기",
        "한 점에서의 함숫값이 주어졌을 때 모르는 상수를 정하는 일차함수 문항",
        "대입해서 상수를 구하고 다시 대입하는 함숫값 문제",
        "일차함수 함숫값 계산 연습 문제",
        "수를 넣으면 다른 수가 나오는 상자로 함숫값을 묻는 문제",
        "함수의 식에 모르는 계수가 있는 함숫값 단답형",
        "함숫값의 뜻을 알고 식에 대입하는 기초 문항",
    ),
    solution="$x$에 {known:$을/를} 대입하면 ${substituted}={given}$이므로 $a={slope}$이다. 따라서 "
    "$f(x)={solved}$이고, $f({asked})={result}={value}$이다.",
    check=_check_value,
)

# Law of the second quantity in terms of the first one, x; {n} is the number drawn for the situation.
_LINEAR = (
    ("한 변의 길이에 따른 정{shape}의 둘레의 길이", "n*x", (3, 5, 6, 8)),
    ("시속 {n} km로 걸을 때, 걸은 시간에 따른 이동 거리", "n*x", (3, 4, 5)),
    ("올해 {n}살인 학생의 지난 햇수에 따른 나이", "x+n", (13, 14, 15)),
    ("한 권에 {n}원인 공책의 권수에 따른 전체 값", "n*x", (700, 900, 1200)),
    ("{n}쪽짜리 책을 날마다 10쪽씩 읽을 때, 읽은 날수에 따른 남은 쪽수", "n-10*x", (180, 240, 300)),
    ("10000원으로 {n}원짜리 빵을 살 때, 빵의 개수에 따른 거스름돈", "10000-n*x", (800, 900, 1200)),
    ("둘레의 길이가 {n} cm인 직사각형의 가로의 길이에 따른 세로의 길이", "Rational(n,2)-x", (24, 30, 36)),
    ("밑변의 길이가 {n} cm인 삼각형의 높이에 따른 넓이", "Rational(n,2)*x", (6, 8, 14)),
    ("반지름의 길이에 따른 원의 둘레의 길이", "2*pi*x", (0,)),
)
_OTHER = (
    ("한 변의 길이에 따른 정사각형의 넓이", "x**2", (0,)),
    ("넓이가 {n} cm²인 직사각형의 가로의 길이에 따른 세로의 길이", "n/x", (24, 36, 48)),
    ("반지름의 길이에 따른 원의 넓이", "pi*x**2", (0,)),
    ("{n} km인 길을 갈 때, 속력에 따른 걸리는 시간", "n/x", (12, 20, 30)),
    ("사탕 {n}개를 똑같이 나눌 때, 사람 수에 따른 한 사람의 몫", "n/x", (24, 36, 60)),
    ("한 모서리의 길이에 따른 정육면체의 겉넓이", "6*x**2", (0,)),
    ("한 모서리의 길이에 따른 정육면체의 부피", "x**3", (0,)),
    ("{n} L들이 빈 물통을 채울 때, 분당 넣는 물의 양에 따른 걸리는 시간", "n/x", (40, 60, 90)),
    ("밑변의 길이와 높이가 같은 삼각형의 높이에 따른 넓이", "x**2/2", (0,)),
    ("소금 {n} g이 녹아 있는 소금물의 양에 따른 농도", "100*n/x", (15, 20, 30)),
)
_SHAPES = {3: "삼각형", 5: "오각형", 6: "육각형", 8: "팔각형"}


def _situations(entries: tuple[tuple[str, str, tuple[int, ...]], ...]) -> dict[str, tuple[str, int]]:
    """Return every situation in words with its law and number."""
    return {text.format(n=n, shape=_SHAPES.get(n, "")): (law, n) for text, law, numbers in entries for n in numbers}


def _draw_relation(rng: Random) -> Facts:
    chosen = [rng.choice(_LINEAR), *rng.sample(_OTHER, 4)]
    answer, *wrong = [rng.choice(list(_situations((entry,)))) for entry in chosen]
    return {"answer": answer, "wrong": tuple(wrong)}


def _is_linear(law: str, n: int) -> bool:
    x = sympy.Symbol("x", positive=True)
    slope = sympy.diff(sympy.sympify(law, locals={"x": x, "n": sympy.Integer(n)}), x)
    return slope != 0 and sympy.simplify(sympy.diff(slope, x)) == 0


def _check_relation(facts: Facts) -> None:
    laws = _situations(_LINEAR + _OTHER)
    linear_ones = [text for text in (facts["answer"], *facts["wrong"]) if text in laws and _is_linear(*laws[text])]
    assert linear_ones == [facts["answer"]]


RELATION = Family(
    key="linear_function.meaning.linear_relation",
    unit=UNIT,
    concept=CONCEPT,
    curriculum_code="9수03-05",
    cognitive_level="이해",
    item_type="객관식",
    difficulties=("하", "중하"),
    draw=_draw_relation,
    wordings=(
        "다음 보기는 함께 변하는 두 양을 나타낸 것이다. 뒤의 양이 앞의 양의 일차함수가 되는 것은?",
        "지호는 생활 속에서 짝을 이루어 변하는 값들을 모아 식으로 써 보았다. 일차식으로 나타나서 일차함수라고 부를 수 "
        "있는 관계는 어느 것인가?",
        "앞에 적힌 값이 1씩 늘어날 때마다 뒤에 적힌 값이 언제나 일정한 만큼 늘거나 줄어드는 상황을 고르시오.",
        "아래 다섯 가지 상황 중에서 관계식이 일차함수인 것 하나를 찾으시오.",
        "하나의 값이 정해지면 나머지 값도 하나로 정해진다. 이러한 관계 가운데 일차함수로 나타낼 수 있는 것은 무엇인가?",
        "수학 신문에 일차함수의 예를 싣고자 한다. 예로 알맞은 것을 골라라.",
        "두 양의 관계를 식으로 나타내었을 때 차수가 1인 다항식이 되는 경우는?",
        "선생님께서 일차함수인 상황을 말해 보라고 하셨다. 바르게 답한 학생이 말한 상황은 무엇인지 고르시오.",
        "어떤 양을 다른 양에 대한 함수로 볼 때, 그 그래프가 곧은 선 위에 놓이게 되는 것은 다음 중 어느 것인가?",
        "곱해서 일정하거나 제곱에 비례하는 관계를 모두 지우고 나면 일차함수 하나가 남는다. 남는 것을 고르면?",
        "모둠별로 조사한 다섯 관계 중 일차함수에 해당하는 것을 조사한 모둠의 주제를 고르시오.",
        "변하는 값에 일정한 수를 곱하고 일정한 수를 더하거나 빼서 다른 값이 얻어지는 것은 어느 상황인가?",
        "일차함수의 뜻을 바르게 이해한 사람이 예로 들 만한 것은? 보기에서 한 가지만 택하시오.",
        "교실 게시판에 붙은 카드마다 변하는 두 양이 쓰여 있다. 일차함수 칸에 붙여야 하는 카드를 골라 보자.",
    ),
    queries=(
        "생활 속 상황 중에서 일차함수인 것을 고르는 문제",
        "두 양 사이의 관계가 일차함수인지 판별하는 객관식 문항",
        "일차함수의 뜻을 묻는 보기 고르기 문제",
        "일차함수가 되는 상황 찾기",
        "정비례나 반비례와 구별하여 일차함수를 고르는 문제",
        "길이와 넓이, 거리와 시간 관계 중 일차함수 찾는 문항",
        "일차함수의 정의를 이해했는지 확인하는 쉬운 문제",
        "식으로 나타내었을 때 일차식이 되는 관계 고르기",
    ),
    solution="뒤의 양을 식으로 나타내어 앞의 양에 대한 일차식이 되는지 살펴본다. 일차식이 되는 것은 ‘{answer}’뿐이다. "
    "나머지는 앞의 양의 제곱이나 세제곱이 들어가거나 앞의 양으로 나누는 식이 되어 일차함수가 아니다.",
    check=_check_relation,
)

FAMILIES = (VALUE, RELATION)
