"""경우의 수의 합과 곱: routes in a network of roads; one set out of two lists, or something else instead."""

from __future__ import annotations

from itertools import product
from random import Random
from typing import TYPE_CHECKING

from core.items.generator.family import Facts, Family
from core.items.generator.spoken import spoken

if TYPE_CHECKING:
    from core.items.generator.canvas import Canvas

UNIT = "확률"
CONCEPT = "경우의 수의 합과 곱"
_PLACES = (("집", "서점", "학교"), ("숙소", "광장", "박물관"), ("역", "시장", "체육관"), ("마을", "호수", "산장"),
           ("정문", "연못", "도서관"), ("항구", "등대", "전망대"))


def _draw_roads(rng: Random) -> Facts:
    start, middle, end = rng.choice(_PLACES)
    first, second, direct = rng.choice((2, 3, 4)), rng.choice((2, 3, 4)), rng.choice((1, 2))
    return spoken({
        "start": start, "middle": middle, "end": end, "first": first, "second": second, "direct": direct,
        "through": first * second, "answer": f"{first * second + direct}가지",
    })


def _check_roads(facts: Facts) -> None:
    roads = [(facts["start"], facts["middle"])] * facts["first"] + [(facts["middle"], facts["end"])] * facts["second"]
    roads += [(facts["start"], facts["end"])] * facts["direct"]

    def routes(place: str, visited: frozenset[str]) -> int:
        if place == facts["end"]:
            return 1
        return sum(routes(other, visited | {other}) for road in roads if place in road
                   for other in road if other != place and other not in visited)

    assert facts["answer"] == f"{routes(facts['start'], frozenset({facts['start']}))}가지"


def _figure_roads(canvas: Canvas, facts: Facts) -> None:
    stops = ((0.0, 0.0), (3.2, 0.0), (6.4, 0.0))

    def arc(left: float, right: float, height: float) -> None:
        canvas.curve(lambda x: height * (1 - ((2 * x - left - right) / (right - left)) ** 2), (left, right))

    for number, left, right in ((facts["first"], 0.0, 3.2), (facts["second"], 3.2, 6.4)):
        for place in range(number):
            arc(left, right, (place - (number - 1) / 2) * (0.66 if number > 2 else 0.85))
    for place in range(facts["direct"]):
        arc(0.0, 6.4, -1.9 - 0.65 * place)
    for road in canvas.axes.lines:
        road.set_zorder(0.5)  # below the boxes of the places
    for (x, y), name in zip(stops, (facts["start"], facts["middle"], facts["end"]), strict=True):
        canvas.box((x, y), name, width=0.55 + 0.32 * len(name), height=0.62, shade=True)


