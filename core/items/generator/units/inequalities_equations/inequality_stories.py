"""일차부등식의 활용: when a group ticket pays, and how far one can walk and still be back in time."""

from __future__ import annotations

from fractions import Fraction
from math import floor
from random import Random

from core.items.generator.family import Facts, Family
from core.items.generator.korean import said
from core.items.generator.latex_terms import frac

_UNIT = "부등식과 방정식"
_CONCEPT = "일차부등식의 활용"
_CODE = "9수02-10"


def _draw_group(rng: Random) -> Facts:
    group = rng.choice((20, 25, 30, 40, 50, 60))
    percent = rng.choice((10, 15, 20, 25, 30, 35, 40))
    price = rng.choice((2000, 3000, 4000, 5000, 6000, 8000, 12000, 15000))
    equal = Fraction(group * (100 - percent), 100)  # so many single tickets cost as much as the group's
    answer = floor(equal) + 1
    return {
        "group": group,
        "percent": percent,
        "price": price,
        "paid": 100 - percent,
        "equal": floor(equal) if equal.denominator == 1 else f"{float(equal):g}",
        "answer": f"{answer}명",
    }


def _check_group(facts: Facts) -> None:
    price, group = facts["price"], facts["group"]
    together = price * group * (100 - facts["percent"])
    smallest = next(people for people in range(1, group + 1) if price * people * 100 > together)
    assert smallest < group
    assert facts["answer"] == f"{smallest}명"


_GROUP = Family(
    key="equations.inequality_stories.group_ticket",
    unit=_UNIT,
    concept=_CONCEPT,
    curriculum_code=_CODE,
    cognitive_level="문제해결",
    item_type="단답형",
    difficulties=("중",),
    draw=_draw_group,
    wordings=(
        "어느 박물관의 입장료는 한 사람당 {price}원이고, {group}명 이상의 단체는 입장료의 {percent}퍼센트를 할인해 준다. {group}명이 안 "
        "되는 모임이 {group}명의 단체 입장권을 사는 편이 더 유리하려면 적어도 몇 명이어야 하는가?",
        "동아리 회원들과 수족관에 가는 지안이는 요금표를 보고 고민에 빠졌다. 개인 표는 {price}원씩이지만 {group}명분 단체 표를 사면 총액에서 "
        "{percent}퍼센트를 깎아 주기 때문이다. 회원이 {group}명보다 적어도 단체 표가 싸게 먹히는 것은 몇 명부터인지 구하시오.",
        "공연 관람권이 1장에 {price}원이다. 한꺼번에 {group}장을 사면 전체 금액의 {percent}퍼센트가 할인된다고 할 때, {group}장보다 적게 필요한 "
        "관객들도 {group}장을 사서 돈을 아낄 수 있는 최소 인원을 구하여라.",
        "케이블카 요금은 1인당 {price}원이며 {group}명 이상이면 {percent}퍼센트 낮은 요금을 받는다. 일행이 {group}명 미만일 때, 그래도 "
        "{group}명 요금으로 타는 쪽이 이득이 되는 가장 적은 인원은?",
        "{group}명 이상 단체에게 {percent}퍼센트를 깎아 주는 식물원이 있다. 한 사람의 관람료가 {price}원이라면, 몇 명 이상부터 단체로 "
        "계산하는 것이 개인으로 내는 것보다 돈이 적게 드는지 답하시오. 단, 인원은 {group}명에 못 미친다.",
        "놀이공원에 온 가족 모임은 {group}명이 채 되지 않는다. 개인권은 {price}원, {group}인 단체권은 {percent}퍼센트 할인된 값에 팔 때 모임이 "
        "단체권을 고르는 것이 나은 최소 인원수를 말하여라.",
        "버스 여행사는 좌석 {group}개를 통째로 빌리면 한 자리에 {price}원인 값을 {percent}퍼센트 내려 준다. 자리를 낱개로 예약할 때보다 통째로 "
        "빌리는 비용이 적어지는 것은 승객이 몇 명일 때부터인가?",
        "스케이트장 이용료 {price}원을 각자 내는 것과 {group}명 몫을 {percent}퍼센트 싸게 한 번에 내는 것을 견주었다. 뒤의 방법이 유리한 인원 "
        "중 가장 작은 수를 구하여라.",
        "과학관은 {group}명부터 단체로 인정하여 관람료의 {percent}퍼센트를 덜 받는다. 본래 관람료는 {price}원이다. {group}명보다 사람이 적은 반에서 "
        "단체 관람료를 택해야 절약되는 학생 수는 몇 명 이상인가?",
        "영화관에서 표를 {group}장 묶음으로 사면 낱장 값 {price}원의 {percent}퍼센트씩 빼 준다. 묶음을 사고 남는 표를 버리더라도 이득인 것은 "
        "관람객이 최소 몇 명일 때인지 쓰시오.",
        "체험 학습장의 1인 참가비는 {price}원이고 {group}명 이상이 함께 신청하면 {percent}퍼센트가 줄어든다. 참가자가 {group}명에 모자랄 때 "
        "{group}명으로 신청하는 편이 값싼 최소 참가자 수는 얼마인가?",
        "수영장에서 {group}명분 입장권을 미리 사면 {percent}퍼센트 저렴하다. 그날그날 사는 입장권은 {price}원이다. 가려는 사람이 {group}명보다 적더라도 "
        "미리 사서 돈을 아낄 수 있는 것은 적어도 몇 명이 갈 때인지 따져 보아라.",
        "미술 전시회 표는 {price}원, {group}명 단체에는 {percent}퍼센트 할인이 있다. 인원이 부족한 모둠이 일부러 {group}명의 표를 사도 더 적은 돈을 "
        "내게 되는 인원의 최솟값을 찾으시오.",
        "눈썰매장은 {group}명 이상의 손님에게 원래 값 {price}원에서 {percent}퍼센트를 할인한다. {group}명이 되지 않는 손님들이 단체 값을 치르는 것이 "
        "현명한 선택이 되려면 손님은 최소한 몇 명인가?",
    ),
    queries=(
        "단체 입장권을 사는 것이 유리한 최소 인원을 구하는 문제",
        "몇 명 이상일 때 단체 할인이 더 싼지 묻는 부등식 활용",
        "입장료 할인과 관련된 일차부등식 이야기 문제",
        "개인 요금과 단체 요금을 비교하는 문항",
        "인원이 모자라도 단체권이 이득인 경우 찾기",
        "할인율이 나오는 실생활 부등식 문제",
        "박물관이나 놀이공원 요금 비교 단답형",
        "요금을 적게 내는 방법을 고르는 유형",
        "유리한 쪽을 정하는 일차부등식의 활용",
    ),
    solution=(
        r"인원을 $x$명이라 하면 따로 낼 때 ${price}x$원, {group}명의 단체로 낼 때 ${price}\times {group}\times \frac{{{paid}}}{{100}}$원이다. "
        r"${price}x>{price}\times {group}\times \frac{{{paid}}}{{100}}$에서 $x>{equal}$이므로 {answer} 이상이어야 한다."
    ),
    check=_check_group,
)


