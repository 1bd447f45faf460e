"""피타고라스 정리: squares on the sides of a right triangle (figure); a leg met in daily life (words)."""

from __future__ import annotations

import math
from fractions import Fraction
from random import Random

from sympy import Point, Rational, Triangle, solve, sqrt, symbols

from core.items.generator.canvas import Canvas
from core.items.generator.distractors import four_wrong
from core.items.generator.family import Facts, Family
from core.items.generator.geometry import Point as Place
from core.items.generator.geometry import incircle, polar, turned

UNIT = "닮음과 피타고라스 정리"
CONCEPT = "피타고라스 정리"
CODE = "9수04-16"

_TRIPLES = ((3, 4, 5), (5, 12, 13), (8, 15, 17), (7, 24, 25), (20, 21, 29), (9, 40, 41), (12, 35, 37))


def _draw_squares(random: Random) -> Facts:
    while True:
        ab, ac = random.randrange(8, 50), random.randrange(8, 50)
        if ab != ac and 0.4 <= ab / ac <= 2.5:
            break
    areas = {"AB": ab, "AC": ac, "BC": ab + ac}
    target = random.choice(("BC", "BC", "AB", "AC"))
    first, second = (("AB", "AC") if target == "BC" else ("BC", "AC") if target == "AB" else ("BC", "AB"))
    one, two, asked = areas[first], areas[second], areas[target]
    wrong = four_wrong(asked, (one + two, abs(one - two), 2 * min(one, two), asked + 10, asked - 4, asked + 5, asked + 8))
    sign = "+" if target == "BC" else "-"
    return {"areas": areas, "target": target, "first": first, "second": second, "one": one, "two": two, "asked": asked,
            "sign": sign, "turn": random.randrange(-20, 21, 5), "answer": rf"${asked}\,\mathrm{{cm}}^2$",
            "wrong": tuple(rf"${value}\,\mathrm{{cm}}^2$" for value in wrong)}


def _check_squares(facts: Facts) -> None:
    # The triangle drawn with the square roots of the areas has its right angle at A.
    areas = facts["areas"]
    a, b, c = Point(0, 0), Point(sqrt(areas["AB"]), 0), Point(0, sqrt(areas["AC"]))
    assert Triangle(a, b, c).is_right()
    ends = {"A": a, "B": b, "C": c}
    area = (ends[facts["target"][0]].distance(ends[facts["target"][1]])) ** 2
    assert rf"${area}\,\mathrm{{cm}}^2$" == facts["answer"]


def _square_on(start: Place, end: Place) -> list[Place]:
    """Return the corners of the square on the right of start→end."""
    out = (end[1] - start[1], start[0] - end[0])
    return [start, end, (end[0] + out[0], end[1] + out[1]), (start[0] + out[0], start[1] + out[1])]


def _figure_squares(canvas: Canvas, facts: Facts) -> None:
    leg_b, leg_c = math.sqrt(facts["areas"]["AB"]), math.sqrt(facts["areas"]["AC"])
    level = math.degrees(math.atan2(leg_b, leg_c))
    a, b, c = turned(((0.0, 0.0), (-leg_b, 0.0), (0.0, -leg_c)), 90 - level + facts["turn"])
    corners = {"A": a, "B": b, "C": c}
    for side, (start, end) in {"AB": (b, a), "BC": (c, b), "AC": (a, c)}.items():
        # Walking round the triangle clockwise or not, the square lies on the side away from the third corner.
        third = corners[next(name for name in "ABC" if name not in side)]
        square = _square_on(start, end)
        turn = (end[0] - start[0]) * (third[1] - start[1]) - (end[1] - start[1]) * (third[0] - start[0])
        if turn < 0:
            square = _square_on(end, start)
        canvas.polygon(square, shade=side == facts["target"])
        middle = (sum(x for x, _ in square) / 4, sum(y for _, y in square) / 4)
        asked = side == facts["target"]
        canvas.text(middle, "?" if asked else rf"${facts['areas'][side]}\,\mathrm{{cm}}^2$", size=13 if asked else 10)
    canvas.polygon([a, b, c])
    canvas.right_angle(a, b, c, size=0.12 * (leg_b + leg_c) / 2)
    # Seen from the incentre, each corner looks into the gap between its two squares: the names stand there.
    centre, _ = incircle(a, b, c)
    for name, point in corners.items():
        outward = math.degrees(math.atan2(point[1] - centre[1], point[0] - centre[0]))
        canvas.text(point, name, offset=polar((0, 0), 11, outward))


