"""여러 가지 사각형: angles in a rhombus (figure); which quadrilateral a further condition makes (words)."""

from __future__ import annotations

import math
from random import Random

from sympy import Matrix, Rational, pi, simplify, solve, symbols, tan

from core.items.generator.canvas import Canvas
from core.items.generator.family import Facts, Family
from core.items.generator.geometry import polar
from core.items.generator.spoken import spoken

UNIT = "삼각형과 사각형의 성질"
CONCEPT = "여러 가지 사각형"
CODE = "9수04-12"

_NAMES = ("사다리꼴", "평행사변형", "직사각형", "마름모", "정사각형")
# Base, what is added ({size} is a length drawn for the item), what that claims, what the quadrilateral becomes.
_CASES = (
    ("평행사변형", "두 대각선의 길이가 모두 {size} cm이다", ("diagonals_equal",), "직사각형"),
    ("평행사변형", "한 내각의 크기가 90도이다", ("right_angle",), "직사각형"),
    ("평행사변형", "이웃하는 두 변의 길이가 똑같이 {size} cm이다", ("sides_equal",), "마름모"),
    ("평행사변형", "두 대각선이 서로 수직으로 만난다", ("diagonals_perpendicular",), "마름모"),
    ("직사각형", "이웃하는 두 변의 길이가 {size} cm로 같다", ("sides_equal",), "정사각형"),
    ("직사각형", "두 대각선이 직각으로 만난다", ("diagonals_perpendicular",), "정사각형"),
    ("마름모", "한 내각이 직각이다", ("right_angle",), "정사각형"),
    ("마름모", "두 대각선이 둘 다 {size} cm로 길이가 같다", ("diagonals_equal",), "정사각형"),
    ("평행사변형", "두 대각선이 {size} cm로 길이가 같고 서로 수직이다",
     ("diagonals_equal", "diagonals_perpendicular"), "정사각형"),
    ("평행사변형", "네 변의 길이가 모두 {size} cm이고 한 내각이 직각이다", ("sides_equal", "right_angle"), "정사각형"),
)
_DEFINITIONS = {"평행사변형": (), "직사각형": ("right_angle",), "마름모": ("sides_equal",)}


def _draw_rhombus(random: Random) -> Facts:
    while True:
        a = random.randrange(22, 69)
        if abs(a - 45) >= 4:
            break
    side = random.choice(("BC", "AD"))
    return {"a": a, "x": 90 - a, "side": random.randrange(4, 13), "turn": random.choice((-8, 0, 8)),
            "marked": {"BC": "OBC", "AD": "ODA"}[side], "asked": {"BC": "OAD", "AD": "OCB"}[side],
            "answer": rf"${90 - a}^\circ$"}


def _check_rhombus(facts: Facts) -> None:
    # With half diagonals OC = tan(a) and OB = 1, the angle at B is a; the asked angle has the tangent OB / OC.
    marked, asked = pi * Rational(facts["a"], 180), pi * Rational(facts["x"], 180)
    assert abs((tan(asked) - 1 / tan(marked)).evalf(30)) < 1e-25
    assert facts["answer"] == rf"${facts['x']}^\circ$"


def _figure_rhombus(canvas: Canvas, facts: Facts) -> None:
    turn, o = facts["turn"], (0.0, 0.0)
    across, upright = 3 * math.cos(math.radians(facts["a"])), 3 * math.sin(math.radians(facts["a"]))
    corners = {"A": polar(o, upright, 90 + turn), "B": polar(o, across, 180 + turn),
               "C": polar(o, upright, 270 + turn), "D": polar(o, across, turn), "O": o}
    a, b, c, d = (corners[name] for name in "ABCD")
    canvas.polygon([a, b, c, d], "ABCD")
    for start, end in ((a, b), (b, c), (c, d), (d, a)):
        canvas.segment(start, end, ticks=1)
    canvas.segment(a, c, width=1.0)
    canvas.segment(b, d, width=1.0)
    canvas.right_angle(o, d if facts["marked"] == "OBC" else b, c, size=0.2)
    canvas.text(o, "O", offset=polar((0, 0), 12, (45 if facts["marked"] == "ODA" else 135) + turn), size=10)
    marks = ((b, c, o), (a, o, d)) if facts["marked"] == "OBC" else ((d, a, o), (c, o, b))
    for (vertex, start, end), label in zip(marks, (rf"${facts['a']}^\circ$", "$x$"), strict=True):
        canvas.angle(vertex, start, end, label, radius=0.45)


def _draw_naming(random: Random) -> Facts:
    base, added, claims, name = random.choice(_CASES)
    return spoken({"base": base, "condition": added.format(size=random.randrange(5, 19)), "claims": claims, "name": name,
                   "answer": name, "wrong": tuple(kind for kind in _NAMES if kind != name)})


