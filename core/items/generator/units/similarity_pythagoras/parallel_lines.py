"""평행선 사이의 선분의 길이의 비: lines across three parallels (figure); a parallel inside a trapezium (formulas)."""

from __future__ import annotations

import math
from random import Random

from sympy import Line, Point, Rational, simplify, sqrt

from core.items.generator.canvas import Canvas
from core.items.generator.distractors import four_wrong
from core.items.generator.family import Facts, Family
from core.items.generator.geometry import between
from core.items.generator.korean import josa

UNIT = "닮음과 피타고라스 정리"
CONCEPT = "평행선 사이의 선분의 길이의 비"
CODE = "9수04-15"


def _draw_transversals(random: Random) -> Facts:
    while True:
        m, n = random.choice(((2, 3), (3, 2), (3, 4), (4, 3), (1, 2), (2, 1), (3, 5), (5, 3), (4, 5), (5, 4)))
        one, two = random.sample(range(2, 7), 2)
        a, b, c, x = m * one, n * one, m * two, n * two
        if 0.7 <= one / two <= 1.4 and min(a, b, c, x) >= 3 and max(a, b, c, x) <= 20 and x not in (a, b, c):
            break
    mistakes = (c + b - a, a + b - c, a * c // b, b, x + 2, x - 1, x + 3, a + c)
    wrong = four_wrong(x, (value for value in mistakes if value > 0))
    return {"a": a, "b": b, "c": c, "x": x, "m": m, "n": n, "lean": random.choice((-1, 1)),
            "answer": f"${x}$", "wrong": tuple(f"${value}$" for value in wrong)}


def _check_transversals(facts: Facts) -> None:
    # Strips as high as a and b (an eighth of them, so that the slanted c fits in): where does the second line leave them?
    upper, lower = Rational(facts["a"], 8), Rational(facts["b"], 8)
    top, middle = Point(0, 0), Point(sqrt(facts["c"] ** 2 - upper**2), -upper)
    (bottom,) = Line(top, middle).intersection(Line(Point(0, -upper - lower), Point(1, -upper - lower)))
    assert top.distance(middle) == facts["c"]
    assert f"${simplify(middle.distance(bottom))}$" == facts["answer"]


def _figure_transversals(canvas: Canvas, facts: Facts) -> None:
    first, second = facts["a"] + facts["b"], facts["c"] + facts["x"]
    height = 0.93 * min(first, second)
    share = facts["a"] / first
    lean_first, lean_second = (math.sqrt(length**2 - height**2) for length in (first, second))
    apart = 0.55 * height + (lean_first + lean_second) / 2
    # The two lines lean against each other, or the same way where the item says so.
    p = ((lean_first / 2, height), (-lean_first / 2, 0.0))
    sign = facts["lean"]
    q = ((apart - sign * lean_second / 2, height), (apart + sign * lean_second / 2, 0.0))
    ends = [*p, *q]
    left = min(x for x, _ in ends) - 0.22 * height
    right = max(x for x, _ in ends) + 0.22 * height
    for level, name in ((height, "$l$"), (height * (1 - share), "$m$"), (0.0, "$n$")):
        canvas.segment((left, level), (right, level), width=1.2)
        canvas.text((right, level), name, offset=(9, 0))
    for (top, bottom), upper, lower in ((p, facts["a"], facts["b"]), (q, facts["c"], None)):
        middle = between(top, bottom, share)
        canvas.segment(between(top, bottom, -0.14), between(top, bottom, 1.14))
        for start, end, label in ((top, middle, f"${upper}$"), (middle, bottom, f"${lower}$" if lower else "$x$")):
            canvas.segment(start, end, label, width=1.3)
        for point in (top, middle, bottom):
            canvas.dot(point)


def _draw_trapezium(random: Random) -> Facts:
    while True:
        m, n = random.choice(((1, 2), (2, 1), (2, 3), (3, 2), (1, 3), (3, 1), (3, 4), (4, 3), (2, 5), (5, 2)))
        part, step, ad = random.randrange(1, 5), random.randrange(1, 5), random.randrange(4, 13)
        ae, eb, bc, ef = m * part, n * part, ad + (m + n) * step, ad + m * step
        if bc <= 28 and min(ae, eb) >= 2 and bc - ad < ae + eb <= 24:
            break
    return {"m": m, "n": n, "total": m + n, "split": josa(f"${m}:{n}$", "으로/로"), "ae": ae, "eb": eb, "ab": ae + eb, "ad": ad, "bc": bc, "ef": ef,
            "more": bc - ad, "gained": m * step, "answer": rf"${ef}\,\mathrm{{cm}}$"}


def _check_trapezium(facts: Facts) -> None:
    # Coordinates of any trapezium with these bases: the length at the level of E does not depend on the slants.
    a, d = Point(3, facts["ab"]), Point(3 + facts["ad"], facts["ab"])
    b, c = Point(0, 0), Point(facts["bc"], 0)
    e = a + (b - a) * Rational(facts["ae"], facts["ab"])
    (f,) = Line(e, e + Point(1, 0)).intersection(Line(c, d))
    assert rf"${e.distance(f)}\,\mathrm{{cm}}$" == facts["answer"]


TRANSVERSALS = Family(
    key="similarity_pythagoras.parallel_lines.transversals",
    unit=UNIT, concept=CONCEPT, curriculum_code=CODE, cognitive_level="계산", item_type="객관식",
    difficulties=("중하", "중"),
    draw=_draw_transversals, check=_check_transversals, figure=_figure_transversals,
    wordings=(
        r"오른쪽 그림에서 세 직선 $l$, $m$, $n$이 서로 평행할 때, $x$의 값은?",
        r"나란한 세 철길 $l$, $m$, $n$을 두 도로가 곧게 가로지른다. 그림처럼 한 도로는 철길에 의하여 ${a}$, ${b}$의 길이로 나뉘고, 다른 도로는 ${c}$, $x$의 길이로 나뉜다. $x$에 알맞은 수를 고르시오.",
        r"세 평행선이 두 직선과 만나면 평행선 사이에 놓인 선분의 길이의 비가 같아진다. 그림의 네 선분에 대하여 ${a}:{b}={c}:x$로 놓을 수 있을 때 이를 만족시키는 $x$를 고르면?",
        r"평행한 세 선 $l$, $m$, $n$과 두 직선이 만나는 점들을 나타낸 그림이다. 왼쪽 직선에서 잘린 두 선분의 길이는 위부터 ${a}$, ${b}$이고 오른쪽 직선에서 위쪽 선분의 길이는 ${c}$이다. 아래쪽 선분 $x$는 얼마인가?",
        r"공책의 평행한 줄 세 개 위에 자 두 개를 비스듬히 올려놓았다. 줄 사이에서 읽은 자의 눈금 간격이 한 자에서는 ${a}$, ${b}$이고 다른 자에서는 ${c}$, $x$라면 그림의 $x$로 옳은 것은?",
        r"그림에서 $l\parallel m\parallel n$이다. 왼쪽 선분의 비 ${a}:{b}$의 가장 간단한 꼴이 ${m}:{n}$임을 이용하여 오른쪽 선분의 길이 $x$를 구하면?",
        r"사다리의 발판 세 개 $l$, $m$, $n$은 서로 나란하고 두 기둥은 나란하지 않다. 한 기둥에서 발판 사이의 간격이 위에서부터 ${a}$, ${b}$이고 다른 기둥에서는 ${c}$, $x$인 그림을 보고 $x$를 고르시오.",
        r"두 직선이 평행선 $l$, $m$, $n$에 의해 잘렸다. 그림에서 길이가 ${a}$인 선분과 ${c}$인 선분이 $l$과 $m$ 사이에 있다면, $m$과 $n$ 사이에서 ${b}$인 선분의 짝이 되는 $x$의 길이는?",
        r"다음은 세 평행선 사이의 길이를 조사한 그림이다. 모르는 길이 $x$를 구하려고 세운 비례식이 $x:{c}={b}:{a}$이다. 풀이의 결과로 알맞은 것은?",
        r"계단식 논의 둑 세 개가 평행하게 놓여 있고 물길 두 갈래가 둑을 가로질러 곧게 흐른다. 그림에서 첫째 물길의 두 구간은 ${a}$, ${b}$이고 둘째 물길의 윗구간은 ${c}$이다. 아랫구간 $x$의 길이를 찾으시오.",
        r"그림의 $x$를 구하기 위해 오른쪽 직선을 왼쪽 직선과 한 점에서 만나도록 평행하게 옮겨 닮은 삼각형을 만들었다. $l\parallel m\parallel n$이고 나머지 길이가 ${a}$, ${b}$, ${c}$일 때 $x$의 값으로 맞는 것은?",
        r"평행선 $l$, $m$, $n$ 위의 점을 잇는 두 선분이 있다. 한 선분은 위에서부터 길이 ${a}$, ${b}$의 두 부분으로 나뉘고 다른 선분은 길이 ${c}$, $x$의 두 부분으로 나뉜다. 그림을 이용해 $x$를 계산한 결과는 어느 것인가?",
        r"예준이는 평행한 세 직선 사이에서 잘린 길이를 재다가 하나를 빠뜨렸다. 그림에 적힌 세 수 ${a}$, ${b}$, ${c}$에서 예준이가 빠뜨린 길이 $x$를 바르게 구한 것을 고르시오.",
    ),
    queries=(
        "세 평행선 사이의 선분의 길이의 비를 이용하는 문제",
        "평행한 세 직선을 두 직선이 가로지를 때 길이 구하기",
        "평행선에 의해 잘린 선분의 비례식 문제",
        "평행선 사이의 선분의 길이를 구하는 그림 문항",
        "세 직선이 평행할 때 엑스의 값 고르기",
        "평행선과 선분의 길이의 비 객관식",
        "나란한 선을 가로지르는 두 직선의 길이 비교",
        "평행선 사이의 비를 이용한 기본 계산",
        "두 직선이 세 평행선과 만나서 생기는 선분의 길이",
    ),
    solution=r"$l\parallel m\parallel n$이므로 평행선 사이의 선분의 길이의 비가 같다. ${a}:{b}={c}:x$에서 ${a}x={b}\times{c}$이고, $x={x}$이다.",
)

TRAPEZIUM = Family(
    key="similarity_pythagoras.parallel_lines.trapezium",
    unit=UNIT, concept=CONCEPT, curriculum_code=CODE, cognitive_level="문제해결", item_type="단답형",
    difficulties=("상중", "상"),
    draw=_draw_trapezium, check=_check_trapezium,
    wordings=(
        r"$\overline{{AD}}\parallel\overline{{BC}}$인 사다리꼴 $ABCD$에서 $\overline{{AB}}$ 위의 점 $E$와 $\overline{{CD}}$ 위의 점 $F$를 이은 선분 $EF$가 $\overline{{BC}}$에 평행하다. $\overline{{AD}}={ad}\,\mathrm{{cm}}$, $\overline{{BC}}={bc}\,\mathrm{{cm}}$, $\overline{{AE}}={ae}\,\mathrm{{cm}}$, $\overline{{EB}}={eb}\,\mathrm{{cm}}$일 때, $\overline{{EF}}$의 길이를 구하시오.",
        r"책꽂이의 옆면은 윗변 $\overline{{AD}}={ad}\,\mathrm{{cm}}$, 아랫변 $\overline{{BC}}={bc}\,\mathrm{{cm}}$인 사다리꼴이다. 왼쪽 모서리를 위에서부터 {split} 나누는 점 $E$에서 바닥과 나란하게 선반 $EF$를 달려고 한다. 선반은 몇 $\mathrm{{cm}}$로 잘라야 하는가?",
        r"사다리꼴의 꼭짓점 $A$를 지나고 $\overline{{DC}}$에 평행한 보조선을 그으면 삼각형에서 평행선과 선분의 길이의 비를 쓸 수 있다. $\overline{{AD}}={ad}\,\mathrm{{cm}}$, $\overline{{BC}}={bc}\,\mathrm{{cm}}$이고 $\overline{{AE}}:\overline{{EB}}={m}:{n}$이며 $\overline{{AD}}\parallel\overline{{EF}}\parallel\overline{{BC}}$일 때 $\overline{{EF}}$를 구하여라. (단, $E$, $F$는 각각 $\overline{{AB}}$, $\overline{{DC}}$ 위의 점)",
        r"두 밑변의 길이가 ${ad}\,\mathrm{{cm}}$, ${bc}\,\mathrm{{cm}}$인 사다리꼴을 밑변에 평행한 직선으로 잘랐다. 이 직선은 한 옆변을 짧은 밑변 쪽부터 ${ae}\,\mathrm{{cm}}$, ${eb}\,\mathrm{{cm}}$로 나눈다. 잘린 자리의 길이 $\overline{{EF}}$는 몇 $\mathrm{{cm}}$인지 쓰시오.",
        r"사다리꼴 $ABCD$의 대각선 $AC$와 선분 $EF$의 교점을 $G$라고 하자. $\overline{{AD}}\parallel\overline{{EF}}\parallel\overline{{BC}}$이고 $\overline{{AE}}={ae}\,\mathrm{{cm}}$, $\overline{{EB}}={eb}\,\mathrm{{cm}}$, $\overline{{AD}}={ad}\,\mathrm{{cm}}$, $\overline{{BC}}={bc}\,\mathrm{{cm}}$이면 $\overline{{EG}}+\overline{{GF}}$의 값은 얼마인가?",
        r"댐의 단면은 위쪽 너비 $\overline{{AD}}={ad}\,\mathrm{{cm}}$, 바닥 너비 $\overline{{BC}}={bc}\,\mathrm{{cm}}$로 줄여 그린 사다리꼴이다. 물이 찬 높이를 나타내는 수평선 $EF$가 옆면 $\overline{{AB}}={ab}\,\mathrm{{cm}}$를 $\overline{{AE}}={ae}\,\mathrm{{cm}}$가 되게 나눌 때 수면의 너비 $\overline{{EF}}$를 구하시오.",
        r"$\overline{{AD}}\parallel\overline{{EF}}\parallel\overline{{BC}}$이고 $\overline{{AE}}:\overline{{AB}}={m}:{total}$인 사다리꼴 $ABCD$가 있다. $E$는 $\overline{{AB}}$, $F$는 $\overline{{CD}}$ 위에 있으며 $\overline{{AD}}={ad}\,\mathrm{{cm}}$, $\overline{{BC}}={bc}\,\mathrm{{cm}}$라고 한다. 선분 $EF$의 길이를 답하시오.",
        r"치마 옷본은 허리선 ${ad}\,\mathrm{{cm}}$와 밑단 ${bc}\,\mathrm{{cm}}$가 서로 평행한 사다리꼴이다. 옆선을 허리에서부터 ${ae}\,\mathrm{{cm}}$ 내려온 곳에 밑단과 평행하게 줄무늬 $EF$를 넣는다. 옆선의 나머지가 ${eb}\,\mathrm{{cm}}$일 때 줄무늬의 길이 $\overline{{EF}}$를 구하여라.",
        r"사다리꼴에서 두 밑변의 차 ${bc}-{ad}\,(\mathrm{{cm}})$가 옆변을 따라 일정한 비율로 늘어난다고 볼 수 있다. 이 생각으로, 윗변에서 아랫변까지의 옆변을 {split} 나누는 평행선 $\overline{{EF}}$의 길이를 윗변 ${ad}\,\mathrm{{cm}}$를 써서 계산하시오.",
        r"점 $E$, $F$는 각각 사다리꼴 $ABCD$의 옆변 $AB$, $DC$ 위의 점이고 $\overline{{EF}}$는 두 밑변과 평행하다. $\overline{{DF}}:\overline{{FC}}={m}:{n}$, $\overline{{AD}}={ad}\,\mathrm{{cm}}$, $\overline{{BC}}={bc}\,\mathrm{{cm}}$임을 알 때 $\overline{{EF}}$는 몇 $\mathrm{{cm}}$인가?",
        r"무대 바닥은 앞쪽 ${bc}\,\mathrm{{cm}}$, 뒤쪽 ${ad}\,\mathrm{{cm}}$가 평행한 사다리꼴 모형이다. 뒤쪽 모서리 $A$에서 옆 변을 따라 ${ae}\,\mathrm{{cm}}$ 나아간 점 $E$부터 반대쪽 옆 변까지 뒤쪽 변과 평행하게 테이프를 붙였다. $\overline{{EB}}={eb}\,\mathrm{{cm}}$라면 붙인 테이프의 길이는?",
        r"$\square ABCD$는 $\overline{{AD}}={ad}\,\mathrm{{cm}}$, $\overline{{BC}}={bc}\,\mathrm{{cm}}$인 사다리꼴이다. 대각선 $AC$를 그어 $\triangle ABC$와 $\triangle CDA$로 나눈 뒤 각 삼각형에서 밑변에 평행한 선분의 길이를 구하여 더하면 $\overline{{EF}}$를 얻는다. $\overline{{AE}}={ae}\,\mathrm{{cm}}$, $\overline{{BE}}={eb}\,\mathrm{{cm}}$일 때 $\overline{{EF}}$의 값을 쓰시오.",
        r"세 선분 $AD$, $EF$, $BC$는 서로 평행하고 $A$, $E$, $B$와 $D$, $F$, $C$는 각각 한 직선 위에 차례로 놓여 있다. $\overline{{AE}}={ae}\,\mathrm{{cm}}$, $\overline{{EB}}={eb}\,\mathrm{{cm}}$이고 맨 위 선분이 ${ad}\,\mathrm{{cm}}$, 맨 아래 선분이 ${bc}\,\mathrm{{cm}}$이다. 가운데 선분의 길이를 알아내시오.",
    ),
    queries=(
        "사다리꼴에서 밑변에 평행한 선분의 길이를 구하는 문제",
        "사다리꼴과 평행선 사이의 길이의 비 활용",
        "두 밑변 사이에 평행하게 그은 선분의 길이",
        "보조선을 그어 사다리꼴의 가운데 선분 길이 구하기",
        "대각선을 그어 두 삼각형에서 평행선의 비를 쓰는 문항",
        "사다리꼴의 옆변을 나눈 비가 주어진 어려운 문제",
        "그림 없이 식으로 주어진 사다리꼴 길이 문제",
        "평행선과 선분의 길이의 비를 사다리꼴에 적용하기",
        "선반이나 단면처럼 사다리꼴 모양에서 길이 구하기",
    ),
    solution=r"점 $A$를 지나고 $\overline{{DC}}$에 평행한 직선을 그으면 아랫변 쪽에 길이가 ${bc}-{ad}={more}\,(\mathrm{{cm}})$인 밑변을 가진 삼각형이 생긴다. "
             r"$\overline{{AE}}:\overline{{AB}}={m}:{total}$이므로 $\overline{{EF}}$ 중 이 삼각형 안에 있는 부분은 "
             r"${more}\times\frac{{{m}}}{{{total}}}={gained}\,(\mathrm{{cm}})$이고, 나머지는 ${ad}\,\mathrm{{cm}}$이다. "
             r"따라서 $\overline{{EF}}={ad}+{gained}={ef}\,(\mathrm{{cm}})$이다.",
)

FAMILIES = (TRANSVERSALS, TRAPEZIUM)