def _draw_daily(random: Random) -> Facts:
    while True:
        # Ladders of 6.5 m are as common as those of 13 m.
        times = Fraction(random.randrange(1, 30), random.choice((1, 2, 5)))
        foot, height, whole = (value * times for value in random.choice(_TRIPLES))
        if random.random() < 0.3 and height < 2 * foot:
            foot, height = height, foot
        if 5 <= whole <= 35:
            break
    whole_is, foot_is, height_is = (f"{float(value):g}" for value in (whole, foot, height))
    return {"whole": whole_is, "foot": foot_is, "height": height_is, "squared": f"{float(height**2):.8g}",
            "difference": f"{float(whole**2):.8g} - {float(foot**2):.8g}", "answer": f"{height_is} m"}


def _check_daily(facts: Facts) -> None:
    x = symbols("x", positive=True)
    whole, foot = Rational(facts["whole"]), Rational(facts["foot"])
    (height,) = solve(foot**2 + x**2 - whole**2, x)
    assert Point(0, height).distance(Point(foot, 0)) == whole
    assert height == Rational(facts["height"]) and facts["answer"] == f"{facts['height']} m"
    assert height**2 == Rational(facts["squared"])


SQUARES = Family(
    key="similarity_pythagoras.pythagoras.squares_on_sides",
    unit=UNIT, concept=CONCEPT, curriculum_code=CODE, cognitive_level="이해", item_type="객관식",
    difficulties=("하", "중하"),
    draw=_draw_squares, check=_check_squares, figure=_figure_squares,
    wordings=(
        r"오른쪽 그림은 $\angle A=90^\circ$인 직각삼각형 $ABC$의 세 변을 각각 한 변으로 하는 정사각형을 그린 것이다. 두 정사각형의 넓이가 ${one}\,\mathrm{{cm}}^2$, ${two}\,\mathrm{{cm}}^2$일 때, 색칠한 정사각형의 넓이는?",
        r"직각삼각형 모양의 연못 둘레에 정사각형 꽃밭 세 개를 붙인 정원을 작은 모형으로 만들었다. 그림에서 변 ${first}$에 붙은 꽃밭은 ${one}\,\mathrm{{cm}}^2$, 변 ${second}$에 붙은 꽃밭은 ${two}\,\mathrm{{cm}}^2$로 나타난다. 물음표가 있는 꽃밭의 넓이를 고르시오.",
        r"피타고라스 정리는 직각을 낀 두 변 위의 정사각형의 넓이를 더하면 빗변 위의 정사각형의 넓이가 된다는 것과 같다. 그림에 적힌 ${one}\,\mathrm{{cm}}^2$와 ${two}\,\mathrm{{cm}}^2$로 $\overline{{{target}}}^2$의 값을 구하면?",
        r"그림에서 $\overline{{{first}}}$, $\overline{{{second}}}$를 한 변으로 하는 정사각형의 넓이는 차례로 ${one}\,\mathrm{{cm}}^2$, ${two}\,\mathrm{{cm}}^2$이다. $\triangle ABC$가 직각삼각형임을 이용하여 $\overline{{{target}}}$ 위에 그린 정사각형의 넓이를 고르면?",
        r"색종이로 만든 정사각형 세 장의 변을 이어 붙였더니 가운데에 $\angle BAC=90^\circ$인 삼각형이 생겼다. 두 장의 넓이가 그림과 같이 ${one}\,\mathrm{{cm}}^2$와 ${two}\,\mathrm{{cm}}^2$라면 남은 한 장의 넓이는 얼마인가?",
        r"직각삼각형 $ABC$의 빗변은 $BC$이다. 세 변 위에 세운 정사각형 가운데 둘의 넓이 ${one}\,\mathrm{{cm}}^2$, ${two}\,\mathrm{{cm}}^2$가 그림에 주어졌다. ?가 표시된 정사각형의 넓이로 옳은 것은?",
        r"$\overline{{AB}}^2+\overline{{AC}}^2=\overline{{BC}}^2$을 넓이로 설명하는 그림이다. 그림에서 넓이를 모르는 정사각형은 변 ${target}$ 위에 있다. 다른 두 넓이가 ${one}\,\mathrm{{cm}}^2$, ${two}\,\mathrm{{cm}}^2$일 때 알맞은 넓이를 찾으시오.",
        r"세 칸짜리 정사각형 수조가 직각삼각형의 변마다 붙어 있는 과학관 전시물을 위에서 본 그림이다. 변 ${first}$ 쪽과 변 ${second}$ 쪽 수조의 바닥 넓이가 ${one}\,\mathrm{{cm}}^2$, ${two}\,\mathrm{{cm}}^2$이면 변 ${target}$ 쪽 수조의 바닥 넓이는?",
        r"나연이는 직각삼각형의 세 변에 정사각형 타일을 하나씩 맞대어 놓았다. 타일의 넓이 중 두 개는 그림처럼 ${one}\,\mathrm{{cm}}^2$, ${two}\,\mathrm{{cm}}^2$이고 하나는 아직 재지 않았다. 재지 않은 타일의 넓이를 고르시오.",
        r"그림의 $\triangle ABC$에서 $\angle A$는 직각이다. 정사각형의 한 변의 길이를 구하지 않고도 넓이 ${one}\,\mathrm{{cm}}^2$, ${two}\,\mathrm{{cm}}^2$만으로 변 ${target}$를 한 변으로 하는 정사각형의 넓이를 알 수 있다. 그 넓이는 몇 $\mathrm{{cm}}^2$인가?",
        r"변 ${first}$ 위의 정사각형은 넓이가 ${one}\,\mathrm{{cm}}^2$, 변 ${second}$ 위의 정사각형은 넓이가 ${two}\,\mathrm{{cm}}^2$인 그림이 있다. 직각삼각형의 세 변 사이의 관계를 써서 색칠된 부분의 넓이를 계산하면?",
        r"직각삼각형의 두 변의 길이의 제곱이 그림의 정사각형 안에 적혀 있고 그 값은 ${one}$, ${two}$이다(단위 $\mathrm{{cm}}^2$). 나머지 변의 길이의 제곱을 나타내는 ? 자리에 들어갈 것을 고르시오.",
        r"고대 수학자들은 직각삼각형의 각 변에 정사각형을 그려 넓이를 비교하였다. 그림에서 그들이 알아낸 관계에 ${one}\,\mathrm{{cm}}^2$와 ${two}\,\mathrm{{cm}}^2$를 넣어 $\overline{{{target}}}$에 그린 정사각형의 넓이를 구한 것은 어느 것인가?",
    ),
    queries=(
        "직각삼각형의 세 변에 그린 정사각형의 넓이 문제",
        "피타고라스 정리를 넓이로 나타낸 그림 문항",
        "정사각형의 넓이로 피타고라스 정리 이해하기",
        "두 정사각형의 넓이가 주어졌을 때 나머지 정사각형의 넓이",
        "빗변 위의 정사각형의 넓이를 구하는 객관식",
        "직각삼각형의 각 변을 한 변으로 하는 정사각형 세 개",
        "넓이의 합과 차를 이용한 피타고라스 정리 기본 문제",
        "직각삼각형 둘레에 정사각형이 붙은 그림",
        "변의 길이의 제곱과 정사각형의 넓이 관계",
    ),
    solution=r"$\angle A=90^\circ$이므로 피타고라스 정리에 의하여 $\overline{{AB}}^2+\overline{{AC}}^2=\overline{{BC}}^2$이다. "
             r"따라서 $\overline{{{target}}}^2={one}{sign}{two}={asked}$이고, 구하는 넓이는 ${asked}\,\mathrm{{cm}}^2$이다.",
)