ROADS = Family(
    key="probability.counting.road_network",
    unit=UNIT,
    concept=CONCEPT,
    curriculum_code="9수05-04",
    cognitive_level="계산",
    item_type="단답형",
    difficulties=("하", "중하"),
    draw=_draw_roads,
    wordings=(
        "그림은 {start}, {middle}, {end} 사이의 길을 나타낸 것이다. {start}에서 {end}까지 가는 방법은 모두 몇 "
        "가지인가? (단, 같은 곳을 두 번 지나지 않는다.)",
        "은우는 {start}에서 출발하여 {middle}에 들렀다가 {end:으로/로} 가거나, {middle:을/를} 거치지 않고 곧바로 "
        "{end:으로/로} 갈 수 있다. 그림의 길을 이용할 때 은우가 고를 수 있는 길의 가짓수를 구하시오.",
        "배달 로봇에 지도를 입력하였다. 로봇은 한 번 지난 장소로 되돌아오지 않으면서 {start:을/를} 떠나 {end}에 "
        "도착해야 한다. 로봇이 택할 수 있는 서로 다른 경로는 몇 개인지 세어 보아라.",
        "{start:과/와} {middle} 사이에는 {first}개, {middle:과/와} {end} 사이에는 {second}개의 길이 있고, "
        "{start:과/와} {end:을/를} 바로 잇는 길도 {direct}개 있다. 한 번 들른 곳에는 다시 가지 않을 때, {start}에서 "
        "{end:으로/로} 가는 경우의 수는?",
        "약도를 보고 {start}부터 {end}까지 이동하는 경로를 {middle:을/를} 한 번 지나는 것과 지나지 않는 것으로 나누어 "
        "모두 세시오.",
        "여행 안내도에 선으로 그려진 것은 걸어갈 수 있는 길이다. 여행자가 {end:을/를} 향해 {start:을/를} 나설 때, "
        "되돌아가지 않고 걷는 길을 정하는 경우는 몇 가지나 되는가?",
        "{start}에 있는 지민이가 {end}에 있는 친구를 만나러 간다. 도로망이 다음과 같고 온 길을 되돌아가지 않는다면, "
        "지민이가 갈 수 있는 길은 전부 몇 가지인지 말하여라.",
        "곱의 법칙과 합의 법칙을 모두 써서 {start}, {middle}, {end:을/를} 잇는 도로망에서 어느 곳도 두 번 들르지 않고 "
        "가는 {start}부터 {end}까지의 길의 수를 알아내시오.",
        "자전거 대회의 구간이 그림에 나타나 있다. 선수들은 {start}에서 달리기 시작하여 {end}에서 경주를 끝내며, "
        "{middle:은/는} 들러도 되고 들르지 않아도 된다. 선수 한 명이 달릴 수 있는 코스는 모두 몇 가지일까?",
        "{end}까지 심부름을 가는데 길이 여러 갈래이다. {start:을/를} 나와서 어느 곳도 다시 지나지 않고 심부름을 가는 "
        "방법의 수를 구해 보아라.",
        "게임 속 주인공이 {start}에서 보물이 있는 {end:으로/로} 가려고 한다. 화면에 보이는 통로를 따라 앞으로만 "
        "나아갈 때 서로 다른 길의 개수를 쓰시오.",
        "세 장소를 연결한 길의 그림을 보고 답하여라. {start:을/를} 떠나 {end}에 이르는 길은, {middle:을/를} 거치는 "
        "경우까지 합하여 몇 가지인가?",
        "소방차가 {start}에서 {end:으로/로} 출동한다. 막힌 도로가 없고 지나온 장소를 다시 지나지 않는다면, 출동 "
        "경로를 정하는 경우의 수는 얼마인지 구하여라.",
    ),
    queries=(
        "길 그림을 보고 한 곳에서 다른 곳까지 가는 경우의 수를 구하는 문제",
        "도로망에서 가는 방법의 수 세기",
        "거쳐서 가는 길과 바로 가는 길을 더하는 경우의 수 문항",
        "세 장소를 잇는 길의 가짓수 문제",
        "합의 법칙과 곱의 법칙을 길 찾기에 쓰는 문제",
        "집에서 학교까지 가는 길의 수를 묻는 그림 문제",
        "지도에서 경로의 개수를 구하는 단답형",
        "중간 지점을 지나는 경로의 경우의 수",
    ),
    solution="{middle:을/를} 거쳐 가는 방법은 {first} × {second} = {through}(가지)이고, 바로 가는 방법은 "
    "{direct}가지이다. 두 경우는 동시에 일어나지 않으므로 모두 {through} + {direct}, 곧 {answer}이다.",
    check=_check_roads,
    figure=_figure_roads,
)


def _draw_sets(rng: Random) -> Facts:
    while True:
        first, second, alone = rng.choice((3, 4, 5)), rng.choice((2, 3, 4, 5, 6)), rng.choice((2, 3, 4, 5))
        counts = dict.fromkeys((first * second + alone, first + second + alone, first * second * alone, first * second,
                                first * (second + alone), (first + second) * alone))
        if len(counts) >= 5 and first != second:
            break
    answer, *wrong = [f"{count}가지" for count in list(counts)[:5]]
    return spoken({"first": first, "second": second, "alone": alone, "pairs": first * second, "answer": answer,
                   "wrong": tuple(wrong)})


def _check_sets(facts: Facts) -> None:
    sets = list(product(range(facts["first"]), range(facts["second"]))) + [(number,) for number in range(facts["alone"])]
    assert facts["answer"] == f"{len(set(sets))}가지"


