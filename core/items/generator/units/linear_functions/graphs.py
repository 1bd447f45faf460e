"""일차함수의 그래프의 기울기와 절편: the triangle between a graph and the axes; the line through two grid points."""

from __future__ import annotations

import math
from fractions import Fraction
from random import Random
from typing import TYPE_CHECKING

import sympy

from core.items.generator.family import Facts, Family
from core.items.generator.latex_terms import frac, linear, number
from core.items.generator.spoken import spoken

if TYPE_CHECKING:
    from core.items.generator.canvas import Canvas

UNIT = "일차함수"
CONCEPT = "일차함수의 그래프의 기울기와 절편"
_GRID = 5


def _draw_triangle(rng: Random) -> Facts:
    while True:
        x_cut = rng.choice((-6, -5, -4, -3, -2, 2, 3, 4, 5, 6))
        y_cut = rng.choice((-6, -5, -4, -3, -2, 2, 3, 4, 5, 6))
        if x_cut * y_cut % 2 == 0:
            break
    expression = linear(Fraction(-y_cut, x_cut), y_cut)
    return spoken({
        "x_cut": x_cut, "y_cut": y_cut, "base": abs(x_cut), "height": abs(y_cut),
        "expression": expression, "equation": f"y={expression}",
        "area": abs(x_cut * y_cut) // 2, "answer": f"${abs(x_cut * y_cut) // 2}$",
    })


def _check_triangle(facts: Facts) -> None:
    line = sympy.Line((facts["x_cut"], 0), (0, facts["y_cut"]))
    (x_cut,) = line.intersection(sympy.Line((0, 0), (1, 0)))
    (y_cut,) = line.intersection(sympy.Line((0, 0), (0, 1)))
    assert facts["answer"] == f"${abs(sympy.Triangle((0, 0), x_cut, y_cut).area)}$"
    assert facts["expression"] == linear(Fraction(str(line.slope)), facts["y_cut"])


def _figure_triangle(canvas: Canvas, facts: Facts) -> None:
    x_cut, y_cut = facts["x_cut"], facts["y_cut"]
    beyond = 0.3
    canvas.plane((min(x_cut, 0) - 2.2, max(x_cut, 0) + 2.2), (min(y_cut, 0) - 2.2, max(y_cut, 0) + 2.2))
    canvas.polygon([(0, 0), (x_cut, 0), (0, y_cut)], shade=True)
    ends = sorted((-beyond * x_cut, x_cut + beyond * x_cut))
    canvas.curve(lambda x: y_cut - y_cut / x_cut * x, (ends[0], ends[1]))
    # Across the axis from the triangle and a little towards the origin, the line never passes.
    inward, downward = (-1 if x_cut > 0 else 1), (-1 if y_cut > 0 else 1)
    canvas.text((x_cut, 0), f"${x_cut}$", offset=(6 * inward, 9 * downward))
    canvas.text((0, y_cut), f"${y_cut}$", offset=(10 * inward, 5 * downward))


TRIANGLE = Family(
    key="linear_function.graph.triangle_with_axes",
    unit=UNIT,
    concept=CONCEPT,
    curriculum_code="9수03-06",
    cognitive_level="추론",
    item_type="단답형",
    difficulties=("중",),
    draw=_draw_triangle,
    wordings=(
        "그림은 일차함수 $y={expression}$의 그래프이다. 이 그래프와 $x$축 및 $y$축으로 둘러싸인 도형의 넓이를 "
        "구하시오.",
        "좌표평면 위의 직선이 $x$축과 만나는 점을 A, $y$축과 만나는 점을 B라고 하자. 색칠된 삼각형 AOB의 넓이는 "
        "얼마인가? (단, O는 원점이다.)",
        "두 좌표축을 곧은 도로로 보고 비스듬한 도로를 하나 더 그렸더니 세 도로 사이에 삼각형 모양의 땅이 생겼다. 축에 "
        "적힌 수로 거리를 나타낼 때, 어둡게 칠한 땅은 얼마나 넓은지 쓰시오.",
        "$x$절편이 ${x_cut}$, $y$절편이 ${y_cut}$인 직선이 그려져 있다. 직선이 두 축과 이루는 삼각형의 넓이를 "
        "구하여라.",
        "다음 그래프에서 절편을 각각 읽고, 색칠한 부분의 넓이를 계산하시오.",
        "색종이를 두 좌표축과 $y={expression}$의 그래프를 따라 잘라 내었다. 잘라 낸 삼각형 조각의 넓이는?",
        "일차함수의 그래프가 그림과 같이 두 축을 자를 때 생기는 직각삼각형이 있다. 이 직각삼각형의 두 변의 길이를 "
        "절편에서 찾아 넓이를 말하여라.",
        "원점 O와 그래프의 $x$절편, $y$절편을 나타내는 두 점을 꼭짓점으로 하는 삼각형의 넓이를 알아보아라.",
        "직선 {equation:$이/가} $x$축, $y$축과 함께 가두는 영역을 어둡게 나타내었다. 이 영역의 넓이는 얼마인지 쓰시오.",
        "오른쪽에 그려진 함수의 그래프를 보고, 그래프와 축들이 만드는 삼각형의 넓이로 알맞은 수를 구하시오.",
        "게임 지도의 가로축과 세로축, 그리고 레이저가 지나간 직선 사이에 갇힌 삼각형 구역을 칠하였다. 칠한 구역의 "
        "넓이를 절편을 이용하여 구해 보아라.",
        "밑변은 $x$절편에서, 높이는 $y$절편에서 얻을 수 있다. 이 사실을 써서 그림 속 음영 부분의 넓이를 구하시오.",
        "그림의 직선 위에는 $({x_cut},\\ 0)$, $(0,\\ {y_cut})$의 두 점이 있다. 이 직선과 두 좌표축이 만드는 삼각형은 "
        "넓이가 얼마인가?",
    ),
    queries=(
        "일차함수의 그래프와 좌표축으로 둘러싸인 삼각형의 넓이를 구하는 문제",
        "x절편과 y절편을 이용해서 넓이 구하기",
        "직선과 두 축이 만드는 직각삼각형의 넓이 문항",
        "그래프 그림에서 절편을 읽어 색칠한 부분의 넓이를 묻는 문제",
        "일차함수 그래프 아래에 생기는 삼각형 넓이",
        "절편의 뜻을 도형의 넓이와 연결한 문제",
        "좌표평면에 그려진 직선 한 개와 두 축 사이의 도형 넓이",
        "일차함수 절편 활용 단답형 문제",
    ),
    solution="그래프의 $x$절편은 ${x_cut}$, $y$절편은 ${y_cut}$이므로 삼각형의 밑변의 길이는 ${base}$, 높이는 "
    "${height}$이다. 따라서 넓이는 $\\frac{{1}}{{2}}\\times {base}\\times {height}={area}$이다.",
    check=_check_triangle,
    figure=_figure_triangle,
)


