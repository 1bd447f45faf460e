"""일차함수의 활용: a quantity that shrinks steadily; the area left while a point moves along a side."""

from __future__ import annotations

from random import Random

import sympy

from core.items.generator.family import Facts, Family
from core.items.generator.spoken import spoken

UNIT = "일차함수"
CONCEPT = "일차함수의 활용"


def _draw_shrinking(rng: Random) -> Facts:
    rate, minutes = rng.choice((3, 4, 5, 6, 8, 10, 12)), rng.randint(12, 35)
    left = rng.choice((30, 40, 45, 60, 75, 80, 90, 120))
    return spoken({"rate": rate, "minutes": minutes, "left": left, "first": left + rate * minutes, "lost": rate * minutes,
                   "answer": f"{minutes}분 후"})


def _check_shrinking(facts: Facts) -> None:
    amount, minutes = int(facts["first"]), 0
    while amount > facts["left"]:
        amount, minutes = amount - facts["rate"], minutes + 1
    assert amount == facts["left"] and facts["answer"] == f"{minutes}분 후"


SHRINKING = Family(
    key="linear_function.application.steady_decrease",
    unit=UNIT,
    concept=CONCEPT,
    curriculum_code="9수03-06",
    cognitive_level="문제해결",
    item_type="단답형",
    difficulties=("중하", "중"),
    draw=_draw_shrinking,
    wordings=(
        "물이 {first} L 들어 있는 물탱크에서 1분에 {rate} L씩 일정하게 물이 흘러 나간다. 물탱크에 물이 {left} L만 "
        "남는 것은 물이 흘러 나가기 시작한 지 몇 분 후인지 구하시오.",
        "길이가 {first} mm인 양초에 불을 붙이면 매분 {rate} mm씩 짧아진다고 한다. 타고 남은 양초의 길이가 {left} mm일 "
        "때는 불을 붙인 지 몇 분이 지났을 때인가?",
        "집에서 {first} m 떨어진 공원에 거북이 로봇이 있다. 로봇이 집을 향하여 분속 {rate} m로 곧장 움직일 때, 로봇과 "
        "집 사이의 거리가 {left} m가 되기까지 걸리는 시간을 구하여라.",
        "병원에서 환자에게 수액 {first} mL를 놓고 있다. 수액은 1분마다 {rate} mL씩 줄어든다. 남은 양이 {left} mL가 "
        "되면 간호사를 부르라고 하였다면, 몇 분 뒤에 불러야 하는가?",
        "용지 {first}장을 넣은 인쇄기가 분당 {rate}장씩 쉬지 않고 인쇄한다. 용지함에 {left}장이 남아 있게 되는 때는 "
        "인쇄를 시작하고 나서 몇 분 뒤인지 알아보아라.",
        "큰 모래시계의 위쪽 칸에 모래가 {first} g 담겨 있다. 모래가 매분 {rate} g씩 아래로 떨어질 때, 위쪽 모래가 "
        "{left} g이 되는 순간은 뒤집은 지 몇 분 만인가?",
        "내려받을 파일의 용량은 {first} MB이고 1분에 {rate} MB씩 내려받는다. 아직 받지 못한 용량이 {left} MB로 "
        "줄어드는 데에는 몇 분이 필요한가?",
        "열기구가 땅에서 {first} m 높이에 떠 있다가 1분 동안에 {rate} m씩 고르게 내려온다. 열기구의 높이가 {left} m일 "
        "때는 내려오기 시작하여 몇 분이 흐른 뒤인가?",
        "수조의 마개를 뽑자 수면의 높이가 처음 {first} mm에서 매분 {rate} mm의 빠르기로 낮아졌다. 수면의 높이가 "
        "{left} mm인 시각은 마개를 뽑은 때로부터 몇 분이 지난 시각인지 쓰시오.",
        "게임에서 독에 걸린 주인공은 체력이 1분에 {rate}점씩 깎인다. 체력 {first}점에서 독에 걸렸다면 체력이 "
        "{left}점까지 떨어지는 것은 몇 분 후일까?",
        "공장에 부품 {first}개가 쌓여 있고, 조립 기계는 부품을 매분 {rate}개씩 사용한다. 쌓여 있는 부품이 {left}개가 "
        "되었을 때 기계를 멈추려면 몇 분 동안 움직이면 되는지 구하시오.",
        "드라이아이스 {first} g을 상자에 두었더니 1분이 지날 때마다 무게가 {rate} g씩 가벼워졌다. 무게가 {left} g이 "
        "될 때까지의 시간은 몇 분인가?",
        "놀이공원 매표소 앞에 {first}명이 줄을 섰다. 새로 오는 사람 없이 1분에 {rate}명씩 들어간다면, 줄에 {left}명이 "
        "남아 있는 것은 지금부터 몇 분이 지나서인지 말하여라.",
        "정원사가 물뿌리개 차에 물 {first} L를 싣고 매분 {rate} L씩 꽃밭에 뿌린다. 차에 실린 물이 {left} L로 줄었을 "
        "때 다시 채우기로 하였다. 물을 뿌리기 시작하여 몇 분 후에 채우게 되는가?",
    ),
    queries=(
        "시간이 지남에 따라 일정하게 줄어드는 양에 대한 일차함수 활용 문제",
        "물탱크의 물이 줄어들거나 양초가 타서 짧아지는 문제",
        "남은 양이 얼마가 되는 때는 몇 분 후인지 묻는 문장제",
        "처음 양과 매분 줄어드는 양이 주어진 일차함수 문장제",
        "일차함수로 나타내어 걸린 시간 구하기",
        "수액, 연료, 모래시계처럼 점점 줄어드는 상황의 문제",
        "일정한 빠르기로 감소하는 양의 활용 단답형",
        "그림 없이 말로만 된 일차함수 생활 문제",
    ),
    solution="지난 시간에 대한 남은 양은 ‘처음 양 {first}에서 {rate}의 (지난 분)배를 뺀 것’인 일차함수이다. 남은 양이 "
    "{left}이면 줄어든 양은 {first} - {left} = {lost}이고, {lost} ÷ {rate} = {minutes}이므로 {answer}이다.",
    check=_check_shrinking,
)


