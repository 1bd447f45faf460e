"""도형의 닮음과 닮음비: a side of two similar quadrilaterals (figure); a true distance from a map (words)."""

from __future__ import annotations

from random import Random

from sympy import Eq, nsimplify, solve, symbols
from sympy.physics.units import centimeter, convert_to, kilometer, meter

from core.items.generator.canvas import Canvas
from core.items.generator.family import Facts, Family
from core.items.generator.geometry import Point, polar

UNIT = "닮음과 피타고라스 정리"
CONCEPT = "도형의 닮음과 닮음비"
CODE = "9수04-13"


def _draw_side(random: Random) -> Facts:
    while True:
        m, n = random.choice(((2, 3), (3, 2), (3, 4), (4, 3), (3, 5), (5, 3), (4, 5), (5, 4), (2, 1), (1, 2)))
        one, two = random.randrange(2, 6), random.randrange(3, 8)
        if one != two and 0.5 <= one / two <= 1.1 and max(m, n) * two <= 24 and min(m, n) * one >= 3:
            break
    return {"m": m, "n": n, "ab": m * one, "ef": n * one, "bc": m * two, "fg": n * two,
            "at_b": random.randrange(72, 101, 4), "at_c": random.randrange(60, 81, 4), "share": random.choice((0.75, 0.9)),
            "answer": rf"${n * two}$"}


def _check_side(facts: Facts) -> None:
    x = symbols("x", positive=True)
    (value,) = solve(Eq(facts["ab"] * x, facts["bc"] * facts["ef"]), x)
    assert facts["answer"] == f"${value}$"


def _quadrilateral(facts: Facts, scale: int, left: float) -> list[Point]:
    """Return the four corners of the shape, ``scale`` parts large, its lower left corner at ``left``."""
    ab, bc = facts["ab"] / facts["m"] * scale, facts["bc"] / facts["m"] * scale
    lower_left, lower_right = (left, 0.0), (left + bc, 0.0)
    return [polar(lower_left, ab, facts["at_b"]), lower_left, lower_right,
            polar(lower_right, ab * facts["share"], 180 - facts["at_c"])]


def _figure_side(canvas: Canvas, facts: Facts) -> None:
    first = _quadrilateral(facts, facts["m"], 0.0)
    apart = 0.28 * (facts["bc"] + facts["fg"])
    second = _quadrilateral(facts, facts["n"], facts["bc"] + apart)
    for corners, names, left, below in ((first, "ABCD", facts["ab"], facts["bc"]), (second, "EFGH", facts["ef"], None)):
        canvas.polygon(corners, names, shade=True)
        canvas.segment(corners[1], corners[0], rf"${left}\,\mathrm{{cm}}$")
        canvas.segment(corners[2], corners[1], rf"${below}\,\mathrm{{cm}}$" if below else r"$x\,\mathrm{cm}$")


def _draw_map(random: Random) -> Facts:
    while True:
        scale = random.choice((5000, 10000, 20000, 25000, 50000, 100000))
        on_map = random.randrange(2, 17)
        metres = on_map * scale // 100
        if metres % 100 == 0 and metres <= 9000:
            break
    unit, amount = ("m", str(metres)) if metres < 1000 else ("km", f"{metres / 1000:g}")
    return {"scale": scale, "cm": on_map, "metres": metres, "unit": unit, "amount": amount, "product": on_map * scale,
            "answer": f"{amount} {unit}"}


def _check_map(facts: Facts) -> None:
    unit = {"m": meter, "km": kilometer}[facts["unit"]]
    true = convert_to(facts["scale"] * facts["cm"] * centimeter, unit)
    assert true == nsimplify(facts["amount"], rational=True) * unit
    assert facts["answer"] == f"{facts['amount']} {facts['unit']}"