def _check_naming(facts: Facts) -> None:
    # The parallelogram spanned by u = (p, 0) and v = (q, r); each claim says that an expression is 0.
    p, r = symbols("p r", positive=True)
    q = symbols("q", real=True)
    u, v = Matrix([p, 0]), Matrix([q, r])
    claims = {"right_angle": u.dot(v), "sides_equal": u.dot(u) - v.dot(v),
              "diagonals_equal": (u + v).dot(u + v) - (u - v).dot(u - v), "diagonals_perpendicular": (u + v).dot(u - v)}
    said = [claims[claim] for claim in (*_DEFINITIONS[facts["base"]], *facts["claims"])]
    found = solve(said, [q, r], dict=True) or solve(said, [p, q], dict=True)
    assert found, facts

    def holds(claim: str) -> bool:
        return all(simplify(claims[claim].subs(solution)) == 0 for solution in found)
    names = {(False, False): "평행사변형", (True, False): "직사각형", (False, True): "마름모", (True, True): "정사각형"}
    assert names[holds("right_angle"), holds("sides_equal")] == facts["answer"]


RHOMBUS = Family(
    key="triangles_quadrilaterals.quadrilaterals.rhombus_angles",
    unit=UNIT, concept=CONCEPT, curriculum_code=CODE, cognitive_level="이해", item_type="단답형",
    difficulties=("중하", "중"),
    draw=_draw_rhombus, check=_check_rhombus, figure=_figure_rhombus,
    wordings=(
        r"그림과 같은 마름모 $ABCD$에서 두 대각선의 교점을 $O$라고 하자. $\angle {marked}={a}^\circ$일 때, $\angle {asked}$의 크기를 구하시오.",
        r"네 변의 길이가 같은 울타리 문은 두 대각선 막대가 수직으로 만난다. 그림에서 막대와 문틀이 이루는 각 가운데 하나가 ${a}^\circ$라면, $x$로 적힌 각은 몇 도인가?",
        r"마름모의 대각선은 서로를 수직이등분한다. 이 성질을 이용하여 그림에서 크기가 ${a}^\circ$인 각과 이웃한 직각삼각형을 찾고, $\angle x$의 크기를 구하여라.",
        r"한 변의 길이가 ${side}\,\mathrm{{cm}}$인 마름모를 두 대각선으로 나누면 합동인 직각삼각형 네 개가 된다. 그림에 ${a}^\circ$가 표시되어 있을 때 $\angle {asked}$를 구하시오.",
        r"그림의 $\square ABCD$는 $\overline{{AB}}=\overline{{BC}}=\overline{{CD}}=\overline{{DA}}$를 만족한다. $\angle {marked}$의 크기가 ${a}^\circ$라 할 때 $x$에 알맞은 각의 크기를 쓰시오.",
        r"보석 무늬 타일 한 장은 네 변이 모두 ${side}\,\mathrm{{cm}}$인 사각형이다. 타일의 두 대각선을 그은 그림에서 $\angle {marked}={a}^\circ$이면 $\angle {asked}$는 얼마인가?",
        r"마름모 $ABCD$의 대각선 $AC$, $BD$를 그었더니 점 $O$에서 직각으로 만났다. 두 예각 가운데 하나가 ${a}^\circ$일 때 그림의 다른 예각 $x$를 구하시오.",
        r"종이를 두 번 접어 비스듬히 한 번 자른 뒤 펼치면 마름모가 된다. 펼친 그림에서 접힌 자국과 변 사이의 각이 ${a}^\circ$로 나타났다. $\angle {asked}$의 크기를 쓰시오.",
        r"그림에서 네 변에 같은 표시가 있는 사각형의 대각선이 $O$에서 만난다. ${a}^\circ$로 주어진 각을 보고 $\angle x$는 몇 도인지 답하시오.",
        r"마름모에서는 대각선이 내각을 이등분하고 두 대각선이 수직으로 만난다. $\angle {marked}={a}^\circ$라고 주어진 그림의 마름모에서 $\angle {asked}$의 크기를 계산하여라.",
        r"$\square ABCD$가 마름모일 때 $\triangle OBC$와 $\triangle ODA$는 서로 합동인 직각삼각형이다. 그림의 $\angle {marked}$가 ${a}^\circ$임을 써서 각 $x$의 크기를 알아내시오.",
        r"길이가 ${side}\,\mathrm{{cm}}$로 똑같은 빨대 네 개를 이어 마름모를 만들고 실로 대각선을 매었다. 실과 빨대가 이루는 각 하나가 그림처럼 ${a}^\circ$일 때 $\angle {asked}$의 크기는 몇 도인가?",
        r"대각선의 교점 $O$에서 $\angle AOD=90^\circ$인 마름모 $ABCD$를 그렸다. 그림에 적힌 ${a}^\circ$를 이용하면 $x$는 몇 도가 되는지 구하시오.",
        r"은지는 마름모의 각 하나만 재고 나머지를 모두 알아내는 놀이를 한다. 그림에서 은지가 잰 $\angle {marked}$의 크기는 ${a}^\circ$이다. $\angle {asked}$의 크기를 말하여라.",
    ),
    queries=(
        "마름모의 대각선이 수직으로 만나는 성질로 각을 구하는 문제",
        "마름모 그림에서 모르는 각의 크기 구하기",
        "두 대각선이 그려진 마름모의 각도 문제",
        "마름모를 대각선으로 나눈 직각삼각형의 각",
        "네 변의 길이가 같은 사각형에서 각 찾기",
        "마름모의 성질을 이용하는 단답형 문항",
        "대각선이 서로를 수직이등분하는 사각형의 각 계산",
        "여러 가지 사각형 가운데 마름모의 각 문제",
        "마름모에서 대각선과 변이 이루는 각",
    ),
    solution=r"마름모의 두 대각선은 서로를 수직이등분하므로 대각선으로 나뉜 네 삼각형은 합동인 직각삼각형이다. "
             r"직각삼각형의 두 예각의 크기의 합은 $90^\circ$이므로 $\angle x=90^\circ-{a}^\circ={x}^\circ$이다.",
)