SETS = Family(
    key="probability.counting.pairs_or_single",
    unit=UNIT,
    concept=CONCEPT,
    curriculum_code="9수05-04",
    cognitive_level="이해",
    item_type="객관식",
    difficulties=("하", "중하"),
    draw=_draw_sets,
    wordings=(
        "나연이는 셔츠 {first}벌, 바지 {second}벌, 원피스 {alone}벌을 가지고 있다. 셔츠와 바지를 하나씩 짝 지어 "
        "입거나 원피스를 한 벌 입는다고 할 때, 옷을 입는 방법은 몇 가지인가?",
        "분식집에서는 김밥 {first}종류 중 하나와 라면 {second}종류 중 하나를 묶어 세트로 판다. 세트 대신 덮밥 "
        "{alone}종류 가운데 하나만 시켜도 된다. 손님 한 명이 주문할 수 있는 경우의 수를 고르시오.",
        "섬으로 가려면 항구까지 버스를 탄 다음 배로 갈아타거나 비행기를 한 번 타면 된다. 버스는 하루 {first}편, 배는 "
        "{second}편, 비행기는 {alone}편 다니고 시간은 언제나 맞는다고 하자. 섬으로 가는 교통편을 정하는 방법의 수는?",
        "동아리 방의 자물쇠를 여는 방법은 두 가지이다. 빨간 열쇠 {first}개 중 하나와 파란 열쇠 {second}개 중 하나를 "
        "함께 꽂거나, 만능 카드 {alone}장 중 한 장을 대는 것이다. 자물쇠를 여는 데 쓸 도구를 고르는 경우는 모두 몇 "
        "가지인가?",
        "방학 숙제로 책 {first}권 중 1권과 영화 {second}편 중 1편을 골라 감상문을 쓰든지, 박물관 {alone}곳 중 1곳을 "
        "다녀와야 한다. 숙제를 정할 수 있는 가짓수로 옳은 것은?",
        "아이스크림 가게의 손님은 컵이나 막대 가운데 하나를 택한다. 컵은 맛 {first}가지와 토핑 {second}가지를 각각 한 "
        "가지씩 정하고, 막대는 {alone}가지 제품에서 한 개를 정한다. 가능한 선택은 얼마나 되는지 고르면?",
        "화가가 그림 한 점을 전시한다. 물감으로 그린다면 종이 {first}종과 붓 {second}종에서 하나씩 쓰고, 컴퓨터로 "
        "그린다면 프로그램 {alone}종에서 하나를 쓴다. 화가가 도구를 준비하는 방법의 수를 찾으시오.",
        "음악 시간에 노래 {first}곡과 악기 {second}개 중에서 각각 하나씩 정하여 연주하며 부르거나, 춤 {alone}가지 "
        "중에서 하나를 춘다. 한 학생이 발표할 내용을 결정하는 서로 다른 방법은?",
        "컴퓨터를 새로 마련하려고 한다. 본체 {first}모델과 모니터 {second}모델을 하나씩 사거나, 둘이 합쳐진 노트북 "
        "{alone}모델 중 하나를 살 것이다. 구입할 제품을 정하는 경우의 수로 알맞은 것을 골라라.",
        "체험 학습에서 오전에 도예, 염색 등 {first}개 활동 중 하나를, 오후에 {second}개 활동 중 하나를 한다. 다만 "
        "하루 종일 걸리는 활동 {alone}개 중 하나를 신청하면 다른 활동은 하지 않는다. 하루의 계획을 세우는 방법은 몇 "
        "가지가 있는가?",
        "편지를 부칠 때는 봉투 {first}종과 우표 {second}종을 하나씩 쓰고, 엽서를 부칠 때는 우표가 인쇄된 엽서 "
        "{alone}종 중 하나를 쓴다. 소식을 한 번 전하는 데 필요한 물건을 고르는 가짓수는 어느 것인가?",
        "꽃집에서 장미 {first}색 중 한 색과 포장지 {second}색 중 한 색을 골라 꽃다발을 만들거나, 이미 만들어진 화분 "
        "{alone}개 중에서 한 개를 선물로 산다. 선물을 고르는 모든 경우는 몇 가지인지 구하시오.",
        "기차 여행을 떠나는 유나는 갈 때 {first}개의 열차 중 하나, 올 때 {second}개의 열차 중 하나를 예약하거나, "
        "왕복이 묶인 관광 상품 {alone}개 중에서 하나를 예약한다. 예약 방법은 모두 얼마나 있는가?",
        "아침 식사로 빵 {first}종과 우유 {second}종을 하나씩 먹거나 죽 {alone}종 중 하나를 먹으려 한다. 식단을 정하는 "
        "경우의 수를 바르게 구한 것은?",
    ),
    queries=(
        "옷이나 메뉴를 고르는 방법의 수를 구하는 문제",
        "두 가지를 짝 지어 고르거나 다른 하나를 고르는 경우의 수",
        "합의 법칙과 곱의 법칙을 함께 쓰는 객관식 문장제",
        "세트와 단품을 주문하는 가짓수 문제",
        "동시에 고르는 경우와 따로 고르는 경우를 구별하는 문항",
        "교통편을 정하는 방법의 수 문제",
        "경우의 수를 곱하고 더하는 쉬운 문제",
        "생활 속에서 선택하는 방법이 몇 가지인지 묻는 글 문제",
    ),
    solution="하나씩 짝 지어 고르는 경우의 수는 {first} × {second} = {pairs}이고, 다른 쪽에서 하나만 고르는 경우의 "
    "수는 {alone}이다. 두 경우는 함께 일어나지 않으므로 {pairs}에 {alone:을/를} 더한 {answer}이다.",
    check=_check_sets,
)

FAMILIES = (ROADS, SETS)
