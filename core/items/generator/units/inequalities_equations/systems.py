"""연립방정식의 풀이: solving a system, and two systems that share their solution."""

from __future__ import annotations

from math import gcd
from random import Random

from core.items.generator.distractors import four_wrong
from core.items.generator.family import Facts, Family
from core.items.generator.korean import said
from core.items.generator.latex_terms import joined, monomial, two_var

_UNIT = "부등식과 방정식"
_CONCEPT = "연립방정식의 풀이"
_CODE = "9수02-11"


def _cases(*equations: str) -> str:
    return r"\begin{cases}" + r"\\".join(equations) + r"\end{cases}"


def _draw_pair(rng: Random, x: int, y: int) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    """Draw two independent equations ax+by=c, as (a, b, c), that (x, y) solves."""
    nonzero = [value for value in range(-5, 6) if value]
    while True:
        a, c = rng.randint(1, 5), rng.randint(1, 5)
        b, d = rng.choice(nonzero), rng.choice(nonzero)
        if a * d != b * c and gcd(a, b) == gcd(c, d) == 1 and (a, b) != (1, 1) != (c, d):
            return (a, b, a * x + b * y), (c, d, c * x + d * y)


def _equation(numbers: tuple[int, int, int]) -> str:
    return f"{two_var(*numbers[:2])}={numbers[2]}"


def _draw_solve(rng: Random) -> Facts:
    while True:
        x, y = rng.randint(-5, 7), rng.randint(-5, 7)
        if x and y and abs(x) != abs(y):
            break
    first, second = _draw_pair(rng, x, y)
    answer, *wrong = (
        rf"$x={one},\ y={two}$" for one, two in ((x, y), (y, x), (-x, y), (x, -y), (-x, -y), (x + 1, y), (x, y + 1))
    )
    common = gcd(first[0], second[0])
    by_first, by_second = second[0] // common, first[0] // common  # so that x goes
    kept = by_first * first[1] - by_second * second[1]
    scaled = [f"{which} 식의 양변에 {factor}{said(factor).eul} 곱하" for which, factor in
              (("첫째", by_first), ("둘째", by_second)) if factor > 1]
    return {
        "numbers": (first, second),
        "first": said(_equation(first)),
        "second": said(_equation(second)),
        "system": _cases(_equation(first), _equation(second)),
        "scaling": ("고 ".join(scaled) + "여 두 식을") if scaled else "두 식을 그대로",
        "gathered": f"{monomial(kept, {'y': 1})}={kept * y}",
        "x": x,
        "y": y,
        "answer": answer,
        "wrong": four_wrong(answer, wrong),
    }


def _check_solve(facts: Facts) -> None:
    from sympy import linsolve, symbols

    x, y = symbols("x y")
    ((one, two),) = linsolve([a * x + b * y - c for a, b, c in facts["numbers"]], x, y)
    assert facts["answer"] == rf"$x={one},\ y={two}$"