NAMING = Family(
    key="triangles_quadrilaterals.quadrilaterals.naming",
    unit=UNIT, concept=CONCEPT, curriculum_code=CODE, cognitive_level="이해", item_type="객관식",
    difficulties=("중하", "중"),
    draw=_draw_naming, check=_check_naming,
    wordings=(
        "{base}에 다음 조건 하나를 더하였다. 이 사각형을 가리키는 가장 알맞은 이름은? [조건] {condition}.",
        "건우가 낸 수수께끼이다. “나는 {base:이야/야}. 그리고 나를 살펴보면 {condition}. 나는 누구일까?” 건우의 사각형은 어느 것인가?",
        "어떤 {base:을/를} 자와 각도기로 조사하였더니 ‘{condition}’라는 사실을 알게 되었다. 이로부터 반드시 그렇다고 말할 수 있는 사각형의 이름을 고르시오.",
        "사각형 사이의 포함 관계를 정리하고 있다. {base} 중에서 ‘{condition}’가 성립하는 것만 모으면 어떤 사각형의 모임이 되는가?",
        "창틀은 원래 {base} 모양으로 설계되었다. 설계를 고친 뒤에 다시 재어 보니 {condition}. 고친 창틀의 모양으로 가장 알맞은 것을 고르시오.",
        "‘{base} 가운데 특별한 것’이라는 제목으로 발표를 준비한다. 특별한 점이 ‘{condition}’일 때 발표할 사각형은 무엇인가?",
        "다음 설명에 맞는 사각형을 찾으시오. 설명: 먼저 {base}의 성질을 모두 갖는다. 게다가 {condition}.",
        "컴퓨터 화면에서 {base:을/를} 끌어 모양을 바꾸다가 멈추었더니 {condition}. 이때 화면에 나타난 사각형의 이름은?",
        "{base:은/는} 조건이 더해지면 더 특별한 사각형으로 불린다. 더해진 조건이 ‘{condition}’이면 무엇이라고 불러야 하는가?",
        "종이띠를 겹쳐 얻은 도형이 {base}임을 확인하였다. 이어서 도형의 변과 대각선을 재어 ‘{condition}’라고 적었다. 이 도형을 가장 정확하게 부르는 말을 고르시오.",
        "사각형의 성질을 묻는 퀴즈에서 사회자가 “{base}입니다. 그런데 {condition}.”라고 힌트를 주었다. 정답으로 외쳐야 할 사각형은?",
        "두 사람이 같은 사각형을 보고 한 사람은 {base:이라고/라고}, 다른 사람은 ‘{condition}’라고 말하였다. 두 말이 모두 맞다면 이 사각형은 무엇인지 고르면?",
        "앞면에 {base:이/가} 그려진 카드를 한 장 뽑았다. 카드 뒷면의 도움말은 ‘{condition}’이다. 앞면의 사각형을 가장 정확하게 말한 것은?",
        "여러 가지 사각형의 대각선과 변의 성질을 떠올려 보자. 어떤 사각형이 {base:과/와} 같은 성질을 가지면서 {condition}. 이 사각형에 해당하는 것을 고르시오.",
    ),
    queries=(
        "평행사변형이 직사각형이나 마름모가 되는 조건을 묻는 문제",
        "조건이 더해지면 어떤 사각형이 되는지 고르는 객관식",
        "여러 가지 사각형 사이의 관계를 묻는 개념 문제",
        "대각선의 성질로 사각형의 이름을 알아맞히는 문항",
        "직사각형이 정사각형이 되기 위한 조건",
        "마름모에 조건을 더해 정사각형임을 판별하는 문제",
        "사각형의 포함 관계 이해를 확인하는 글로 된 문제",
        "두 대각선의 길이가 같거나 수직인 사각형 찾기",
        "사각형의 정의와 성질로 이름을 고르는 문제",
    ),
    solution="{base}에서 ‘{condition}’라는 조건이 더해지면 변과 각, 대각선이 모두 {name}의 성질을 갖추게 되므로 {name:이/가} 된다.",
)

FAMILIES = (RHOMBUS, NAMING)
