"""평행사변형의 성질: a perimeter at the crossing of the diagonals (figure); an angle's bisector (formulas)."""

from __future__ import annotations

import math
from random import Random

from sympy import Line, Point, Rational, simplify, sqrt

from core.items.generator.canvas import Canvas
from core.items.generator.distractors import four_wrong
from core.items.generator.family import Facts, Family
from core.items.generator.geometry import angle_at, polar, turned

UNIT = "삼각형과 사각형의 성질"
CONCEPT = "평행사변형의 성질"
CODE = "9수04-12"


def _draw_diagonals(random: Random) -> Facts:
    while True:
        oa, ob, side = random.randrange(4, 12), random.randrange(4, 12), random.randrange(5, 13)
        cosine = (oa**2 + ob**2 - side**2) / (2 * oa * ob)
        if len({oa, ob, 2 * oa, 2 * ob, side}) == 5 and 0.25 < abs(cosine) < 0.75:
            break
    given, other, asked = random.choice((("AB", "CD", "OCD"), ("BC", "AD", "ODA")))
    return {"ac": 2 * oa, "bd": 2 * ob, "oa": oa, "ob": ob, "side": side, "given": given, "other": other,
            "asked": asked, "p": asked[1], "q": asked[2], "around": oa + ob + side, "answer": rf"${oa + ob + side}\,\mathrm{{cm}}$"}


def _corners(facts: Facts) -> tuple[tuple[float, float], ...]:
    """Return A, B, C, D about the crossing O, with BC level."""
    oa, ob, side = facts["oa"], facts["ob"], facts["side"]
    opening = math.degrees(math.acos((oa**2 + ob**2 - side**2) / (2 * oa * ob)))
    if facts["given"] == "BC":
        opening = 180 - opening  # the angle AOB beside the angle BOC that the side BC spans
    a, b = polar((0, 0), oa, 0), polar((0, 0), ob, opening)
    c = (-a[0], -a[1])
    level = math.degrees(math.atan2(c[1] - b[1], c[0] - b[0]))
    a, b = turned((a, b), -level)
    return a, b, (-a[0], -a[1]), (-b[0], -b[1])


def _check_diagonals(facts: Facts) -> None:
    # The exact corners: A on the x axis, B by the cosine rule, C and D opposite to them.
    oa, ob, side = facts["oa"], facts["ob"], facts["side"]
    cosine = Rational(oa**2 + ob**2 - side**2, 2 * oa * ob) * (1 if facts["given"] == "AB" else -1)
    a, b = Point(oa, 0), Point(ob * cosine, ob * sqrt(1 - cosine**2))
    corners = {"A": a, "B": b, "C": -a, "D": -b, "O": Point(0, 0)}
    one, two, three = (corners[name] for name in facts["asked"])
    around = one.distance(two) + two.distance(three) + three.distance(one)
    assert simplify(corners["A"].distance(corners["C"]) - facts["ac"]) == 0
    assert simplify(corners["B"].distance(corners["D"]) - facts["bd"]) == 0
    assert facts["answer"] == rf"${simplify(around)}\,\mathrm{{cm}}$"


def _figure_diagonals(canvas: Canvas, facts: Facts) -> None:
    a, b, c, d = _corners(facts)
    o = (0.0, 0.0)
    canvas.polygon([a, b, c, d], "ABCD")
    for end, ticks in ((a, 1), (c, 1), (b, 2), (d, 2)):
        canvas.segment(o, end, ticks=ticks, width=1.0)
    canvas.dot(o)
    # O stands in the wider sector, above the crossing or to its right.
    beside = d if angle_at(o, a, d) >= 90 else c
    other = a if beside is d else d
    bisecting = math.atan2(beside[1] / math.hypot(*beside) + other[1] / math.hypot(*other),
                           beside[0] / math.hypot(*beside) + other[0] / math.hypot(*other))
    canvas.text(o, "O", offset=polar((0, 0), 11, math.degrees(bisecting)))
    start, end = {"AB": (b, a), "BC": (c, b)}[facts["given"]]
    canvas.segment(start, end, rf"${facts['side']}\,\mathrm{{cm}}$")