def _draw_two_points(rng: Random) -> Facts:
    while True:
        run, rise = rng.choice((1, 2, 3, 4)), rng.choice((-5, -4, -3, -2, 2, 3, 4, 5))
        slope, cut = Fraction(rise, run), rng.choice((-3, -2, -1, 1, 2, 3))
        starts = [x for x in range(1 - _GRID, _GRID - run)
                  if (y := slope * x + cut).denominator == 1 and max(abs(y), abs(y + rise)) < _GRID and 0 not in (x, x + run, y, y + rise)]
        rules = dict.fromkeys(
            linear(a, b) for a, b in ((slope, cut), (-slope, cut), (1 / slope, cut), (slope, -cut), (-slope, -cut),
                                      (Fraction(cut), slope.numerator), (-1 / slope, cut))
        )
        off_origin = abs(0.5 + cut - 0.45 * slope) / math.hypot(1, slope) > 0.6  # the name O stands at (-0.45, -0.5)
        if starts and off_origin and abs(slope) != 1 and len(rules) >= 5:
            break
    x = rng.choice(starts)
    answer, *wrong = [f"$y={rule}$" for rule in list(rules)[:5]]
    return spoken({
        "x1": x, "y1": int(slope * x + cut), "x2": x + run, "y2": int(slope * x + cut) + rise, "run": run, "rise": rise,
        "slope": number(slope), "cut": cut, "fraction": number(slope) if run == 1 else f"{frac(rise, run)}={number(slope)}",
        "answer": answer, "wrong": tuple(wrong),
    })


def _check_two_points(facts: Facts) -> None:
    x = sympy.Symbol("x")
    rule = sympy.Poly(sympy.interpolate([(facts["x1"], facts["y1"]), (facts["x2"], facts["y2"])], x), x)
    slope, cut = (Fraction(str(value)) for value in rule.all_coeffs())
    assert facts["answer"] == f"$y={linear(slope, cut)}$"
    assert facts["answer"] not in facts["wrong"]


def _figure_two_points(canvas: Canvas, facts: Facts) -> None:
    one, two = (facts["x1"], facts["y1"]), (facts["x2"], facts["y2"])
    slope = facts["rise"] / facts["run"]
    edges = sorted((y - facts["cut"]) / slope for y in (-_GRID, _GRID))
    canvas.plane((-_GRID - 0.6, _GRID + 0.6), (-_GRID - 0.6, _GRID + 0.6), grid=True)
    canvas.curve(lambda x: slope * x + facts["cut"], (max(edges[0], -_GRID), min(edges[1], _GRID)))
    for value in (-4, -2, 2, 4):
        if _clear(facts, (value, -0.5)):
            canvas.text((value, 0), f"${value}$", size=8, offset=(0, -7))
        if _clear(facts, (-0.6, value)):
            canvas.text((0, value), f"${value}$", size=8, offset=(-8, 0))
    corner = (two[0], one[1])
    canvas.segment(one, corner, dashed=True, width=1.0)
    canvas.segment(corner, two, dashed=True, width=1.0)
    beside = (-8, 8 if slope > 0 else -8)
    canvas.dot(one, "A", offset=beside)
    canvas.dot(two, "B", offset=beside)


