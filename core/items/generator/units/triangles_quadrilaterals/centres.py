"""삼각형의 외심과 내심: the angles at a circumcentre; the tangent lengths of an inscribed circle (both with a figure)."""

from __future__ import annotations

import math
from random import Random

from sympy import Eq, Rational, solve, symbols

from core.items.generator.canvas import Canvas
from core.items.generator.distractors import four_wrong
from core.items.generator.family import Facts, Family
from core.items.generator.geometry import between, incircle, polar, triangle, turned

UNIT = "삼각형과 사각형의 성질"
CONCEPT = "삼각형의 외심과 내심"
CODE = "9수04-11"


def _draw_circumcentre(random: Random) -> Facts:
    while True:
        a, b = random.randrange(20, 46), random.randrange(20, 46)
        c = 90 - a - b
        if len({a, b, c}) == 3 and c >= 18:
            return {"a": a, "b": b, "c": c, "turn": random.randrange(-30, 31, 5), "answer": rf"${c}^\circ$"}


def _check_circumcentre(facts: Facts) -> None:
    # The central angles make a full turn; the third isosceles triangle then gives its base angle.
    at_centre = 360 - (180 - 2 * facts["a"]) - (180 - 2 * facts["b"])
    assert facts["answer"] == rf"${Rational(180 - at_centre, 2)}^\circ$"


def _figure_circumcentre(canvas: Canvas, facts: Facts) -> None:
    o, radius = (0.0, 0.0), 3.0
    # Counter-clockwise A, B, C: the central angle over a side is 180° less twice the base angle on that side.
    to_a = 100 + facts["turn"]
    to_b = to_a + 180 - 2 * facts["a"]
    to_c = to_b + 180 - 2 * facts["b"]
    a, b, c = (polar(o, radius, direction) for direction in (to_a, to_b, to_c))
    canvas.circle(o, radius, dashed=True)
    canvas.polygon([a, b, c])
    for point, name, direction in zip((a, b, c), "ABC", (to_a, to_b, to_c), strict=True):
        canvas.segment(o, point, width=1.0)
        canvas.text(point, name, offset=polar((0, 0), 10, direction))
    canvas.dot(o)
    widest = to_a + 90 - facts["a"] if facts["a"] < min(facts["b"], facts["c"]) else (
        to_b + 90 - facts["b"] if facts["b"] < facts["c"] else to_c + 90 - facts["c"])
    canvas.text(o, "O", offset=polar((0, 0), 10, widest))
    for vertex, start, end, label in ((a, b, o, facts["a"]), (b, c, o, facts["b"]), (c, a, o, None)):
        canvas.angle(vertex, start, end, rf"${label}^\circ$" if label else "$x$", radius=0.6)


def _draw_incircle(random: Random) -> Facts:
    while True:
        x, y, z = (random.randrange(3, 10) for _ in range(3))
        ab, bc, ca = x + y, y + z, z + x
        if len({x, y, z}) == 3 and max(ab, bc, ca) <= 1.7 * min(ab, bc, ca):
            break
    half = x + y + z
    target, vertex, length = random.choice((("AD", "A", x), ("BE", "B", y), ("CF", "C", z)))
    opposite = {"AD": bc, "BE": ca, "CF": ab}[target]
    wrong = four_wrong(length, (*(value for value in (x, y, z) if value != length), half - length, length + 1,
                                half, opposite, length - 1, length + 2))
    return {"ab": ab, "bc": bc, "ca": ca, "around": 2 * half, "target": target, "vertex": vertex, "foot": target[1],
            "opposite": opposite, "half": half, "length": length, "turn": random.choice((-12, -6, 0, 6, 12)),
            "answer": rf"${length}\,\mathrm{{cm}}$",
            "wrong": tuple(rf"${value}\,\mathrm{{cm}}$" for value in wrong)}


def _check_incircle(facts: Facts) -> None:
    x, y, z = symbols("x y z")
    lengths = solve([Eq(x + y, facts["ab"]), Eq(y + z, facts["bc"]), Eq(z + x, facts["ca"])], [x, y, z])
    asked = {"AD": x, "BE": y, "CF": z}[facts["target"]]
    assert rf"${lengths[asked]}\,\mathrm{{cm}}$" == facts["answer"]