def _draw_bisector(random: Random) -> Facts:
    while True:
        ab, ad = random.randrange(4, 13), random.randrange(6, 18)
        if 2 <= ad - ab <= 8 and ad - ab != ab:
            break
    rest = ad - ab
    wrong = four_wrong(rest, (ab, ad, ad + ab, rest + 1, 2 * rest, rest + 2))
    return {"ab": ab, "ad": ad, "rest": rest, "answer": rf"${rest}\,\mathrm{{cm}}$",
            "wrong": tuple(rf"${value}\,\mathrm{{cm}}$" for value in wrong)}


def _check_bisector(facts: Facts) -> None:
    # Any slope of AB will do: here AB falls along (-3, -4)/5 and AD runs level.
    ab, ad = facts["ab"], facts["ad"]
    a, d = Point(0, 0), Point(ad, 0)
    b = Point(Rational(-3 * ab, 5), Rational(-4 * ab, 5))
    c = b + d
    bisector = Line(a, Point(1 - Rational(3, 5), -Rational(4, 5)))
    (e,) = bisector.intersection(Line(b, c))
    assert rf"${e.distance(c)}\,\mathrm{{cm}}$" == facts["answer"]


DIAGONALS = Family(
    key="triangles_quadrilaterals.parallelogram.diagonals",
    unit=UNIT, concept=CONCEPT, curriculum_code=CODE, cognitive_level="계산", item_type="단답형",
    difficulties=("하", "중하"),
    draw=_draw_diagonals, check=_check_diagonals, figure=_figure_diagonals,
    wordings=(
        r"평행사변형 $ABCD$의 두 대각선이 점 $O$에서 만난다. $\overline{{AC}}={ac}\,\mathrm{{cm}}$, $\overline{{BD}}={bd}\,\mathrm{{cm}}$, $\overline{{{given}}}={side}\,\mathrm{{cm}}$일 때, 그림에서 $\triangle {asked}$의 둘레의 길이를 구하시오.",
        r"평행사변형 모양의 연을 만들려고 대각선 방향으로 ${ac}\,\mathrm{{cm}}$, ${bd}\,\mathrm{{cm}}$인 대나무 살 두 개를 엇갈려 묶었다. 그림처럼 변 ${given}$의 길이가 ${side}\,\mathrm{{cm}}$라면, 색을 칠할 조각 ${asked}$의 둘레는 몇 $\mathrm{{cm}}$인가?",
        r"그림의 사각형은 두 쌍의 대변이 각각 평행하다. 대각선은 서로를 이등분한다는 사실을 이용하여 $\triangle {asked}$의 세 변의 길이를 차례로 구하고 그 합을 쓰시오. (단, $\overline{{AC}}={ac}\,\mathrm{{cm}}$, $\overline{{BD}}={bd}\,\mathrm{{cm}}$)",
        r"두 대각선 $AC$와 $BD$의 길이가 각각 ${ac}\,\mathrm{{cm}}$, ${bd}\,\mathrm{{cm}}$인 평행사변형이 있다. $\overline{{{given}}}={side}\,\mathrm{{cm}}$임을 알 때 그림의 $\triangle {asked}$를 이루는 세 변의 길이의 합은 얼마인지 구하여라.",
        r"평행사변형에서는 마주 보는 변의 길이가 같고 대각선이 서로의 중점에서 만난다. 그림에 주어진 ${side}\,\mathrm{{cm}}$와 대각선의 길이 ${ac}\,\mathrm{{cm}}$, ${bd}\,\mathrm{{cm}}$로 $\triangle {asked}$의 둘레를 계산하시오.",
        r"대각선의 교점이 $O$인 평행사변형 $ABCD$에서 $\overline{{AO}}={oa}\,\mathrm{{cm}}$, $\overline{{BO}}={ob}\,\mathrm{{cm}}$, $\overline{{{given}}}={side}\,\mathrm{{cm}}$이다. 그림을 보고 $\triangle {asked}$의 둘레의 길이를 답하시오.",
        r"평행사변형 화단을 두 갈래의 곧은 길 $AC$, $BD$가 가로지른다. 길의 길이는 ${ac}\,\mathrm{{cm}}$와 ${bd}\,\mathrm{{cm}}$로 축소해 그렸고 변 ${given}$는 ${side}\,\mathrm{{cm}}$이다. 그림에서 구역 ${asked}$를 한 바퀴 도는 길이를 구하시오.",
        r"$\square ABCD$가 평행사변형일 때 같은 표시를 한 선분끼리는 길이가 같다. $\overline{{AC}}={ac}\,\mathrm{{cm}}$, $\overline{{BD}}={bd}\,\mathrm{{cm}}$인 그림에서 $\overline{{{other}}}$를 한 변으로 하는 $\triangle {asked}$의 둘레를 구하여라.",
        r"종이로 오린 평행사변형을 두 대각선을 따라 잘라 네 조각으로 나누었다. 대각선은 ${ac}\,\mathrm{{cm}}$, ${bd}\,\mathrm{{cm}}$였고 변 ${given}$는 ${side}\,\mathrm{{cm}}$였다. 그림의 조각 ${asked}$의 둘레의 길이를 쓰시오.",
        r"그림과 같은 평행사변형에서 $\overline{{OC}}$는 ${ac}\,\mathrm{{cm}}$의 반이고 $\overline{{OD}}$는 ${bd}\,\mathrm{{cm}}$의 반이다. 변 ${given}$의 길이가 ${side}\,\mathrm{{cm}}$이면 $\triangle {asked}$의 둘레는 몇 $\mathrm{{cm}}$가 되는지 구하시오.",
        r"서준이는 평행사변형의 변 하나(${side}\,\mathrm{{cm}}$)와 두 대각선(${ac}\,\mathrm{{cm}}$, ${bd}\,\mathrm{{cm}}$)만 재고도 그림 속 삼각형 ${asked}$의 둘레를 알아냈다. 서준이가 얻은 값을 구하시오.",
        r"점 $O$는 평행사변형 $ABCD$의 대각선이 만나는 점이다. 대각선의 길이의 합이 ${ac}+{bd}\,(\mathrm{{cm}})$이고 $\overline{{{given}}}={side}\,\mathrm{{cm}}$인 그림에서 $\overline{{O{p}}}+\overline{{O{q}}}+\overline{{{other}}}$의 값을 구하시오.",
        r"철제 대문의 무늬는 평행사변형과 그 대각선으로 되어 있다. 대각선 막대는 ${ac}\,\mathrm{{cm}}$와 ${bd}\,\mathrm{{cm}}$, 변 ${given}$ 막대는 ${side}\,\mathrm{{cm}}$이다. 그림에서 삼각형 ${asked}$의 테두리에 두를 전선의 길이는 얼마인가?",
    ),
    queries=(
        "평행사변형의 두 대각선이 서로를 이등분하는 성질 문제",
        "평행사변형 대각선의 교점으로 만든 삼각형의 둘레 구하기",
        "대각선이 그려진 평행사변형 그림에서 길이 계산",
        "평행사변형의 대변의 길이와 대각선을 이용하는 단답형",
        "평행사변형을 대각선으로 나눈 조각의 둘레",
        "대각선의 길이가 주어진 평행사변형 문제",
        "평행사변형의 성질 기본 계산 문항",
        "마주 보는 변의 길이가 같음을 이용해 삼각형 둘레 구하기",
        "대각선의 절반 길이를 쓰는 사각형 문제",
    ),
    solution=r"평행사변형의 대변의 길이는 같으므로 $\overline{{{other}}}=\overline{{{given}}}={side}\,\mathrm{{cm}}$이고, 두 대각선은 서로를 이등분하므로 "
             r"$O$에서 네 꼭짓점까지의 길이는 ${oa}\,\mathrm{{cm}}$, ${ob}\,\mathrm{{cm}}$이다. "
             r"따라서 구하는 둘레의 길이는 ${oa}+{ob}+{side}={around}\,(\mathrm{{cm}})$이다.",
)