def _clear(facts: Facts, at: tuple[float, float]) -> bool:
    """Whether a small label at this place touches neither the line nor the dashed steps nor the points' names."""
    slope = facts["rise"] / facts["run"]
    on_line = abs(slope * at[0] + facts["cut"] - at[1]) / math.hypot(1, slope) < 0.7
    level = abs(at[1] - facts["y1"]) < 0.6 and facts["x1"] - 0.6 < at[0] < facts["x2"] + 0.6
    low, high = sorted((facts["y1"], facts["y2"]))
    upright = abs(at[0] - facts["x2"]) < 0.6 and low - 0.6 < at[1] < high + 0.6
    named = any(math.dist(at, (facts[f"x{end}"] - 0.5, facts[f"y{end}"] + (0.5 if slope > 0 else -0.5))) < 0.8 for end in (1, 2))
    return not (on_line or level or upright or named)


TWO_POINTS = Family(
    key="linear_function.graph.line_through_grid_points",
    unit=UNIT,
    concept=CONCEPT,
    curriculum_code="9수03-06",
    cognitive_level="이해",
    item_type="객관식",
    difficulties=("중하", "중"),
    draw=_draw_two_points,
    wordings=(
        "모눈 위에 그려진 직선은 두 점 A, B를 지난다. 이 직선을 그래프로 하는 일차함수의 식은?",
        "하은이는 격자점 A에서 B로 갈 때 $x$의 값과 $y$의 값이 각각 얼마나 변하는지 세어 기울기를 알아내었다. "
        "하은이가 찾은 함수의 식으로 옳은 것을 고르시오.",
        "직선이 $y$축과 만나는 점과 점선으로 나타낸 변화량을 함께 이용하면 $y=ax+b$에서 $a$, $b$를 모두 정할 수 있다. "
        "그래프에 알맞은 식은 어느 것인가?",
        "모눈종이에 표시된 두 점 A$({x1},\\ {y1})$, B$({x2},\\ {y2})$ 사이를 잇는 직선의 방정식을 고르면?",
        "가로로 ${run}$칸 갈 때 세로로 몇 칸 오르거나 내리는지 살펴보고, 모눈의 직선이 나타내는 일차함수를 찾으시오.",
        "다음은 어떤 일차함수의 그래프를 모눈에 옮긴 것이다. 기울기와 $y$절편을 바르게 읽어 쓴 식은 어느 것인지 "
        "골라라.",
        "컴퓨터 화면의 격자 위에 두 점을 찍고 직선을 그었다. 화면의 직선을 나타내는 식을 보기에서 고르시오.",
        "직선 AB의 기울기는 $y$의 값의 증가량을 $x$의 값의 증가량으로 나눈 것이다. 직선 AB를 나타내는 $x$와 $y$의 "
        "관계식을 고르시오.",
        "두 격자점을 지나는 그래프를 보고 다섯 학생이 서로 다른 식을 말하였다. 바르게 말한 식은?",
        "점 A의 좌표가 $({x1},\\ {y1})$, 점 B의 좌표가 $({x2},\\ {y2})$일 때 두 점을 지나는 직선은 무엇의 그래프인가?",
        "눈금을 따라 직선의 기울어진 정도와 $y$절편을 구하여, 알맞은 함수의 식에 ○표 하려고 한다. ○표 할 식은?",
        "모눈을 이용하여 직각삼각형을 그려 보니 직선의 기울기를 쉽게 알 수 있었다. 이 직선과 일치하는 그래프를 가진 "
        "일차함수는 무엇인가?",
        "$y$절편이 ${cut}$인 직선이 격자 위의 두 점 A, B를 지난다. 그림에 맞는 일차함수의 식을 선택하시오.",
        "선분 AB를 양쪽으로 늘인 직선을 식으로 나타내고자 한다. 모눈의 눈금을 읽어 알맞게 나타낸 것을 찾아라.",
    ),
    queries=(
        "모눈에 그려진 두 점을 지나는 직선의 식을 구하는 문제",
        "그래프에서 기울기와 y절편을 읽어 일차함수의 식 고르기",
        "격자점 두 개를 지나는 일차함수 그래프 문항",
        "x와 y의 증가량으로 기울기를 찾는 객관식 문제",
        "모눈종이 위의 직선을 보고 식을 찾는 문제",
        "두 점의 좌표로 직선의 기울기 구하기",
        "좌표평면의 눈금을 읽어 일차함수를 정하는 문제",
        "기울기의 뜻을 그림에서 확인하는 문항",
    ),
    solution="A에서 B까지 $x$의 값은 ${run}$만큼 증가하고 $y$의 값은 ${rise}$만큼 변하므로 기울기는 ${fraction}$이다. "
    "또 직선이 $y$축과 만나는 점에서 $y$절편은 ${cut}$이다. 따라서 구하는 식은 {answer}이다.",
    check=_check_two_points,
    figure=_figure_two_points,
)

FAMILIES = (TRIANGLE, TWO_POINTS)