DAILY = Family(
    key="similarity_pythagoras.pythagoras.daily_life",
    unit=UNIT, concept=CONCEPT, curriculum_code=CODE, cognitive_level="문제해결", item_type="서술형",
    difficulties=("중", "상중"),
    draw=_draw_daily, check=_check_daily,
    wordings=(
        "길이가 {whole} m인 사다리차의 사다리가 건물 벽에 기대어 있다. 사다리의 아래쪽 끝이 벽에서 {foot} m 떨어져 있을 때, 사다리의 위쪽 끝은 지면에서 몇 m 높이에 닿는지 풀이 과정을 쓰고 답을 구하시오.",
        "연날리기 대회에서 지호는 {whole} m의 연줄을 팽팽하게 모두 풀었다. 연에서 땅으로 똑바로 내려온 지점은 지호가 선 곳으로부터 {foot} m 거리에 있다. 지호의 키를 생각하지 않을 때 연은 얼마나 높이 떠 있는가? 피타고라스 정리를 이용하여 서술하시오.",
        "직사각형 모양의 공터를 대각선으로 가로지르면 {whole} m를 걷게 된다. 공터의 가로가 {foot} m라면 세로는 몇 m인지, 어떤 직각삼각형을 생각하였는지 밝혀 설명하시오.",
        "깃대 꼭대기와 땅에 박은 고리를 {whole} m짜리 밧줄로 이었다. 고리와 깃대 밑동 사이가 {foot} m이고 깃대가 땅과 수직이면 깃대의 높이는 얼마인지 풀이를 적어 구하여라.",
        "배 한 척이 항구에서 동쪽으로 {foot} m 나아간 다음 북쪽으로 방향을 바꾸어 더 나아갔다. 항구에서 배까지의 직선거리가 {whole} m가 되었다면 북쪽으로 나아간 거리는 몇 m인가? 과정을 보이시오.",
        "놀이터의 미끄럼판은 길이가 {whole} m인 곧은 비탈이다. 비탈이 시작되는 곳의 바로 아래에서 비탈이 끝나는 곳까지 바닥을 따라 재면 {foot} m이다. 출발대의 높이를 구하는 식을 세우고 답하시오.",
        "곧게 선 나무가 태풍에 부러져 윗부분 {whole} m가 비스듬히 땅에 닿았다. 나무의 뿌리에서 닿은 곳까지는 {foot} m이다. 부러지지 않고 서 있는 아랫부분은 몇 m인지 이유를 들어 구하시오.",
        "드론이 출발점에서 수직으로 올라간 뒤 멈추었다. 출발점에서 {foot} m 떨어진 관찰자와 드론 사이의 거리를 재니 {whole} m였다. 드론이 올라간 높이를 직각삼각형의 변의 관계로 설명하여라.",
        "강 건너편의 두 나무 가와 나는 강둑을 따라 서 있고, 이쪽 강둑의 말뚝은 나무 가의 정면에 있다. 말뚝에서 나무 나까지 {whole} m, 나무 가에서 나무 나까지 {foot} m라면 강의 너비는 얼마인지 풀이와 함께 쓰시오.",
        "기중기의 팔 {whole} m가 기둥 없이 비스듬히 뻗어 있고, 팔의 끝에서 내린 추는 팔이 시작되는 점에서 수평으로 {foot} m 떨어진 땅에 닿는다. 팔의 끝이 땅에서 얼마나 높은지 알아내는 방법을 쓰고 그 값을 구하시오.",
        "케이블카가 {whole} m의 곧은 줄을 따라 산 아래 역에서 산 위 역으로 올라간다. 지도에서 확인한 두 역 사이의 수평 거리는 {foot} m이다. 두 역의 높이 차를 계산하고 왜 그런 식이 나오는지 적으시오.",
        "텔레비전 중계탑을 {whole} m 길이의 강철선이 붙들고 있다. 강철선은 탑 밑에서 {foot} m 거리의 땅에 매여 있고 다른 쪽은 탑의 어느 높이에 매여 있다. 그 높이를 미지수로 놓고 방정식을 세워 구하시오.",
        "수영장의 한쪽 모서리에서 마주 보는 모서리까지 비스듬히 헤엄치면 {whole} m이다. 이웃한 두 변 가운데 하나를 재었더니 {foot} m였다. 재지 않은 변의 길이를 구하고 사용한 정리를 밝히시오.",
        "벽에 비스듬히 세워 둔 {whole} m 길이의 통나무가 있다. 통나무의 밑동은 벽과 {foot} m의 간격을 두고 있다. 통나무 끝에서 벽을 따라 실을 늘어뜨려 바닥에 닿게 하려면 실은 몇 m가 필요한지 까닭과 함께 답하여라.",
    ),
    queries=(
        "벽에 기댄 사다리의 높이를 피타고라스 정리로 구하는 서술형",
        "피타고라스 정리를 이용한 실생활 문장제",
        "연줄의 길이와 수평 거리로 높이 구하기",
        "직각삼각형의 빗변과 한 변을 알 때 나머지 변을 구하는 활용 문제",
        "대각선의 길이와 가로의 길이로 세로를 구하는 문제",
        "나무가 부러진 상황이나 깃대의 높이를 다룬 문항",
        "그림 없이 글로 된 피타고라스 정리 서술형",
        "두 지점 사이의 직선거리와 높이를 구하는 문제",
        "풀이 과정을 쓰는 직각삼각형 활용 문제",
    ),
    solution="비스듬한 길이 {whole} m를 빗변, {foot} m를 다른 한 변으로 하는 직각삼각형을 생각한다. 피타고라스 정리에 의하여 나머지 한 변의 길이의 제곱은 "
             "{difference} = {squared}이므로, 구하는 길이는 {height} m이다.",
)

FAMILIES = (SQUARES, DAILY)