def _draw_moving(rng: Random) -> Facts:
    speed, height = rng.choice((2, 3, 4)), rng.choice((6, 8, 10, 12, 14))
    seconds, rest = rng.randint(3, 7), rng.randint(1, 4)
    width = speed * (seconds + rest)
    cut = height * speed * seconds // 2
    return spoken({"speed": speed, "height": height, "width": width, "seconds": seconds, "whole": width * height,
                   "half": height * speed // 2, "cut": cut, "left": width * height - cut, "answer": f"{seconds}초 후"})


def _check_moving(facts: Facts) -> None:
    t = sympy.Symbol("t", positive=True)
    width, height = facts["width"], facts["height"]
    # The point has gone speed·t from corner B along BC; what is left is the trapezoid with corners P, C, D, A.
    left = sympy.Polygon((facts["speed"] * 1, 0), (width, 0), (width, height), (0, height)).area
    per_second = width * height - left
    (seconds,) = sympy.solve(width * height - per_second * t - facts["left"], t)
    trapezoid = sympy.Polygon((facts["speed"] * seconds, 0), (width, 0), (width, height), (0, height)).area
    assert trapezoid == facts["left"] and facts["speed"] * seconds < width
    assert facts["answer"] == f"{seconds}초 후"


MOVING = Family(
    key="linear_function.application.moving_point_area",
    unit=UNIT,
    concept=CONCEPT,
    curriculum_code="9수03-06",
    cognitive_level="추론",
    item_type="서술형",
    difficulties=("상중", "상"),
    draw=_draw_moving,
    wordings=(
        "가로가 {width} cm, 세로가 {height} cm인 직사각형 ABCD에서 점 P가 꼭짓점 B를 출발하여 가로인 변 BC를 따라 "
        "C까지 1초에 {speed} cm씩 움직인다. 사각형 APCD의 넓이가 {left} cm²가 되는 것은 출발한 지 몇 초 후인지 풀이 "
        "과정과 함께 구하시오.",
        "개미 한 마리가 가로 {width} cm, 세로 {height} cm의 직사각형 색종이에서 왼쪽 아래 모퉁이를 떠나 아래쪽 변 "
        "위를 초속 {speed} cm로 기어간다. 개미가 있는 곳과 왼쪽 위 모퉁이를 선으로 이으면 색종이는 삼각형과 "
        "사다리꼴로 나뉜다. 사다리꼴의 넓이가 {left} cm²인 때는 개미가 떠난 지 몇 초 뒤인가? 풀이도 쓰시오.",
        "길이가 {width} m인 울타리와 {height} m인 담장이 직각으로 만나는 직사각형 밭이 있다. 로봇이 두 변이 만나는 "
        "모퉁이에서 울타리를 따라 매초 {speed} m의 속력으로 움직이면서 담장의 반대쪽 끝에 매어 둔 줄을 팽팽하게 끌고 "
        "간다. 줄에 의해 잘려 나간 삼각형을 뺀 나머지 밭이 {left} m²로 줄어드는 때를 일차함수로 설명하여라.",
        "직사각형의 이웃한 두 변의 길이는 {width} cm와 {height} cm이다. 한 꼭짓점에서 출발한 점이 길이가 {width} cm인 "
        "변 위를 초당 {speed} cm씩 갈 때, 이 점과 출발점에 이웃한 다른 쪽 꼭짓점을 이은 선분이 직사각형에서 잘라 내고 "
        "남긴 부분의 넓이가 {left} cm²이다. 몇 초 후의 일인지 서술하시오.",
        "네모난 화면의 크기는 가로 {width} cm, 세로 {height} cm이다. 화면 왼쪽 아래 귀퉁이의 빛점이 밑변을 따라 매초 "
        "{speed} cm씩 오른쪽으로 가면, 왼쪽 위 귀퉁이와 빛점을 잇는 선의 왼쪽이 어두워진다. 밝은 부분이 {left} "
        "cm²만큼 남는 순간은 언제인지 식을 세워 밝히시오.",
        "사각형 ABCD는 가로 BC가 {width} cm이고 세로 AB가 {height} cm인 직사각형이다. 변 BC 위를 B에서 C 쪽으로 "
        "1초마다 {speed} cm씩 나아가는 점 P에 대하여, 직사각형에서 삼각형 ABP를 떼어 낸 도형의 넓이를 시간에 대한 "
        "일차함수로 생각하자. 그 넓이가 {left} cm²이면 시간은 얼마나 지났는가?",
        "수영장의 바닥은 가로 {width} m, 세로 {height} m인 직사각형이다. 안전 요원이 한쪽 구석에 줄의 끝을 묶고, "
        "세로로 마주한 구석에서 출발하여 가로 방향의 벽을 따라 초속 {speed} m로 걸으며 줄을 당긴다. 줄로 나뉜 두 구역 "
        "중 사다리꼴인 구역이 {left} m²가 될 때까지 걸은 시간을 구하는 과정을 쓰시오.",
        "점 P는 직사각형의 가로인 변 위를 매초 {speed} cm씩 이동한다. 직사각형은 가로가 {width} cm, 세로가 {height} "
        "cm이며 P는 그 변의 한쪽 끝에서 출발하였다. P가 지나온 쪽에 생기는 직각삼각형을 제외한 넓이가 {left} cm²로 "
        "되는 시각을 출발한 때부터 몇 초 후라고 답할 수 있는지 설명하시오.",
        "창문에 쳐진 커튼을 비스듬히 걷는다. 가로 {width} cm, 세로 {height} cm인 창의 위쪽 모서리 한 점은 고정되어 "
        "있고 그 바로 아래에 있던 커튼 자락이 창틀 아래를 따라 1초에 {speed} cm씩 밀려간다. 걷힌 삼각형을 뺀 창의 "
        "넓이가 {left} cm²인 것은 걷기 시작한 지 몇 초 후인가? 까닭을 적어라.",
        "운동장에 가로 {width} m, 세로 {height} m의 직사각형을 그렸다. 윤아는 왼쪽 위 꼭짓점에 서 있고 태호는 왼쪽 "
        "아래 꼭짓점에서 아래 변을 따라 매초 {speed} m의 빠르기로 걸어간다. 두 사람을 잇는 선의 오른쪽 땅이 {left} "
        "m²가 되는 때를 시간에 대한 식으로 나타내어 구하여라.",
        "넓이가 {whole} cm²이고 세로의 길이가 {height} cm인 직사각형이 있다. 한 점이 왼쪽 아래 꼭짓점부터 밑변 위를 "
        "초속 {speed} cm로 움직이고, 이 점과 왼쪽 위 꼭짓점을 잇는 선을 따라 종이를 자른다고 하자. 오른쪽 조각의 "
        "넓이가 {left} cm²가 되려면 출발하여 몇 초가 지나야 하는지 논리적으로 쓰시오.",
        "정원의 한 변을 따라 길이 {width} m의 레일이, 그와 수직인 변을 따라 {height} m의 벽이 놓여 있다. 벽과 레일이 "
        "만나는 곳에서 물차가 1초에 {speed} m씩 레일을 달리고, 벽의 다른 쪽 끝과 물차 사이에는 호스가 곧게 펼쳐진다. "
        "호스가 쓸고 지나지 않은 직사각형 정원의 넓이가 {left} m²일 때까지의 시간은 몇 초인가?",
        "세로가 {height} cm, 가로가 {width} cm인 직사각형 ABCD의 변 BC 위에서 점 P가 B로부터 매초 {speed} cm의 "
        "속력으로 멀어지고 있다. 사다리꼴 APCD가 {left} cm²의 넓이를 가질 때, P가 움직인 시간을 구하고 그 풀이를 "
        "적으시오.",
    ),
    queries=(
        "직사각형의 변 위를 움직이는 점과 넓이에 대한 일차함수 문제",
        "점이 일정한 속력으로 이동할 때 남은 도형의 넓이가 얼마가 되는 시간 구하기",
        "움직이는 점이 만드는 사다리꼴 넓이 서술형",
        "동점과 도형의 넓이를 일차함수로 나타내는 문제",
        "도형에서의 일차함수 활용 어려운 문항",
        "변을 따라 이동하는 점 때문에 넓이가 변하는 서술형 문제",
        "몇 초 후에 사각형의 넓이가 되는지 풀이 과정을 쓰는 문제",
        "직사각형에서 삼각형을 잘라 내고 남은 넓이와 시간의 관계",
    ),
    solution="직사각형의 넓이는 {width} × {height} = {whole}이다. 1초마다 움직인 거리가 {speed}씩 늘어나므로 잘려 "
    "나가는 직각삼각형의 넓이는 1초마다 {speed} × {height} ÷ 2 = {half}씩 늘어난다. 따라서 남은 넓이는 "
    "{whole}에서 {half}의 (지난 초)배를 뺀 일차함수이다. 남은 넓이가 {left}이면 잘려 나간 넓이는 {whole} - "
    "{left} = {cut}이고, {cut} ÷ {half} = {seconds}이므로 {answer}이다.",
    check=_check_moving,
)

FAMILIES = (SHRINKING, MOVING)