SIDE = Family(
    key="similarity_pythagoras.similar_figures.side",
    unit=UNIT, concept=CONCEPT, curriculum_code=CODE, cognitive_level="계산", item_type="단답형",
    difficulties=("하", "중하"),
    draw=_draw_side, check=_check_side, figure=_figure_side,
    wordings=(
        r"그림에서 $\square ABCD \sim \square EFGH$이다. $\overline{{AB}}={ab}\,\mathrm{{cm}}$, $\overline{{EF}}={ef}\,\mathrm{{cm}}$, $\overline{{BC}}={bc}\,\mathrm{{cm}}$일 때, $x$의 값을 구하시오.",
        r"스티커 $ABCD$를 같은 모양으로 크기만 바꾸어 스티커 $EFGH$로 다시 인쇄하였다. 왼쪽 변이 ${ab}\,\mathrm{{cm}}$에서 ${ef}\,\mathrm{{cm}}$로 바뀌었다면, 그림처럼 아래쪽 변 ${bc}\,\mathrm{{cm}}$는 몇 $\mathrm{{cm}}$로 바뀌었는지 $x$를 구하여라.",
        r"닮은 두 평면도형에서 대응변의 길이의 비는 일정하다. 그림의 두 닮은 사각형의 닮음비가 ${m}:{n}$임을 이용하여 $\overline{{FG}}$의 길이는 몇 $\mathrm{{cm}}$인지 쓰시오. (단, $\overline{{BC}}={bc}\,\mathrm{{cm}}$)",
        r"크기가 다른 두 사각형 $ABCD$와 $EFGH$가 닮은 도형이고 점 $A$, $B$, $C$, $D$에 점 $E$, $F$, $G$, $H$가 차례로 대응한다. 그림에 적힌 ${ab}\,\mathrm{{cm}}$, ${ef}\,\mathrm{{cm}}$, ${bc}\,\mathrm{{cm}}$를 보고 $x$를 구하시오.",
        r"두 퍼즐 조각은 모양이 같고 크기만 다르다. 그림에서 대응하는 왼쪽 변끼리의 비가 ${ab}:{ef}$일 때 아래쪽 변 $BC$에 대응하는 변 $FG$의 길이 $x\,\mathrm{{cm}}$를 어떻게 구할 수 있는가? 알맞은 $x$의 값을 쓰시오.",
        r"$\overline{{AB}}:\overline{{EF}}=\overline{{BC}}:\overline{{FG}}$가 성립하는 닮은 사각형 한 쌍을 그림에 나타내었다. $\overline{{BC}}={bc}\,\mathrm{{cm}}$이고 $\overline{{AB}}:\overline{{EF}}={m}:{n}$일 때 $x$는 얼마인가?",
        r"복사기로 색칠한 사각형 $ABCD$를 확대하거나 축소하여 $\square EFGH$를 얻었다. 그림에서 변 $AB$의 길이는 ${ab}\,\mathrm{{cm}}$, 이에 대응하는 변 $EF$의 길이는 ${ef}\,\mathrm{{cm}}$이다. ${bc}\,\mathrm{{cm}}$인 변에 대응하는 변의 길이 $x$를 구하시오.",
        r"그림의 두 사각형이 서로 닮음일 때, 먼저 닮음비를 가장 간단한 자연수의 비로 나타내고 이를 이용하여 ${bc}\,\mathrm{{cm}}$에 대응하는 $x$의 값을 구하여라.",
        r"건물의 바닥 $ABCD$와 그 설계 모형의 바닥 $EFGH$는 닮은 꼴이다. 그림과 같이 두 대응변이 ${ab}\,\mathrm{{cm}}$, ${ef}\,\mathrm{{cm}}$로 그려져 있고 $\overline{{BC}}={bc}\,\mathrm{{cm}}$이다. 비례식을 세워 $x$를 구하시오.",
        r"$\square EFGH$는 $\square ABCD$를 일정한 비율로 키우거나 줄인 것이다. 그 비율을 그림의 ${ab}\,\mathrm{{cm}}$와 ${ef}\,\mathrm{{cm}}$에서 알아내어 변 $FG$의 길이를 나타내는 $x$를 계산하시오.",
        r"닮은 도형 $ABCD$, $EFGH$에서 $\overline{{BC}}$의 대응변은 어느 것인지 찾고, 그 길이를 $x\,\mathrm{{cm}}$라 할 때 그림의 길이 ${ab}\,\mathrm{{cm}}$, ${ef}\,\mathrm{{cm}}$, ${bc}\,\mathrm{{cm}}$로부터 $x$의 값을 알아내시오.",
        r"대응각의 크기는 각각 같고 대응변의 길이의 비는 ${m}:{n}$인 두 사각형이 그림에 있다. 작은 것과 큰 것을 견주어 $x$에 들어갈 수를 답하여라. 왼쪽 사각형의 아래 변은 ${bc}\,\mathrm{{cm}}$이다.",
        r"하윤이는 사각형 무늬 $ABCD$와 닮음인 무늬 $EFGH$를 그렸다. 변 $AB$가 ${ab}\,\mathrm{{cm}}$, 변 $EF$가 ${ef}\,\mathrm{{cm}}$가 되게 그렸다면 그림의 $x$는 얼마여야 하는지 구하시오.",
    ),
    queries=(
        "닮은 두 사각형에서 대응변의 길이를 구하는 문제",
        "닮음비를 이용하여 변의 길이 구하기",
        "서로 닮은 도형 그림 두 개가 나란히 있는 문항",
        "닮은 도형의 대응변의 비가 일정함을 이용하는 단답형",
        "확대하거나 축소한 사각형의 변의 길이",
        "두 닮은 평면도형에서 모르는 길이 찾기",
        "닮음비로 비례식을 세우는 기본 문제",
        "크기만 다르고 모양이 같은 사각형 두 개",
        "닮은 사각형의 닮음비와 길이 계산",
    ),
    solution=r"닮음비는 $\overline{{AB}}:\overline{{EF}}={ab}:{ef}={m}:{n}$이다. 대응변의 길이의 비도 이와 같으므로 ${bc}:x={m}:{n}$이고, "
             r"$x={fg}$이다.",
)

