"""일차부등식의 풀이: the solution of an inequality, and an unknown constant read off a number line."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from operator import ge, gt, le, lt
from random import Random
from typing import TYPE_CHECKING

from core.items.generator.distractors import four_wrong
from core.items.generator.family import Facts, Family
from core.items.generator.korean import said
from core.items.generator.latex_terms import joined, linear, monomial, number

if TYPE_CHECKING:
    from core.items.generator.canvas import Canvas

_UNIT = "부등식과 방정식"
_CONCEPT = "일차부등식의 풀이"
_CODE = "9수02-10"
_SIGNS: dict[str, Callable[[object, object], bool]] = {"<": lt, ">": gt, r"\le ": le, r"\ge ": ge}
_TURNED = {"<": ">", ">": "<", r"\le ": r"\ge ", r"\ge ": r"\le "}


def _solution_sign(sign: str, coefficient: int) -> str:
    return sign if coefficient > 0 else _TURNED[sign]


def _draw_solution(rng: Random) -> Facts:
    sign = rng.choice(tuple(_SIGNS))
    while True:
        factor, inside, slope = rng.randint(2, 5), rng.randint(-6, 6), rng.randint(-4, 8)
        edge = rng.randint(-9, 9)
        kept = factor - slope
        constant = kept * edge + factor * inside
        if inside and slope and kept not in (0, 1) and abs(edge) > 1 and constant and abs(constant) <= 30:
            break
    answer_sign = _solution_sign(sign, kept)
    turned = _TURNED[answer_sign]
    careless = Fraction(constant - inside, kept)  # the factor multiplied into the first term only
    shown = [(answer_sign, edge), (turned, edge), (answer_sign, -edge), (turned, -edge), (answer_sign, careless),
             (turned, edge + 1)]
    answer, *wrong = (f"$x{one}{number(value)}$" for one, value in shown)
    return {
        "sign": sign,
        "numbers": (factor, inside, slope, constant),
        "inequality": said(f"{factor}({linear(1, inside)}){sign}{linear(slope, constant)}"),
        "opened": f"{linear(factor, factor * inside)}{sign}{linear(slope, constant)}",
        "gathered": f"{linear(kept, 0)}{sign}{kept * edge}",
        "turning": "부등호의 방향이 바뀌어" if kept < 0 else "부등호의 방향은 그대로이고",
        "kept": said(kept),
        "edge": edge,
        "answer": answer,
        "wrong": four_wrong(answer, wrong),
    }


def _check_solution(facts: Facts) -> None:
    from sympy import S, solveset, symbols
    from sympy.sets import Interval

    factor, inside, slope, constant = facts["numbers"]
    holds, edge = _SIGNS[facts["sign"]], facts["edge"]
    x = symbols("x", real=True)
    found = solveset(holds(factor * (x + inside), slope * x + constant), x, S.Reals)
    claimed = {
        "<": Interval.open(S.NegativeInfinity, edge), ">": Interval.open(edge, S.Infinity),
        r"\le ": Interval(S.NegativeInfinity, edge), r"\ge ": Interval(edge, S.Infinity),
    }
    assert facts["answer"] in {f"$x{sign}{edge}$" for sign, interval in claimed.items() if interval == found}


_SOLUTION = Family(
    key="equations.inequalities.solve",
    unit=_UNIT,
    concept=_CONCEPT,
    curriculum_code=_CODE,
    cognitive_level="계산",
    item_type="객관식",
    difficulties=("하", "중하"),
    draw=_draw_solution,
    wordings=(
        "일차부등식 ${inequality}${inequality.eul} 풀었을 때, 그 해를 바르게 나타낸 것은?",
        "괄호가 있는 부등식은 분배법칙으로 괄호를 먼저 푼다. 이 방법으로 ${inequality}$의 해를 구하면 다음 중 어느 것이 되는가?",
        "예린이가 푼 숙제에는 부등식 ${inequality}$만 보이고 답이 지워져 있다. 지워진 자리에 들어갈 $x$의 값의 범위를 고르시오.",
        "${inequality}${inequality.i} 참이 되게 하는 $x$의 값 전체를 부등호로 나타낸 것을 고르면?",
        "$x$에 대한 일차부등식 ${inequality}$의 해로 알맞은 것은 무엇인가?",
        "양변을 정리하고 $x$의 계수로 나누어 ${inequality}$의 해를 찾으려 한다. 부등호의 방향에 주의하여 옳은 해를 선택하여라.",
        "다음 보기 중 ${inequality}$의 풀이 결과로 나오는 $x$의 범위를 찾으시오.",
        "부등식 ${inequality}${inequality.eul} 만족시키는 수 $x$는 어떤 범위에 있는가?",
        "미지수를 좌변으로, 상수를 우변으로 이항하여 ${inequality}${inequality.eul} 푼 결과는?",
        "선생님이 ${inequality}${inequality.eul} 칠판에 쓰고 해를 물었다. 바르게 답한 학생의 말은 무엇이겠는가?",
        "두 일차식의 크기를 비교한 식 ${inequality}${inequality.i} 성립하려면 $x$의 범위가 어떻게 되어야 하는지 고르시오.",
        "음수로 나눌 때의 성질까지 생각하여 ${inequality}${inequality.eul} 풀면 해는 어느 것인가?",
        "${inequality}$의 해를 구하는 과정에서 마지막으로 얻는 부등식은 다음 중 무엇인가?",
        "분배법칙, 이항, 나눗셈의 순서로 일차부등식 ${inequality}${inequality.eul} 해결하였다. 옳게 얻은 해를 고르면?",
    ),
    queries=(
        "괄호가 있는 일차부등식의 해를 구하는 문제",
        "일차부등식을 풀어 해를 고르는 객관식",
        "분배법칙으로 괄호를 풀고 이항하여 푸는 부등식",
        "음수로 나누면 부등호의 방향이 바뀌는 문항",
        "부등식을 만족시키는 미지수의 범위 찾기",
        "일차부등식 기본 계산 연습 문제",
        "양변에 미지수가 있는 부등식 풀이",
        "부등호의 방향에 주의해야 하는 쉬운 문제",
        "부등식의 성질을 이용해 해를 나타내는 유형",
    ),
    solution=(
        "괄호를 풀면 ${opened}$이고, 이항하여 정리하면 ${gathered}$이다. 양변을 ${kept}${kept.euro} 나누면 {turning} "
        "해는 {answer}이다."
    ),
    check=_check_solution,
)


def _draw_constant(rng: Random) -> Facts:
    sign = rng.choice(tuple(_SIGNS))
    while True:
        left, right, constant = rng.randint(1, 6), rng.randint(-3, 6), rng.randint(-9, 9)
        edge = rng.randint(-5, 6)
        kept = left - right
        unknown = constant - kept * edge
        if right and kept and constant and edge and unknown and abs(unknown) <= 20:
            break
    solved = _solution_sign(sign, kept)
    divided = Fraction(1, kept)
    return {
        "sign": sign,
        "numbers": (left, right, constant),
        "inequality": said(f"{joined([monomial(left, {'x': 1}), 'a'])}{sign}{linear(right, constant)}"),
        "edge": edge,
        "solved_sign": solved,
        "solved": f"x{solved}{edge}",
        "gathered": f"{linear(kept, 0)}{sign}{joined([str(constant), '-a'])}",
        "border": rf"{number(divided)}({joined([str(constant), '-a'])})={edge}" if abs(kept) > 1
        else f"{joined([str(constant), '-a']) if kept > 0 else joined(['a', str(-constant)])}={edge}",
        "answer": f"${unknown}$",
    }


def _check_constant(facts: Facts) -> None:
    left, right, constant = facts["numbers"]
    unknown, holds, drawn = int(facts["answer"].strip("$")), _SIGNS[facts["sign"]], _SIGNS[facts["solved_sign"]]
    for step in range(-120, 121):
        x = Fraction(step, 8) + facts["edge"]
        assert holds(left * x + unknown, right * x + constant) == drawn(x, facts["edge"])


def _figure_constant(canvas: Canvas, facts: Facts) -> None:
    from core.items.generator.canvas import INK

    edge, solved = facts["edge"], facts["solved_sign"]
    toward = 1 if solved in (">", r"\ge ") else -1
    canvas.segment((edge - 4.2, 0), (edge + 4.2, 0), arrow=True, width=1.1)
    for tick in range(edge - 3, edge + 4):
        canvas.segment((tick, -0.13), (tick, 0.13), width=1.0)
        canvas.text((tick, 0), f"${tick}$", offset=(0, -15))
    canvas.segment((edge, 0), (edge, 1), width=1.3)
    canvas.segment((edge, 1), (edge + 3.6 * toward, 1), arrow=True)
    canvas.axes.plot(edge, 0, "o", ms=6, color=INK, mfc=INK if solved.startswith("\\") else "white", zorder=5)


_CONSTANT = Family(
    key="equations.inequalities.number_line_constant",
    unit=_UNIT,
    concept=_CONCEPT,
    curriculum_code=_CODE,
    cognitive_level="이해",
    item_type="단답형",
    difficulties=("중",),
    draw=_draw_constant,
    wordings=(
        "일차부등식 ${inequality}$의 해를 수직선 위에 나타내었더니 그림과 같았다. 상수 $a$의 값을 구하시오.",
        "다음 수직선은 $x$에 대한 어떤 부등식의 해를 표시한 것이다. 그 부등식이 ${inequality}${inequality.ira}고 할 때, 문자 $a$ 대신 들어갈 수를 "
        "쓰시오.",
        "서준이는 ${inequality}$의 $a$ 자리에 알맞은 수를 넣고 풀어, 화살표가 그려진 아래 그림을 완성하였다. 서준이가 넣은 수는 얼마인가?",
        "그림에 나타낸 $x$의 값의 범위가 ${inequality}$의 해와 일치하도록 하는 상수 $a$를 찾아라.",
        "수직선에 화살표로 그려진 범위를 부등식으로 옮기고, 이것이 ${inequality}$의 해임을 이용하여 $a$의 값을 정하여라.",
        "부등식 ${inequality}$에서 $a$는 상수이다. 해를 그린 그림을 보고 $a$가 얼마인지 답하시오.",
        "점에서 시작하는 화살표 그림은 ${inequality}${inequality.eul} 푼 결과이다. 이때 $a$에 해당하는 수는?",
        "해가 수직선과 같이 되려면 ${inequality}$의 상수 $a$는 어떤 값이어야 하는가?",
        "오른쪽 수직선이 보여 주는 해를 가지는 일차부등식이 ${inequality}$일 때 $a$의 값을 말하여라.",
        "경계가 되는 수를 그림에서 읽으면 ${inequality}$의 미정인 상수 $a$를 알 수 있다. $a$를 구하여 쓰시오.",
        "${inequality}${inequality.eul} $x$에 대하여 풀어 수직선에 옮긴 그림이다. 상수 $a$로 알맞은 수를 적어라.",
        "그림처럼 해가 주어진 부등식 ${inequality}${inequality.i} 있다. 해의 경계를 비교하여 $a$의 값을 찾으면 얼마인가?",
        "수직선의 동그라미와 화살표를 해석하여 ${inequality}$에 있는 $a$를 결정하시오.",
        "어떤 상수 $a$에 대하여 ${inequality}$의 해를 그렸더니 다음 수직선이 되었다고 한다. 그 상수를 구하여라.",
    ),
    queries=(
        "수직선에 나타낸 해를 보고 일차부등식의 상수를 구하는 문제",
        "부등식의 해가 수직선 그림으로 주어졌을 때 미지의 상수 찾기",
        "수직선의 화살표와 동그라미를 읽어 부등식의 해 알아내기",
        "해의 경계를 비교하여 상수의 값을 정하는 문항",
        "그림으로 주어진 부등식의 해와 계수의 관계",
        "일차부등식의 해를 수직선 위에 나타낸 그림 문제",
        "상수가 들어 있는 부등식의 해가 주어진 유형",
        "수직선을 보고 답하는 부등식 단답형",
    ),
    solution=(
        "그림이 나타내는 해는 ${solved}$이다. 부등식을 정리하면 ${gathered}$이고, 해의 경계가 같아야 하므로 ${border}$이다. "
        "따라서 $a$의 값은 {answer}이다."
    ),
    check=_check_constant,
    figure=_figure_constant,
)

FAMILIES: tuple[Family, ...] = (_SOLUTION, _CONSTANT)