_SOLVE = Family(
    key="equations.systems.solve",
    unit=_UNIT,
    concept=_CONCEPT,
    curriculum_code=_CODE,
    cognitive_level="계산",
    item_type="객관식",
    difficulties=("중하",),
    draw=_draw_solve,
    wordings=(
        "미지수가 $x$, $y$인 연립방정식 ${system}${second.eul} 풀면 그 해는 다음 중 어느 것과 같은가?",
        "한 미지수를 없애기 위해 두 일차방정식 ${first}${first.gwa} ${second}$의 양변에 적당한 수를 곱하여 더하거나 빼었다. 이렇게 구한 두 방정식의 "
        "공통인 해를 고르시오.",
        "순서쌍 $(x, y)$를 ${first}$에 대입해도, ${second}$에 대입해도 등식이 성립한다고 한다. 이러한 $x$, $y$의 값을 차례로 찾으면?",
        "${system}${second.eul} 가감법 또는 대입법으로 풀 때 나오는 $x$, $y$는 다음 중 무엇인가?",
        "미지수가 2개인 두 방정식 ${first}$, ${second}${second.eul} 동시에 참이 되게 하는 값은 어느 것인가?",
        "다음 연립일차방정식을 풀어라. ${system}$ 해를 바르게 짝 지은 것은?",
        "두 식 ${first}$, ${second}${second.i} 모두 성립할 때의 $x$와 $y$를 골라라.",
        "현우는 ${first}${first.gwa} ${second}$ 가운데 한 식을 다른 식에 대입하여 미지수를 하나로 줄였다. 현우가 끝까지 바르게 풀었다면 얻게 될 해는?",
        "${first}$의 해이면서 ${second}$의 해이기도 한 것을 아래에서 찾으시오.",
        "계수의 절댓값을 같게 만들어 ${system}$에서 $x$를 소거하려 한다. 최종적으로 얻는 해를 선택하면?",
        "방정식 두 개를 한 쌍으로 묶은 ${system}${second.eul} 만족하는 $x$, $y$의 값이 알맞게 적힌 것은?",
        "$x$, $y$에 대한 연립방정식이 ${system}$일 때, 이 연립방정식을 풀면 어떤 값이 나오는지 고르면?",
        "대입하여 확인해 보면 ${first}${first.gwa} ${second}${second.eul} 둘 다 만족하는 것은 오직 하나뿐이다. 그 값을 고르시오.",
        "${system}$의 두 일차방정식을 연립하여 구한 답으로 맞는 것은 무엇입니까?",
    ),
    queries=(
        "두 일차방정식을 연립하여 해를 구하는 문제",
        "가감법으로 푸는 연립방정식 객관식",
        "연립일차방정식의 해를 고르는 문항",
        "미지수가 두 개인 방정식 두 개의 공통인 해 찾기",
        "한 미지수를 소거하여 푸는 기본 계산 문제",
        "대입법이나 가감법 연습 문제",
        "두 방정식을 동시에 만족하는 값 구하기",
        "계수를 맞추어 더하거나 빼는 연립방정식",
        "순서쌍이 두 방정식의 해인지 확인하는 유형",
    ),
    solution=(
        "$x$를 없애기 위해 {scaling} 변끼리 빼면 ${gathered}$이므로 $y={y}$이다. 이를 첫째 식에 대입하면 $x={x}$이다."
    ),
    check=_check_solve,
)


def _draw_shared(rng: Random) -> Facts:
    nonzero = [value for value in range(-5, 6) if value]
    while True:
        x, y = rng.choice(nonzero), rng.choice(nonzero)
        a, b = rng.choice(nonzero), rng.choice(nonzero)
        known = _draw_pair(rng, x, y)
        with_a, with_b = rng.choice(nonzero), rng.randint(1, 5)
        (p, q, _), (r, s, _) = known
        if a != b and 1 not in (abs(a), abs(b)) and p * with_a != q * a and r * b != s * with_b:
            break  # and each of the two systems has one solution only
    right_a, right_b = a * x + with_a * y, with_b * x + b * y
    third = f"{joined(['ax', monomial(with_a, {'y': 1})])}={right_a}"
    fourth = f"{joined([monomial(with_b, {'x': 1}), 'by'])}={right_b}"
    return {
        "known": known,
        "hidden": (with_a, right_a, with_b, right_b),
        "one": _cases(_equation(known[0]), third),
        "two": _cases(fourth, _equation(known[1])),
        "first": said(_equation(known[0])),
        "second": said(_equation(known[1])),
        "third": said(third),
        "fourth": said(fourth),
        "x": x,
        "y": said(y),
        "answer": rf"$a={a},\ b={b}$",
    }


def _check_shared(facts: Facts) -> None:
    from sympy import linsolve, symbols

    x, y, a, b = symbols("x y a b")
    ((one, two),) = linsolve([p * x + q * y - r for p, q, r in facts["known"]], x, y)
    with_a, right_a, with_b, right_b = facts["hidden"]
    ((left, right),) = linsolve([a * one + with_a * two - right_a, with_b * one + b * two - right_b], a, b)
    assert facts["answer"] == rf"$a={left},\ b={right}$"


