"""일차함수의 그래프와 연립일차방정식의 해: two graphs meeting in one point; two equations with one and the same graph."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import sympy

from core.items.generator.family import Facts, Family
from core.items.generator.latex_terms import bracketed, joined, monomial, two_var
from core.items.generator.spoken import spoken

if TYPE_CHECKING:
    from core.items.generator.canvas import Canvas

UNIT = "일차함수"
CONCEPT = "일차함수의 그래프와 연립일차방정식의 해"


def _draw_meeting(rng: Random) -> Facts:
    while True:
        x, y = rng.choice((-3, -2, 2, 3)), rng.choice((1, 2, 3, 4))
        first, second = rng.choice((-3, -2, -1, 1, 2, 3)), rng.choice((-3, -2, -1, 1, 2, 3))
        first_cut, second_cut = y - first * x, y - second * x
        cuts = {first_cut, second_cut}
        # The name O stands at about (-0.3, -0.3): no line may pass there.
        clear = all(abs(0.3 + cut - 0.3 * slope) > 0.5 * abs(slope) for slope, cut in ((first, first_cut), (second, second_cut)))
        if first * second < 0 and abs(first - second) > 1 and 0 not in cuts and max(map(abs, cuts)) <= 8 and clear:
            break
    known_first = joined(("ax", str(first_cut)))
    return spoken({
        "x": x, "y": y, "slope": first, "first_cut": first_cut, "second": second, "cut": second_cut,
        "known_first": known_first, "first_equation": f"y={known_first}", "known_second": joined((monomial(second, {"x": 1}), "b")),
        "put_first": joined((f"{x}a", str(first_cut))),
        "put_second": joined((f"{second}\\times {bracketed(x)}", "b")), "cut_b": bracketed(second_cut),
        "total": first + second_cut, "answer": f"${first + second_cut}$",
    })


def _check_meeting(facts: Facts) -> None:
    a, b, x, y = sympy.symbols("a b x y")
    here = {x: facts["x"], y: facts["y"]}
    lines = (a * x + facts["first_cut"] - y, facts["second"] * x + b - y)
    found = sympy.solve([line.subs(here) for line in lines], (a, b))
    assert facts["answer"] == f"${found[a] + found[b]}$"
    assert sympy.solve([line.subs(found) for line in lines], (x, y)) == here


def _figure_meeting(canvas: Canvas, facts: Facts) -> None:
    x, y = facts["x"], facts["y"]
    left, right, low, high = min(x, 0) - 2.2, max(x, 0) + 2.2, -2.8, y + 1.8
    canvas.plane((left - 0.5, right + 0.5), (low - 0.3, high + 0.9))
    for slope, cut in ((facts["slope"], facts["first_cut"]), (facts["second"], facts["cut"])):
        ends = sorted((edge - cut) / slope for edge in (low, high))
        canvas.curve(lambda t, slope=slope, cut=cut: slope * t + cut, (max(ends[0], left), min(ends[1], right)))
    canvas.segment((x, y), (x, 0), dashed=True, width=0.9)
    canvas.segment((x, y), (0, y), dashed=True, width=0.9)
    canvas.dot((x, y), "P", offset=(12 if x > 0 else -12, 0))
    canvas.text((x, 0), f"${x}$", offset=(0, -9))
    canvas.text((0, y), f"${y}$", offset=(9 if x < 0 else -9, 0))


MEETING = Family(
    key="linear_function.system.meeting_point",
    unit=UNIT,
    concept=CONCEPT,
    curriculum_code="9수03-08",
    cognitive_level="문제해결",
    item_type="단답형",
    difficulties=("중", "상중"),
    draw=_draw_meeting,
    wordings=(
        "두 일차함수 $y={known_first}$, $y={known_second}$의 그래프가 그림과 같이 한 점 P에서 만난다. 이때 두 상수의 "
        "합 $a+b$를 구하시오.",
        "지도에 좌표축을 그렸더니 곧게 뻗은 두 도로가 각각 직선 {first_equation:$과/와} 직선 $y={known_second}$로 "
        "나타났다. 교차로 P의 위치를 그림에서 읽고, 상수 $a$와 $b$의 합을 구하여라.",
        "연립방정식 $\\begin{{cases}} y={known_first} \\\\ y={known_second} \\end{{cases}}$를 그래프로 풀었더니 해를 "
        "나타내는 교점이 P였다. 그래프를 보고 $a$와 $b$를 각각 찾은 다음 $a+b$를 계산하면 얼마인가?",
        "점 P는 $y={known_first}$의 그래프와 $y={known_second}$의 그래프가 함께 지나는 점이다. P의 좌표를 대입하여 "
        "$a+b$를 구하시오.",
        "그림의 두 직선은 어떤 연립일차방정식의 두 식을 나타내며, 그 식은 $y={known_first}$, $y={known_second}$이다. "
        "이 연립방정식의 해를 교점에서 읽어 두 상수의 합 $a+b$를 알아내어라.",
        "두 그래프의 교점의 $x$좌표는 ${x}$, $y$좌표는 ${y}$이다. 두 그래프의 식이 {first_equation:$과/와} "
        "$y={known_second}$일 때, $a$에 $b$를 더한 값은?",
        "일차함수 {first_equation:$과/와} $y={known_second}$의 그래프를 한 좌표평면에 그렸다. 만나는 점의 좌표를 "
        "이용하여 $a+b$의 값을 말하여라.",
        "두 비행기가 $y={known_first}$, $y={known_second}$로 나타나는 곧은 항로를 따라 난다. 두 항로가 엇갈리는 지점 "
        "P를 그림에서 찾아 미지의 상수 $a$, $b$의 합을 쓰시오.",
        "방정식 {first_equation:$과/와} $y={known_second}$를 동시에 만족시키는 $x$, $y$의 값이 그래프에 점 P로 "
        "표시되어 있다. $a+b$는 얼마인지 알아보아라.",
        "레이저 두 줄기를 모니터에 비추었더니 점 P에서 겹쳤다. 각 줄기의 식을 $y={known_first}$, $y={known_second}$라 "
        "할 때, $a+b$의 값으로 옳은 수를 쓰시오.",
        "그래프를 보고 두 직선 $y={known_first}$, $y={known_second}$의 만나는 점부터 읽어라. 그 점이 두 직선 위에 "
        "모두 있음을 이용하면 $a+b$는 무엇인가?",
        "한 직선은 기울기가 $a$이고 $y$절편이 ${first_cut}$이다. 다른 직선은 기울기가 ${second}$, $y$절편이 $b$이다. "
        "두 직선이 그림의 점 P에서 만난다면 $a+b$는?",
        "은지는 연립방정식을 푸는 대신 두 일차방정식의 그래프를 그려 교점 P를 얻었다. 은지가 그린 그래프의 식이 "
        "$y={known_first}$, $y={known_second}$이면 $a$, $b$의 합은 얼마가 되는지 구하시오.",
        "교점 P가 두 직선 위의 점이라는 사실로부터 $y={known_first}$의 $a$와 $y={known_second}$의 $b$를 정할 수 있다. "
        "정한 두 수를 더하여라.",
    ),
    queries=(
        "두 일차함수의 그래프가 한 점에서 만나는 문제",
        "두 직선의 교점을 보고 상수의 합을 구하는 문제",
        "그래프의 교점과 연립방정식의 해의 관계 문항",
        "두 직선이 만나는 점의 좌표가 그림에 주어진 일차함수 문제",
        "교점의 좌표를 대입해서 미지수 찾기",
        "좌표평면에서 서로 만나는 두 일차함수 그래프 그림 문제",
        "연립일차방정식을 그래프로 풀기",
        "두 그래프가 만나는 점으로 기울기와 절편의 미지수를 구하는 문항",
    ),
    solution="그림에서 교점은 P$({x},\\ {y})$이다. $y={known_first}$에 대입하면 ${put_first}={y}$이므로 "
    "$a={slope}$이고, $y={known_second}$에 대입하면 ${put_second}={y}$이므로 $b={cut}$이다. 따라서 "
    "$a+b={slope}+{cut_b}={total}$이다.",
    check=_check_meeting,
    figure=_figure_meeting,
)


def _draw_same(rng: Random) -> Facts:
    p, q = rng.choice((1, 2, 3, 4, 5)), rng.choice((-5, -4, -3, -2, -1, 1, 2, 3, 5))
    r, times = rng.choice((-7, -5, -4, -3, 2, 3, 4, 5, 7)), rng.choice((-3, -2, 2, 3, 4))
    first = joined(("ax", monomial(q * times, {"y": 1})))
    return spoken({
        "p": p, "q": q, "r": r, "times": times, "a": p * times, "b": r, "q_times": q * times, "r_times": r * times,
        "first": first, "first_equation": f"{first}={r * times}", "second": two_var(p, q),
        "b_b": bracketed(r), "times_b": bracketed(times),
        "difference": p * times - r, "answer": f"${p * times - r}$",
    })


def _check_same(facts: Facts) -> None:
    a, b = sympy.symbols("a b")
    rows = sympy.Matrix([[a, facts["q_times"], facts["r_times"]], [facts["p"], facts["q"], b]])
    found = sympy.solve([rows[:, [0, 1]].det(), rows[:, [1, 2]].det()], (a, b), dict=True)[0]
    assert rows.subs(found).rank() == 1
    assert facts["answer"] == f"${found[a] - found[b]}$"


SAME = Family(
    key="linear_function.system.infinitely_many_solutions",
    unit=UNIT,
    concept=CONCEPT,
    curriculum_code="9수03-08",
    cognitive_level="추론",
    item_type="서술형",
    difficulties=("상중", "상"),
    draw=_draw_same,
    wordings=(
        "연립방정식 $\\begin{{cases}} {first}={r_times} \\\\ {second}=b \\end{{cases}}$의 해가 무수히 많다. 이때 두 "
        "상수의 차 $a-b$를 구하고 그 과정을 쓰시오.",
        "일차방정식 ${first}={r_times}$의 그래프를 그렸더니 ${second}=b$의 그래프와 완전히 겹쳤다. $a$에서 $b$를 뺀 "
        "값은 얼마인지 풀이와 함께 나타내어라.",
        "서현이는 두 방정식 ${second}=b$, ${first}={r_times}$에서 서로 다른 해를 세 쌍이나 찾아내었다. 두 직선이 서로 "
        "다른 두 점에서 만날 수 없다는 사실로부터 $a-b$를 결정하고 까닭을 설명하시오.",
        "두 직선 ${first}={r_times}$, ${second}=b$의 교점이 셀 수 없이 많다. 이때 $a-b$를 구하는 풀이를 적으시오. "
        "(단, $a$와 $b$는 상수)",
        "$x$, $y$에 대한 두 일차방정식 {first_equation:$과/와} ${second}=b$가 똑같은 직선을 나타내기 위한 $a$, $b$를 "
        "정하고, 그 차 $a-b$를 계산하는 과정을 서술하시오.",
        "${second}=b$를 만족시키는 순서쌍은 모두 ${first}={r_times}$의 해가 되고, 거꾸로도 그러하다. 계수와 상수항의 "
        "비를 비교하여 $a-b$의 값을 구하여라.",
        "연립일차방정식 $\\begin{{cases}} {second}=b \\\\ {first}={r_times} \\end{{cases}}$를 풀었더니 해를 하나로 "
        "정할 수 없고 한없이 많았다. 두 그래프의 위치 관계를 밝히고 $a-b$를 구하시오.",
        "직선 ${second}=b$ 위의 모든 점이 직선 ${first}={r_times}$ 위에도 있다고 한다. 그러면 $a-b$는 얼마인가? "
        "기울기와 $y$절편을 비교하여 답하라.",
        "미지수가 2개인 두 일차방정식의 그래프가 일치한다. 한 식은 ${first}={r_times}$, 다른 식은 ${second}=b$라고 할 "
        "때 $a-b$의 값을 찾는 방법을 자세히 쓰시오.",
        "칠판에 적힌 식 ${first}={r_times}$의 양변을 어떤 수로 나누면 ${second}=b$와 같아진다고 한다. 이로부터 "
        "$a-b$를 구하고, 두 식의 공통인 해는 몇 개인지 밝히시오.",
        "두 일차방정식 ${first}={r_times}$, ${second}=b$를 각각 $y$에 대하여 풀었더니 서로 같은 함수가 되었다. 상수 "
        "$a$와 $b$의 차 $a-b$를 이유와 함께 제시하시오.",
        "공통인 해가 끝없이 나오도록 $\\begin{{cases}} {first}={r_times} \\\\ {second}=b \\end{{cases}}$의 빈 계수 "
        "$a$와 상수항 $b$를 채우려 한다. $a-b$가 얼마여야 하는지 논하여라.",
        "좌표평면에 {first_equation:$과/와} ${second}=b$를 그리면 직선이 한 개만 보인다. 어떤 경우인지 설명한 뒤 "
        "$a-b$의 값을 알아내시오.",
    ),
    queries=(
        "연립방정식의 해가 무수히 많을 조건을 이용하는 문제",
        "두 직선이 일치할 때 미지수를 구하는 서술형 문항",
        "두 일차방정식의 그래프가 겹치는 경우의 상수 구하기",
        "해의 개수와 두 직선의 위치 관계 문제",
        "기울기와 절편이 모두 같은 두 직선에 대한 어려운 문제",
        "연립일차방정식의 해가 한없이 많은 경우",
        "계수의 비와 상수항의 비를 비교하는 연립방정식 문항",
        "그래프가 일치하는 두 일차방정식 서술형",
    ),
    solution="해가 무수히 많으려면 두 방정식의 그래프가 일치해야 한다. ${second}=b$의 양변에 {times:$을/를} 곱하여 "
    "{first_equation:$과/와} 비교하면, $y$의 계수는 ${q}\\times {times_b}={q_times}$이므로 서로 같다. $x$의 "
    "계수에서 $a={p}\\times {times_b}={a}$이고, 상수항에서 $b\\times {times_b}={r_times}$이므로 $b={b}$이다. "
    "따라서 $a-b={a}-{b_b}={difference}$이다.",
    check=_check_same,
)

FAMILIES = (MEETING, SAME)
