"""이등변삼각형의 성질: the base angle from the apex angle (figure); the foot of the apex on the base (words)."""

from __future__ import annotations

from random import Random

from sympy import Point, Rational, pi, solve, symbols, tan

from core.items.generator.canvas import Canvas
from core.items.generator.distractors import four_wrong
from core.items.generator.family import Facts, Family
from core.items.generator.geometry import polar

UNIT = "삼각형과 사각형의 성질"
CONCEPT = "이등변삼각형의 성질"
CODE = "9수04-10"


def _draw_base_angle(random: Random) -> Facts:
    apex = random.choice([value for value in range(24, 141, 2) if value not in (60, 90)])
    base = (180 - apex) // 2
    wrong = four_wrong(base, (apex, 180 - apex, apex // 2, 90 + apex // 2, base + 10, base - 8, base + 6))
    return {"a": apex, "base": random.choice("BC"), "x": base, "tilt": random.choice((-10, -5, 0, 5, 10)),
            "answer": rf"${base}^\circ$", "wrong": tuple(rf"${value}^\circ$" for value in wrong)}


def _check_base_angle(facts: Facts) -> None:
    # The height splits the triangle in two right ones: with a half base of 1, the height is both cot(a/2) and tan(x).
    by_apex, by_base = tan(pi * Rational(180 - facts["a"], 360)), tan(pi * facts["x"] / 180)
    assert abs((by_apex - by_base).evalf(30)) < 1e-25
    assert facts["answer"] == rf"${facts['x']}^\circ$"


def _figure_base_angle(canvas: Canvas, facts: Facts) -> None:
    down, half = 270 + facts["tilt"], facts["a"] / 2
    leg = 4.0
    a = (0.0, 0.0)
    b, c = polar(a, leg, down - half), polar(a, leg, down + half)
    canvas.polygon([a, b, c], "ABC")
    canvas.segment(a, b, ticks=2)
    canvas.segment(a, c, ticks=2)
    canvas.angle(a, b, c, rf"${facts['a']}^\circ$", radius=0.45)
    vertex, start, end = (b, c, a) if facts["base"] == "B" else (c, a, b)
    canvas.angle(vertex, start, end, "$x$", radius=0.4)


def _draw_foot(random: Random) -> Facts:
    half = random.randrange(20, 76)
    leg = random.randrange(max(half + 12, half * 5 // 4), half * 5 // 2 + 1)
    return {"leg": leg, "spread": 2 * half, "half": half, "answer": f"{half} cm"}


def _check_foot(facts: Facts) -> None:
    x, y = symbols("x y", real=True)
    apexes = solve([x**2 + y**2 - facts["leg"]**2, (x - facts["spread"])**2 + y**2 - facts["leg"]**2], [x, y])
    apex = max((Point(*pair) for pair in apexes), key=lambda point: point.y)
    assert apex.y > 0
    assert f"{Point(apex.x, 0).distance(Point(0, 0))} cm" == facts["answer"]


BASE_ANGLE = Family(
    key="triangles_quadrilaterals.isosceles.base_angle",
    unit=UNIT, concept=CONCEPT, curriculum_code=CODE, cognitive_level="이해", item_type="객관식",
    difficulties=("하", "중하"),
    draw=_draw_base_angle, check=_check_base_angle, figure=_figure_base_angle,
    wordings=(
        r"오른쪽 그림의 $\triangle ABC$는 $\overline{{AB}}=\overline{{AC}}$인 이등변삼각형이다. $\angle A={a}^\circ$일 때, $\angle x$의 크기는?",
        r"철사 옷걸이의 양쪽 팔은 길이가 같고, 두 팔이 꼭대기 $A$에서 벌어진 각은 ${a}^\circ$이다. 그림에서 팔과 아래쪽 막대 사이의 각 $x$의 크기를 고르시오.",
        r"밑각끼리는 크기가 서로 같다는 성질을 써서 그림 속 이등변삼각형의 각 하나를 알아내려고 한다. 꼭지각 $A$가 ${a}^\circ$라면 $\angle {base}$의 크기는 몇 도인가?",
        r"그림에서 같은 표시를 한 두 변 $AB$와 $AC$는 길이가 같다. 이 두 변 사이에 끼인 각이 ${a}^\circ$라면 밑각 $x$의 크기로 옳은 것은?",
        r"꼭지각이 ${a}^\circ$인 이등변삼각형 모양의 표지판을 그림으로 나타내었다. 밑변의 한쪽 끝 ${base}$에서 잰 각은 몇 도이겠는가?",
        r"변 $AB$와 길이가 같은 변이 $AC$뿐인 삼각형이 그려져 있다. $\angle BAC$의 크기가 ${a}^\circ$라고 할 때, $x$로 표시한 밑각의 크기로 알맞은 것은?",
        r"색종이를 반으로 접어 오린 뒤 펼쳤더니 그림과 같은 $\triangle ABC$가 나왔다. 접은 선이 지나는 꼭짓점 $A$의 각이 ${a}^\circ$이면, 나머지 두 각 가운데 $\angle {base}$의 크기는?",
        r"민지는 길이가 똑같은 막대 두 개를 $A$에서 ${a}^\circ$만큼 벌려 놓고 두 끝을 고무줄로 이어 그림의 삼각형을 만들었다. 막대와 고무줄 사이의 각 $x$는 얼마인가?",
        r"삼각형의 세 각의 합은 $180^\circ$이고 이등변삼각형은 밑각끼리 같다. 꼭지각이 ${a}^\circ$인 그림의 삼각형에서 밑각 $x$를 바르게 계산한 것은?",
        r"그림의 삼각형은 $\angle B=\angle C$이고 $\angle A={a}^\circ$이다. 크기가 같은 두 각 중 하나인 $\angle {base}$를 고르시오.",
        r"변 $BC$를 밑변으로 하는 이등변삼각형이 있다. 맞은편 꼭지각의 크기가 ${a}^\circ$로 주어진 그림에서 $\angle x$는 몇 도인지 고르시오.",
        r"다음 이등변삼각형에서 등변이 만나는 곳의 각은 ${a}^\circ$이다. 밑변에 붙어 있는 각 $x$의 크기를 바르게 말한 것은?",
        r"지붕의 앞면이 그림처럼 좌우가 같은 이등변삼각형이다. 꼭대기 각을 ${a}^\circ$로 지었다면, 지붕이 처마와 이루는 $\angle {base}$의 크기는?",
        r"$\triangle ABC$의 두 변 $AB$, $AC$가 같은 길이임을 알고 꼭지각 ${a}^\circ$로부터 밑각을 계산하려 한다. 그림의 $x$에 들어갈 각도를 찾으면?",
    ),
    queries=(
        "이등변삼각형의 꼭지각으로 밑각을 구하는 문제",
        "두 변의 길이가 같은 삼각형 그림에서 밑각의 크기 찾기",
        "꼭지각이 주어진 이등변삼각형의 나머지 각 구하기",
        "이등변삼각형은 두 밑각의 크기가 같다는 성질을 쓰는 객관식",
        "등변 사이에 끼인 각을 알 때 밑변 쪽 각을 고르는 문항",
        "그림에 표시된 이등변삼각형에서 모르는 각 계산하기",
        "이등변삼각형 각도 기본 문제",
        "삼각형 내각의 합과 밑각의 성질을 함께 쓰는 쉬운 문제",
        "같은 길이 표시가 있는 삼각형의 각 구하기",
    ),
    solution=r"$\overline{{AB}}=\overline{{AC}}$이므로 두 밑각 $\angle B$와 $\angle C$의 크기가 같다. 세 내각의 크기의 합이 $180^\circ$이므로 "
             r"$\angle x=\frac{{1}}{{2}}\times(180^\circ-{a}^\circ)={x}^\circ$이다.",
)

FOOT = Family(
    key="triangles_quadrilaterals.isosceles.foot_of_apex",
    unit=UNIT, concept=CONCEPT, curriculum_code=CODE, cognitive_level="추론", item_type="서술형",
    difficulties=("중하", "중"),
    draw=_draw_foot, check=_check_foot,
    wordings=(
        "길이가 {leg} cm로 같은 두 다리를 위에서 이어 붙인 이젤을 바닥에 세웠더니 두 다리 끝 사이가 {spread} cm였다. 이음매에 추를 매달아 늘어뜨릴 때 추가 닿는 곳은 한쪽 다리 끝에서 몇 cm 떨어져 있는지, 이등변삼각형의 성질을 들어 설명하시오.",
        "수아는 이등변삼각형 모양의 깃발을 꼭지각이 반으로 나뉘도록 접었다. 길이가 같은 두 변은 {leg} cm, 밑변은 {spread} cm이다. 접은 선이 밑변을 어떻게 나누는지 밝히고 나뉜 한 도막의 길이를 구하시오.",
        "캠핑 천막의 앞모습은 옆선 두 개가 각각 {leg} cm이고 바닥 너비가 {spread} cm인 삼각형이다. 천막 꼭대기에서 바닥까지 기둥을 똑바로 세우려면 바닥의 왼쪽 끝에서 몇 cm 되는 자리에 세워야 하는가? 그 까닭도 함께 쓰시오.",
        "그네의 옆 기둥 두 개는 길이가 모두 {leg} cm이고, 땅에 박힌 두 끝은 {spread} cm만큼 벌어져 있다. 기둥이 만나는 곳에서 땅에 수직으로 줄을 내렸을 때 줄이 닿은 점과 한 기둥 끝 사이의 거리를 이유와 함께 적으시오.",
        "펼친 사다리를 옆에서 보면 {leg} cm짜리 두 변과 {spread} cm짜리 밑변으로 된 이등변삼각형이다. 꼭지각을 똑같이 둘로 나누는 선이 밑변의 어디를 지나는지 설명하고, 밑변의 끝에서 그 점까지의 거리를 구하여라.",
        "두 변이 {leg} cm로 같고 밑변이 {spread} cm인 삼각형 모양의 종이가 있다. 꼭짓점에서 밑변에 그은 수선은 밑변을 몇 cm씩 나누는가? 합동인 두 직각삼각형을 찾아 풀이를 적으시오.",
        "지붕틀을 만들려고 {leg} cm 길이의 나무 두 개를 맞대고 그 아래를 {spread} cm 길이의 나무로 이었다. 맞댄 곳에서 아래쪽 나무에 수직이 되게 받침을 대면 받침은 아래쪽 나무의 끝에서 몇 cm 위치에 오는지 서술하시오.",
        "정원사가 말뚝 두 개를 {spread} cm 간격으로 박고, 말뚝마다 {leg} cm짜리 끈을 매어 두 끈의 끝을 팽팽하게 한곳에서 묶었다. 매듭에서 말뚝 사이의 선까지 가장 짧은 길로 가면 한 말뚝에서 몇 cm 떨어진 점에 이르는가? 근거를 들어 답하시오.",
        "밑각 두 개의 크기가 같은 삼각형 널빤지를 만들었다. 밑변은 {spread} cm, 다른 두 변은 {leg} cm씩이다. 꼭지각의 이등분선을 그었을 때 생기는 밑변의 반쪽 길이를 말하고, 왜 그렇게 되는지 삼각형의 합동으로 보이시오.",
        "빨래 건조대의 다리를 벌려 놓은 옆모습이 이등변삼각형을 이룬다. 다리 길이는 {leg} cm, 벌어진 폭은 {spread} cm이다. 위쪽 이음매의 바로 아래 지점은 다리 끝에서 얼마나 떨어져 있는지 풀이 과정과 함께 쓰시오.",
        "하린이가 말했다. “양쪽 변이 {leg} cm로 똑같은 산 모형을 꼭대기에서 곧게 내려 자르면, {spread} cm인 밑변이 정확히 반으로 나뉘어.” 이 말이 옳은 까닭을 설명하고 반쪽의 길이를 구하시오.",
        "탑 모형의 꼭대기와 양쪽 지면을 케이블 두 줄이 잇는다. 케이블은 둘 다 {leg} cm이며 지면의 두 고정점은 {spread} cm 떨어져 있다. 탑이 지면과 수직일 때 탑의 밑동은 고정점에서 몇 cm 거리에 있는지 까닭을 밝혀 구하시오.",
        "연의 윗부분은 살 두 개의 길이가 {leg} cm로 같은 이등변삼각형이다. 마주 보는 {spread} cm 길이의 가로 살에 꼭지각의 이등분선을 따라 중심 살을 붙이면, 가로 살은 어떤 길이로 나뉘는지 성질을 밝혀 서술하여라.",
        "이등변삼각형 꼴의 화단에 꼭짓점에서 밑변까지 가장 짧은 산책로를 내려고 한다. 같은 두 변은 {leg} cm, 밑변은 {spread} cm로 줄여 그린 설계도에서 산책로가 밑변과 만나는 자리를 찾고 그렇게 정한 까닭을 쓰시오.",
    ),
    queries=(
        "이등변삼각형의 꼭지각의 이등분선이 밑변을 수직이등분함을 설명하는 서술형",
        "꼭짓점에서 밑변에 내린 수선이 밑변을 반으로 나누는 이유를 쓰는 문제",
        "길이가 같은 두 다리가 벌어진 모양에서 가운데 지점을 찾는 실생활 문제",
        "천막이나 이젤처럼 이등변삼각형 모양을 이용한 문장제",
        "이등변삼각형의 성질을 근거로 들어 답하는 서술형 문항",
        "꼭지각을 이등분하는 선과 밑변이 만나는 점 찾기",
        "합동인 직각삼각형으로 밑변의 절반임을 보이는 문제",
        "그림 없이 글로만 된 이등변삼각형 서술형",
        "지붕틀이나 깃발을 반으로 나누는 이등변삼각형 활용",
    ),
    solution="길이가 같은 두 변과 밑변은 이등변삼각형을 이룬다. 꼭짓점에서 밑변에 내린 수선은 꼭지각의 이등분선과 같고, 이 선으로 나뉜 두 직각삼각형은 "
             "빗변과 다른 한 변의 길이가 각각 같으므로 합동이다. 따라서 수선은 밑변을 수직이등분하고, 구하는 길이는 {spread}의 절반인 {half} cm이다.",
)

FAMILIES = (BASE_ANGLE, FOOT)
