"""연립방정식의 활용: how many of each of two things were bought, and counts that rose and fell by percentages."""

from __future__ import annotations

from random import Random

from core.items.generator.distractors import four_wrong
from core.items.generator.family import Facts, Family

_UNIT = "부등식과 방정식"
_CONCEPT = "연립방정식의 활용"
_CODE = "9수02-11"


def _draw_purchase(rng: Random) -> Facts:
    dear, cheap = rng.sample(range(5, 26), 2)
    dear, cheap = max(dear, cheap) * 100, min(dear, cheap) * 100
    while True:
        first, second = rng.randint(3, 14), rng.randint(3, 14)
        if abs(first - second) > 2:
            break
    count, paid = first + second, dear * first + cheap * second
    return {
        "dear": dear,
        "cheap": cheap,
        "count": count,
        "paid": paid,
        "second": second,
        "answer": str(first),
        "wrong": four_wrong(first, (second, first + 1, first - 1, first + 2)),
    }


def _check_purchase(facts: Facts) -> None:
    possible = [
        first for first in range(facts["count"] + 1)
        if facts["dear"] * first + facts["cheap"] * (facts["count"] - first) == facts["paid"]
    ]
    assert possible == [int(facts["answer"])]


_PURCHASE = Family(
    key="equations.system_stories.two_prices",
    unit=_UNIT,
    concept=_CONCEPT,
    curriculum_code=_CODE,
    cognitive_level="문제해결",
    item_type="객관식",
    difficulties=("중",),
    draw=_draw_purchase,
    wordings=(
        "문구점에서 한 권에 {dear}원인 공책과 한 자루에 {cheap}원인 볼펜을 합하여 {count}개 사고 {paid}원을 냈다. 구입한 공책은 몇 권인가?",
        "꽃다발을 만들려고 장미와 튤립을 섞어 모두 {count}송이를 골랐더니 값이 {paid}원이었다. 장미 한 송이는 {dear}원, 튤립 한 송이는 {cheap}원일 때 "
        "꽃다발에 들어간 장미의 수는?",
        "분식집의 하루 매출 장부에 김밥과 어묵을 합해 {count}인분을 팔아 {paid}원을 벌었다고 적혀 있다. 김밥은 1인분에 {dear}원, 어묵은 1인분에 {cheap}원이다. "
        "팔린 김밥은 몇 인분인지 고르면?",
        "제과점에서 {dear}원짜리 케이크 조각과 {cheap}원짜리 쿠키를 섞어서 {count}개 담으니 {paid}원이 되었다. 상자 값은 받지 않는다고 할 때, 담은 케이크 조각의 "
        "개수로 옳은 것은?",
        "소민이네 가족은 사과와 귤을 사는 데 {paid}원을 썼다. 사과는 하나에 {dear}원, 귤은 하나에 {cheap}원이며 산 과일은 전부 {count}개였다. 사과의 개수를 구하면 "
        "얼마인가?",
        "우체국 창구에서 {dear}원 우표와 {cheap}원 우표를 모두 {count}장 샀다. 지불한 돈이 {paid}원이라면 {dear}원 우표는 몇 장 샀겠는가?",
        "아이스크림 가게에서 컵은 {dear}원, 막대는 {cheap}원에 판다. {count}개의 아이스크림 값으로 {paid}원을 치렀다면 이 중 컵 아이스크림은 몇 개였는지 찾으시오.",
        "바자회에서 인형 하나를 {dear}원, 머리끈 하나를 {cheap}원에 팔았다. 두 물건이 모두 {count}개 팔려 {paid}원이 모였을 때, 팔린 인형의 수를 고르시오.",
        "어느 주차장은 승용차에 {dear}원, 오토바이에 {cheap}원을 받는다. 오전에 {count}대가 들어와 {paid}원의 요금을 받았다. 승용차는 몇 대 들어왔는가?",
        "카페에서 주스와 우유를 합쳐 {count}잔 주문하였다. 주스는 한 잔에 {dear}원이고 우유는 한 잔에 {cheap}원이며 계산서의 합계는 {paid}원이다. 주문한 주스의 잔 수는?",
        "저금을 하듯 날마다 {dear}원 또는 {cheap}원을 통에 넣었다. {count}일 동안 모인 돈이 {paid}원이면 {dear}원을 넣은 날은 며칠인가?",
        "만화책은 {dear}원, 잡지는 {cheap}원에 빌려주는 가게에서 {count}권을 빌리고 {paid}원을 냈다. 빌린 만화책의 권수로 알맞은 것은 무엇인가?",
        "체육 대회 간식으로 빵과 음료수를 {count}개 준비하는 데 {paid}원이 들었다. 빵 값은 개당 {dear}원, 음료수 값은 개당 {cheap}원이라고 한다. 준비한 빵은 몇 개인지 "
        "골라라.",
        "놀이 기구를 어른은 {dear}원, 어린이는 {cheap}원에 탄다. 함께 온 {count}명이 낸 돈이 {paid}원일 때 그중 어른의 수는 몇 명일까?",
    ),
    queries=(
        "두 종류의 물건을 합하여 몇 개 사고 낸 돈으로 개수를 구하는 문제",
        "공책과 볼펜의 개수를 구하는 연립방정식 활용",
        "개수의 합과 금액의 합이 주어진 이야기 문제",
        "값이 다른 두 물건을 섞어 샀을 때 각각의 수 구하기",
        "물건 사기와 관련된 연립방정식 객관식",
        "꽃이나 과일을 섞어 산 문항",
        "전체 가격과 전체 개수로 식을 두 개 세우는 유형",
        "어른과 어린이의 요금으로 인원수를 구하는 문제",
        "가격과 개수에 관한 실생활 문제",
    ),
    solution=(
        "{dear}원인 것의 수를 $x$, {cheap}원인 것의 수를 $y$라 하면 $x+y={count}$, ${dear}x+{cheap}y={paid}$이다. "
        "연립하여 풀면 $x={answer}$, $y={second}$이므로 답은 {answer}이다."
    ),
    check=_check_purchase,
)