BISECTOR = Family(
    key="triangles_quadrilaterals.parallelogram.angle_bisector",
    unit=UNIT, concept=CONCEPT, curriculum_code=CODE, cognitive_level="추론", item_type="객관식",
    difficulties=("중", "상중"),
    draw=_draw_bisector, check=_check_bisector,
    wordings=(
        r"$\overline{{AB}}={ab}\,\mathrm{{cm}}$, $\overline{{AD}}={ad}\,\mathrm{{cm}}$인 평행사변형 $ABCD$에서 $\angle A$의 이등분선이 변 $BC$와 만나는 점을 $E$라고 하자. 이때 $\overline{{EC}}$의 길이는?",
        r"평행사변형 모양의 밭 $ABCD$를 꼭짓점 $A$에서 시작하는 곧은 도랑으로 나누었다. 도랑은 $\angle BAD$를 반으로 가르며 밭의 아래쪽 경계 $BC$ 위의 점 $E$에서 끝난다. $\overline{{AB}}={ab}\,\mathrm{{cm}}$, $\overline{{BC}}={ad}\,\mathrm{{cm}}$로 나타낸 도면에서 $E$와 $C$ 사이의 거리를 고르시오.",
        r"지우는 $\square ABCD$에서 $\angle BAE=\angle DAE$가 되도록 변 $BC$ 위에 점 $E$를 잡고, 엇각을 이용하여 $\triangle ABE$가 이등변삼각형임을 보였다. $\square ABCD$가 평행사변형이고 $\overline{{AB}}={ab}\,\mathrm{{cm}}$, $\overline{{AD}}={ad}\,\mathrm{{cm}}$라면 $\overline{{CE}}$로 옳은 것은?",
        r"이웃하는 두 변의 길이가 ${ab}\,\mathrm{{cm}}$, ${ad}\,\mathrm{{cm}}$인 평행사변형이 있다. 두 변이 만나는 꼭짓점에서 내각의 이등분선을 그으면 긴 변이 두 도막으로 나뉜다. 그중 $\overline{{AB}}={ab}\,\mathrm{{cm}}$와 길이가 다른 도막 $\overline{{EC}}$는 몇 $\mathrm{{cm}}$인가?",
        r"평행사변형 $ABCD$의 각 $A$를 이등분하는 직선과 $\overline{{BC}}$의 교점이 $E$이다. $\overline{{DC}}={ab}\,\mathrm{{cm}}$이고 $\overline{{BC}}={ad}\,\mathrm{{cm}}$일 때 선분 $EC$의 길이를 고르면?",
        r"$\overline{{AD}}\parallel\overline{{BC}}$, $\overline{{AB}}\parallel\overline{{DC}}$인 사각형에서 $\angle A$의 이등분선 $AE$를 그었다. 점 $E$는 $\overline{{BC}}$ 위에 있고 $\overline{{AD}}={ad}\,\mathrm{{cm}}$, $\overline{{DC}}={ab}\,\mathrm{{cm}}$이다. $\overline{{BC}}-\overline{{BE}}$의 값은?",
        r"평행사변형의 한 내각의 이등분선은 이등변삼각형을 만든다. $\overline{{AB}}={ab}\,\mathrm{{cm}}$, $\overline{{AD}}={ad}\,\mathrm{{cm}}$인 $\square ABCD$에서 이를 이용하여 $\angle A$의 이등분선이 변 $BC$에서 잘라 내고 남긴 도막 $EC$를 계산하면?",
        r"변 $BC$ 위의 점 $E$에 대하여 반직선 $AE$가 $\angle DAB$를 똑같이 나눈다. $\square ABCD$는 평행사변형이고 $\overline{{CD}}={ab}\,\mathrm{{cm}}$, $\overline{{DA}}={ad}\,\mathrm{{cm}}$일 때 $\overline{{EC}}$를 바르게 구한 것은?",
        r"$\angle AEB=\angle DAE$(엇각)이고 $\angle BAE=\angle DAE$이므로 $\overline{{BE}}=\overline{{BA}}$이다. 이 추론을 따라 $\overline{{BA}}={ab}\,\mathrm{{cm}}$, $\overline{{AD}}={ad}\,\mathrm{{cm}}$인 평행사변형 $ABCD$의 변 $BC$ 위에서 남는 길이 $\overline{{EC}}$를 고르시오.",
        r"둘레의 길이가 $2\times({ab}+{ad})\,\mathrm{{cm}}$이고 $\overline{{AB}}={ab}\,\mathrm{{cm}}$인 평행사변형 $ABCD$가 있다. $\angle A$를 이등분하는 선이 $\overline{{BC}}$와 $E$에서 만난다고 할 때 $\overline{{EC}}$는 얼마인가?",
        r"장난감 로봇이 평행사변형 판의 꼭짓점 $A$를 출발해 $\angle A$를 이등분하는 방향으로 움직여 변 $BC$의 점 $E$에 닿은 다음, 변을 따라 $C$까지 갔다. 판의 두 변이 $\overline{{AB}}={ab}\,\mathrm{{cm}}$, $\overline{{AD}}={ad}\,\mathrm{{cm}}$라면 $E$부터 $C$까지 간 거리는?",
        r"평행사변형 $ABCD$에서 $\overline{{AB}}$는 ${ab}\,\mathrm{{cm}}$, $\overline{{AD}}$는 ${ad}\,\mathrm{{cm}}$이다. $\angle A$의 이등분선과 만나면서 두 부분으로 나누어진 변 $BC$의 두 길이 중 점 $C$를 끝으로 하는 것은 몇 $\mathrm{{cm}}$인지 고르시오.",
        r"대변이 평행하면 엇각의 크기가 같다. 이 성질로 평행사변형 $ABCD$의 $\angle A$를 이등분하는 선분 $AE$($E$는 변 $BC$ 위의 점)가 만드는 길이를 알아보자. $\overline{{AB}}={ab}\,\mathrm{{cm}}$, $\overline{{BC}}={ad}\,\mathrm{{cm}}$이면 $\overline{{EC}}$의 길이는 다음 중 어느 것인가?",
    ),
    queries=(
        "평행사변형의 한 내각의 이등분선으로 나뉜 변의 길이 구하기",
        "각의 이등분선이 평행사변형의 변과 만날 때 선분의 길이",
        "평행사변형에서 엇각과 이등변삼각형을 이용하는 문제",
        "평행사변형 각의 이등분선 객관식 문항",
        "이웃하는 두 변의 길이가 주어진 평행사변형에서 남는 선분 길이",
        "그림 없이 식으로 주어진 평행사변형 길이 문제",
        "내각을 이등분하는 선이 만드는 이등변삼각형 찾기",
        "평행사변형의 대변이 평행함을 이용한 추론 문제",
        "꼭짓점의 각을 반으로 나누는 직선과 변의 교점",
    ),
    solution=r"$\overline{{AD}}\parallel\overline{{BC}}$이므로 $\angle AEB=\angle DAE$(엇각)이고, $\angle DAE=\angle BAE$이므로 $\triangle ABE$는 "
             r"$\overline{{BE}}=\overline{{BA}}={ab}\,\mathrm{{cm}}$인 이등변삼각형이다. $\overline{{BC}}=\overline{{AD}}={ad}\,\mathrm{{cm}}$이므로 "
             r"$\overline{{EC}}={ad}-{ab}={rest}\,(\mathrm{{cm}})$이다.",
)

FAMILIES = (DIAGONALS, BISECTOR)