_SHARED = Family(
    key="equations.systems.shared_solution",
    unit=_UNIT,
    concept=_CONCEPT,
    curriculum_code=_CODE,
    cognitive_level="추론",
    item_type="서술형",
    difficulties=("상",),
    draw=_draw_shared,
    wordings=(
        "두 연립방정식 ${one}$, ${two}$의 해가 서로 같을 때, 상수 $a$, $b$의 값을 각각 구하고 풀이 과정을 서술하시오.",
        "가영이는 ${one}${third.eul} 풀고 나영이는 ${two}${second.eul} 풀었는데 두 사람이 얻은 해가 똑같았다. 문제에 쓰인 상수 $a$와 $b$가 무엇이었는지 알아내는 "
        "과정을 설명하여라.",
        "네 일차방정식 ${first}$, ${third}$, ${fourth}$, ${second}${second.i} 한 쌍의 $x$, $y$를 공통인 해로 가진다. $a$, $b$를 모르는 두 식부터 "
        "풀 수 없는 까닭을 생각하며 상수 $a$, $b$를 차례로 구하시오.",
        "${one}$의 해가 ${two}$의 해와 일치한다. 이를 이용하여 두 상수 $a$, $b$를 찾는 방법을 단계별로 쓰시오.",
        "해가 같은 연립방정식 ${one}${third.gwa} ${two}${second.i} 있다. 미지의 계수 $a$, $b$를 모두 구하고 근거를 밝혀라.",
        "계수 $a$, $b$를 모르는 두 연립방정식이 같은 해를 가진다고 한다. 두 연립방정식이 ${one}$, ${two}${second.ira}면 $a$, $b$는 얼마인지 자세히 풀어 쓰시오.",
        "먼저 계수를 모두 아는 두 식 ${first}${first.gwa} ${second}${second.eul} 연립하고, 그 결과를 ${third}${third.gwa} ${fourth}$에 넣어 $a$, $b$를 "
        "정하여라. 풀이도 함께 제시하시오.",
        "다음 두 쌍의 방정식은 $x=p$, $y=q$라는 동일한 해를 갖는다. ${one}$ 그리고 ${two}$ 상수 $a$와 $b$의 값을 논리적으로 구하시오.",
        "${first}$, ${second}$의 공통인 해가 ${third}${third.gwa} ${fourth}$도 만족시킨다고 한다. $a$, $b$의 값을 얻는 풀이를 완성하여라.",
        "수의 쌍 하나가 ${one}$의 해이면서 동시에 ${two}$의 해이기도 하다. 식에 섞여 있는 상수 $a$, $b$를 결정하고 그 과정을 남기시오.",
        "연립방정식 ${two}${second.eul} 푼 값을 ${one}$에 넣었더니 역시 성립하였다. 이때 상수 $a$, $b$를 어떻게 구할 수 있는지 서술하고 값을 답하여라.",
        "$a$, $b$가 상수일 때 ${one}$, ${two}${second.eun} 해가 한 쌍으로 같다. 식을 다시 짝 지어 푸는 방법으로 $a$, $b$를 구하여라.",
        "두 연립방정식의 해를 비교하였더니 같다는 사실을 알았다. ${one}${third.gwa} ${two}$에서 $a$의 값과 $b$의 값을 찾아 풀이와 함께 적으시오.",
        "${third}${third.gwa} ${first}${first.eul} 묶은 연립방정식, ${fourth}${fourth.gwa} ${second}${second.eul} 묶은 연립방정식의 해가 다르지 않다. 두 상수 $a$, $b$를 구하는 "
        "과정을 나타내시오.",
    ),
    queries=(
        "두 연립방정식의 해가 서로 같을 때 상수의 값을 구하는 문제",
        "해가 같은 두 연립방정식에서 미지의 계수 찾기",
        "공통인 해를 이용하여 상수 두 개를 구하는 서술형",
        "계수를 모두 아는 식끼리 다시 짝 지어 푸는 문항",
        "연립방정식의 해를 다른 방정식에 대입하여 상수 결정",
        "네 방정식이 같은 해를 가지는 어려운 문제",
        "계수에 문자가 들어 있는 연립방정식 유형",
        "해의 조건이 주어진 연립방정식 서술형",
        "두 쌍의 방정식이 같은 해를 갖는 조건",
    ),
    solution=(
        "해는 네 방정식을 모두 만족시키므로 ${first}${first.gwa} ${second}${second.eul} 연립하여 풀면 $x={x}$, $y={y}$이다. "
        "이 값을 ${third}${third.gwa} ${fourth}$에 대입하여 풀면 {answer}이다."
    ),
    check=_check_shared,
)

FAMILIES: tuple[Family, ...] = (_SOLVE, _SHARED)