def _draw_change(rng: Random) -> Facts:
    up, down = rng.choice((4, 5, 6, 8, 10, 12, 15, 20)), rng.choice((4, 5, 6, 8, 10, 12, 15, 20))
    steps = {4: 25, 5: 20, 6: 50, 8: 25, 10: 10, 12: 25, 15: 20, 20: 5}  # so that the percentage is a whole number
    while True:
        rising = steps[up] * rng.randint(1, 60)
        falling = steps[down] * rng.randint(1, 60)
        if 150 <= rising <= 700 and 150 <= falling <= 700 and rising != falling and rising * up != falling * down:
            break
    more, fewer = rising * up // 100, falling * down // 100
    change = more - fewer
    return {
        "up": up,
        "down": down,
        "rising": rising,
        "falling": falling,
        "before": rising + falling,
        "now": rising + falling + change,
        "change": change,
        "more": more,
        "answer": str(rising + more),
    }


def _check_change(facts: Facts) -> None:
    possible = [
        rising * (100 + facts["up"]) // 100
        for rising in range(facts["before"] + 1)
        if rising * (100 + facts["up"]) + (facts["before"] - rising) * (100 - facts["down"]) == 100 * facts["now"]
    ]
    assert possible == [int(facts["answer"])]


_CHANGE = Family(
    key="equations.system_stories.rise_and_fall",
    unit=_UNIT,
    concept=_CONCEPT,
    curriculum_code=_CODE,
    cognitive_level="문제해결",
    item_type="서술형",
    difficulties=("상중", "상"),
    draw=_draw_change,
    wordings=(
        "어느 중학교의 작년 학생 수는 모두 {before}명이었다. 올해에는 작년에 비하여 남학생이 {up}퍼센트 늘고 여학생이 {down}퍼센트 줄어 전체가 {now}명이 되었다. "
        "올해의 남학생 수를 구하는 과정을 서술하시오.",
        "과수원을 하는 할머니는 지난해 사과와 배를 합하여 {before}상자 거두었다. 올해는 사과 수확량이 {up}퍼센트 많아지고 배 수확량이 {down}퍼센트 적어져 총 "
        "{now}상자를 거두었다고 하신다. 할머니가 올해 수확한 사과는 몇 상자인지 식을 세워 설명하여라.",
        "두 제품 가, 나를 만드는 공장이 있다. 지난달 생산량의 합계는 {before}개이고, 이번 달 제품 가의 생산량은 {up}퍼센트 증가, 제품 나의 생산량은 {down}퍼센트 "
        "감소하여 합계가 {now}개로 집계되었다. 이번 달에 만든 제품 가의 개수를 풀이 과정과 함께 쓰시오.",
        "도서관의 5월 대출 권수는 소설과 과학책을 더해 {before}권이었다. 6월에는 소설 대출이 {up}퍼센트 늘어난 반면 과학책 대출은 {down}퍼센트 줄었고 두 분야의 합은 "
        "{now}권이었다. 6월에 대출된 소설의 권수를 구하고 풀이를 적어라.",
        "음악회를 찾은 관객은 첫날 {before}명이었는데, 이튿날 어른 관객은 첫날보다 {up}퍼센트 많았고 어린이 관객은 {down}퍼센트 적었다. 이튿날 관객이 모두 {now}명일 때 "
        "이튿날의 어른 관객 수를 구하여 과정을 밝히시오.",
        "작년에 {before}명이던 마을 인구를 조사하니 올해 {now}명이었다. 남자는 {up}퍼센트 증가했고 여자는 {down}퍼센트 감소했다고 한다. 현재 이 마을의 남자는 몇 명인지 "
        "논리적으로 답하여라.",
        "온라인 서점과 동네 서점에서 지난주 팔린 책은 합계 {before}권이다. 이번 주 온라인 판매는 {up}퍼센트 올랐고 동네 판매는 {down}퍼센트 내려가 합계 {now}권이 팔렸다. "
        "이번 주 온라인으로 팔린 책의 수를 연립방정식으로 구하시오.",
        "축구부와 농구부를 신청한 사람은 1학기에 모두 {before}명이었다. 2학기에 축구부 신청은 {up}퍼센트 늘었으며 농구부 신청은 {down}퍼센트 줄어 전체 {now}명이 신청하였다. "
        "2학기 축구부 신청자 수를 자세한 풀이와 함께 나타내어라.",
        "빵집에서 어제 판 식빵과 크림빵은 {before}개였다. 오늘은 어제보다 식빵을 {up}퍼센트 더 팔고 크림빵을 {down}퍼센트 덜 팔아서 판매 개수가 {now}개가 되었다. 오늘 판 "
        "식빵의 개수를 구하고 이유를 쓰시오.",
        "동물원의 작년 방문객 중 개인과 단체를 합한 수는 {before}명, 올해는 {now}명이다. 개인 방문객만 보면 {up}퍼센트 불어났고 단체 방문객만 보면 {down}퍼센트 감소하였다. 올해의 개인 "
        "방문객 수를 찾는 풀이를 완성하시오.",
        "쌀과 보리를 심는 농가의 작년 생산량은 모두 {before}kg이다. 올해 쌀은 {up}퍼센트 더 나고 보리는 {down}퍼센트 덜 나서 모두 {now}kg을 얻었다. 올해 쌀 생산량은 몇 kg인지 "
        "서술하여라.",
        "한 회사의 작년 지원자는 {before}명이었다. 올해 지원자는 경력직에서 {up}퍼센트 많아졌지만 신입에서 {down}퍼센트 적어져 {now}명이 되었다고 할 때, 올해의 경력직 지원자 수를 단계적으로 "
        "구하시오.",
        "주차장에 지난해 등록된 전기차와 경유차는 {before}대였다. 한 해 사이 전기차가 {up}퍼센트 늘어나고 경유차가 {down}퍼센트 사라져 {now}대가 남았다. 지금 등록된 전기차는 몇 대인가? 풀이를 "
        "함께 제시하여라.",
        "영상 채널 두 개의 구독자를 합치면 지난달에 {before}명, 이번 달에 {now}명이다. 첫째 채널은 {up}퍼센트 늘고 둘째 채널은 {down}퍼센트 줄었을 때, 이번 달 첫째 채널의 구독자 수를 식으로 "
        "풀어 밝히시오.",
    ),
    queries=(
        "작년보다 남학생은 늘고 여학생은 줄었을 때 올해 학생 수를 구하는 문제",
        "증가율과 감소율이 나오는 연립방정식 활용",
        "수확량이나 생산량이 몇 퍼센트 변한 이야기 문제",
        "전년도와 올해의 인원 변화를 다루는 서술형",
        "퍼센트만큼 늘고 줄어든 두 양을 구하는 문항",
        "작년의 수를 미지수로 놓고 푸는 증감 문제",
        "비율의 변화와 관련된 어려운 활용 문제",
        "한쪽은 증가하고 다른 쪽은 감소한 상황의 연립방정식",
        "판매량이나 관객 수의 증감률로 식을 세우는 유형",
    ),
    solution=(
        "늘어난 쪽과 줄어든 쪽의 처음 수를 각각 $x$, $y$라 하면 $x+y={before}$이고, 변한 양만 생각하면 "
        r"$\frac{{{up}}}{{100}}x-\frac{{{down}}}{{100}}y={change}$이다. 연립하여 풀면 $x={rising}$, $y={falling}$이므로 "
        "늘어난 쪽의 지금 수는 ${rising}+{more}={answer}$, 답은 {answer}이다."
    ),
    check=_check_change,
)

FAMILIES: tuple[Family, ...] = (_PURCHASE, _CHANGE)