def _clock(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    return " ".join(part for part in (f"{hours}시간" if hours else "", f"{rest}분" if rest else "") if part)


def _draw_walk(rng: Random) -> Facts:
    while True:
        going, coming = sorted(rng.sample(range(2, 7), 2))
        distance = rng.randint(2, 9)
        walked = 60 * distance * (Fraction(1, going) + Fraction(1, coming))
        if walked.denominator == 1 and walked % 5 == 0 and 60 <= walked <= 300:
            break
    stay = rng.choice((10, 15, 20, 30, 40, 50))
    return {
        "going": going,
        "coming": coming,
        "stay": stay,
        "minutes": int(walked) + stay,
        "total": said(_clock(int(walked) + stay)),
        "limit": frac(int(walked) + stay, 60),
        "parts": f"{frac('x', going)}+{frac(stay, 60)}+{frac('x', coming)}",
        "distance": said(distance),
        "answer": f"{distance}km",
    }


def _check_walk(facts: Facts) -> None:
    from sympy import Rational, S, solveset, symbols

    x = symbols("x", real=True)
    spent = x / facts["going"] + x / facts["coming"] + Rational(facts["stay"], 60)
    reachable = solveset(spent <= Rational(facts["minutes"], 60), x, S.Reals)
    assert facts["answer"] == f"{reachable.sup}km"
    assert reachable.contains(reachable.sup)


_WALK = Family(
    key="equations.inequality_stories.there_and_back",
    unit=_UNIT,
    concept=_CONCEPT,
    curriculum_code=_CODE,
    cognitive_level="문제해결",
    item_type="서술형",
    difficulties=("상",),
    draw=_draw_walk,
    wordings=(
        "등산을 하는데 올라갈 때는 시속 {going}km로 걷고 정상에서 {stay}분 동안 쉰 다음, 같은 길을 시속 {coming}km로 내려왔다. 전체 걸린 시간이 "
        "{total} 이내였다면 출발점에서 정상까지의 거리는 최대 몇 km인지 풀이 과정과 함께 쓰시오.",
        "기차를 기다리던 소율이는 출발까지 남은 {total} 동안 시장에 다녀오기로 하였다. 갈 때의 속력은 시속 {going}km, 물건을 사는 시간은 {stay}분, "
        "올 때의 속력은 시속 {coming}km이다. 역에서 몇 km 이내에 있는 시장을 이용할 수 있는지 부등식을 세워 설명하시오.",
        "공원 산책로를 따라 시속 {going}km의 빠르기로 나아가다가 벤치에 앉아 {stay}분을 보내고, 왔던 길을 시속 {coming}km로 되돌아오려 한다. 산책에 쓸 수 "
        "있는 시간이 최대 {total}일 때, 되돌아서는 지점은 출발 지점에서 얼마나 멀리까지 가능한가? 그 까닭을 서술하여라.",
        "왕복하는 데 {total}{total.eul} 넘기지 않으려고 한다. 갈 때 시속 {going}km, 돌아올 때 시속 {coming}km로 이동하며 목적지에서는 {stay}분 머무른다. "
        "목적지까지의 거리의 최댓값을 구하는 과정을 자세히 적어라.",
        "도현이는 집에서 도서관까지 시속 {going}km로 걸어가 책을 {stay}분 만에 반납하고 시속 {coming}km로 집에 왔다. 외출한 시간이 {total}보다 길지 않다면 "
        "집과 도서관은 최대 몇 km 떨어져 있는지 밝히시오.",
        "둘레길의 전망대까지 시속 {going}km로 오르고, 사진을 찍느라 {stay}분을 쓰고, 같은 코스를 시속 {coming}km로 내려오는 계획을 세웠다. 모두 {total} "
        "안에 마치려면 전망대는 몇 km 이하의 거리에 있어야 하는지 논술하여라.",
        "심부름을 간 동생은 가는 길에는 시속 {going}km, 오는 길에는 시속 {coming}km로 걸었고 가게에 {stay}분 있었다. 늦어도 {total} 만에 돌아왔다고 할 때 "
        "가게까지 거리로 가능한 가장 큰 값을 식을 세워 구하시오.",
        "영화가 시작되기 전 {total}의 여유가 있어 서점에 들르려 한다. 시속 {going}km로 가서 {stay}분 동안 책을 고르고 시속 {coming}km로 돌아온다면 서점은 "
        "영화관에서 최대 몇 km까지 떨어져 있어도 되는지 그 이유를 쓰시오.",
        "강변을 시속 {going}km로 걸어 내려갔다가 {stay}분간 휴식하고 시속 {coming}km로 걸어 올라온다. 걸린 시간의 합이 {total} 이하라는 조건에서 편도 거리의 "
        "최댓값을 알아내고 풀이를 정리하시오.",
        "캠핑장에서 폭포까지 다녀오는 길이다. 갈 때는 한 시간에 {going}km, 돌아올 때는 한 시간에 {coming}km를 걷고 폭포에서 {stay}분 논다. {total} 안에 돌아오려면 "
        "폭포까지는 길어야 몇 km이겠는가? 부등식으로 해결하여라.",
        "우체국에 들러 {stay}분 동안 소포를 부치고 오는 데 허락된 시간은 {total}이다. 갈 때와 올 때의 속력이 각각 시속 {going}km, 시속 {coming}km라면 우체국까지의 "
        "거리는 몇 km를 넘을 수 없는지 단계적으로 구하시오.",
        "체력 훈련으로 언덕을 시속 {going}km로 오르고 꼭대기에서 {stay}분 동안 숨을 고른 뒤 시속 {coming}km로 뛰어 내려온다. 훈련을 {total} 이내로 끝낼 때 언덕길의 "
        "길이는 최대 얼마인지 서술하시오.",
        "친구 집까지 시속 {going}km로 걸어가서 {stay}분 이야기하고 시속 {coming}km로 돌아오니 집을 떠난 지 {total} 이내였다. 두 집 사이의 거리가 될 수 "
        "있는 최댓값을 구하고 과정을 보여라.",
        "해안 길을 시속 {going}km로 걷다 되돌아서 시속 {coming}km로 걷는다. 중간에 쉬는 {stay}분까지 합하여 {total}{total.eul} 초과하지 않으려면 몇 km 지점 안에서 "
        "되돌아서야 하는지 부등식을 만들어 답하시오.",
    ),
    queries=(
        "왕복하는 데 걸리는 시간이 제한될 때 최대 거리를 구하는 문제",
        "등산에서 올라갈 때와 내려올 때 속력이 다른 부등식 활용",
        "거리 속력 시간에 관한 일차부등식 서술형",
        "기차 출발 전까지 다녀올 수 있는 가게까지의 거리",
        "갈 때와 올 때 빠르기가 다른 왕복 문제",
        "제한 시간 안에 돌아오려면 몇 킬로미터까지 갈 수 있는지",
        "쉬는 시간을 포함한 이동 시간 부등식",
        "산책이나 심부름을 소재로 한 속력 문제",
        "목적지까지 거리의 최댓값을 구하는 어려운 활용 문제",
    ),
    solution=(
        "거리를 $x$ km라 하면 가는 시간, 머무는 시간, 오는 시간의 합은 ${parts}$(시간)이다. "
        r"${parts}\le {limit}$에서 $x\le {distance}$이므로 거리는 최대 {answer}이다."
    ),
    check=_check_walk,
)

FAMILIES: tuple[Family, ...] = (_GROUP, _WALK)