def _figure_incircle(canvas: Canvas, facts: Facts) -> None:
    sides = (facts["ab"], facts["bc"], facts["ca"])
    a, b, c = turned(triangle(*sides), facts["turn"])
    centre, radius = incircle(a, b, c)
    half = sum(sides) / 2
    canvas.polygon([a, b, c], "ABC", gap=11)
    canvas.circle(centre, radius, shade=True)
    canvas.dot(centre, "I", offset=(7, 6))
    for start, end, name, along in ((a, b, "D", half - sides[1]), (b, c, "E", half - sides[2]), (c, a, "F", half - sides[0])):
        length = math.dist(start, end)
        touch = between(start, end, along / length)
        outward = ((touch[0] - centre[0]) / radius * 9, (touch[1] - centre[1]) / radius * 9)
        canvas.dot(touch, name, offset=outward)
        canvas.span(end, start, rf"${round(length)}\,\mathrm{{cm}}$", bulge=0.2)


CIRCUMCENTRE = Family(
    key="triangles_quadrilaterals.centres.circumcentre_angles",
    unit=UNIT, concept=CONCEPT, curriculum_code=CODE, cognitive_level="추론", item_type="단답형",
    difficulties=("중하", "중"),
    draw=_draw_circumcentre, check=_check_circumcentre, figure=_figure_circumcentre,
    wordings=(
        r"점 $O$가 $\triangle ABC$의 외심이고 $\angle OAB={a}^\circ$, $\angle OBC={b}^\circ$일 때, 오른쪽 그림에서 $\angle OCA$의 크기를 구하시오.",
        r"세 마을 $A$, $B$, $C$에서 같은 거리에 있는 곳에 급수탑 $O$를 세웠다. 지도를 본뜬 그림에서 $\angle OAB$가 ${a}^\circ$이고 $\angle OBC$가 ${b}^\circ$라면 $x$로 나타낸 각은 몇 도인지 쓰시오.",
        r"삼각형 $ABC$의 외접원을 그리고 그 중심 $O$와 세 꼭짓점을 이었더니 이등변삼각형이 세 개 생겼다. 변 $AB$, $BC$에 붙은 밑각이 차례로 ${a}^\circ$, ${b}^\circ$라고 하자. 변 $CA$에 붙은 밑각 $x$의 크기를 구하여라.",
        r"그림의 점선 원은 $\triangle ABC$의 세 꼭짓점을 지나고, $O$는 이 원의 중심이다. ${a}^\circ$와 ${b}^\circ$로 표시된 두 각을 이용하여 $\angle OCA$를 구하시오.",
        r"외심 $O$에서 꼭짓점에 그은 선분 $OA$, $OB$, $OC$의 길이는 모두 같다. 그림에서 $\angle ABO={a}^\circ$, $\angle BCO={b}^\circ$라 할 때 $\angle CAO$의 크기는 얼마인지 답하시오.",
        r"깨진 접시의 테두리 위에 세 점 $A$, $B$, $C$를 잡아 접시의 중심 $O$를 찾았다. $\angle OAB={a}^\circ$와 $\angle OBC={b}^\circ$를 재었을 때, 재지 않은 $\angle OCA$는 몇 도이겠는가?",
        r"$\triangle ABC$의 세 변의 수직이등분선이 한 점 $O$에서 만난다. $\angle OAB$의 크기는 ${a}^\circ$, $\angle OBC$의 크기는 ${b}^\circ$이다. 그림에서 $\angle x$의 크기를 구하시오.",
        r"외심과 세 꼭짓점을 이은 선분은 삼각형의 내각 세 개를 각각 둘로 나눈다. 나뉜 각 중 서로 다른 세 가지의 합이 $90^\circ$임을 이용하여, 그림에 ${a}^\circ$, ${b}^\circ$와 함께 표시된 $\angle x$를 구하여라.",
        r"놀이공원의 회전목마, 매점, 분수대를 각각 $A$, $B$, $C$라 하고 세 곳까지의 거리가 같은 지점 $O$에 시계탑을 세우려 한다. $\angle OAB={a}^\circ$, $\angle OBC={b}^\circ$로 설계된 그림에서 $\angle OCA$를 구하시오.",
        r"외심이 $O$인 예각삼각형 $ABC$가 있다. $\overline{{OA}}=\overline{{OB}}=\overline{{OC}}$에서 얻은 밑각들이 그림처럼 ${a}^\circ$, ${b}^\circ$, $x$로 적혀 있다. $x$에 알맞은 각도를 쓰시오.",
        r"원의 중심 $O$와 원 위의 점 $A$, $B$, $C$로 만든 그림이다. 이등변삼각형 $OAB$의 밑각은 ${a}^\circ$, 이등변삼각형 $OBC$의 밑각은 ${b}^\circ$이다. 이등변삼각형 $OCA$의 한 밑각의 크기를 쓰시오.",
        r"$\angle OAB+\angle OBC+\angle OCA$의 값은 외심의 성질에 의하여 언제나 일정하다. 앞의 두 각이 ${a}^\circ$, ${b}^\circ$인 그림에서 마지막 각의 크기를 알아내시오.",
        r"외심 $O$가 삼각형의 안쪽에 놓인 그림이다. 꼭짓점 $A$ 쪽의 각 하나는 ${a}^\circ$, 꼭짓점 $B$ 쪽의 각 하나는 ${b}^\circ$로 주어졌다. 꼭짓점 $C$에 표시된 각 $x$는 몇 도인가?",
        r"컴퍼스로 세 점 $A$, $B$, $C$를 모두 지나는 원을 그린 뒤 바늘 자국을 $O$라 하였다. $\angle OAB={a}^\circ$이고 $\angle OBC={b}^\circ$인 경우 그림의 $\angle x$를 구하시오.",
    ),
    queries=(
        "삼각형의 외심에서 각의 크기를 구하는 문제",
        "외심과 꼭짓점을 이어 생긴 이등변삼각형의 밑각을 이용하는 문항",
        "외접원이 그려진 삼각형에서 모르는 각 찾기",
        "외심의 성질로 세 각의 합이 구십 도임을 쓰는 문제",
        "세 꼭짓점에서 같은 거리에 있는 점과 각도",
        "외접원의 중심과 꼭짓점 사이의 각 구하기 단답형",
        "삼각형 외심 그림에서 각 엑스 구하기",
        "수직이등분선의 교점인 외심을 이용한 각도 계산",
        "세 지점에서 거리가 같은 위치를 다룬 외심 활용",
    ),
    solution=r"$\overline{{OA}}=\overline{{OB}}=\overline{{OC}}$이므로 $\triangle OAB$, $\triangle OBC$, $\triangle OCA$는 모두 이등변삼각형이다. "
             r"세 내각의 크기의 합에서 $2({a}^\circ+{b}^\circ+\angle x)=180^\circ$이므로 ${a}^\circ+{b}^\circ+\angle x=90^\circ$이고, "
             r"$\angle x={c}^\circ$이다.",
)