MAP = Family(
    key="similarity_pythagoras.similar_figures.map_scale",
    unit=UNIT, concept=CONCEPT, curriculum_code=CODE, cognitive_level="문제해결", item_type="단답형",
    difficulties=("중하", "중"),
    draw=_draw_map, check=_check_map,
    wordings=(
        "축척이 1:{scale}인 지도에서 도서관과 시청 사이를 자로 재었더니 {cm} cm였다. 두 곳 사이의 실제 거리는 몇 {unit}인가?",
        "민준이네 모둠은 마을을 {scale}분의 1로 줄여 그린 지도를 들고 산길을 걷는다. 지도 위에서 {cm} cm인 구간을 모두 걸으면 실제로 몇 {unit}를 걷게 되는지 구하시오.",
        "지도와 실제 땅은 닮은 도형으로 볼 수 있으며 그 닮음비를 축척이라고 한다. 축척 1:{scale}의 지도에서 두 섬이 {cm} cm 떨어져 있을 때, 두 섬 사이의 실제 거리를 {unit} 단위로 나타내어라.",
        "실제 길이 {scale} cm를 1 cm로 나타낸 관광 안내도가 있다. 이 안내도에서 호텔과 해변이 {cm} cm 떨어져 있다면 호텔에서 해변까지는 몇 {unit}인지 쓰시오.",
        "드론으로 찍은 항공 사진은 실제 땅을 {scale}분의 1의 크기로 보여 준다. 사진에서 다리의 길이가 {cm} cm로 나타났다. 다리는 실제로 얼마나 긴가? 단위는 {unit}로 답하시오.",
        "자전거 대회의 경로가 1:{scale} 축척 지도에 곧은 선 {cm} cm로 표시되어 있다. 선수가 달려야 하는 거리는 몇 {unit}인지 구하여라.",
        "지도에서의 길이와 실제 길이의 비가 1 대 {scale}일 때, 지도에서 {cm} cm로 그려진 철도의 실제 길이를 {unit}로 구하시오.",
        "유나는 내비게이션 화면의 축척이 1:{scale}임을 확인하고 화면에서 학교와 집 사이를 재어 {cm} cm를 얻었다. 학교에서 집까지 똑바로 간다면 몇 {unit}를 가야 하는가?",
        "보물 지도의 귀퉁이에 ‘축척 1:{scale}’이라고 적혀 있다. 큰 바위에서 보물까지 지도상으로 {cm} cm라면 실제로는 몇 {unit} 떨어진 곳에 보물이 있는지 답하시오.",
        "등산 지도에서 대피소와 정상 사이의 거리를 재니 {cm} cm였다. 지도의 모든 길이가 실제의 {scale}분의 1이라고 할 때 대피소와 정상은 실제로 얼마나 떨어져 있는지 {unit} 단위로 구하시오.",
        "도시 계획 도면은 실제 도시를 1:{scale}으로 축소한 닮은 그림이다. 도면에 {cm} cm로 그린 공원 둘레길을 실제로 만들면 길이가 몇 {unit}가 되겠는가?",
        "닮음비가 1:{scale}인 지도와 실제 지형에서 대응하는 두 길이를 생각하자. 지도의 {cm} cm에 대응하는 실제 거리를 센티미터로 구한 뒤 {unit}로 고쳐 쓰시오.",
        "배가 항구를 떠나 등대까지 곧게 나아간다. 축척이 1:{scale}인 해도에서 항구와 등대의 간격은 {cm} cm이다. 배가 실제로 나아가는 거리는 몇 {unit}인지 구하여라.",
        "같은 나라의 지도라도 축척에 따라 길이가 달라진다. 축척 1:{scale}짜리 지도에서 두 도시의 간격이 {cm} cm로 재어졌다면 실제 간격은 얼마인가? ({unit} 단위로 답할 것)",
    ),
    queries=(
        "지도의 축척으로 실제 거리를 구하는 문제",
        "축척이 주어진 지도에서 두 지점 사이의 거리 계산",
        "닮음비를 지도에 활용하는 실생활 문장제",
        "지도 위의 길이를 실제 길이로 바꾸는 문항",
        "축소한 도면에서 실제 길이 구하기",
        "닮음의 활용 축척 단답형",
        "항공 사진이나 해도에서 실제 거리 구하기",
        "센티미터로 잰 지도 거리를 킬로미터로 바꾸는 문제",
        "지도와 실제 땅의 닮음비 문제",
    ),
    solution="축척이 1:{scale}이므로 실제 거리는 지도에서 잰 길이의 {scale}배이다. 따라서 {cm} cm의 {scale}배인 {product} cm, 곧 {amount} {unit}이다.",
)

FAMILIES = (SIDE, MAP)