TANGENT = Family(
    key="triangles_quadrilaterals.centres.incircle_tangents",
    unit=UNIT, concept=CONCEPT, curriculum_code=CODE, cognitive_level="문제해결", item_type="객관식",
    difficulties=("중", "상중"),
    draw=_draw_incircle, check=_check_incircle, figure=_figure_incircle,
    wordings=(
        r"오른쪽 그림에서 원 $I$는 $\triangle ABC$의 내접원이고 세 점 $D$, $E$, $F$는 접점이다. $\overline{{AB}}={ab}\,\mathrm{{cm}}$, $\overline{{BC}}={bc}\,\mathrm{{cm}}$, $\overline{{CA}}={ca}\,\mathrm{{cm}}$일 때, $\overline{{{target}}}$의 길이는?",
        r"길이가 ${ab}\,\mathrm{{cm}}$, ${bc}\,\mathrm{{cm}}$, ${ca}\,\mathrm{{cm}}$인 나무 막대로 만든 삼각형 액자에 꼭 맞는 둥근 시계를 끼웠더니 $D$, $E$, $F$에서 틀에 닿았다. 그림에서 모서리 ${vertex}$와 닿은 곳 ${foot}$ 사이의 거리를 고르시오.",
        r"원 밖의 한 점에서 그 원에 그은 두 접선의 길이는 같다. 이 사실을 써서, 둘레가 ${around}\,\mathrm{{cm}}$인 그림의 삼각형에서 내접원의 접점으로 나뉜 선분 ${target}$의 길이를 구하면?",
        r"내심이 $I$인 $\triangle ABC$의 세 변은 $\overline{{AB}}={ab}\,\mathrm{{cm}}$, $\overline{{BC}}={bc}\,\mathrm{{cm}}$, $\overline{{CA}}={ca}\,\mathrm{{cm}}$이다. 내접원과 변의 접점이 그림과 같을 때 $\overline{{{target}}}$로 옳은 것은?",
        r"삼각형 정원의 모형 안에 세 변과 모두 맞닿는 둥근 연못을 만들었다. 정원의 변이 그림처럼 ${ab}\,\mathrm{{cm}}$, ${bc}\,\mathrm{{cm}}$, ${ca}\,\mathrm{{cm}}$라면 꼭짓점 ${vertex}$에서 연못과 닿는 점 ${foot}$까지는 몇 $\mathrm{{cm}}$인가?",
        r"$\overline{{AD}}=\overline{{AF}}$, $\overline{{BD}}=\overline{{BE}}$, $\overline{{CE}}=\overline{{CF}}$가 성립함을 이용하여 그림의 $\overline{{{target}}}$를 계산하시오. 단, $\overline{{AB}}+\overline{{BC}}+\overline{{CA}}={around}\,\mathrm{{cm}}$이다.",
        r"그림의 색칠한 원은 삼각형 $ABC$ 안에서 세 변에 접한다. 변의 길이가 차례로 $AB$는 ${ab}\,\mathrm{{cm}}$, $BC$는 ${bc}\,\mathrm{{cm}}$, $CA$는 ${ca}\,\mathrm{{cm}}$라고 할 때 꼭짓점 ${vertex}$에서 그은 접선의 길이는?",
        r"공을 위에서 본 그림이다. 공은 벽 세 개로 이루어진 삼각형 $ABC$에 꼭 끼여 $D$, $E$, $F$에서 닿아 있고, 벽의 길이는 ${ab}\,\mathrm{{cm}}$, ${bc}\,\mathrm{{cm}}$, ${ca}\,\mathrm{{cm}}$이다. 선분 ${target}$는 몇 $\mathrm{{cm}}$인지 고르시오.",
        r"내접원의 접점 $D$, $E$, $F$가 각 변을 두 도막으로 나눈다. 삼각형의 둘레 ${around}\,\mathrm{{cm}}$의 절반에서 ${vertex}$의 대변의 길이 ${opposite}\,\mathrm{{cm}}$를 빼면 그림의 어느 선분의 길이가 되는지 생각하고, $\overline{{{target}}}$를 고르시오.",
        r"$\triangle ABC$의 내심을 $I$, 내접원이 변 $AB$, $BC$, $CA$와 만나는 점을 각각 $D$, $E$, $F$라 하자. 세 변이 ${ab}\,\mathrm{{cm}}$, ${bc}\,\mathrm{{cm}}$, ${ca}\,\mathrm{{cm}}$인 그림에서 접점까지의 길이 $\overline{{{target}}}$를 찾으시오.",
        r"삼각자 안에 가장 큰 원을 그려 색칠하였다. 그림에 나타난 세 변 ${ab}\,\mathrm{{cm}}$, ${bc}\,\mathrm{{cm}}$, ${ca}\,\mathrm{{cm}}$를 보고 ${vertex}$에서 원에 닿을 때까지 변을 따라 잰 거리를 고르면?",
        r"그림과 같이 내접원이 있는 삼각형에서 $\overline{{{target}}}=x\,\mathrm{{cm}}$로 놓고 나머지 접선의 길이를 $x$로 나타내어 방정식을 세우려 한다. $\overline{{AB}}={ab}\,\mathrm{{cm}}$, $\overline{{BC}}={bc}\,\mathrm{{cm}}$, $\overline{{CA}}={ca}\,\mathrm{{cm}}$일 때 $\overline{{{target}}}$의 길이를 고르시오.",
        r"도현이는 삼각형에 내접하는 원과 접점을 그린 뒤 변의 길이 ${ab}\,\mathrm{{cm}}$, ${bc}\,\mathrm{{cm}}$, ${ca}\,\mathrm{{cm}}$를 적어 넣었다. 도현이의 그림에서 ${target}$의 길이로 알맞은 것은 어느 것인가?",
    ),
    queries=(
        "내접원의 접선의 길이를 구하는 문제",
        "삼각형의 내심과 접점으로 나뉜 선분의 길이 구하기",
        "내접원이 그려진 삼각형에서 세 변의 길이로 접선의 길이 찾기",
        "원 밖의 한 점에서 그은 두 접선의 길이가 같음을 이용하는 문항",
        "세 변의 길이를 알 때 꼭짓점에서 접점까지의 거리",
        "내심이 있는 삼각형 그림 객관식 문제",
        "삼각형 안에 꼭 맞는 원과 변이 닿는 점",
        "내접원 접점 길이 방정식으로 풀기",
        "내심의 성질을 활용한 길이 문제",
    ),
    solution=r"한 꼭짓점에서 내접원에 그은 두 접선의 길이는 같다. 세 접선의 길이를 두 번씩 더하면 둘레 ${around}\,\mathrm{{cm}}$가 되므로 세 길이의 합은 "
             r"${half}\,\mathrm{{cm}}$이다. 여기에서 꼭짓점 ${vertex}$와 마주 보는 변의 길이를 빼면 "
             r"$\overline{{{target}}}={half}-{opposite}={length}\,(\mathrm{{cm}})$이다.",
)

FAMILIES = (CIRCUMCENTRE, TANGENT)
